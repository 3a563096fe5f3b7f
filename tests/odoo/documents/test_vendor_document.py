# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Xerox Vendor Report as a document: figures worked out by hand, PDF and XLSX, and who may have them."""

import datetime
import io
import re
import shutil
import subprocess
from decimal import Decimal

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.common import record
from ..support.importing import FEBRUARY, MARCH
from ..support.report_example import ReportExample

REPORT = "xerox_xpps.report_vendor_file"
BILLING = "xerox_xpps.group_xpps_billing"

#: February by component: (devices or pages, Xerox's cost, expected cost, January's cost).
#: Service fees: 10 + 11 + 12.50; expected 10 + 10 + C-3's 20; January 10 + 10 + 20. Mono: 2.55 + 3.50 + 1; expected
#: 2.00, by the card, + 3.00; January 2.50 + 3 + 3. Color: 300 pages at 0.0525 instead of 0.05; January 200 at 0.05.
COMPONENTS = {
    "Base Service Fee": (3, "33.50", "40.00", "40.00"),
    "Base Supply Fee": (2, "10.00", "9.50", "10.00"),
    "Mono": (1310, "7.05", "5.00", "8.50"),
    "Color": (300, "15.75", "15.00", "10.00"),
}
TOTAL = ("66.30", "69.50", "68.50")
#: (rows, Xerox's cost, expected cost)
FLAGS = {
    "Unknown Device": (2, "13.50", "0"),
    "Missing from File": (1, "0", "20.00"),
    "Quantity Wrong": (1, "2.55", "2.00"),
    "Wrong Rate": (1, "5.00", "4.50"),
    "Unit Cost Changed": (1, "15.75", "15.00"),
    "Base Fee Changed": (1, "11.00", "10.00"),
    "Read Gap": (1, "3.50", "3.00"),
    "As expected": (2, "15.00", "15.00"),
}
#: (serial, component, quantity, cost, expected cost, difference), the worst first.
DIFFERENCES = [
    ("X-9", "Base Service Fee", 1, "12.50", "0", "12.50"),
    ("X-9", "Mono", 100, "1.00", "0", "1.00"),
    ("C-3", "Base Service Fee", 0, "0", "20.00", "-20.00"),
    ("A-1", "Mono", 510, "2.55", "2.00", "0.55"),
    ("A-1", "Base Supply Fee", 1, "5.00", "4.50", "0.50"),
    ("A-1", "Color", 300, "15.75", "15.00", "0.75"),
    ("B-2", "Base Service Fee", 1, "11.00", "10.00", "1.00"),
    ("B-2", "Mono", 700, "3.50", "3.00", "0.50"),
]
#: {serial: (total, January's total)}
DEVICES = {"A-1": ("33.30", "27.50"), "B-2": ("19.50", "18.00"), "C-3": (None, "23.00"), "X-9": ("13.50", None)}


def decimal(text):
    return None if text is None else Decimal(text)


class VendorDocumentCase(ReportExample):
    def _wizard_of(self, date_from, date_to, user=None):
        wizards = self.env["xpps.vendor.report.wizard"]
        if user:
            wizards = wizards.with_user(user)
        return wizards.create({"company_id": self.company.id, "date_from": date_from, "date_to": date_to})

    def _sheets(self, record):
        return load_workbook(io.BytesIO(record._vendor_document_xlsx()))

    def _table(self, sheet, title):
        """The rows of a table of a sheet, the title in its first column. :return: [{column title: value}]"""
        rows = list(sheet.iter_rows(values_only=True))
        start = next(number for number, row in enumerate(rows) if row[0] == title)
        names = [name for name in rows[start] if name]
        found = []
        for row in rows[start + 1 :]:
            if not any(value is not None for value in row):
                break
            found.append(dict(zip(names, row, strict=False)))
        return found


