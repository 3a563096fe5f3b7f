# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Formats as data: which one reads a file, what cannot be a format, and that a table says the same as the XML."""

from dataclasses import replace

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tools import file_open

from odoo.addons.xerox_xpps.billing_file import DEVICE_FIELDS, INVOICE_FIELDS, read

from ...billing_file.builder import build_xml
from ..support.file_format import FormatCase
from ..support.tables import build_csv, build_xlsx


class TestShipped(FormatCase):
    def test_demo_files_say_the_same(self):
        details = []
        for file_format in (self.xml, self.csv, self.xlsx):
            name = f"billing_2026_10.{file_format.file_type}"
            with file_open(f"xerox_xpps/demo/{name}", "rb") as file:
                data = file.read()
            self.assertEqual(self._pick(data, name), file_format)
            result = read(data, name, file_format._layout())
            self.assertFalse([issue.message for issue in result.issues])
            details.append(
                replace(
                    result.details,
                    invoice=replace(result.details.invoice, source_line=0),
                    devices=tuple(replace(device, source_line=0) for device in result.details.devices),
                )
            )
        self.assertEqual(len(details[0].devices), 22)
        self.assertEqual(details[1], details[0])
        self.assertEqual(details[2], details[0])

    def test_an_update_leaves_changed_formats_alone(self):
        self.csv.write({"name": "Ours", "active": False})
        self.xlsx.unlink()
        count = self.formats.with_context(active_test=False).search_count([])
        self.formats._load_shipped()
        self.assertEqual((self.csv.name, self.csv.active), ("Ours", False))
        self.assertTrue(self.env.ref("xerox_xpps.format_xlsx"))
        self.assertEqual(self.formats.with_context(active_test=False).search_count([]), count + 1)

    def test_views_offer_every_field(self):
        """The lists of the form tell the fields of the invoice from those of the device."""
        names = dict(self.env["xpps.file.format.field"]._fields["name"].selection)
        self.assertEqual(set(names), set(INVOICE_FIELDS) | set(DEVICE_FIELDS))
        arch = self.formats.get_view(self.env.ref("xerox_xpps.view_xpps_file_format_form").id)["arch"]
        self.assertIn(f"'whitelisted_values': {list(INVOICE_FIELDS)}", arch)
        invoice_only = [name for name in INVOICE_FIELDS if name not in DEVICE_FIELDS]
        self.assertIn(f"'blacklisted_values': {invoice_only}", arch)


