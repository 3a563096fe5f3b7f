# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import COMPONENT_SELECTION
from ...common.window_actions import open_form
from .xpps_cutoff import COUNTER_ACCOUNTS

KINDS = [
    ("unbilled_revenue", "Unbilled Pages"),
    ("unbilled_base", "Unbilled Base Prices"),
    ("deferred_revenue", "Deferred Revenue"),
    ("accrued_cost", "Accrued Cost"),
]


class XppsCutoffLine(models.Model):
    """What a cut-off accrues or defers, and why: of a charge, an invoice line, days of a service, or a billing file.

    The entry has one line for those of a kind with the same account and analytic distribution.
    """

    _name = "xpps.cutoff.line"
    _description = "XPPS Cut-off Line"
    _inherit = ["analytic.mixin", "xpps.guard"]
    _order = "cutoff_id desc, kind, id"
    _rec_name = "kind"
    _check_company_auto = True

    cutoff_id = fields.Many2one(
        "xpps.cutoff", string="Cut-off", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="cutoff_id.company_id", store=True, precompute=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(related="cutoff_id.date", store=True, precompute=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", readonly=True, index="btree_not_null", ondelete="set null"
    )
    subscription_line_id = fields.Many2one(
        "sale.subscription.line", string="Service", readonly=True, index="btree_not_null", ondelete="set null"
    )
    product_id = fields.Many2one("product.product", readonly=True)
    device_id = fields.Many2one("stock.lot", readonly=True, index="btree_not_null", ondelete="set null")
    charge_id = fields.Many2one("sale.subscription.charge", readonly=True, index="btree_not_null", ondelete="set null")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The line of an invoice or credit note that bills it before its time, or after it.",
    )
    billing_file_id = fields.Many2one(
        "xpps.billing.file", string="Xerox Invoice", readonly=True, index="btree_not_null", ondelete="set null"
    )
    component = fields.Selection(COMPONENT_SELECTION, readonly=True)
    period_start = fields.Date(readonly=True)
    period_end = fields.Date(readonly=True)
    days = fields.Integer(readonly=True, aggregator=None, help="The days that are accrued or deferred.")
    period_days = fields.Integer(string="Of Days", readonly=True, aggregator=None, help="The days of the period.")
    whole_amount = fields.Monetary(
        string="Of Amount", readonly=True, help="What the whole period comes to, in the company's currency."
    )
    amount = fields.Monetary(
        readonly=True,
        help="What is accrued or deferred. An amount below 0 takes something back, such as that of a credit note.",
    )
    result = fields.Monetary(
        string="Effect on Result",
        compute="_compute_result",
        store=True,
        precompute=True,
        help="What the entry adds to the result: unbilled revenue, less deferred revenue and accrued cost.",
    )
    account_id = fields.Many2one(
        "account.account",
        readonly=True,
        ondelete="restrict",
        help="The account of the revenue or cost.",
    )
    counter_account_id = fields.Many2one(
        "account.account",
        string="Balance Sheet Account",
        compute="_compute_counter_account_id",
        store=True,
        precompute=True,
        ondelete="restrict",
    )
    analytic_distribution = fields.Json(readonly=True)

    @api.depends("kind", "amount")
    def _compute_result(self):
        for line in self:
            earned = line.kind in ("unbilled_revenue", "unbilled_base")
            line.result = line.amount if earned else -line.amount

    @api.depends("kind", *(f"cutoff_id.{name}" for name in sorted(set(COUNTER_ACCOUNTS.values()))))
    def _compute_counter_account_id(self):
        for line in self:
            line.counter_account_id = line.cutoff_id[COUNTER_ACCOUNTS[line.kind]]

    def action_open(self):
        """Open the invoice, charge, agreement or billing file that the line is about."""
        self.ensure_one()
        self.check_access("read")
        return open_form(self.move_line_id.move_id or self.charge_id or self.billing_file_id or self.subscription_id)
