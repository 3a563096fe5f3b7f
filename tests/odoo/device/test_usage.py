# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What devices, agreements and customers print: figures reckoned by hand."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..support.access import BILLING, USER
from ..support.importing import FEBRUARY, JANUARY
from ..support.usage import UsageCase, meters


class TestUsage(UsageCase):
    def test_device(self):
        self._print_two_months()
        rows, labels, bars = self._usage(self.device)
        self.assertEqual(
            rows,
            [
                ("Mono", 1250, 1500, 2000, 75.0),
                ("Color", 76, 51, 0, None),
                # Color has no allowance, so its pages are no share of one. 2651 / 2 = 1325.5
                ("All", 1326, 1551, 2000, 75.0),
            ],
        )
        self.assertEqual(labels, ["Jan 2026", "Feb 2026"])
        self.assertEqual(bars, {"Mono": [1000, 1500], "Color": [100, 51]})
        self.assertEqual((self.device.xpps_average_pages, self.device.xpps_allowance_percent), (1326, 75.0))
        usage = self.device.xpps_usage
        self.assertEqual((usage["month"], usage["devices"]), ("Feb 2026", None))
        self.assertEqual(
            [(row["last_read"], row["read_date"]) for row in usage["rows"]],
            [(2500, "02/28/2026"), (151, "02/28/2026"), (None, None)],
        )

    def test_nothing_read(self):
        self.assertEqual(self._usage(self.device), ([], [], {}))
        self.assertEqual((self.device.xpps_average_pages, self.device.xpps_allowance_percent), (0, 0.0))
        new = self.env["stock.lot"].new({"name": "SN-NEW"})
        self.assertEqual((new.xpps_usage["rows"], new.xpps_average_pages), ([], 0))

    def test_types_that_a_device_does_not_use(self):
        """A file states zeros for them; a meter that stands still has a counter."""
        months = [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28")]
        for output_type, reads in (("mono", (700, 900)), ("color", (55, 55)), ("clr_lvl3", (0, 0))):
            for (first, last), read in zip(months, reads, strict=True):
                values = {"output_type": output_type, "period_start": first, "period_end": last}
                values |= {"previous_read": 700 if output_type == "mono" else read, "current_read": read}
                self.env["xpps.meter.read"].create(
                    {"device_id": self.device.id, "company_id": self.company.id, **values}
                )
        rows, _labels, bars = self._usage(self.device)
        self.assertEqual([row[0] for row in rows], ["Mono", "Color", "All"])
        self.assertEqual(list(bars), ["Mono", "Color"])

    def test_year(self):
        """A year and a month are shown, of which the average is of the last twelve; a month without reads is a gap."""
        for month in (*range(1, 7), *range(8, 13), 13, 14, 15):
            year, number = 2025 + (month - 1) // 12, (month - 1) % 12 + 1
            self.env["xpps.meter.read"].create(
                {
                    "device_id": self.device.id,
                    "company_id": self.company.id,
                    "output_type": "mono",
                    "period_start": f"{year}-{number:02}-01",
                    "period_end": f"{year}-{number:02}-28",
                    "current_read": 100 * month,
                }
            )
        rows, labels, bars = self._usage(self.device)
        self.assertEqual((labels[0], labels[-1], len(labels)), ("Mar 2025", "Mar 2026", 13))
        self.assertEqual(bars["Mono"], [300, 400, 500, 600, 0, 800, 900, 1000, 1100, 1200, 1300, 1400, 1500])
        # April 2025 to March 2026 without July: 10,700 pages in eleven months.
        self.assertEqual(rows[0][1], round(10700 / 11))

    def test_correction(self):
        """What a correction replaces does not count any more."""
        self._print_two_months()
        self._correct([meters("SN-1", mono=(1000, 2200, 2000))], **FEBRUARY)
        rows, _labels, bars = self._usage(self.device)
        self.assertEqual(rows[0], ("Mono", 1100, 1200, 2000, 60.0))
        self.assertEqual(bars, {"Mono": [1000, 1200], "Color": [100, 51]})

    def test_swap(self):
        """Opening and closing reads count no pages and make no month; of the fleet, both devices count."""
        self._load([meters("SN-1", mono=(0, 1000, 800))], **JANUARY)
        wizard = self.env["xpps.device.swap.wizard"].create(
            {"device_id": self.device.id, "date": "2026-02-16", "serial": "SN-NEW"}
        )
        wizard.read_ids.filtered(lambda row: row.output_type == "mono").write(
            {"closing_read": 1400, "opening_read": 70}
        )
        new = self.env["stock.lot"].browse(wizard.action_apply()["res_id"])
        self.assertEqual(self._usage(new), ([], [], {}))
        rows = [meters("SN-1", mono=(1000, 1400, 400)), meters("SN-NEW", mono=(70, 270, 400))]
        self._load(rows, **FEBRUARY)
        self.assertEqual(self._usage(new)[0][0], ("Mono", 200, 200, 400, 50.0))
        self.assertEqual(self._usage(self.device)[2], {"Mono": [1000, 400]})
        self.assertEqual(self.device.xpps_usage["rows"][0]["last_read"], 1400)
        rows, _labels, bars = self._usage(self.agreement)
        self.assertEqual(rows[0], ("Mono", 800, 600, 800, 75.0))
        self.assertEqual(bars, {"Mono": [1000, 600]})
        self.assertEqual(self.agreement.xpps_usage["devices"], 1)

    def test_fleet(self):
        """Of a customer, the devices of its sites and of all its agreements count."""
        site = self._partner("XPPS Test Site", parent_id=self.customer.id)
        second = self._agreement(partner_id=site.id)
        self._device("SN-2", second)
        self._device("SN-3", self.other)
        self._load(
            [
                meters("SN-1", mono=(0, 1000, 800)),
                meters("SN-2", mono=(0, 500, 200), color=(0, 30, 60)),
                meters("SN-3", mono=(0, 7, 7)),
            ],
            **JANUARY,
        )
        self.assertEqual(
            self._usage(self.customer)[0],
            [
                ("Mono", 1500, 1500, 1000, 150.0),
                ("Color", 30, 30, 60, 50.0),
                ("All", 1530, 1530, 1060, 100 * 1530 / 1060),
            ],
        )
        self.assertEqual(self.customer.xpps_usage["devices"], 2)
        self.assertEqual(self._usage(site)[2], {"Mono": [500], "Color": [30]})
        self.assertEqual(site.xpps_usage["devices"], 1)
        self.assertEqual(self._usage(self.agreement)[2], {"Mono": [1000]})
        both = self.agreement | self.other
        self.assertEqual(both.mapped("xpps_average_pages"), [1000, 7])
        self.assertEqual(self.agreement.xpps_usage["rows"][0]["last_read"], None)

    def test_one_query_for_many(self):
        devices = self.device | self._device("SN-2") | self._device("SN-3")
        self._load([meters(device.name, mono=(0, 10, 5)) for device in devices], **JANUARY)

        def queries(records):
            self.env.invalidate_all()
            records.mapped("name")
            before = self.cr.sql_log_count
            records.mapped("xpps_average_pages")
            return self.cr.sql_log_count - before

        self.assertEqual(queries(devices), queries(self.device))

    def test_report(self):
        """The default analysis: pages by month and type, groups by model, superseded reads apart."""
        self._print_two_months()
        self._correct([meters("SN-1", mono=(1000, 2200, 2000))], **FEBRUARY)
        action = self.env["ir.actions.act_window"]._for_xml_id("xerox_xpps.action_xpps_usage")
        domain = [("company_id", "=", self.company.id), ("origin", "=", "file"), ("superseded_by_id", "=", False)]
        self.assertEqual(action["view_mode"].split(",")[:2], ["graph", "pivot"])
        groups = self.env["xpps.meter.read"]._read_group(domain, ["product_id"], ["pages:sum"])
        self.assertEqual(groups, [(self.printer, 2351)])


class TestUsageAccess(UsageCase):
    def test_user(self):
        """Who may see devices may see what they print."""
        self._print_two_months()
        user = self._user("xpps_test_user", USER)
        for record_ in (self.device, self.agreement, self.customer):
            with self.subTest(model=record_._name):
                self.assertEqual(self._usage(record_.with_user(user))[0][0], ("Mono", 1250, 1500, 2000, 75.0))

    def test_others(self):
        """Who may not, does not get it, and is not kept from anything else; nor are customers in the portal."""
        self._print_two_months()
        self.customer.user_ids = self._user("xpps_test_portal", partner_id=self.customer.id)
        portal = self.customer.user_ids
        portal.group_ids = [Command.set(self.env.ref("base.group_portal").ids)]
        employee = self._user("xpps_test_employee", "sales_team.group_sale_salesman")
        for user, record_ in ((portal, self.device), (employee, self.customer)):
            mine = record_.with_user(user)
            self.assertTrue(mine.read(["display_name"]))
            self.assertNotIn("xpps_usage", mine.fields_get())
            for field in ("xpps_usage", "xpps_usage_chart", "xpps_average_pages", "xpps_allowance_percent"):
                with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
                    mine.read([field])

    def test_companies(self):
        """A customer of two companies: each sees what its own devices print."""
        self._print_two_months()
        reseller = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", BILLING, company=reseller)
        theirs = self.customer.with_user(stranger).with_context(allowed_company_ids=reseller.ids)
        self.assertEqual(theirs.xpps_usage, {"month": None, "devices": 0, "rows": []})
        self.assertFalse(theirs.xpps_usage_chart["datasets"])
