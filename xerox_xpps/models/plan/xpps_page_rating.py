# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...billing_file import to_decimal
from ...common.bulk import bulk_update
from ...common.constants import BILLING_GROUP
from ...common.formats import months_text
from ...common.locking import lock_or_refuse
from ...common.window_actions import open_dialog, open_records
from ...importing import PlanRater


class XppsPageRating(models.Model):
    """The ledger of page plans: what became of the pages of a cycle.

    A cycle is rated when it is over and all devices were read, unless somebody waives what is missing. What it charged
    then is never overwritten: reads that come later, and corrections, lead to charges of the difference.
    """

    _name = "xpps.page.rating"
    _description = "XPPS Page Rating"
    _inherit = ["xpps.guard"]
    _order = "cycle_end desc, plan_id, device_id, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        "xpps.page.plan", required=True, readonly=True, index=True, ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True, index="btree_not_null")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    device_id = fields.Many2one(
        "stock.lot", readonly=True, index="btree_not_null", help="Where the plan rates each device by itself."
    )
    cycle_start = fields.Date(readonly=True, required=True)
    cycle_end = fields.Date(readonly=True, required=True)
    state = fields.Selection(
        [("open", "Cycle Running"), ("waiting", "Reads Missing"), ("rated", "Rated")],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    mono_pages = fields.Integer(string="Mono", readonly=True)
    color_pages = fields.Integer(string="Color", readonly=True)
    mono_color1_pages = fields.Integer(string="MonoColor1", readonly=True)
    clr_lvl12_pages = fields.Integer(string="ClrLvl12", readonly=True)
    clr_lvl3_pages = fields.Integer(string="ClrLvl3", readonly=True)
    weighted = fields.Integer(
        string="Weighted Pages", readonly=True, help="Each page as often as the page group counts it."
    )
    included = fields.Integer(string="Included Pages", readonly=True)
    rolled_in = fields.Integer(readonly=True, help="Included pages that earlier cycles left.")
    rolled_out = fields.Integer(readonly=True, help="Included pages that are left for later cycles.")
    expired = fields.Integer(readonly=True, help="Included pages that are left for nobody.")
    carried = fields.Json(readonly=True)
    billable = fields.Integer(string="Billable Pages", readonly=True)
    minimum = fields.Integer(string="Minimum Pages", readonly=True)
    unders = fields.Integer(string="Lacking Pages", readonly=True, help="Pages that are lacking to the minimum.")
    amount = fields.Monetary(readonly=True, help="What the cycle charges.")
    charged = fields.Monetary(
        readonly=True, help="What its charges come to, before taxes. Those that were rejected do not count."
    )
    xerox_cost = fields.Monetary(
        string="Xerox's Cost",
        readonly=True,
        groups=BILLING_GROUP,
        help="What Xerox bills for the same pages, in the agreement's currency.",
    )
    margin = fields.Monetary(readonly=True, groups=BILLING_GROUP, help="Charged less Xerox's cost.")
    device_count = fields.Integer(readonly=True)
    missing_count = fields.Integer(string="Devices Not Read", readonly=True)
    missing = fields.Text(string="What Is Missing", readonly=True)
    waived = fields.Boolean(readonly=True, help="It was rated without the reads that are missing.")
    waive_reason = fields.Char(readonly=True)
    line_ids = fields.One2many("xpps.page.rating.device", "rating_id", string="Devices", readonly=True)
    charge_ids = fields.One2many("sale.subscription.charge", "page_rating_id", string="Charges", readonly=True)

    _cycle_uniq = models.UniqueIndex(
        "(plan_id, cycle_start, COALESCE(device_id, 0))", "The cycle of this plan is rated already."
    )
    # The few that somebody waits for.
    _unrated_idx = models.Index("(company_id) WHERE state <> 'rated'")

    @api.depends("plan_id", "cycle_start", "cycle_end", "device_id")
    def _compute_display_name(self):
        for rating in self:
            parts = (rating.plan_id.name, rating.device_id.name, rating._cycle_text())
            rating.display_name = " – ".join(filter(None, parts))

    def _cycle_text(self):
        return months_text(self.env, self.cycle_start, self.cycle_end) if self.cycle_start else ""

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("Page ratings cannot be duplicated. They are made by imports."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_program(self):
        if not self.env.su:
            raise UserError(
                self.env._("Page ratings cannot be deleted. They go when the imports of their cycle are undone.")
            )

    # Rating without a file

    def action_open_waive(self):
        """Ask why reads are not waited for any longer."""
        self._check_waivable()
        wizard = self.env["xpps.page.waive.wizard"]
        context = {"active_model": self._name, "active_ids": self.ids}
        return open_dialog(wizard, self.env._("Rate Without Missing Reads"), context)

    def action_waive(self, reason=None):
        """Rate cycles although reads are missing: what comes later is charged as a difference.

        :param reason: why nobody waits for them
        """
        self._check_waivable()
        reason = str(reason or "").strip()
        if not reason:
            raise UserError(self.env._("Enter why the missing reads are not waited for."))
        self._lock()
        # Nobody writes ratings but the program; the right to do this was asked for.
        ratings = self.sudo()
        ratings.write({"waived": True, "waive_reason": reason})
        ratings._rate()
        for rating in ratings:
            rating.subscription_id.message_post(
                body=Markup("<p>%s</p><p>%s</p>")
                % (
                    self.env._("Page plan %s was rated without the reads that are missing.", rating.display_name),
                    self.env._("Reason: %s", reason),
                ),
                author_id=self.env.user.partner_id.id,
            )
        return True

    def _check_waivable(self):
        self.env["sale.subscription.charge"].check_access("create")
        self.check_access("read")
        early = self.filtered(lambda rating: rating.state != "waiting")[:1]
        if early:
            raise UserError(
                self.env._(
                    "%s waits for no reads: only cycles that are over and lack reads can be rated without them.",
                    early.display_name,
                )
            )

    def _lock(self):
        # Nobody may write ratings, and they are locked by those who may have them rated.
        lock_or_refuse(
            self.sudo(),
            self.env._("Some of these cycles are being rated right now. Reload them before you continue."),
        )

    def _rate(self):
        """Rate the cycles anew, and those after them that they move."""
        first = {}
        for rating in self:
            first[rating.plan_id] = min(first.get(rating.plan_id, rating.cycle_start), rating.cycle_start)
        PlanRater(self.env, first).run()

    @api.model
    def _cron_rate(self):
        """Rate what is over meanwhile: an agreement may have ended, or a device that is not read been taken away."""
        self.search([("state", "!=", "rated")])._rate()

    # What charges come to

    def _share_out(self):
        """Bring up to date what the charges of the cycles come to, and each device's share of it.

        A share is by weighted pages, by largest remainder; where nothing was printed, each device has the same.
        """
        charged = self._charged()
        self._write_charged(charged)
        for rating in self:
            rating.line_ids._share(charged.get(rating.id, Decimal(0)), rating.currency_id)

    def _charged(self):
        """What live charges come to, with one query.

        :return: {xpps.page.rating id: Decimal}
        """
        groups = self.env["sale.subscription.charge"]._read_group(
            [("page_rating_id", "in", self.ids), ("state", "!=", "rejected"), ("billable", "=", True)],
            ["page_rating_id"],
            ["price_subtotal:sum"],
        )
        return {rating.id: to_decimal(amount) for rating, amount in groups}

    def _write_charged(self, charged):
        """:param charged: as ``_charged`` gives it"""
        amounts = [float(charged.get(id_, 0)) for id_ in self.ids]
        bulk_update(
            self,
            SQL("xpps_page_rating.id = live.id"),
            {"charged": SQL("live.amount"), "margin": SQL("live.amount - COALESCE(xpps_page_rating.xerox_cost, 0)")},
            source=SQL("unnest(%s::int[], %s::numeric[]) AS live(id, amount)", self.ids, amounts),
        )

    def action_open_charges(self):
        return open_records(self, "xerox_xpps.action_sale_subscription_charge", [("page_rating_id", "in", self.ids)])

    def action_open_devices(self):
        return open_records(self, "xerox_xpps.action_xpps_page_rating_device", [("rating_id", "in", self.ids)])