class TestFigures(VendorDocumentCase):
    def setUp(self):
        super().setUp()
        self.february = self.files[1]

    def _section(self, record):
        (section,) = record._vendor_document().sections
        return section

    def _report_sum(self, name, domain):
        rows = self.env["xpps.vendor.report"].search([("company_id", "=", self.company.id), *domain])
        return sum((Decimal(str(round(value, 2))) for value in rows.mapped(name)), Decimal(0))

    def test_components(self):
        section = self._section(self.february)
        self.assertEqual(
            {
                summary.name: (summary.quantity, summary.xerox_cost, summary.expected_cost, summary.previous_cost)
                for summary in section.components
            },
            {name: (number, *map(Decimal, costs)) for name, (number, *costs) in COMPONENTS.items()},
        )
        total = section.total
        self.assertEqual((total.xerox_cost, total.expected_cost, total.previous_cost), tuple(map(Decimal, TOTAL)))
        self.assertEqual((total.difference, total.change), (Decimal("-3.20"), Decimal("-2.20")))

    def test_totals_are_the_reports(self):
        section = self._section(self.february)
        file = [("billing_file_id", "=", self.february.id)]
        for name in ("xerox_cost", "expected_cost", "difference"):
            self.assertEqual(getattr(section.total, name), self._report_sum(name, file))
        for summary in section.flags:
            flag = {label: value for value, label in self.env["xpps.vendor.report"]._fields["flag"].selection}
            rows = [*file, ("flag", "=", flag.get(summary.name, False))]
            self.assertEqual(summary.xerox_cost, self._report_sum("xerox_cost", rows))
            self.assertEqual(summary.difference, self._report_sum("difference", rows))

    def test_flags(self):
        section = self._section(self.february)
        self.assertEqual(
            {summary.name: (summary.rows, summary.xerox_cost, summary.expected_cost) for summary in section.flags},
            {name: (rows, *map(Decimal, costs)) for name, (rows, *costs) in FLAGS.items()},
        )

    def test_differences(self):
        self.assertEqual(
            [
                (row.serial, row.component, row.xerox_quantity, row.xerox_cost, row.expected_cost, row.difference)
                for row in self._section(self.february).differences
            ],
            [
                (*names, *map(Decimal, costs))
                for *names, cost, expected, difference in DIFFERENCES
                for costs in [(cost, expected, difference)]
            ],
        )

    def test_reasons_are_the_reports(self):
        rows = self.env["xpps.vendor.report"].search(
            [("billing_file_id", "=", self.february.id), ("flag", "!=", False)]
        )
        reasons = {(row.serial, row.xerox_cost, row.expected_cost): row.reason for row in rows}
        self.assertTrue(all(reasons.values()))
        for row in self._section(self.february).differences:
            self.assertEqual(row.reason, reasons[row.serial, float(row.xerox_cost), float(row.expected_cost)])

    def test_devices(self):
        section = self._section(self.february)
        self.assertEqual(
            {device.serial: (device.total, device.previous) for device in section.devices},
            {serial: tuple(map(decimal, totals)) for serial, totals in DEVICES.items()},
        )
        self.assertEqual(section.device_count, 3)
        by_serial = {device.serial: device for device in section.devices}
        self.assertEqual(by_serial["A-1"].pages, {"mono": 510, "color": 300})
        self.assertEqual(by_serial["A-1"].costs["base_supply"], 5)
        self.assertEqual(by_serial["C-3"].change, -23)
        self.assertEqual(by_serial["B-2"].flags, ["Base Fee Changed", "Read Gap"])
        self.assertEqual((by_serial["A-1"].customer, by_serial["A-1"].model), (self.customer.name, self.printer.name))

    def test_control_totals(self):
        (control,) = self._section(self.february).files
        self.assertEqual((control.devices, control.row_devices, control.stated_devices), (3, 3, None))
        self.assertEqual((control.amount, control.stated_amount, control.row_amount), (Decimal("66.30"),) * 3)
        self.assertEqual(control.remarks, [])

    def test_control_totals_that_differ(self):
        self.february.sudo().write({"control_total": 66.00, "control_count": 5})
        (control,) = self._section(self.february).files
        self.assertEqual((control.stated_difference, control.stated_device_difference), (Decimal("0.30"), -2))
        self.assertEqual(len(control.remarks), 2)
        self.assertRegex(control.remarks[0], "Devices stated in the file: 5. Devices found: 3.")
        self.assertRegex(control.remarks[1], r"66\.00.*66\.30.*0\.30")

    def test_correction(self):
        """500 pages instead of 510: what the correction replaces is in its own report, not in the file's."""
        correction = self._load_file(
            build_xml(
                {"InvoiceNumber": "COR", **FEBRUARY, "InvoiceTotal": "2.50"},
                [record("A-1", MonoPrevious=3000, MonoCurrent=5000, MonoIncluded=1500, mono=(500, "0.005"))],
            ),
            "correction",
        )
        self.assertEqual(correction.state, "imported")
        (control,) = self._section(self.february).files
        # The base fees of 15 and 510 pages at 0.005.
        self.assertEqual((control.row_amount, control.difference), (Decimal("48.75"), Decimal("17.55")))
        self.assertRegex(" ".join(control.remarks), r"17\.55 of its total.*replace 1 of its")
        (control,) = self._section(correction).files
        self.assertEqual((control.row_amount, control.difference), (Decimal("17.50"), Decimal(-15)))
        self.assertRegex(" ".join(control.remarks), r"15\.00 more than the file.*is not changed")
        # It is compared with January's figures of A-1 alone.
        self.assertEqual(self._section(correction).total.previous_cost, Decimal("27.50"))
        period = self._section(self._wizard_of("2026-02-01", "2026-02-28"))
        self.assertEqual(period.total.xerox_cost, Decimal("66.25"))

    def test_first_file_has_nothing_to_compare_with(self):
        document = self.files[0]._vendor_document()
        self.assertEqual(document.previous_invoices, [])
        (section,) = document.sections
        self.assertEqual({summary.previous_cost for summary in (*section.components, section.total)}, {None})

    def test_another_file_of_the_month_before_is_left_out(self):
        """A reseller with two agreements at Xerox gets two files a month; each is compared with its own."""
        self._device("D-4")
        other = self._load_file(
            build_xml(
                {"InvoiceNumber": "FEB-2", **FEBRUARY, "InvoiceTotal": "7.00"}, [record("D-4", MonthlyBasePrice=7)]
            )
        )
        self.assertEqual(other.state, "imported")
        document = self.files[2]._vendor_document()
        self.assertEqual(document.previous_invoices, ["FEB"])
        self.assertEqual(document.sections[0].total.previous_cost, Decimal("66.30"))

    def test_period(self):
        document = self._wizard_of("2026-02-10", "2026-03-10")._vendor_document()
        self.assertEqual((document.invoices, document.previous_invoices), (["FEB", "MAR"], ["JAN"]))
        self.assertEqual((document.period_start, document.period_end), (self.day("2026-02-01"), self.day("2026-03-31")))
        (section,) = document.sections
        self.assertEqual([control.invoice for control in section.files], ["FEB", "MAR"])
        self.assertEqual(section.total.xerox_cost, Decimal("126.30"))
        self.assertEqual(section.total.previous_cost, Decimal("68.50"))
        totals = {device.serial: device.total for device in section.devices}
        # A-1: 33.30 and 15; B-2: 19.50 and 16; C-3: 29 in March; X-9: 13.50 in February.
        self.assertEqual(totals, {"A-1": Decimal("48.30"), "B-2": Decimal("35.50"), "C-3": 29, "X-9": Decimal("13.50")})

    def test_currencies_are_not_added_up(self):
        self._device("E-5")
        euro = {"InvoiceNumber": "EUR", **MARCH, "Currency": "EUR", "InvoiceTotal": "12.00"}
        file = self._load_file(build_xml(euro, [record("E-5", MonthlyBasePrice=12)]))
        self.assertEqual(file.state, "imported")
        wizard = self._wizard_of("2026-03-01", "2026-03-31")
        sections = wizard._vendor_document().sections
        self.assertEqual(
            [(section.currency, section.total.xerox_cost) for section in sections],
            [("EUR", 12), ("USD", 60)],
        )
        names = self._sheets(wizard).sheetnames
        self.assertEqual(names[:3], ["Summary EUR", "Differences EUR", "Devices EUR"])
        self.assertEqual(len(names), 6)

    def test_queries_do_not_grow(self):
        def queries(number):
            """Load a file of as many devices. :return: how many queries its document takes"""
            invoice = {"InvoiceNumber": f"Q-{number}", **MARCH, "InvoiceTotal": f"{number}.00"}
            devices = [self._device(f"Q-{number}-{index}") for index in range(number)]
            file = self._load_file(build_xml(invoice, [record(device.name, MonthlyBasePrice=1) for device in devices]))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self._section(file).device_count, number)
            return self.cr.sql_log_count - before

        queries(2)
        self.assertEqual(queries(3), queries(30))


