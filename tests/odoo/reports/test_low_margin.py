# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Agreements below the margin floor, and who gets to see what they earn."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tools import html2plaintext, mute_logger

from ..support.access import BILLING, MANAGER, USER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH, ImportCase

ACTIVITY_TYPE = "xerox_xpps.mail_activity_low_margin"
APRIL = {"InvoiceDate": "2026-05-03", "PeriodStart": "2026-04-01", "PeriodEnd": "2026-04-30"}


class LowMarginCase(ImportCase):
    """The agreement earns 30 a month, and costs what a test says."""

    def _month(self, period, cost, invoiced=True):
        self._load([record("SN-1", BaseServiceFee=cost)], **period)
        if invoiced:
            self._post()

    def _rows(self):
        return self.env["xpps.low.margin"].search([("company_id", "=", self.company.id)])

    def _figures(self):
        return [
            (row.revenue, row.cost, row.margin, round(row.margin_percent, 2), str(row.date_from), str(row.last_month))
            for row in self._rows()
        ]

    def _activities(self):
        return self.agreement.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(ACTIVITY_TYPE)
        )


class TestLowMargin(LowMarginCase):
    def test_floor(self):
        """24 of 30 leaves 20 %."""
        self._month(JANUARY, 24)
        for floor, low in ((0, False), (20, False), (20.01, True)):
            with self.subTest(floor=floor):
                self.company.xpps_margin_floor_percent = floor
                self.assertEqual(bool(self._rows()), low)
        row = self._rows()
        self.assertEqual(self._figures(), [(30, 24, 6, 20, "2025-11-01", "2026-01-31")])
        self.assertEqual(
            (row.subscription_id, row.partner_id, row.floor_percent), (self.agreement, self.customer, 20.01)
        )

    def test_without_floor(self):
        """What costs more than it earns is always too little."""
        self._month(JANUARY, "30.01")
        self.assertEqual(self._figures(), [(30, 30.01, -0.01, -0.03, "2025-11-01", "2026-01-31")])

    def test_three_months(self):
        """January's 30 of 30 does not count in April: 3 × 27 of 90 leave 10 %."""
        self.company.xpps_margin_floor_percent = 15
        for period, cost in ((JANUARY, 30), (FEBRUARY, 27), (MARCH, 27), (APRIL, 27)):
            self._month(period, cost)
        self.assertEqual(self._figures(), [(90, 81, 9, 10, "2026-02-01", "2026-04-30")])
        action = self._rows().action_open_profitability()
        report = self.env[action["res_model"]]
        self.assertEqual(report._read_group(action["domain"], [], ["revenue:sum", "cost:sum"]), [(90, 81)])

    def test_month_that_is_not_invoiced(self):
        """An imported file is no loss as long as its invoices are not made."""
        self.company.xpps_margin_floor_percent = 10
        self._month(JANUARY, 15)
        self._month(FEBRUARY, 29, invoiced=False)
        self.assertFalse(self._rows())
        # 60 less 15 and 29 leaves 26.67 %.
        self._post()
        self.company.xpps_margin_floor_percent = 27
        self.assertEqual(self._figures(), [(60, 44, 16, 26.67, "2025-12-01", "2026-02-28")])

    def test_closed_agreement(self):
        self._month(JANUARY, 40)
        self.assertTrue(self._rows())
        self.agreement.close_subscription()
        self.assertFalse(self._rows())

    def test_activity(self):
        """For the salesperson, without figures, and not twice as long as it is open."""
        salesperson = self._user("xpps_test_sales", "sales_team.group_sale_salesman")
        self.agreement.user_id = salesperson
        self._month(JANUARY, 40)
        clerk = self._user("xpps_test_clerk", BILLING)
        rows = self._rows().with_user(clerk)
        rows.action_schedule_activity()
        rows.action_schedule_activity()
        activity = self._activities()
        self.assertEqual((len(activity), activity.user_id), (1, salesperson))
        self.assertEqual(activity.date_deadline, fields.Date.today() + timedelta(days=7))
        self.assertEqual(
            html2plaintext(activity.note),
            f"The margin of {self.agreement.display_name} in the last months up to January 2026 is below the "
            "margin floor of XPPS Test Reseller.",
        )
        rows.invalidate_recordset()
        self.assertEqual((rows.activity_user_id, rows.activity_date_deadline), (salesperson, activity.date_deadline))
        activity.action_feedback()
        rows.action_schedule_activity()
        self.assertEqual(len(self._activities()), 1)
        action = rows.action_open_agreement()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.subscription", self.agreement.id))

    def test_cron(self):
        """Only where a company has a floor."""
        self.agreement.user_id = False
        self.company.xpps_responsible_id = self._user("xpps_test_clerk", BILLING)
        self._month(JANUARY, 40)
        cron = self.env.ref("xerox_xpps.ir_cron_schedule_low_margins")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            self.assertFalse(self._activities())
            self.company.xpps_margin_floor_percent = 5
            for _month in range(2):
                cron.method_direct_trigger()
        self.agreement.invalidate_recordset()
        self.assertEqual(self._activities().user_id, self.company.xpps_responsible_id)


