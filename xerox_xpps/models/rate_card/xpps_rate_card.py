# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...common.formats import period_text
from ...common.locking import lock_in_state
from ...common.window_actions import open_dialog, open_records
from ...rules import RATE_OWNERS, UNIT_COST, rate_key_sql

DAY = timedelta(days=1)


class XppsRateCard(models.Model):
    """The rates and allowances that Xerox has agreed to for a time: what the reseller pays, by its own paper.

    Xerox's bills are compared with it, month after month, whatever Xerox billed before. Nothing that a customer pays
    follows from it.
    """

    _name = "xpps.rate.card"
    _description = "XPPS Rate Card"
    _inherit = ["mail.thread", "mail.activity.mixin", "xpps.guard"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, tracking=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        tracking=True,
        help="In which Xerox bills. Files of another currency are not compared with the card.",
    )
    date_from = fields.Date(string="From", tracking=True, help="First day. If empty, from the beginning.")
    date_to = fields.Date(
        string="Until",
        tracking=True,
        help="Last day. If empty, the card has no end. The last day of a billing period decides which card holds.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active")],
        string="Status",
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
        help="Only active cards are compared with Xerox's bills, and only with those that are imported afterwards: "
        "what an import found stays as it is.",
    )
    letter = fields.Binary(
        string="Price Letter", attachment=True, copy=False, help="Xerox's letter, or the contract, with these rates."
    )
    letter_name = fields.Char(copy=False)
    line_ids = fields.One2many("xpps.rate.card.line", "card_id", string="Rates", copy=True)
    line_count = fields.Integer(string="Number of Rates", compute="_compute_line_count")

    _dates_ordered = models.Constraint("CHECK (date_from <= date_to)", "A rate card cannot end before it begins.")

    @api.depends("line_ids")
    def _compute_line_count(self):
        counts = dict(
            self.env["xpps.rate.card.line"]._read_group([("card_id", "in", self.ids)], ["card_id"], ["__count"])
        )
        for card in self:
            card.line_count = counts.get(card, 0)

    @api.depends("name", "date_from", "date_to")
    def _compute_display_name(self):
        for card in self:
            period = period_text(self.env, card.date_from, card.date_to)
            card.display_name = f"{card.name} ({period})" if period else card.name

    @api.constrains("company_id")
    def _check_lines_company(self):
        self.line_ids._check_company()

    @api.constrains("company_id", "currency_id", "date_from", "date_to", "state")
    def _check_overlap(self):
        """The database refuses it, too, of cards that are activated at the same moment; here it is said of which."""
        self.filtered(lambda card: card.state == "active")._check_apart()

    def _check_apart(self):
        """:raises ValidationError: when two cards would say what a rate is on the same day

        :param self: cards that are active, or will be
        """
        # Not what is computed of cards: written, the database would refuse it without naming anything.
        self.flush_model(["company_id", "currency_id", "date_from", "date_to", "state"])
        lines = self.env["xpps.rate.card.line"]
        lines.flush_model(["card_id", "component", "measure", "scope", *RATE_OWNERS.values()])
        found = self.env.execute_query(
            SQL(
                """
                SELECT mine.id, other.id
                  FROM xpps_rate_card_line mine
                  JOIN xpps_rate_card card ON card.id = mine.card_id
                  JOIN xpps_rate_card_line other
                    ON %(other_key)s = %(mine_key)s AND other.card_id <> mine.card_id
                  JOIN xpps_rate_card other_card ON other_card.id = other.card_id
                 WHERE mine.card_id = ANY(%(ids)s)
                   AND (other_card.state = 'active' OR other_card.id = ANY(%(ids)s))
                   AND other_card.company_id = card.company_id AND other_card.currency_id = card.currency_id
                   AND daterange(card.date_from, card.date_to, '[]')
                       && daterange(other_card.date_from, other_card.date_to, '[]')
              ORDER BY mine.id, other.id
                 LIMIT 1
                """,
                mine_key=rate_key_sql("mine"),
                other_key=rate_key_sql("other"),
                ids=list(self.ids),
            )
        )
        if found:
            mine, other = (lines.browse(id_) for id_ in found[0])
            raise ValidationError(
                self.env._(
                    "“%(rate)s” is on rate card “%(other)s”, too, for days of “%(card)s”. End one of the cards before "
                    "the other begins, or delete the rate from one of them.",
                    rate=mine.display_name,
                    card=mine.card_id.display_name,
                    other=other.card_id.display_name,
                )
            )

    def copy_data(self, default=None):
        """The next card: it begins on the day after the end of this one."""
        vals_list = super().copy_data(default)
        given = default or {}
        for card, vals in zip(self, vals_list, strict=True):
            if vals and "name" not in given:
                vals["name"] = self.env._("%s (copy)", card.name)
            if vals and card.date_to and given.keys().isdisjoint(("date_from", "date_to")):
                vals.update(date_from=card.date_to + DAY, date_to=False)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        card = self.filtered(lambda card: card.state == "active")[:1]
        if card:
            raise UserError(
                self.env._(
                    "Rate card “%s” is active: Xerox's bills are compared with it. Enter its last day, or set it to "
                    "draft first.",
                    card.display_name,
                )
            )

    def _line_values(self, scope, owner, component, measure, value):
        """What the columns of a line store, for ``bulk_create``.

        :param owner: the id of what the rate holds for
        :param value: the unit cost, or the included pages
        """
        self.ensure_one()
        is_cost = measure == UNIT_COST
        return {
            "card_id": self.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "date_from": self.date_from or None,
            "date_to": self.date_to or None,
            "state": self.state,
            "scope": scope,
            **{name: owner if each == scope else None for each, name in RATE_OWNERS.items()},
            "component": component,
            "measure": measure,
            "unit_cost": value if is_cost else None,
            "included": None if is_cost else value,
        }

    # Buttons

    def action_activate(self):
        """Have Xerox's bills compared with the cards from now on."""
        self.check_access("write")
        self._check_state("draft")
        empty = self.filtered(lambda card: not card.line_count)[:1]
        if empty:
            raise UserError(self.env._("Rate card “%s” has no rates yet. Add or paste them first.", empty.display_name))
        self._set_state("active")
        return True

    def action_set_draft(self):
        """Have no bills compared with the cards any more. What imports found stays as it is."""
        self.check_access("write")
        self._check_state("active")
        self._set_state("draft")
        return True

    def action_open_paste(self):
        """Ask for many rates at once: pasted, or in a file."""
        self.ensure_one()
        self.check_access("write")
        return open_dialog(
            self.env["xpps.rate.paste.wizard"], self.env._("Paste Rates"), {"default_card_id": self.id}, wide=True
        )

    def action_open_lines(self):
        """Show the rates on a screen of their own, where many can be searched."""
        self.ensure_one()
        return open_records(
            self,
            "xerox_xpps.action_xpps_rate_card_line",
            [("card_id", "=", self.id)],
            {"default_card_id": self.id, "search_default_group_scope": 1},
        )

    def _check_state(self, state):
        """See ``lock_in_state``."""
        lock_in_state(
            self,
            (state,),
            lambda wrong: self.env._("This is not possible in the current status of the rate card: %s.", wrong),
        )

    def _set_state(self, state):
        # The status is the program's to say, for whoever may write the card.
        self.sudo().state = state
        # Whoever activates another card at the same moment is refused here, not somewhere later.
        self.line_ids.flush_recordset()