class TestPick(FormatCase):
    def test_by_content(self):
        german = self._german()
        self.assertEqual(self._pick(self._german_file(), "billing.csv"), german)
        self.assertEqual(self._pick(build_csv({}, self.rows), "billing.CSV"), self.csv)
        self.assertEqual(self._pick(build_xlsx({}, self.rows), "billing.xlsx"), self.xlsx)
        self.assertEqual(self._pick(build_xml({}, self.rows), "billing.xml"), self.xml)

    def test_of_two_xml_formats(self):
        data = build_xml({}, self.rows).replace(b"XPPSBillingDetails", b"Statement").replace(b"SerialNumber", b"Serial")
        other = self.xml.copy(
            {"invoice_path": "/Statement/Invoice", "device_path": "/Statement/Device", "schema_xml": False}
        )
        other.field_ids.filtered(lambda field: field.name == "serial").path = "Serial"
        self.assertEqual(self._pick(data, "billing.xml"), other)
        self.assertEqual(self._pick(build_xml({}, self.rows), "billing.xml"), self.xml)

    def test_own_company_first(self):
        own = self.csv.copy({"company_id": self.company.id, "sequence": 99})
        other_company = self._company("XPPS Other Reseller")
        others = self.csv.copy({"company_id": other_company.id, "sequence": 1})
        data = build_csv({}, self.rows)
        self.assertEqual(self._pick(data, "billing.csv"), own)
        own.active = False
        self.assertEqual(self._pick(data, "billing.csv"), self.csv)
        env = self.env(context={"allowed_company_ids": [other_company.id]})
        self.assertEqual(
            env["xpps.file.format"]._pick_format(data, "billing.csv", other_company).id,
            others.id,
        )

    def test_the_first_of_the_type_when_none_fits(self):
        self._german(sequence=5, company_id=False)
        first = self.formats.search([("file_type", "=", "csv")], limit=1)
        self.assertEqual(self._pick(b"a;b\r\n1;2\r\n", "billing.csv"), first)
        self.assertEqual(first.name, "Deutsche Abrechnung")

    def test_no_format_of_the_type(self):
        self.formats.search([("file_type", "=", "csv")]).active = False
        self.assertFalse(self._pick(build_csv({}, self.rows), "billing.csv"))
        file = self._check(build_csv({}, self.rows), "billing.csv")
        self.assertEqual(self._codes(file), ["file_type"])
        self.assertFalse(file.format_id)
        self.assertEqual(
            file.issue_ids.message,
            "No format for .csv files is active. Activate one under XPPS ▸ Configuration ▸ File Formats, or make one "
            "there with “New Format from Sample”.",
        )

    def test_no_supported_type(self):
        file = self._check(b"%PDF-1.7", "billing.pdf")
        self.assertEqual(
            file.issue_ids.message,
            "Files of type '.pdf' are not supported. Please select an .xml, .csv or .xlsx file.",
        )

    def test_the_file_says_which(self):
        wizard = self._wizard(build_csv({}, self.rows), "billing.csv")
        wizard.action_check()
        self.assertEqual((wizard.format_id, wizard.billing_file_id.format_id), (self.csv, self.csv))


class TestOldFiles(FormatCase):
    def test_archived(self):
        file = self._check(build_csv({}, self.rows[:1]), "billing.csv")
        file.action_import()
        self.csv.active = False
        self.assertEqual(file.format_id, self.csv)
        self.assertEqual(file.read(["format_id"])[0]["format_id"], (self.csv.id, self.csv.name))

    def test_deleted(self):
        german = self._german()
        imported = self._check(self._german_file(), "billing.csv")
        imported.action_import()
        draft = self._check(self._german_file(InvoiceNumber="X-2"), "billing2.csv")
        self.assertEqual((imported | draft).format_id, german)
        german.unlink()
        self.env.invalidate_all()
        self.assertFalse(imported.format_id)
        self.assertEqual((imported.state, len(imported.charge_ids)), ("imported", 1))
        draft.action_check()
        self.assertEqual(draft.format_id, self.csv)
        self.assertTrue(draft.error_count)


class TestImport(FormatCase):
    def _charges(self, data, file_name):
        """Charges that a file would make: what it writes is undone."""
        savepoint = self.cr.savepoint(flush=True)
        file = self._check(data, file_name)
        self.assertFalse(file.issue_ids.filtered(lambda issue: issue.severity == "error").mapped("message"))
        file.action_import()
        values = [
            {
                name: charge[name]
                for name in (
                    "device_id",
                    "product_id",
                    "output_type",
                    "period_start",
                    "period_end",
                    "quantity",
                    "unit_cost",
                    "unit_price",
                    "price_subtotal",
                    "cost_subtotal",
                )
            }
            for charge in file.charge_ids.sorted("id")
        ]
        reads = file.meter_read_ids.sorted("id").mapped(lambda read: (read.output_type, read.overage, read.read_date))
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        return values, reads

    def test_tables_make_the_charges_of_the_xml(self):
        self._device("SN-2")
        rows = [{**row, "ReadDate": "2026-01-30", "ReadType": "Estimated"} for row in self.rows]
        invoice = {"DeviceCount": 2, "InvoiceTotal": "5.34"}
        expected = self._charges(build_xml(invoice, rows), "billing.xml")
        self.assertEqual([values["quantity"] for values in expected[0]], [1000, 12])
        self.assertEqual(self._charges(build_csv(invoice, rows), "billing.csv"), expected)
        self.assertEqual(self._charges(build_xlsx(invoice, rows), "billing.xlsx"), expected)

    def test_other_marks_and_dates(self):
        self._german()
        expected = self._charges(build_xml({}, self.rows[:1]), "billing.xml")
        self.assertEqual(self._charges(self._german_file(), "billing.csv"), expected)


