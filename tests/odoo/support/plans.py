# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of page plans share: a pool of devices whose months Xerox includes 1,000 pages each, at 0.0042."""

from odoo import Command

from .common import record
from .importing import ImportCase

#: The months from which on files come, as a file says them.
MONTHS = {
    month: {
        "InvoiceDate": f"2026-{month + 1:02}-03",
        "PeriodStart": f"2026-{month:02}-01",
        "PeriodEnd": f"2026-{month:02}-{last}",
    }
    for month, last in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31))
}


def plan_records(agreement, device, product):
    """One record of each model of page plans, on an agreement: a plan of color pages, and a cycle that lacks reads.

    :return: xpps.page.plan
    """
    env = agreement.env(su=True)
    agreement.company_id.sudo().xpps_page_plans = True
    company = agreement.company_id.id
    group = env["xpps.page.group"].create({"name": "Color pages", "color_weight": 1, "company_id": company})
    plan = env["xpps.page.plan"].create(
        {
            "name": "Color pool",
            "subscription_id": agreement.id,
            "group_id": group.id,
            "product_id": product.id,
            "included_method": "model",
            "tier_mode": "volume",
            "tier_ids": [Command.create({"from_pages": 0, "unit_price": 0.05})],
            "model_ids": [Command.create({"product_tmpl_id": device.product_id.product_tmpl_id.id})],
        }
    )
    cycle = {"company_id": company, "currency_id": plan.currency_id.id, "cycle_end": "2026-01-31"}
    env["xpps.page.rating"].create(
        {
            **cycle,
            "plan_id": plan.id,
            "subscription_id": agreement.id,
            "partner_id": plan.partner_id.id,
            "cycle_start": "2026-01-01",
            "state": "waiting",
            "xerox_cost": 12.34,
            "line_ids": [
                Command.create({**cycle, "device_id": device.id, "subscription_id": agreement.id, "xerox_cost": 12.34})
            ],
        }
    )
    return plan


class PlanCase(ImportCase):
    """``agreement`` has the devices of ``serials``; ``_month`` imports what they printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_page_plans = True
        cls.group = cls.env["xpps.page.group"].create({"name": "Mono pages", "mono_weight": 1})
        cls.pool_pages = cls._service("Pool Pages", "material_code")

    def _set_up_once(self):
        super()._set_up_once()
        self.counters = {}

    @classmethod
    def _plan(cls, agreement=None, **values):
        return cls.env["xpps.page.plan"].create(
            {
                "name": "Office pool",
                "subscription_id": (agreement or cls.agreement).id,
                "group_id": cls.group.id,
                "product_id": cls.pool_pages.id,
                "included_pages": 6000,
                "unit_price": 0.0125,
                **values,
            }
        )

    def _row(self, serial, pages, included=1000, cost="0.0042", **values):
        """A record of so many mono pages after those of the record before."""
        before = self.counters.get(serial, 1000)
        self.counters[serial] = before + pages
        counters = {"MonoPrevious": before, "MonoCurrent": before + pages, "MonoIncluded": included}
        return record(serial, mono=(max(pages - included, 0), cost), **counters, **values)

    def _month(self, month, *pages, serials=("SN-1", "SN-2", "SN-3")):
        """Import a file of the month with the pages of the devices."""
        return self._load(
            [self._row(serial, count) for serial, count in zip(serials, pages, strict=False)], **MONTHS[month]
        )

    def _months(self, *pages, first=1, serial="SN-1"):
        """Import months of one device. :return: the billing files"""
        return [self._month(month, count, serials=[serial]) for month, count in enumerate(pages, start=first)]

    def _ratings(self, plan=None):
        domain = [("plan_id", "=", plan.id)] if plan else []
        return self.env["xpps.page.rating"].search(
            [("company_id", "=", self.company.id), *domain], order="cycle_start, device_id, id"
        )

    def _plan_charges(self, kind=None):
        """What plans charge, in the order in which it was made."""
        domain = [("page_rating_id", "!=", False), ("company_id", "=", self.company.id)]
        if kind:
            domain.append(("kind", "=", kind))
        return self.env["sale.subscription.charge"].search(domain, order="id")

    def _lines(self, charges=None):
        """[(kind, pages, price, amount)]"""
        charges = self._plan_charges() if charges is None else charges
        return [
            (charge.kind, charge.quantity, round(charge.unit_price, 6), charge.price_subtotal) for charge in charges
        ]
