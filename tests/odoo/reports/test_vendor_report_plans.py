# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Pages under a page plan on the vendor report: covered by our plan, and no loss of theirs."""

from ..support.plans import MONTHS, PlanCase


class TestCovered(PlanCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device2, cls.device3 = cls._device("SN-2"), cls._device("SN-3")

    def _report(self, *domain):
        self.env.flush_all()
        return self.env["xpps.vendor.report"].search([("company_id", "=", self.company.id), *domain])

    def test_rows(self):
        plan = self._plan()
        self._month(6, 4200, 900, 1400)
        rows = self._report(("page_plan_id", "!=", False))
        self.assertEqual((rows.page_plan_id, rows.mapped("component")), (plan, ["mono"] * 3))
        self.assertEqual(round(sum(rows.mapped("xerox_cost")), 2), 15.12)
        self.assertFalse(any(rows.mapped("flag")))
        for row in rows:
            self.assertEqual((row.charged_quantity, row.charged_amount, row.invoiced_amount, row.margin), (0, 0, 0, 0))
        groups = self.env["xpps.vendor.report"]._read_group(
            [("company_id", "=", self.company.id), ("component", "=", "mono")],
            ["page_plan_id"],
            ["xerox_cost:sum", "margin:sum", "__count"],
        )
        self.assertEqual(
            [(group[0], round(group[1], 2), group[2], group[3]) for group in groups], [(plan, 15.12, 0, 3)]
        )

    def test_pages_that_nobody_pays_for_are_told_apart(self):
        """The same month without a plan is a charge to approve, and a loss once that is rejected."""
        file = self._month(6, 4200, 900, 1400)
        file.charge_ids.action_reject("Wrong")
        rows = self._report(("component", "=", "mono"), ("xerox_quantity", ">", 0))
        self.assertFalse(rows.page_plan_id)
        self.assertEqual(set(rows.mapped("flag")), {"not_billed_to_customer"})
        self.assertEqual(round(sum(rows.mapped("margin")), 2), -15.12)

    def test_what_xerox_bills_wrong_is_still_said(self):
        self._plan()
        self._month(5, 4200, 900, 1400)
        self._load([self._row("SN-1", 4200, cost="0.0050")], **MONTHS[6])
        row = self._report(("page_plan_id", "!=", False), ("flag", "=", "rate_changed"))
        self.assertEqual((row.device_id, str(row.period_end)), (self.device, "2026-06-30"))
