# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a page costs and what the customer pays for it, looked up once for a whole file."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..billing_file import to_decimal
from ..common.rates import unrated_currencies
from ..common.taxes import BillingTaxes, TaxTerms
from ..rules import cost_plus_price, price_on

#: Pages that reach every minimum of a pricelist.
MANY = 10**9


@dataclass(frozen=True, slots=True)
class Terms:
    """Price per page in the agreement's currency, and whether the customer is billed at all.

    A price is one of the material code: with the taxes that its price includes. ``markup_percent`` is set where the
    price follows Xerox's cost; ``unit_price`` is of no account then. ``unrated`` is the currency whose rate the price
    lacks, else empty.
    """

    unit_price: float
    billable: bool
    default: Any
    taxes: TaxTerms
    markup_percent: float | None = None
    unrated: Any = None
    # One price serves many charges.
    _untaxed: dict = field(default_factory=dict, compare=False, repr=False)

    def price(self, unit_cost):
        """What a page is sold at that costs so much, as a Decimal. 0 means that it has no price."""
        if self.markup_percent is None:
            return to_decimal(self.unit_price)
        return price_for_cost(self.taxes, unit_cost, self.markup_percent)

    def untaxed(self, price):
        """What a price leaves without taxes, as a Decimal."""
        if price not in self._untaxed:
            self._untaxed[price] = to_decimal(self.taxes.untaxed_price(float(price)))
        return self._untaxed[price]


def price_for_cost(taxes, unit_cost, markup_percent):
    """The price of a page that follows Xerox's cost, as a Decimal: so much is left of it without taxes."""
    untaxed = cost_plus_price(unit_cost, markup_percent)
    price = taxes.price_of(untaxed)
    return untaxed if price == float(untaxed) else to_decimal(price)


class ChargePricing:
    """Prices of material codes on the agreements of one billing file.

    The agreement's price of the day comes first: the dated one of an increase, else its default. Then comes its
    pricelist, which itself falls back to the sales price. Where the default says that the price follows Xerox's cost,
    nothing else does.

    Who imports the file, in which company he works and in which zone he lives, changes no price.

    :param date: the day whose prices count, by the company's clock
    """

    def __init__(self, subscriptions, date, company):
        self.company = company
        # Whoever imports need not see every pricelist, nor costs. Odoo compares a day with the hours from which on
        # prices are valid by the zone of the context.
        zone = company.sudo().partner_id.tz or "UTC"
        self.env = subscriptions.env(context={"allowed_company_ids": company.ids, "tz": zone}, su=True)
        self.date = date
        self.taxes = BillingTaxes(company)
        defaults = subscriptions.env["sale.subscription.charge.default"].search(
            [("subscription_id", "in", subscriptions.ids)]
        )
        self._defaults = {(default.subscription_id.id, default.product_id.id): default for default in defaults}
        # Each charge asks for it, and each time a field of a record is read the right to it is looked up.
        self._known_costs = {key: default.unit_cost for key, default in self._defaults.items()}
        self._steps = self.env["xpps.price.version"]._page_steps(subscriptions)
        # Pages are the quantity of a pricelist rule. Only where a rule asks for a minimum does the price
        # depend on them; without such rules one price serves all devices of a pricelist.
        self._tiered = self._asks_for_more_than(1)
        self._tiered_products = {}
        self._terms = {}
        self._prices = {}
        self._rates = {}

    def terms(self, subscription, product, pages):
        """:return: Terms of so many pages of a material code on an agreement"""
        key = (subscription.id, product.id, pages if self._is_tiered(product) else 1)
        if key not in self._terms:
            self._terms[key] = self._make_terms(subscription, product, key[2])
        return self._terms[key]

    def depends_on_pages(self, subscription, product):
        """Whether the pricelist asks for another price where many pages are printed."""
        if not self._is_tiered(product):
            return False
        return self.terms(subscription, product, 1).unit_price != self.terms(subscription, product, MANY).unit_price

    def _is_tiered(self, product):
        """Whether the price of a material code may depend on the pages."""
        if product.id not in self._tiered_products:
            # What is priced by the thousand may have a minimum of 1 thousand.
            by_thousand = product.uom_id != product._xpps_page_uom()
            self._tiered_products[product.id] = self._tiered or (by_thousand and self._asks_for_any)
        return self._tiered_products[product.id]

    @cached_property
    def _asks_for_any(self):
        return self._asks_for_more_than(0)

    def _asks_for_more_than(self, quantity):
        """Whether a pricelist rule asks for a larger minimum."""
        return bool(self.env["product.pricelist.item"].search_count([("min_quantity", ">", quantity)], limit=1))

    def default(self, subscription, product):
        """:return: the agreement's contract default for a material code, or None"""
        return self._defaults.get((subscription.id, product.id))

    def known_cost(self, subscription, product):
        """:return: the unit cost of the contract default, a float; None where there is no default"""
        return self._known_costs.get((subscription.id, product.id))

    def _make_terms(self, subscription, product, pages):
        default = self.default(subscription, product)
        taxes = self.taxes.price_terms(subscription, product)
        if default and default.price_method == "cost_plus":
            return Terms(0.0, default.billable, default, taxes, default.markup_percent)
        price, unrated = self._own_price(subscription, product, default), None
        if not price:
            price, unrated = self._pricelist_price(subscription.pricelist_id, product, pages)
        billable = default.billable if default else True
        return Terms(price, billable, default, taxes, unrated=unrated)

    def _own_price(self, subscription, product, default):
        """The price of the agreement itself on the day; 0 where the pricelist has it."""
        dated = price_on(self._steps.get((subscription.id, product.id), ()), self.date)
        if dated is not None:
            return dated
        return default.unit_price if default else 0.0

    def _pricelist_price(self, pricelist, product, pages):
        """:return: price of a page, and the currency that has no rate to find it, or None"""
        key = (pricelist.id, product.id, pages)
        if key not in self._prices:
            pricelist, product = pricelist.with_env(self.env), product.with_env(self.env)
            price, rule_id = pricelist._get_product_price_rule(
                product, pages, uom=product._xpps_page_uom(), date=self.date
            )
            source = self._source_currency(self.env["product.pricelist.item"].browse(rule_id), product)
            unrated = None
            if source and source != pricelist.currency_id:
                unrated = unrated_currencies(source | pricelist.currency_id, self.company, self.date)[:1]
            self._prices[key] = price, unrated
        return self._prices[key]

    def _source_currency(self, rule, product):
        """:return: the res.currency that the price of a rule is converted from, or None"""
        if rule.compute_price == "fixed":
            return None
        if rule.base == "pricelist" and rule.base_pricelist_id:
            return rule.base_pricelist_id.currency_id
        return product.cost_currency_id if rule.base == "standard_price" else product.currency_id

    def rate(self, from_currency, to_currency, company, date):
        """How many units of ``to_currency`` one unit of ``from_currency`` was worth on a date."""
        key = (from_currency, to_currency)
        if key not in self._rates:
            self._rates[key] = self.env["res.currency"]._get_conversion_rate(from_currency, to_currency, company, date)
        return self._rates[key]