class TestFiles(VendorDocumentCase):
    def test_xlsx(self):
        book = self._sheets(self.files[1])
        self.assertEqual(book.sheetnames, ["Summary", "Differences", "Devices"])
        summary = book["Summary"]
        (control,) = self._table(summary, "Control Totals")
        self.assertEqual(
            (control["Total of the File"], control["Total Stated"], control["Total in This Report"], control["Result"]),
            (66.3, 66.3, 66.3, "Equal"),
        )
        *components, total = self._table(summary, "Component")
        self.assertEqual(
            {
                row["Component"]: (
                    row["Devices or Pages"],
                    row["Xerox's Cost"],
                    row["Expected Cost"],
                    row["Previous Period"],
                )
                for row in components
            },
            {name: (number, *map(float, costs)) for name, (number, *costs) in COMPONENTS.items()},
        )
        self.assertEqual(
            (total["Xerox's Cost"], total["Expected Cost"], total["Previous Period"]), tuple(map(float, TOTAL))
        )
        self.assertEqual((total["Difference"], total["Change"]), (-3.2, -2.2))
        self.assertEqual(
            {
                row["Flag"]: (row["Rows"], row["Xerox's Cost"], row["Expected Cost"])
                for row in self._table(summary, "Flag")
            },
            {name: (rows, *map(float, costs)) for name, (rows, *costs) in FLAGS.items()},
        )

    def test_xlsx_savings(self):
        rows = self.env["xpps.vendor.report"].search(
            [("billing_file_id", "=", self.files[1].id), ("serial", "=", "X-9")]
        )
        dispute = self.env["xpps.dispute"]._create_from_rows(rows)
        dispute.action_mark_sent()
        dispute.credited_amount = 10
        dispute.action_credit()
        summary = self._sheets(self.files[1])["Summary"]
        *kinds, total = self._table(summary, "Savings by Month")
        titles = ("Overbilled", "Underbilled", "Not Claimed", "Disputed", "Credited", "Open", "Rejected")
        self.assertEqual(
            {row["Kind"]: tuple(row[title] for title in titles) for row in kinds},
            {
                "Unknown Device": (13.5, 0, 0, 13.5, 10, 0, 3.5),
                "Missing from File": (0, -20, 0, 0, 0, 0, 0),
                "Quantity Wrong": (0.55, 0, 0.55, 0, 0, 0, 0),
                "Wrong Rate": (0.5, 0, 0.5, 0, 0, 0, 0),
                "Unit Cost Changed": (0.75, 0, 0.75, 0, 0, 0, 0),
                "Base Fee Changed": (1, 0, 1, 0, 0, 0, 0),
                "Read Gap": (0.5, 0, 0.5, 0, 0, 0, 0),
            },
        )
        self.assertEqual({row["Savings by Month"] for row in kinds}, {"February 2026"})
        self.assertEqual(tuple(total[title] for title in titles), (16.8, -20, 3.3, 13.5, 10, 0, 3.5))

    def test_xlsx_lists(self):
        book = self._sheets(self.files[1])
        sheet = book["Differences"]
        self.assertEqual((sheet.freeze_panes, sheet.auto_filter.ref), ("A2", "A1:P9"))
        rows = self._table(sheet, "Xerox Invoice")
        self.assertEqual(
            [
                (
                    row["Serial Number"],
                    row["Component"],
                    row["Xerox's Quantity"],
                    row["Xerox's Cost (USD)"],
                    row["Expected Cost (USD)"],
                    row["Difference (USD)"],
                )
                for row in rows
            ],
            [
                (*names, *map(float, costs))
                for *names, cost, expected, difference in DIFFERENCES
                for costs in [(cost, expected, difference)]
            ],
        )
        color = rows[5]
        self.assertEqual((color["Xerox's Unit Cost"], color["Expected Unit Cost"]), (0.0525, 0.05))
        self.assertEqual(color["Period End"], datetime.datetime(2026, 2, 28))
        self.assertEqual((sheet["I6"].number_format, sheet["J6"].number_format), ("0.000000", "#,##0.00"))

        sheet = book["Devices"]
        self.assertEqual((sheet.freeze_panes, sheet.auto_filter.ref), ("A2", "A1:M5"))
        *rows, total = self._table(sheet, "Serial Number")
        self.assertEqual(
            {row["Serial Number"]: (row["Total (USD)"], row["Previous Period"]) for row in rows},
            {serial: tuple(amount and float(amount) for amount in totals) for serial, totals in DEVICES.items()},
        )
        self.assertEqual((total["Total (USD)"], total["Previous Period"], total["Change"]), (66.3, 68.5, -2.2))
        self.assertEqual((total["Mono Pages"], total["Mono Cost"], total["Base Service Fee"]), (1310, 7.05, 33.5))

    def test_xlsx_has_no_formulas(self):
        self.device_a.name = '=HYPERLINK("http://x")'
        self.customer.name = "+1+1"
        cells = [cell for sheet in self._sheets(self.files[1]) for row in sheet.iter_rows() for cell in row]
        self.assertFalse([cell for cell in cells if cell.data_type == "f" or cell.hyperlink])
        self.assertLessEqual({'=HYPERLINK("http://x")', "+1+1"}, {cell.value for cell in cells})

    def _pdf_text(self, report, records):
        self.assertTrue(shutil.which("pdftotext"))
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        # No web server answers in a test: without its style sheets the text is the same.
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            content = reports._render_qweb_pdf(report, records.ids)[0]
        return subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
        ).stdout.decode()

    def test_pdf(self):
        text = self._pdf_text(REPORT, self.files[1])
        for pattern in (
            "Xerox Vendor Report",
            self.company.name,
            "February 2026",
            r"FEB\s+Regular\s.*\s3\s+3\s+66\.30\s+66\.30\s+66\.30\s+Equal",
            r"Base Service Fee\s+3\s+33\.50\s+40\.00\s+-6\.50\s+40\.00\s+-6\.50",
            r"Mono\s+1,310\s+7\.05\s+5\.00\s+2\.05\s+8\.50\s+-1\.45",
            r"Total\s+66\.30\s+69\.50\s+-3\.20\s+68\.50\s+-2\.20",
            r"Unknown Device\s+2\s+13\.50\s+0\.00\s+13\.50",
            r"Wrong Rate\s+1\s+5\.00\s+4\.50\s+0\.50",
            r"February 2026\s+Unknown Device\s+13\.50\s+0\.00\s+13\.50\s+0\.00\s+0\.00\s+0\.00\s+0\.00",
            r"Total\s+16\.80\s+-20\.00\s+16\.80\s+0\.00\s+0\.00\s+0\.00\s+0\.00",
            r"A-1.*Color\s+300\s+0\.0525\s+15\.75\s+300\s+0\.05\s+15\.00\s+0\.75",
            r"Devices billed:\s+3\s+33\.50\s+10\.00\s+7\.05\s+15\.75\s+66\.30\s+68\.50\s+-2\.20",
        ):
            self.assertRegex(text, pattern)

    def test_pdf_of_a_period(self):
        wizard = self._wizard_of("2026-01-01", "2026-03-31")
        text = self._pdf_text("xerox_xpps.report_vendor_period", wizard)
        self.assertRegex(text, "JAN, FEB, MAR")
        self.assertRegex(text, "nothing: there is no file of the previous period")
        self.assertRegex(text, r"Devices billed:\s+4\s.*\s194\.80")
        self.assertEqual(wizard._vendor_document_filename("pdf"), "Xerox Vendor Report January 2026 – March 2026.pdf")

    def _april(self, *serials):
        """A file with nothing wrong: April without the devices that something is wrong with."""
        for serial in serials:
            self._device(serial)
        clean = {"InvoiceNumber": "APR", "InvoiceDate": "2026-05-03", "PeriodStart": "2026-04-01"}
        clean |= {"PeriodEnd": "2026-04-30", "InvoiceTotal": f"{7 * len(serials)}.00"}
        for device in (self.device_a, self.device_b, self.device_c):
            device.write({"xpps_subscription_id": False, "xpps_subscription_line_id": False})
        return self._load_file(build_xml(clean, [record(serial, MonthlyBasePrice=7) for serial in serials]))

    def test_pdf_pages(self):
        """The head of a table stands once on each page, and no page is left half empty."""
        serials = [f"P-{number:03}" for number in range(150)]
        pages = self._pdf_text(REPORT, self._april(*serials)).split("\f")[:-1]
        self.assertGreater(len(pages), 3)
        found = [re.findall(r"P-\d{3}", page) for page in pages]
        self.assertEqual([serial for rows in found for serial in rows], serials)
        for number, page in enumerate(pages, start=1):
            self.assertEqual(len(re.findall(r"Serial Number +Customer .*Flags", page)), 1)
            self.assertIn(f"Page {number} / {len(pages)}", page)
        rows = [len(of_page) for of_page in found]
        self.assertGreater(rows[0], 0, "The table begins below the summary, not on a page of its own.")
        self.assertEqual(len(set(rows[1:-1])), 1, "Each page in between is full.")
        # What the summary takes of the first page is less than a page, and the last one has what is left.
        self.assertLess(max(rows[0], rows[-1]), rows[1] + 1)

    def test_nothing_differs(self):
        file = self._april("D-4")
        self.assertEqual(file._vendor_document().sections[0].differences, [])
        html = self.env["ir.actions.report"]._render_qweb_html(REPORT, file.ids)[0].decode()
        self.assertIn("Xerox billed what was expected.", html)
        self.assertEqual(self._sheets(file)["Differences"].max_row, 1)

    def test_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.ref("xerox_xpps.report_vendor_components").update_field_translations(
            "arch_db", {"fr_FR": {"Expected Cost": "Coût attendu"}}
        )
        reports = self.env["ir.actions.report"].with_context(lang="fr_FR")
        html = reports._render_qweb_html(REPORT, self.files[1].ids)[0].decode()
        for text in ("Coût attendu", r"1\s310", "66,30", "février 2026"):
            self.assertRegex(html, text)

    def test_print_menu(self):
        report = self.env.ref("xerox_xpps.action_report_xpps_vendor_file")
        draft = self._check(build_xml({"InvoiceNumber": "NEW", **MARCH}, [record("A-1", MonthlyBasePrice=1)]))
        self.assertEqual(report.get_valid_action_reports("xpps.billing.file", self.files[0].ids), report.ids)
        self.assertEqual(report.get_valid_action_reports("xpps.billing.file", draft.ids), [])
        for call in (draft._vendor_document, draft.action_download_vendor_report):
            self.assertRaisesMessage("has not been imported", call)
        bindings = self.env["ir.actions.actions"].get_bindings("xpps.billing.file")["report"]
        self.assertEqual(
            {binding["name"] for binding in bindings}, {"Xerox Vendor Report", "Xerox Vendor Report (XLSX)"}
        )


