# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ...common.constants import BILLING_GROUP, CLICK_DIGITS
from ...common.taxes import BillingTaxes
from ...rules import AMOUNT_FIELDS, charge_amounts, known_sql, page_amount

#: Aggregates of what is unknown where the cost is.
KNOWN_AVERAGES = {"unit_cost:avg", "xerox_unit_cost:avg", "margin_percent:avg"}


class SaleSubscriptionCharge(models.Model):
    """What charges cost, earn and leave.

    Amounts are in the agreement's currency and without taxes, also where the price of a page includes one; what Xerox
    charges is kept in Xerox's currency, too.
    """

    _inherit = "sale.subscription.charge"

    cost_subtotal = fields.Monetary(
        compute="_compute_amounts", store=True, precompute=True, string="Cost", groups=BILLING_GROUP
    )
    price_subtotal = fields.Monetary(
        compute="_compute_amounts", store=True, precompute=True, string="Amount", help="Before taxes."
    )
    unit_price_untaxed = fields.Float(
        string="Unit Price Before Taxes",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        aggregator="avg",
        compute="_compute_amounts",
        store=True,
        precompute=True,
        help="What a page leaves if the unit price includes a tax; otherwise, it is the unit price.",
    )
    margin = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        precompute=True,
        groups=BILLING_GROUP,
        help="Amount less cost. Pages that are not billable have a cost but no revenue. Empty if the cost is unknown.",
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

    @api.depends(*AMOUNT_FIELDS, "currency_id", "product_id")
    def _compute_amounts(self):
        for company, charges in self.grouped("company_id").items():
            taxes = BillingTaxes(company)
            for charge in charges:
                charge._set_amounts(taxes)

    def _set_amounts(self, taxes):
        """:param BillingTaxes taxes: of the charge's company"""
        currency = self.currency_id
        untaxed, self.unit_price_untaxed = None, self.unit_price
        if self.subscription_id and self.product_id and taxes.any_included:
            terms = taxes.terms(self.subscription_id, self.product_id)
            untaxed = terms.untaxed_amount(self.unit_price, self.quantity, currency)
            self.unit_price_untaxed = terms.untaxed_price(self.unit_price)
        if self.is_provisional:
            # The charge of the cycle has the amount.
            untaxed = 0.0
        inputs = {name: self[name] for name in AMOUNT_FIELDS}
        rounding = currency.rounding or None
        amounts = charge_amounts(currency.decimal_places, **inputs, rounding=rounding, untaxed=untaxed)
        for name, amount in amounts.items():
            self[name] = amount

    def _recompute_taxed_amounts(self, taxes):
        """Bring the amounts of charges up to date that are not invoiced yet, where a price includes a tax.

        :param BillingTaxes taxes: of the charges' company
        """
        if not taxes.any_included:
            return
        for name in ("price_subtotal", "unit_price_untaxed", "margin", "margin_percent", "cost_subtotal"):
            self.env.add_to_compute(self._fields[name], self)
        self.flush_recordset(["price_subtotal"])

    def _read_group_select(self, aggregate_spec, query):
        """What is unknown of a charge counts in no average, and leaves its group without a margin.

        Unless a correction has stated the cost: it takes the pages of unknown cost back.
        """
        name, _colon, function = aggregate_spec.partition(":")
        if aggregate_spec in KNOWN_AVERAGES:
            value, unknown = (self._field_to_sql(self._table, field, query) for field in (name, "cost_unknown"))
            return SQL("AVG(%s)", known_sql(value, unknown))
        aggregate = super()._read_group_select(aggregate_spec, query)
        if name != "margin" or function not in ("sum", "sum_currency"):
            return aggregate
        unknown, billable, quantity = (
            self._field_to_sql(self._table, field, query) for field in ("cost_unknown", "billable", "quantity")
        )
        return SQL(
            "CASE WHEN COALESCE(SUM(%(quantity)s) FILTER (WHERE %(unknown)s), 0) = 0 THEN COALESCE(%(margin)s, 0) "
            "+ COALESCE(%(revenue)s FILTER (WHERE %(unknown)s AND %(billable)s), 0) END",
            quantity=quantity,
            unknown=unknown,
            billable=billable,
            margin=aggregate,
            revenue=super()._read_group_select(f"price_subtotal:{function}", query),
        )

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
