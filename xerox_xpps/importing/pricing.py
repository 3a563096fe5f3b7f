# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a page costs and what the customer pays for it, looked up once for a whole file."""

from dataclasses import dataclass
from typing import Any

from ..billing_file import to_decimal
from ..rules import cost_plus_price


@dataclass(frozen=True, slots=True)
class Terms:
    """Price per page in the agreement's currency, and whether the customer is billed at all.

    ``markup_percent`` is set where the price follows Xerox's cost; ``unit_price`` is of no account then.
    """

    unit_price: float
    billable: bool
    default: Any
    markup_percent: float | None = None

    def price(self, unit_cost):
        """What a page is sold at that costs so much, as a Decimal. 0 means that it has no price."""
        if self.markup_percent is None:
            return to_decimal(self.unit_price)
        return cost_plus_price(unit_cost, self.markup_percent)


class ChargePricing:
    """Prices of material codes on the agreements of one billing file.

    The agreement's default comes first, then its pricelist, which itself falls back to the sales price. Where the
    default says that the price follows Xerox's cost, nothing else does.
    """

    def __init__(self, subscriptions, date):
        self.env = subscriptions.env
        self.date = date
        defaults = self.env["sale.subscription.charge.default"].search([("subscription_id", "in", subscriptions.ids)])
        self._defaults = {(default.subscription_id.id, default.product_id.id): default for default in defaults}
        # Pages are the quantity of a pricelist rule. Only where a rule asks for a minimum does the price
        # depend on them; without such rules one price serves all devices of a pricelist.
        self._tiered = bool(self.env["product.pricelist.item"].search_count([("min_quantity", ">", 1)], limit=1))
        self._terms = {}
        self._prices = {}
        self._rates = {}

    def terms(self, subscription, product, pages):
        """:return: Terms of so many pages of a material code on an agreement"""
        key = (subscription.id, product.id, pages if self._tiered else 1)
        if key not in self._terms:
            self._terms[key] = self._make_terms(subscription, product, key[2])
        return self._terms[key]

    def default(self, subscription, product):
        """:return: the agreement's contract default for a material code, or None"""
        return self._defaults.get((subscription.id, product.id))

    def _make_terms(self, subscription, product, pages):
        default = self.default(subscription, product)
        if default and default.price_method == "cost_plus":
            return Terms(0.0, default.billable, default, default.markup_percent)
        price = default.unit_price if default else 0.0
        return Terms(
            unit_price=price or self._pricelist_price(subscription.pricelist_id, product, pages),
            billable=default.billable if default else True,
            default=default,
        )

    def _pricelist_price(self, pricelist, product, pages):
        key = (pricelist.id, product.id, pages)
        if key not in self._prices:
            self._prices[key] = pricelist._get_product_price(product, pages, date=self.date)
        return self._prices[key]

    def rate(self, from_currency, to_currency, company, date):
        """How many units of ``to_currency`` one unit of ``from_currency`` was worth on a date."""
        key = (from_currency, to_currency)
        if key not in self._rates:
            self._rates[key] = self.env["res.currency"]._get_conversion_rate(from_currency, to_currency, company, date)
        return self._rates[key]
