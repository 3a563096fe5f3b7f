# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What other screens say of page plans: preview, file, device, overview and health list."""

from freezegun import freeze_time

from odoo import Command

from ..support.access import BILLING, USER
from ..support.plans import MONTHS, PlanCase


class TestScreens(PlanCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device2 = cls._device("SN-2")
        cls.plan = cls._plan()

    def test_the_preview_says_how_many_pages_count_towards_plans(self):
        color = {
            "ColorPrevious": 0,
            "ColorCurrent": 107,
            "ColorIncluded": 100,
            "ColorOver": 7,
            "ColorOverUnitCost": "0.05",
        }
        file = self._upload([self._row("SN-1", 4200, **color), self._row("SN-2", 900)], **MONTHS[6])
        summary = file.summary_ids
        self.assertEqual((summary.plan_pages, summary.pages), (5100, 7))
        # What Xerox bills for pages under the plan is a cost, and no loss of the pages that are sold.
        self.assertEqual((round(summary.cost, 2), round(summary.price, 2)), (13.79, 0.56))
        self.assertEqual(round(summary.margin, 2), 0.21)

    def test_without_a_plan_the_preview_is_as_before(self):
        self.plan.unlink()
        summary = self._upload([self._row("SN-1", 4200)], **MONTHS[6]).summary_ids
        self.assertEqual((summary.plan_pages, summary.pages), (0, 3200))
        self.assertEqual(round(summary.margin, 2), round(summary.price - summary.cost, 2))

    def test_the_file_opens_the_cycles_that_it_feeds(self):
        file = self._month(6, 4200, 900)
        self._month(7, 10, 10)
        june = self._ratings().filtered(lambda rating: str(rating.cycle_end) == "2026-06-30")
        self.assertEqual(file.page_rating_count, 1)
        action = file.action_open_page_ratings()
        self.assertEqual(self.env["xpps.page.rating"].search(action["domain"]), june)
        other = self._agreement(next_date="2026-02-01")
        self._device("SN-9", other)
        outside = self._month(8, 10, serials=["SN-9"])
        self.assertEqual(outside.page_rating_count, 0)
        self.assertFalse(self.env["xpps.page.rating"].search(outside.action_open_page_ratings()["domain"]))

    def test_a_device_says_its_plans(self):
        loose = self._device("SN-4", xpps_subscription_id=False, xpps_subscription_line_id=False)
        self.assertEqual((self.device | self.device2 | loose).xpps_page_plan_ids, self.plan)
        self.assertFalse(loose.xpps_page_plan_ids)
        self.plan.date_to = "2025-12-31"
        self.device.invalidate_recordset(["xpps_page_plan_ids"])
        self.assertFalse(self.device.xpps_page_plan_ids)

    def test_the_overview_says_what_lacks_reads(self):
        self._month(6, 4200)
        self.assertEqual(self._ratings().state, "waiting")

        def figure(*groups):
            user = self._user(f"xpps_test_{len(groups)}{groups[0][-4:]}", *groups)
            overview = self.env["xpps.overview"].with_user(user).with_company(self.company).get_overview("2026-06-01")
            (company,) = (entry for entry in overview["companies"] if entry["id"] == self.company.id)
            figures = [figure for section in company["sections"] for figure in section["figures"]]
            return next((figure for figure in figures if figure["key"] == "unrated"), None)

        found = figure(BILLING)
        self.assertEqual((found["value"], found["look"]), (1, "warning"))
        self.assertEqual(found["action"]["xmlid"], "xerox_xpps.action_xpps_page_rating")
        self.assertEqual(self.env["xpps.page.rating"].search(found["action"]["domain"]), self._ratings())
        self.assertIsNone(figure(USER))
        self._ratings().action_waive("Taken away")
        self.assertEqual(figure(BILLING, USER)["value"], 0)

    def test_without_the_switch_the_overview_is_as_before(self):
        self.plan.unlink()
        self.company.xpps_page_plans = False
        overview = self.env["xpps.overview"].get_overview("2026-06-01")
        keys = {
            figure["key"]
            for company in overview["companies"]
            for section in company["sections"]
            for figure in section["figures"]
            if company["id"] == self.company.id
        }
        self.assertIn("to_approve", keys)
        self.assertNotIn("unrated", keys)


@freeze_time("2026-06-15")
class TestHealth(PlanCase):
    def _found(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["xpps.health"].search([("company_id", "=", self.company.id), ("kind", "like", "plan_")])
        return {row.kind: (row.res_id, str(row.since or "")) for row in rows}

    def test_a_plan_that_ends(self):
        plan = self._plan()
        self.assertFalse(self._found())
        for day, is_found in (("2026-08-14", True), ("2026-08-15", False), ("2026-06-14", False)):
            plan.date_to = day
            self.assertEqual(self._found(), {"plan_ends": (plan.id, day)} if is_found else {})
        plan.date_to = "2026-07-31"
        row = self.env["xpps.health"].search([("kind", "=", "plan_ends"), ("res_id", "=", plan.id)])
        self.assertIn("07/31/2026", row.explanation)
        action = row.action_open()
        self.assertEqual((action["res_model"], action["res_id"]), ("xpps.page.plan", plan.id))
        color = self.env["xpps.page.group"].create({"name": "Color", "color_weight": 1})
        other = self._plan(group_id=color.id, date_from="2026-08-01")
        self.assertEqual(self._found(), {"plan_ends": (plan.id, "2026-07-31")})
        other.unlink()
        self._plan(date_from="2026-08-01", scope="customer")
        self.assertFalse(self._found())

    def test_a_plan_of_an_agreement_that_ended(self):
        plan = self._plan()
        self.agreement.date = "2026-06-30"
        self.assertFalse(self._found())
        self.agreement.date = "2026-06-14"
        self.assertEqual(self._found(), {"plan_agreement_ended": (plan.id, "2026-06-14")})
        plan.date_to = "2026-06-14"
        self.assertFalse(self._found())

    def test_an_archived_material_code(self):
        plan = self._plan()
        self.env.cr.execute("UPDATE product_product SET active = FALSE WHERE id = %s", [self.pool_pages.id])
        self.env.invalidate_all()
        self.assertEqual(self._found(), {"plan_code_archived": (plan.id, "")})

    def test_plans_of_masters_say_nothing(self):
        master = self._agreement(running=False, is_xpps_master=True)
        self._plan(master, date_to="2026-07-31", tier_ids=[Command.create({"unit_price": 1})])
        self.assertFalse(self._found())
