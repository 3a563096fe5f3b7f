# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What has a price on agreements, and where it stands.

``sale.subscription._xpps_priced_kinds`` lists the kinds: whatever raises prices, writes dated ones or has them take
effect goes through these. A further kind is a subclass of ``PricedKind``; its prices are looked up by ``price_on``.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from ...billing_file import to_decimal
from ...common.constants import BASE_ROLES
from ...importing import ChargePricing

#: For how long a material code counts as used after it was charged.
USED = timedelta(days=366)


@dataclass(frozen=True)
class PricedItem:
    """Something that has a price on an agreement on a day.

    ``target`` are the values of ``xpps.price.item`` that name the record. ``left_out`` says why the price does not
    rise, else it is None; see ``LEFT_OUT`` of ``xpps.price.change.line``.
    """

    kind: str
    id: int
    name: str
    price: Decimal
    left_out: str | None = None
    target: dict = field(default_factory=dict, compare=False)

    @property
    def key(self):
        return f"{self.kind}:{self.id}"

    def values(self):
        """Those of ``xpps.price.item``."""
        return {"kind": self.kind, "item_key": self.key, "name": self.name, **self.target}


class PricedKind:
    """A kind of price.

    ``follows`` says which percentage and rounding of a rule it takes: ``base`` or ``page``.
    """

    kind = ""
    follows = ""

    def items(self, agreements, day):
        """The prices of a day, with as many queries for many agreements as for one.

        :return: {sale.subscription: [PricedItem]}
        """
        raise NotImplementedError

    def take_effect(self, version, reason):
        """Have the record say the price of a version whose day has come.

        :return: what stood there until now
        """
        raise NotImplementedError

    def give_back(self, version, reason):
        """Have the record say what stood there before, unless somebody has typed another price since."""
        raise NotImplementedError


class BasePrices(PricedKind):
    """Of the services that bill base prices."""

    kind = "base"
    follows = "base"

    def items(self, agreements, day):
        found = defaultdict(list)
        for line in agreements.sale_subscription_line_ids:
            price = line.xpps_role in BASE_ROLES and line._xpps_price_on(day)
            if price and price > 0:
                name = line.product_id.display_name or line.display_name
                left_out = "fixed" if is_fixed(line.xpps_fixed_until, day) else None
                item = PricedItem(
                    self.kind, line.id, name, to_decimal(price), left_out, {"subscription_line_id": line.id}
                )
                found[line.sale_subscription_id].append(item)
        return found

    def take_effect(self, version, reason):
        line = version.subscription_line_id
        before = line.price_unit
        if line:
            line.write({"price_unit": version.price, "change_reason": reason})
        return before

    def give_back(self, version, reason):
        line = version.subscription_line_id
        if line and to_decimal(line.price_unit) == to_decimal(version.price):
            line.write({"price_unit": version.own_price, "change_reason": reason})


class PagePrices(PricedKind):
    """Of the material codes of an agreement: those of its contract defaults, of its devices' models, and charged ones.

    A price that the pricelist had becomes one of the agreement itself.
    """

    kind = "page"
    follows = "page"

    def items(self, agreements, day):
        found = defaultdict(list)
        for company, same in agreements.grouped("company_id").items():
            pricing = ChargePricing(same, day, company)
            for agreement, products in self._materials(same, company, day).items():
                for product in products.sorted("id"):
                    item = self._item(pricing, agreement, product, day)
                    if item:
                        found[agreement].append(item)
        return found

    def _item(self, pricing, agreement, product, day):
        terms = pricing.terms(agreement, product, 1)
        left_out = self._left_out(pricing, agreement, product, terms, day)
        price = to_decimal(terms.unit_price)
        if not left_out and price <= 0:
            return None
        return PricedItem(self.kind, product.id, product.display_name, price, left_out, {"product_id": product.id})

    def _left_out(self, pricing, agreement, product, terms, day):
        if not terms.billable:
            return "not_billable"
        if terms.markup_percent is not None:
            return "cost_plus"
        if terms.default and is_fixed(terms.default.fixed_until, day):
            return "fixed"
        if terms.unrated:
            return "unrated"
        if pricing.depends_on_pages(agreement, product):
            return "by_pages"
        return None

    def _materials(self, agreements, company, day):
        """:return: {sale.subscription: product.product}"""
        env = agreements.env
        found = defaultdict(env["product.product"].browse)
        for default in agreements.charge_default_ids:
            found[default.subscription_id] |= default.product_id
        charged = env["sale.subscription.charge"]._read_group(
            [("subscription_id", "in", agreements.ids), ("period_end", ">=", day - USED), ("state", "!=", "rejected")],
            ["subscription_id"],
            ["product_id:recordset"],
        )
        for agreement, products in charged:
            found[agreement] |= products
        models = env["stock.lot"]._read_group(
            [
                ("xpps_subscription_id", "in", agreements.ids),
                ("is_xpps_device", "=", True),
                ("xpps_state", "=", "active"),
            ],
            ["xpps_subscription_id"],
            ["product_id:recordset"],
        )
        templates = env["product.template"].union(*(products.product_tmpl_id for _agreement, products in models))
        materials = env["xpps.material.mapping"]._material_by_template(templates, company)
        for agreement, products in models:
            for template in products.product_tmpl_id:
                found[agreement] |= env["product.product"].union(*materials[template].values())
        return found

    def _default(self, version):
        return version.subscription_id.charge_default_ids.filtered(
            lambda default: default.product_id == version.product_id
        )

    def take_effect(self, version, reason):
        default = self._default(version)
        if not default:
            default.create(
                {
                    "subscription_id": version.subscription_id.id,
                    "product_id": version.product_id.id,
                    "unit_price": version.price,
                    "change_reason": reason,
                }
            )
            return 0.0
        if default.price_method == "cost_plus":
            # Somebody has agreed since that it follows Xerox's cost.
            return 0.0
        before = default.unit_price
        default.write({"unit_price": version.price, "change_reason": reason})
        return before

    def give_back(self, version, reason):
        default = self._default(version)
        fixed = default.price_method == "fixed"
        if fixed and to_decimal(default.unit_price) == to_decimal(version.price):
            default.write({"unit_price": version.own_price, "change_reason": reason})


def is_fixed(until, day):
    """Whether a price that is fixed until a day is so on another."""
    return bool(until and day <= until)