class TestBadFormats(FormatCase):
    def assertBad(self, pattern, values, file_format=None):
        self.assertRaisesMessage(pattern, (file_format or self.xml).write, values, exception=ValidationError)

    def test_nothing_says_which_device(self):
        serial = self.csv.field_ids.filtered(lambda field: field.name == "serial")
        self.assertBad(
            "does not define where the file has: Serial Number", {"field_ids": [Command.delete(serial.id)]}, self.csv
        )

    def test_nothing_says_which_invoice(self):
        head = self.csv.field_ids.filtered(lambda field: field.part == "invoice")
        self.assertBad(
            "where the file has: Invoice Number, Invoice Date, Period Start, Period End",
            {"invoice_field_ids": [Command.delete(field.id) for field in head]},
            self.csv,
        )

    def test_without_currency(self):
        currency = self.csv.field_ids.filtered(lambda field: field.name == "currency")
        self.csv.field_ids = [Command.delete(currency.id)]
        self.assertNotIn("currency", self.csv._layout().invoice_fields)

    def test_paths(self):
        self.assertBad("needs the path of the invoice element", {"device_path": False})
        self.assertBad("is not an absolute path", {"device_path": "/Details/@device"})
        self.assertBad("different root elements", {"device_path": "/Other/Device"})
        serial = self.xml.field_ids.filtered(lambda field: field.name == "serial")
        self.assertBad("is not a path", {"field_ids": [Command.update(serial.id, {"path": "Serial Number"})]})
        self.assertBad("mapped twice", {"field_ids": [Command.update(serial.id, {"path": "Model"})]})

    def test_a_path_may_be_written_without_slash(self):
        self.xml.write({"device_path": " XPPSBillingDetails/Device/ "})
        self.assertEqual(self.xml._layout().device_path, "/XPPSBillingDetails/Device")

    def test_schema(self):
        self.assertBad("The XML schema of format .* cannot be used", {"schema_xml": "<xs:schema"})

    def test_comma_twice(self):
        self.assertBad("the comma both between columns and in amounts", {"decimal_mark": ","}, self.csv)
        self.csv.write({"decimal_mark": ",", "delimiter": "tab"})
        self.assertEqual((self.csv._layout().decimal_mark, self.csv._layout().delimiter), (",", "\t"))

    def test_dates(self):
        for pattern in ("%d.%m.", "31.01.2026", "%Q", "", False):
            self.assertBad(
                "does not contain day, month and year", {"date_format": "other", "date_pattern": pattern}, self.csv
            )
        self.csv.write({"date_format": "other", "date_pattern": "%d-%b-%y"})
        self.assertEqual(self.csv._layout().date_format, "%d-%b-%y")
        self.csv.date_format = "iso"
        self.assertIsNone(self.csv._layout().date_format)

    def test_read_types(self):
        self.csv.write({"actual_words": "A, Actual,", "estimated_words": " E "})
        self.assertEqual(dict(self.csv._layout().read_types), {"A": False, "Actual": False, "E": True})
        self.assertBad("“A” cannot stand for both an actual and an estimated read", {"estimated_words": "A"}, self.csv)

    def test_fields(self):
        self.assertRaisesMessage(
            "“Serial Number” is not a field of the Invoice",
            self.env["xpps.file.format.field"].create,
            {"format_id": self.csv.id, "part": "invoice", "name": "serial", "path": "Serial"},
            exception=ValidationError,
        )
