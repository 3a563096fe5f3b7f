# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...common.constants import ACCRUAL_ASSETS, ACCRUAL_LIABILITIES
from ...common.locking import lock_or_refuse
from ...common.today import company_today
from ...common.window_actions import open_records

#: What the preview and the entry are made of: changed, they are made anew.
INPUTS = {"date", "journal_id", "accrued_revenue_account_id", "deferred_revenue_account_id", "accrued_cost_account_id"}
#: {kind of line: field of the account that is the other side of its entry}
COUNTER_ACCOUNTS = {
    "unbilled_revenue": "accrued_revenue_account_id",
    "unbilled_base": "accrued_revenue_account_id",
    "deferred_revenue": "deferred_revenue_account_id",
    "accrued_cost": "accrued_cost_account_id",
}


class XppsCutoff(models.Model):
    """The cut-off of a company at the end of a day: one entry that is reversed on the next day.

    Revenue of XPPS items in the ledger up to the day, together with the entry, is what was earned by then; cost of
    Xerox's bills that are matched with their files, together with the entry, is what Xerox's files say of the time
    until then. The profitability report up to the end of a month says the same, to the cent, as far as something is
    invoiced: base prices that no posted invoice bills are not in that report, and pages under *Not Yet Invoiced*.

    How the preview is made stands in ``xpps_cutoff_preview.py``, the entry in ``xpps_cutoff_entry.py``.
    """

    _name = "xpps.cutoff"
    _description = "XPPS Cut-off"
    _inherit = ["mail.thread", "mail.activity.mixin", "xpps.guard"]
    _order = "date desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        required=True,
        tracking=True,
        copy=False,
        default=lambda self: company_today(self.env.company).replace(day=1) - timedelta(days=1),
        help="The last day of the month or year that is closed. The entry has this date, and is reversed on the next "
        "day.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        compute="_compute_from_company",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain=[("type", "=", "general")],
        ondelete="restrict",
        help="The journal of the entry and its reversal.",
    )
    accrued_revenue_account_id = fields.Many2one(
        "account.account",
        compute="_compute_from_company",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain=[("account_type", "in", ACCRUAL_ASSETS)],
        ondelete="restrict",
        help="The asset account of what is earned and not billed yet.",
    )
    deferred_revenue_account_id = fields.Many2one(
        "account.account",
        compute="_compute_from_company",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain=[("account_type", "in", ACCRUAL_LIABILITIES)],
        ondelete="restrict",
        help="The liability account of what is billed and not earned yet.",
    )
    accrued_cost_account_id = fields.Many2one(
        "account.account",
        compute="_compute_from_company",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain=[("account_type", "in", ACCRUAL_LIABILITIES)],
        ondelete="restrict",
        help="The liability account of what Xerox's files say and no vendor bill yet.",
    )
    state = fields.Selection(
        [("draft", "To Compute"), ("computed", "Preview"), ("entry", "Entry Drafted"), ("posted", "Posted")],
        compute="_compute_state",
        store=True,
        tracking=True,
        index=True,
    )
    computed_on = fields.Datetime(
        readonly=True, copy=False, help="When the preview was computed. What changed since then is not in it."
    )
    remarks = fields.Text(readonly=True, copy=False, help="What the preview leaves out, and why.")
    line_ids = fields.One2many("xpps.cutoff.line", "cutoff_id", string="Lines", readonly=True, copy=False)
    line_count = fields.Integer(string="Number of Lines", compute="_compute_line_count")
    unbilled_revenue = fields.Monetary(
        compute="_compute_amounts", store=True, help="Approved charges that no posted invoice bills by the date."
    )
    unbilled_base = fields.Monetary(
        string="Unbilled Base Prices",
        compute="_compute_amounts",
        store=True,
        help="Days of base prices up to the date that no posted invoice bills by then.",
    )
    deferred_revenue = fields.Monetary(
        compute="_compute_amounts", store=True, help="What posted invoices bill of days after the date."
    )
    accrued_cost = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        help="What imported billing files say that have no posted vendor bill by the date.",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    reversal_id = fields.Many2one(
        "account.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Takes the entry back on the next day.",
    )

    _date_uniq = models.UniqueIndex(
        "(company_id, date)", "There already is a cut-off of this date. Open it, and compute it again."
    )

    @api.depends("date")
    def _compute_display_name(self):
        for cutoff in self:
            cutoff.display_name = self.env._("Cut-off of %s", format_date(self.env, cutoff.date))

    @api.depends("company_id")
    def _compute_from_company(self):
        for cutoff in self:
            # Whoever makes a cut-off need not see the company's settings.
            company = cutoff.company_id.sudo()
            for name in ("journal_id", *set(COUNTER_ACCOUNTS.values())):
                cutoff[name] = cutoff[name] or company[f"xpps_cutoff_{name}"]

    @api.depends("computed_on", "move_id.state", "reversal_id.state")
    def _compute_state(self):
        for cutoff in self:
            # The state is the same for all, whatever they see of the ledger.
            states = set(cutoff.sudo()._live_moves().mapped("state"))
            if "posted" in states:
                cutoff.state = "posted"
            elif states:
                cutoff.state = "entry"
            else:
                cutoff.state = "computed" if cutoff.computed_on else "draft"

    @api.depends("line_ids.amount", "line_ids.kind")
    def _compute_amounts(self):
        totals = {
            (cutoff.id, kind): amount
            for cutoff, kind, amount in self.env["xpps.cutoff.line"]._read_group(
                [("cutoff_id", "in", self.ids)], ["cutoff_id", "kind"], ["amount:sum"]
            )
        }
        for cutoff in self:
            for kind in COUNTER_ACCOUNTS:
                cutoff[kind] = totals.get((cutoff.id, kind), 0.0)

    def _compute_line_count(self):
        counts = dict(
            self.env["xpps.cutoff.line"]._read_group([("cutoff_id", "in", self.ids)], ["cutoff_id"], ["__count"])
        )
        for cutoff in self:
            cutoff.line_count = counts.get(cutoff, 0)

    def _live_moves(self):
        """The entries that are not cancelled."""
        return (self.move_id | self.reversal_id).filtered(lambda move: move.state != "cancel")

    # What changes it

    def write(self, vals):
        if INPUTS.isdisjoint(vals):
            return super().write(vals)
        self._lock_unposted()
        result = super().write(vals)
        if "date" in vals:
            self._drop_preview()
        for cutoff in self:
            if cutoff._live_moves():
                cutoff._make_entry()
        return result

    def _drop_preview(self):
        """It is of another date: nothing of it stands."""
        self._live_moves().unlink()
        # Only the program writes them.
        cutoffs = self.sudo()
        cutoffs.line_ids.unlink()
        cutoffs.write({"computed_on": False, "remarks": False})

    def _lock(self):
        """:raises UserError: where somebody else is at one of them"""
        lock_or_refuse(
            self,
            self.env._(
                "Someone else is working on %s right now, or has just been. Reload it before you continue.",
                ", ".join(self.mapped("display_name")),
            ),
        )

    def _lock_unposted(self):
        """Keep others from cut-offs whose entries may be made anew.

        :raises UserError: where somebody else is at one of them, or its entry or reversal is posted
        """
        self._lock()
        # Whoever may not see the entries is told all the same.
        for cutoff in self.sudo():
            posted = cutoff._live_moves().filtered(lambda move: move.state == "posted")
            if posted:
                raise UserError(
                    self.env._(
                        "%(cutoff)s is posted: %(entries)s. Reset the entry and its reversal to draft to compute it "
                        "again. Where the period is locked, reverse them, and correct the difference on another date.",
                        cutoff=cutoff.display_name,
                        entries=", ".join(posted.mapped("display_name")),
                    )
                )

    def unlink(self):
        """Drafts of the entry go with it; what is posted keeps it."""
        self._lock_unposted()
        self._live_moves().unlink()
        return super().unlink()

    # Screens

    def action_open_lines(self):
        self.ensure_one()
        return open_records(self, "xerox_xpps.action_xpps_cutoff_line", [("cutoff_id", "=", self.id)])

    def action_open_moves(self):
        self.ensure_one()
        moves = self._live_moves()
        return open_records(self, "account.action_move_journal_line", [("id", "in", moves.ids)])
