# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The vendor report: each figure of a world that was worked out by hand."""

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ..support.access import BILLING, USER
from ..support.report_example import ReportExample

REPORT = "xpps.vendor.report"
NUMBERS = (
    "xerox_quantity",
    "xerox_unit_cost",
    "xerox_cost",
    "expected_quantity",
    "expected_unit_cost",
    "expected_cost",
    "difference",
    "charged_quantity",
    "charged_amount",
    "invoiced_amount",
    "margin",
)
# A row: what Xerox bills (quantity, unit cost, cost), what was expected (the same), the difference, what the customer
# is charged (quantity, amount), invoiced, the margin; the flag. A customer's base price is split like Xerox's fees.
JANUARY = {
    # 30.00 as 10 : 5, so 20.00 and 10.00; a first bill has nothing to be compared with but the card
    ("A-1", "base_service"): (1, 10, 10, 1, 10, 10, 0, 1, 20, 20, 10, False),
    ("A-1", "base_supply"): (1, 5, 5, 1, 4.5, 4.5, 0.5, 1, 10, 10, 5, "wrong_rate"),
    # 3000 - 1000 - 1500 = 500 pages at 0.005; sold at 0.01. By the card 3000 - 1000 - 1600 = 400, 2.00
    ("A-1", "mono"): (500, 0.005, 2.5, 400, 0.005, 2, 0.5, 500, 5, 5, 2.5, "wrong_allowance"),
    # 500 - 200 - 100 = 200 pages at 0.05; sold at 0.08
    ("A-1", "color"): (200, 0.05, 10, 200, 0.05, 10, 0, 200, 16, 16, 6, False),
    ("B-2", "base_service"): (1, 10, 10, 1, 10, 10, 0, 1, 20, 20, 10, "wrong_agreement"),
    ("B-2", "base_supply"): (1, 5, 5, 1, 5, 5, 0, 1, 10, 10, 5, False),
    # 1000 - 0 - 400 = 600 pages
    ("B-2", "mono"): (600, 0.005, 3, 600, 0.005, 3, 0, 600, 6, 6, 3, "estimated_read"),
    # not split: all of it is the service fee
    ("C-3", "base_service"): (1, 20, 20, 1, 20, 20, 0, 1, 45, 45, 25, "serial_form"),
    # 6000 - 5000 - 500 = 500 pages at 0.006
    ("C-3", "mono"): (500, 0.006, 3, 500, 0.006, 3, 0, 500, 5, 5, 2, False),
}
FEBRUARY = {
    ("A-1", "base_service"): (1, 10, 10, 1, 10, 10, 0, 1, 20, 20, 10, False),
    ("A-1", "base_supply"): (1, 5, 5, 1, 4.5, 4.5, 0.5, 1, 10, 10, 5, "wrong_rate"),
    # 5000 - 3000 - 1500 = 500 pages, and not 510, 2.55; by the card 400, 2.00. The customer pays what Xerox bills
    ("A-1", "mono"): (510, 0.005, 2.55, 400, 0.005, 2, 0.55, 510, 5.1, 5.1, 2.55, "quantity_wrong"),
    # 900 - 500 - 100 = 300 pages at 0.05, 15.00, and not 0.0525, 15.75
    ("A-1", "color"): (300, 0.0525, 15.75, 300, 0.05, 15, 0.75, 300, 24, 24, 8.25, "rate_changed"),
    # 30.00 as 11 : 5: 30 × 5 / 16 = 9.375, so 9.38 and 20.62
    ("B-2", "base_service"): (1, 11, 11, 1, 10, 10, 1, 1, 20.62, 20.62, 9.62, "base_changed"),
    ("B-2", "base_supply"): (1, 5, 5, 1, 5, 5, 0, 1, 9.38, 9.38, 4.38, False),
    # 2000 - 900 - 400 = 700 pages are 3.50; from our last read, 2000 - 1000 - 400 = 600 are 3.00
    ("B-2", "mono"): (700, 0.005, 3.5, 600, 0.005, 3, 0.5, 700, 7, 7, 3.5, "read_gap"),
    # last billed 20.00; the customer pays his base price all the same
    ("C-3", "base_service"): (0, 0, 0, 1, 20, 20, -20, 1, 45, 45, 45, "missing_from_file"),
    ("X-9", "base_service"): (1, 12.5, 12.5, 0, 0, 0, 12.5, 0, 0, 0, -12.5, "unknown_device"),
    # 300 - 0 - 200 = 100 pages at 0.01
    ("X-9", "mono"): (100, 0.01, 1, 0, 0, 0, 1, 0, 0, 0, -1, "unknown_device"),
}
MARCH = {
    ("A-1", "base_service"): (1, 10, 10, 1, 10, 10, 0, 1, 20, 20, 10, False),
    ("A-1", "base_supply"): (1, 5, 5, 1, 4.5, 4.5, 0.5, 1, 10, 10, 5, "wrong_rate"),
    # 6400 - 5000 is within the 1500 that are included, and within the card's 1600; 1000 - 900 within the 120
    ("A-1", "mono"): (0, 0.005, 0, 0, 0.005, 0, 0, 0, 0, 0, 0, "wrong_allowance"),
    ("A-1", "color"): (0, 0.0525, 0, 0, 0.0525, 0, 0, 0, 0, 0, 0, "allowance_changed"),
    # the agreement has one device left, so that its base price is A-1's
    ("B-2", "base_service"): (1, 11, 11, 0, 0, 0, 11, 0, 0, 0, -11, "billed_after_removal"),
    ("B-2", "base_supply"): (1, 5, 5, 0, 0, 0, 5, 0, 0, 0, -5, "billed_after_removal"),
    ("B-2", "mono"): (0, 0.005, 0, 0, 0, 0, 0, 0, 0, 0, 0, False),
    ("C-3", "base_service"): (1, 20, 20, 1, 20, 20, 0, 1, 45, 45, 25, "wrong_customer"),
    # 8000 - 6000 - 500 = 1500 pages at 0.006, and their charge was rejected
    ("C-3", "mono"): (1500, 0.006, 9, 1500, 0.006, 9, 0, 0, 0, 0, -9, "not_billed_to_customer"),
}
#: Xerox's costs, what was expected, the difference, charged, invoiced, margin: the sums of the rows above.
TOTALS = (
    (68.5, 67.5, 1, 137, 137, 68.5),
    # 66.30 - 69.50 = 0.50 + 0.55 + 0.75 + 1 + 0.50 - 20 + 13.50 = -3.20; 2 × 30 + 45 + 5.10 + 24 + 7 = 141.10
    (66.3, 69.5, -3.2, 141.1, 141.1, 74.8),
    (60, 43.5, 16.5, 75, 75, 15),
)
REASONS = {
    **{
        (month, "A-1", component): reason
        for month in ("JAN", "FEB", "MAR")
        for component, reason in (
            ("base_supply", "Base fee $5.00 instead of $4.50 by the rate card"),
            ("mono", "Included pages: 1,500 instead of 1,600 by the rate card"),
        )
    },
    ("JAN", "B-2", "base_service"): "Agreement number PC-2 instead of PC-1",
    ("JAN", "C-3", "base_service"): "Xerox writes the serial number c-3, we write C-3",
    ("JAN", "B-2", "mono"): "Xerox estimated the meter read",
    ("FEB", "A-1", "mono"): "510 pages instead of 500 by Xerox's own reads; Included pages: 1,500 instead of 1,600 by "
    "the rate card",
    ("FEB", "A-1", "color"): "Unit cost 0.0525 instead of 0.05",
    ("FEB", "B-2", "base_service"): "Base fee $11.00 instead of $10.00",
    ("FEB", "B-2", "mono"): "The meter starts at 900 instead of 1000",
    ("FEB", "C-3", "base_service"): "Not in the file; last billed $20.00",
    ("FEB", "X-9", "base_service"): "No device has the serial number X-9",
    ("FEB", "X-9", "mono"): "No device has the serial number X-9",
    ("MAR", "A-1", "color"): "Included pages: 120 instead of 100 the last time",
    ("MAR", "B-2", "base_service"): "Billed after the removal on 02/28/2026",
    ("MAR", "B-2", "base_supply"): "Billed after the removal on 02/28/2026",
    ("MAR", "C-3", "base_service"): "Customer number 0722 instead of 0721",
    ("MAR", "C-3", "mono"): "Pages charged to the customer: 0 of 1500",
}


