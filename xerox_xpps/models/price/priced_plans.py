# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What has a price in page plans: pages above the included ones, tiers, lacking pages and the minimum amount."""

from collections import defaultdict

from ...billing_file import to_decimal
from ...rating import FLAT
from .priced_items import PricedItem, PricedKind

#: The kinds, with the field that has the price and the percentage that it follows.
PLAN_KINDS = {
    "plan_page": ("unit_price", "page"),
    "plan_tier": ("unit_price", "page"),
    "plan_unders": ("unders_price", "page"),
    "plan_minimum": ("minimum_amount", "base"),
}


class PlanPrice(PricedKind):
    """One of ``PLAN_KINDS``, of the plan that is in force on a day."""

    def __init__(self, kind):
        self.kind = kind
        self.field, self.follows = PLAN_KINDS[kind]

    def items(self, agreements, day):
        found = defaultdict(list)
        for plan in agreements.page_plan_ids:
            if (plan.date_from and plan.date_from > day) or (plan.date_to and plan.date_to < day):
                continue
            for record in self._records(plan):
                price = record._price_on(self.field, day)
                if price > 0:
                    found[plan.subscription_id].append(self._item(plan, record, price))
        return found

    def _records(self, plan):
        """What has the price: the plan, or its tiers."""
        if self.kind == "plan_tier":
            return plan.tier_ids if plan.tier_mode != FLAT else plan.tier_ids.browse()
        return plan if self.kind != "plan_page" or plan.tier_mode == FLAT else plan.browse()

    def _item(self, plan, record, price):
        target = {"product_id": plan.product_id.id, "page_plan_id": plan.id}
        if record != plan:
            target["page_plan_tier_id"] = record.id
        return PricedItem(self.kind, record.id, record._price_name(self.kind), to_decimal(price), None, target)

    def _record(self, version):
        return version.page_plan_tier_id if self.kind == "plan_tier" else version.page_plan_id

    def take_effect(self, version, reason):
        record = self._record(version)
        before = record[self.field]
        record._take_price(self.field, version.price)
        return before

    def give_back(self, version, reason):
        record = self._record(version)
        if record and to_decimal(record[self.field]) == to_decimal(version.price):
            record._take_price(self.field, version.own_price)


def plan_kinds():
    """:return: [PricedKind]"""
    return [PlanPrice(kind) for kind in PLAN_KINDS]
