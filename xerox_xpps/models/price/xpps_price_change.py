# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...billing_file import to_decimal
from ...common.formats import click_price_text, percent_text
from ...common.locking import lock_in_state
from ...common.window_actions import open_form
from .xpps_price_rule_proposal import OPEN

STATES = [
    ("proposed", "Proposed"),
    ("notified", "Notified"),
    ("applied", "Applied"),
    ("skipped", "Skipped"),
]
#: What a user may write of an increase, and in which state.
ENTERED = ("date_effective", "notified_on")


class XppsPriceChange(models.Model):
    """An increase of an agreement's prices: proposed by its escalator, notified to the customer, then applied.

    Applied, it is ``xpps.price.version``; see ``xpps_price_change_applying.py``. How customers are notified stands in
    ``xpps_price_change_notice.py``.
    """

    _name = "xpps.price.change"
    _description = "XPPS Price Increase"
    _inherit = ["mail.thread", "mail.activity.mixin", "xpps.guard"]
    _order = "date_effective desc, id desc"
    _rec_names_search = ["subscription_id"]
    _check_company_auto = True

    subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    rule_id = fields.Many2one(
        "xpps.price.rule",
        string="Escalator",
        required=True,
        readonly=True,
        index=True,
        # It goes with the agreement only; see xpps.price.rule.
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, precompute=True, index=True)
    partner_id = fields.Many2one(
        related="subscription_id.partner_id", string="Customer", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="proposed", tracking=True, index=True)
    date_due = fields.Date(string="Due", readonly=True, required=True, help="When prices rise by the escalator.")
    date_effective = fields.Date(
        string="Takes Effect",
        required=True,
        tracking=True,
        help="The first day of the new prices: pages of a period that ends on it or later, and base prices of periods "
        "that begin on it or later. It can be put off while the increase is proposed.",
    )
    delay_note = fields.Char(
        string="Later Than Due",
        readonly=True,
        tracking=True,
        help="Why the increase takes effect later than it is due.",
    )
    index_text = fields.Char(string="Index", readonly=True, help="What the percentages follow.")
    notified_on = fields.Date(
        tracking=True,
        help="The day on which the customer was notified. Enter it before “Mark as Notified” if that was not today.",
    )
    applied_on = fields.Date(readonly=True)
    skip_reason = fields.Char(
        string="Reason", readonly=True, tracking=True, help="Why the increase was skipped or taken back."
    )
    line_ids = fields.One2many("xpps.price.change.line", "change_id", string="Prices", readonly=True)
    version_ids = fields.One2many("xpps.price.version", "change_id", string="Dated Prices", readonly=True)
    raised_count = fields.Integer(string="Prices That Rise", compute="_compute_counts")
    left_out_count = fields.Integer(string="Left Out", compute="_compute_counts")

    _one_open = models.UniqueIndex(
        "(subscription_id) WHERE state IN ('proposed', 'notified')",
        "This agreement already has a price increase that is to be decided.",
    )

    @api.depends("subscription_id", "date_effective")
    def _compute_display_name(self):
        for change in self:
            change.display_name = self.env._(
                "%(agreement)s: increase from %(day)s",
                agreement=change.subscription_id.name or "–",
                day=format_date(self.env, change.date_effective),
            )

    @api.depends("line_ids.left_out")
    def _compute_counts(self):
        groups = self.env["xpps.price.change.line"]._read_group(
            [("change_id", "in", self.ids)], ["change_id", "left_out"], ["__count"]
        )
        counts = {(change.id, bool(left_out)): 0 for change, left_out, _count in groups}
        for change, left_out, count in groups:
            counts[change.id, bool(left_out)] += count
        for change in self:
            change.raised_count = counts.get((change.id, False), 0)
            change.left_out_count = counts.get((change.id, True), 0)

    def write(self, vals):
        entered = [name for name in ENTERED if name in vals]
        if not entered or self.env.su:
            return super().write(vals)
        self._check_state("proposed")
        result = super().write(vals)
        if "date_effective" in vals:
            for change in self:
                change._check_put_off()
            # The prices are those of the new day.
            self.sudo()._refresh_lines()
        return result

    def _check_put_off(self):
        if self.date_effective < self.date_due:
            raise UserError(
                self.env._(
                    "%(agreement)s: the increase is due on %(due)s. It can be put off, but not brought forward.",
                    agreement=self.subscription_id.display_name,
                    due=format_date(self.env, self.date_due),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Price increases cannot be deleted. Skip them instead."))

    def _quietly(self):
        """Increases that the program makes, many at once: nobody waits for an entry in each chatter."""
        return self.with_context(tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True)

    def _check_state(self, *states):
        """See ``lock_in_state``."""
        lock_in_state(
            self,
            states,
            lambda wrong: self.env._("This is not possible in the current status of the increase: %s.", wrong),
        )

    def _reason(self):
        """What the history of prices says of it."""
        self.ensure_one()
        if self.state == "skipped":
            return self.env._("Increase taken back: %s", self.skip_reason)
        return self.env._("Increase of %s", format_date(self.env, self.date_effective))

    def _refresh_lines(self):
        """Reckon the prices anew. Called as superuser."""
        lines = self.rule_id._prepare_lines({change.rule_id: change.date_effective for change in self})
        self.line_ids.unlink()
        self.env["xpps.price.change.line"].create(
            [values | {"change_id": change.id} for change in self for values in lines[change.rule_id]]
        )

    # What a user decides

    def action_skip(self, reason=None):
        """Leave the prices as they are: the escalator goes on to its next day.

        :param reason: why
        """
        self.check_access("write")
        reason = self._needed_reason(reason)
        self._check_state(*OPEN)
        # The state is the program's to say.
        self.sudo().write({"state": "skipped", "skip_reason": reason})
        return True

    def _needed_reason(self, reason):
        reason = str(reason or "").strip()
        if not reason:
            raise UserError(self.env._("Enter a reason."))
        return reason

    def action_propose_again(self):
        """Reckon the prices anew, also of increases that were skipped or notified already."""
        self.check_access("write")
        self._check_state(*OPEN, "skipped")
        # See action_skip.
        changes = self.sudo()
        earliest = changes.subscription_id._xpps_first_unbilled_days()
        for change in changes:
            start, note = change._next_start(earliest)
            change.write(
                {
                    "state": "proposed",
                    "date_effective": start,
                    "delay_note": note,
                    "notified_on": False,
                    "skip_reason": False,
                    "index_text": change.rule_id.index_text,
                    "currency_id": change.subscription_id.currency_id.id,
                }
            )
        changes._refresh_lines()
        return True

    def action_open_agreement(self):
        self.ensure_one()
        self.check_access("read")
        return open_form(self.subscription_id)

    # The letter

    def _price_rows(self):
        """The prices that rise, as the letter to the customer has them: [(item, old, new, percent)]"""
        self.ensure_one()
        return [
            (
                line._customer_name(),
                click_price_text(self.env, to_decimal(line.old_price), self.currency_id),
                click_price_text(self.env, to_decimal(line.new_price), self.currency_id),
                percent_text(self.env, line.percent, signed=True),
            )
            for line in self.line_ids
            if not line.left_out
        ]