class TestAccess(LowMarginCase):
    REPORTS = ("xpps.profitability.report", "xpps.low.margin")

    def setUp(self):
        super().setUp()
        self._month(JANUARY, 40)

    def assertDenied(self, method, *args):
        loggers = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
        with mute_logger(*loggers), self.assertRaises(AccessError):
            method(*args)

    def test_user(self):
        """Who does not see costs sees no margin, and no button to it."""
        user = self._user("xpps_test_user", USER)
        for model in self.REPORTS:
            report = self.env[model]
            rows = report.search([("company_id", "=", self.company.id)])
            self.assertTrue(rows)
            self.assertDenied(report.with_user(user).search, [])
            self.assertDenied(report.with_user(user)._read_group, [], [], ["cost:sum"])
            self.assertDenied(report.with_user(user)._read_grouping_sets, [], [[]], ["cost:sum"])
            self.assertDenied(rows.with_user(user).read, ["cost"])
        rows = self.env["xpps.profitability.report"].search([]).with_user(user)
        for method in (rows[:1].action_open, rows.action_open_charges, rows.action_open_records):
            self.assertDenied(method)
        low = self.env["xpps.low.margin"].search([("company_id", "=", self.company.id)]).with_user(user)
        for method in (low.action_schedule_activity, low.action_open_agreement, low._cron_schedule_activities):
            self.assertDenied(method)
        for record_, view in (
            (self.agreement, "subscription_oca.sale_subscription_form"),
            (self.customer, "base.view_partner_form"),
        ):
            arch = record_.with_user(user).get_view(self.env.ref(view).id, "form")["arch"]
            self.assertNotIn("action_open_xpps_profitability", arch)
            arch = record_.with_user(self._clerk()).get_view(self.env.ref(view).id, "form")["arch"]
            self.assertIn("action_open_xpps_profitability", arch)

    def _clerk(self):
        return self.env["res.users"].search([("login", "=", "xpps_test_clerk")]) or self._user(
            "xpps_test_clerk", BILLING, "base.group_partner_manager"
        )

    def test_stranger(self):
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", MANAGER, company=other)
        for model in self.REPORTS:
            report = self.env[model].with_user(stranger).with_context(allowed_company_ids=other.ids)
            self.assertFalse(report.search([]))
            self.assertEqual(report._read_group([], [], ["__count"]), [(0,)])
            rows = self.env[model].search([("company_id", "=", self.company.id)])
            self.assertDenied(rows.with_env(report.env).read, ["cost"])

    def test_rule_of_ones_own(self):
        """A pivot keeps to rules about what it does not show."""
        self.env["ir.rule"].create(
            {
                "name": "Own agreements only",
                "model_id": self.env["ir.model"]._get_id("xpps.profitability.report"),
                "domain_force": "[('user_id', '=', user.id)]",
            }
        )
        clerk = self._clerk()
        report = self.env["xpps.profitability.report"].with_user(clerk)
        self.agreement.user_id = False
        self.assertEqual(report._read_grouping_sets([], [[]], ["cost:sum"]), [[(False,)]])
        self.agreement.user_id = clerk
        self.assertEqual(report._read_grouping_sets([], [[]], ["cost:sum"]), [[(40,)]])

    def test_buttons(self):
        """From agreement and customer to their rows."""
        site = self._partner("Site", parent_id=self.customer.id)
        for record_ in (self.agreement, self.customer, site):
            action = record_.with_user(self._clerk()).action_open_xpps_profitability()
            rows = self.env["xpps.profitability.report"].search(action["domain"])
            self.assertEqual(rows.subscription_id, self.agreement)
            self.assertEqual(sum(rows.mapped("margin")), -10)