class TestWizard(VendorDocumentCase):
    def test_newest_month(self):
        wizard = self.env["xpps.vendor.report.wizard"].create({})
        self.assertEqual((wizard.date_from, wizard.date_to), (self.day("2026-03-01"), self.day("2026-03-31")))
        self.assertEqual((wizard.display_name, wizard.file_count), ("March 2026", 1))
        # Else Odoo asks for a layout first.
        self.company.external_report_layout_id = self.env.ref("web.external_layout_standard")
        action = wizard.action_print()
        self.assertEqual(action["report_name"], "xerox_xpps.report_vendor_period")
        self.assertIn(str(wizard.id), wizard.action_download()["url"])

    def test_month_without_files(self):
        wizard = self._wizard_of("2025-05-01", "2025-05-31")
        self.assertEqual(wizard.file_count, 0)
        with self.assertRaisesRegex(UserError, "for May 2025"):
            wizard._vendor_document()

    def test_months_turned_round(self):
        with self.assertRaises(ValidationError):
            self._wizard_of("2026-03-01", "2026-01-31")


class TestAccess(VendorDocumentCase):
    def test_billing_group(self):
        billing = self._user("xpps_test_billing", BILLING)
        file = self.files[1].with_user(billing)
        self.assertEqual(file._vendor_document().sections[0].total.xerox_cost, Decimal("66.30"))
        self.assertIn(b"66.30", self.env["ir.actions.report"].with_user(billing)._render_qweb_html(REPORT, file.ids)[0])
        wizard = self._wizard_of("2026-02-01", "2026-02-28", billing)
        self.assertEqual(wizard._vendor_document().sections[0].total.xerox_cost, Decimal("66.30"))

    def test_others(self):
        other = self._company("XPPS Other Reseller")
        reader = self._user("xpps_test_reader", "xerox_xpps.group_xpps_user")
        stranger = self._user("xpps_test_stranger", BILLING, company=other)
        for user in (reader, stranger):
            file = self.files[1].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            for call in (
                file._vendor_document,
                file.action_download_vendor_report,
                lambda file=file: file.env["ir.actions.report"]._render_qweb_html(REPORT, file.ids),
            ):
                with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                    call()
        with self.assertRaises(AccessError):
            self._wizard_of("2026-02-01", "2026-02-28", reader)

    def test_a_stranger_finds_no_files(self):
        """A wizard names a company; its files are found only by those who may see them."""
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", BILLING, company=other)
        wizard = self._wizard_of("2026-02-01", "2026-02-28")
        theirs = wizard.with_user(stranger).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_rule"):
            theirs._vendor_document()
