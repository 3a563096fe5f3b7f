# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import BILLING_GROUP, CLICK_DIGITS
from ...rules import AMOUNT_FIELDS, charge_amounts, page_amount


class SaleSubscriptionCharge(models.Model):
    """What charges cost, earn and leave.

    Amounts are in the agreement's currency; what Xerox charges is kept in Xerox's, too.
    """

    _inherit = "sale.subscription.charge"

    cost_subtotal = fields.Monetary(
        compute="_compute_amounts", store=True, precompute=True, string="Cost", groups=BILLING_GROUP
    )
    price_subtotal = fields.Monetary(compute="_compute_amounts", store=True, precompute=True, string="Amount")
    margin = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        precompute=True,
        groups=BILLING_GROUP,
        help="Amount less cost. Pages that are not billable have a cost but no revenue.",
    )
    margin_percent = fields.Float(
        compute="_compute_amounts",
        store=True,
        precompute=True,
        string="Margin (%)",
        aggregator="avg",
        groups=BILLING_GROUP,
    )
    cost_unknown = fields.Boolean(
        readonly=True,
        groups=BILLING_GROUP,
        help="Xerox's file states the pages, but not what one of them costs. So there is no margin.",
    )
    xerox_currency_id = fields.Many2one("res.currency", readonly=True, groups=BILLING_GROUP)
    xerox_unit_cost = fields.Float(
        string="Xerox's Unit Cost",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        aggregator="avg",
        readonly=True,
        groups=BILLING_GROUP,
        help="What Xerox bills for a page, in the currency of its file.",
    )
    xerox_cost = fields.Monetary(
        compute="_compute_xerox_cost",
        store=True,
        precompute=True,
        string="Xerox's Cost",
        currency_field="xerox_currency_id",
        groups=BILLING_GROUP,
        help="What Xerox bills for the pages, in the currency of its file.",
    )
    has_other_currency = fields.Boolean(
        compute="_compute_has_other_currency", groups=BILLING_GROUP, help="Xerox bills in another currency."
    )

    @api.depends(*AMOUNT_FIELDS, "currency_id")
    def _compute_amounts(self):
        for charge in self:
            inputs = {name: charge[name] for name in AMOUNT_FIELDS}
            for name, amount in charge_amounts(charge.currency_id.decimal_places, **inputs).items():
                charge[name] = amount

    @api.depends("quantity", "xerox_unit_cost", "xerox_currency_id")
    def _compute_xerox_cost(self):
        for charge in self:
            places = charge.xerox_currency_id.decimal_places
            charge.xerox_cost = float(page_amount(places, charge.quantity, charge.xerox_unit_cost))

    @api.depends("xerox_currency_id", "currency_id")
    def _compute_has_other_currency(self):
        for charge in self:
            charge.has_other_currency = (
                bool(charge.xerox_currency_id) and charge.xerox_currency_id != charge.currency_id
            )
