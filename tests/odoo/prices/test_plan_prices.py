# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Escalators of page plans: what a cycle charges has the prices of its last day, and all of them rise together."""

from odoo import Command

from ..support.plans import MONTHS
from ..support.prices import PriceCase


class TestPlanPrices(PriceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_page_plans = True
        cls.pool = cls._service("Pool Pages", "material_code")
        cls.group = cls.env["xpps.page.group"].create({"name": "Mono pages", "mono_weight": 1})

    def _plan(self, **values):
        return self.env["xpps.page.plan"].create(
            {
                "name": "Pool",
                "subscription_id": self.agreement.id,
                "group_id": self.group.id,
                "product_id": self.pool.id,
                "unit_price": 0.0125,
                **values,
            }
        )

    def _charged(self, month, pages=1000):
        charges = self._month(MONTHS[month], pages).filtered("page_rating_id")
        return [(charge.kind, charge.quantity, round(charge.unit_price, 6)) for charge in charges]

    def test_a_late_file_has_the_price_of_its_month(self):
        plan = self._plan(minimum_pages=1500, unders_price=0.01, minimum_amount=5)
        change = self._rise()
        raised, left_out = self._prices(change)
        self.assertEqual(
            raised,
            {
                "XPPS Base Price": (50.0, 51.5),
                "Mono Pages": (0.0125, 0.0135),
                "Color Pages": (0.08, 0.0864),
                "Pool Pages": (0.0125, 0.0135),
                "Pool Pages – pages lacking to the minimum": (0.01, 0.0108),
                "Pool Pages – minimum amount": (5.0, 5.15),
            },
        )
        self.assertFalse({name for name in left_out if name.startswith("Pool")})
        with self._on("2026-08-05"):
            self._take_effect()
            self.assertEqual(plan.unit_price, 0.0135)
            self.assertEqual(self._charged(6), [("plan", 1000, 0.0125), ("unders", 500, 0.01)])
            self.assertEqual(self._charged(7), [("plan", 1000, 0.0135), ("unders", 500, 0.0108)])

    def test_tiers_rise_together(self):
        tiers = [
            Command.create({"from_pages": first, "unit_price": price}) for first, price in ((0, 0.01), (600, 0.008))
        ]
        self._plan(tier_mode="graduated", tier_ids=tiers)
        self._rise()
        self.assertEqual(self._charged(6), [("plan", 600, 0.01), ("plan", 400, 0.008)])
        self.assertEqual(self._charged(7), [("plan", 600, 0.0108), ("plan", 400, 0.00864)])

    def test_what_was_charged_before_gets_the_difference(self):
        self._plan()
        self._rule()
        change = self._propose()
        self.assertEqual(self._charged(6), [("plan", 1000, 0.0125)])
        self.assertEqual(self._charged(7), [("plan", 1000, 0.0125)])
        self._apply(change)
        charges = self.env["sale.subscription.charge"].search([("page_rating_id", "!=", False)], order="id")
        self.assertEqual(
            [(charge.quantity, round(charge.unit_price, 6), str(charge.period_end)) for charge in charges][2:],
            [(-1000, 0.0125, "2026-07-31"), (1000, 0.0135, "2026-07-31")],
        )
        change.action_take_back("Agreed otherwise")
        self.assertEqual(round(sum(charges.page_rating_id.mapped("charged")), 2), 25.0)

    def test_a_new_version_takes_prices_along(self):
        plan = self._plan()
        self._rise()
        self._charged(6)
        version = self.env["xpps.page.plan"].browse(plan.action_new_version()["res_id"])
        self.assertEqual((str(version.date_from), version.unit_price), ("2026-07-01", 0.0135))
        version.included_pages = 100
        self.assertEqual(self._charged(7), [("plan", 900, 0.0135)])

    def test_later_prices_are_the_new_versions(self):
        plan = self._plan()
        self._rise(date_from="2026-09-01", until="2026-09-30")
        self._charged(6)
        version = self.env["xpps.page.plan"].browse(plan.action_new_version()["res_id"])
        self.assertEqual(version.unit_price, 0.0125)
        self.assertEqual(version._price_on("unit_price", self.day("2026-09-30")), 0.0135)