class TestVendorReportExample(ReportExample):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps_test_billing", BILLING)
        cls.report = cls.env[REPORT].with_user(cls.user)

    def _rows(self, file):
        return self.report.search([("billing_file_id", "=", file.id)])

    def _row(self, number, serial, component):
        return self._rows(self.files[number]).filtered(lambda row: (row.serial, row.component) == (serial, component))

    def test_every_figure(self):
        for file, expected in zip(self.files, (JANUARY, FEBRUARY, MARCH), strict=True):
            rows = self._rows(file)
            found = {
                (row.serial, row.component): (*(round(row[name], 6) for name in NUMBERS), row.flag) for row in rows
            }
            self.assertEqual(len(found), len(rows))
            self.assertEqual(found, expected, file.name)

    def test_totals(self):
        for file, (xerox, *others) in zip(self.files, TOTALS, strict=True):
            names = ("xerox_cost", "expected_cost", "difference", "charged_amount", "invoiced_amount", "margin")
            sums = self.report._read_group([("billing_file_id", "=", file.id)], [], [f"{name}:sum" for name in names])
            self.assertEqual([round(total, 2) for total in sums[0]], [xerox, *others], file.name)
            self.assertEqual(file.amount_total, xerox)

    def test_reasons(self):
        rows = self.report.search([("flag", "!=", False)])
        found = {(row.billing_file_id.name, row.serial, row.component): row.reason for row in rows}
        self.assertEqual(found, REASONS)
        self.assertFalse(any(self.report.search([("flag", "=", False)]).mapped("reason")))

    def test_what_a_row_is_about(self):
        file = self.files[1]
        rows = self._rows(file)
        self.assertEqual(set(rows.mapped("period_start")), {file.period_start})
        self.assertEqual(set(rows.mapped("period_end")), {file.period_end})
        self.assertEqual(rows.company_id, self.company)
        self.assertEqual(rows.currency_id | rows.company_currency_id, self.usd)
        for serial, device, customer, agreement in (
            ("A-1", self.device_a, self.customer, self.agreement),
            ("B-2", self.device_b, self.customer, self.agreement),
            ("C-3", self.device_c, self.other_customer, self.other_agreement),
        ):
            mine = rows.filtered(lambda row, serial=serial: row.serial == serial)
            self.assertEqual((mine.device_id, mine.product_id), (device, self.printer))
            self.assertEqual((mine.partner_id, mine.subscription_id), (customer, agreement))
        unknown = rows.filtered(lambda row: row.serial == "X-9")
        self.assertFalse(unknown.device_id or unknown.partner_id or unknown.product_id)
        for row in rows - rows.filtered(lambda row: row.flag == "missing_from_file"):
            self.assertEqual((row.line_id.billing_file_id, row.line_id.serial), (file, row.serial))
        self.assertFalse(self._row(1, "C-3", "base_service").line_id)
        read = self._row(1, "A-1", "mono").meter_read_id
        self.assertEqual((read.device_id, read.output_type, read.overage), (self.device_a, "mono", 510))

    def test_a_row_is_found_by_its_id(self):
        before = {row.id: (row.serial, row.component, row.period_end) for row in self.report.search([])}
        self.assertEqual(len(before), 28)
        self.assertTrue(all(0 < row_id < 2**53 for row_id in before))
        self.env.invalidate_all()
        for row in self.report.browse(before):
            self.assertEqual((row.serial, row.component, row.period_end), before[row.id])
        self.assertEqual(self.report.browse(list(before)).exists().ids, list(before))

    def test_one_at_a_time(self):
        """By id only the rows that are asked for are looked for."""
        for row in self.report.search([]):
            self.env.invalidate_all()
            self.assertEqual(row.read(["difference"])[0]["id"], row.id)

    # Filters, and what a row opens

    def test_every_flag_is_there(self):
        """But of an unknown cost, which test_unknown_cost has."""
        flags = {flag for (flag,) in self.report._read_group([], ["flag"])}
        self.assertEqual(flags - {False} | {"cost_unknown"}, set(dict(self.report._fields["flag"].selection)))

    def test_the_file_opens_its_differences(self):
        action = self.files[1].with_user(self.user).action_open_vendor_report()
        self.assertEqual(action["views"][0][1], "list")
        found = self.report.search([*action["domain"], ("flag", "!=", False)])
        self.assertEqual(len(found), 8)

    def test_opens_the_device_and_the_file(self):
        row = self._row(1, "A-1", "mono")
        action = row.action_open_device()
        self.assertEqual((action["res_model"], action["res_id"]), ("stock.lot", row.device_id.id))
        self.assertEqual(action["views"], [(self.env.ref("xerox_xpps.view_xpps_device_form").id, "form")])
        self.assertEqual(row.action_open_file()["res_id"], self.files[1].id)
        with self.assertRaisesRegex(UserError, "X-9"):
            self._row(1, "X-9", "mono").action_open_device()

    def test_opens_the_charges(self):
        row = self._row(1, "A-1", "color")
        charge = self.env["sale.subscription.charge"].search(row.action_open_charges()["domain"])
        self.assertEqual((charge.quantity, charge.output_type, charge.device_id), (300, "color", self.device_a))
        none = self._row(1, "X-9", "mono").action_open_charges()["domain"]
        self.assertFalse(self.env["sale.subscription.charge"].search(none))

    def test_opens_the_invoices(self):
        for serial, component, agreement in (
            ("A-1", "color", self.agreement),
            ("A-1", "base_supply", self.agreement),
            ("C-3", "base_service", self.other_agreement),
        ):
            domain = self._row(1, serial, component).action_open_invoices()["domain"]
            self.assertEqual(self.env["account.move"].search(domain), self.invoices[1][agreement], serial)
        domain = self._row(2, "C-3", "mono").action_open_invoices()["domain"]
        self.assertFalse(self.env["account.move"].search(domain))

    # Who may see it

    def test_only_billing_sees_it(self):
        reader = self._user("xpps_test_user", USER)
        row = self.report.search([], limit=1)
        for method in (row.read, row.action_open_file, row.action_open_device, row.action_open_charges):
            method()
            with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
                getattr(row.with_user(reader), method.__name__)()
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            row.with_user(reader).action_open_invoices()
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            row.write({"serial": "X"})

    def test_another_companys_rows(self):
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", BILLING, company=other)
        self.assertFalse(self.env[REPORT].with_user(stranger).with_context(allowed_company_ids=other.ids).search([]))
        row = self.report.search([], limit=1)
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            row.with_user(stranger).with_context(allowed_company_ids=other.ids).read(["xerox_cost"])
