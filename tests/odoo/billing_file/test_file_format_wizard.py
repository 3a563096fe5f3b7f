# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A new format from a sample: what is found, what the dry run shows, and that it reads the sample afterwards."""

import base64
import io

import openpyxl

from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER
from ..support.common import record
from ..support.file_format import GERMAN, FormatCase
from ..support.tables import build_csv, build_xlsx

STATEMENT = b"""<?xml version="1.0"?>
<Statement xmlns="urn:example:statement">
  <Head><No>X-1001</No><Day>03.02.2026</Day><From>01.01.2026</From><To>31.01.2026</To></Head>
  <Fleet>
    <Printer><Id><SerialNumber>SN-1</SerialNumber></Id><Mono><Over>1000</Over><Cost>0.0045</Cost></Mono></Printer>
    <Printer><Id><SerialNumber>SN-2</SerialNumber></Id><Mono><Over>20</Over><Cost>0.0045</Cost></Mono></Printer>
  </Fleet>
</Statement>
"""


class WizardCase(FormatCase):
    def setUp(self):
        super().setUp()
        self.manager = self._user("xpps_test_manager", MANAGER)
        self.format_count = self.formats.with_context(active_test=False).search_count([])

    def _sample(self, data, file_name, user=None):
        wizards = self.env["xpps.file.format.wizard"].with_user(user or self.manager)
        wizard = wizards.create(
            {"file_data": base64.b64encode(data), "file_name": file_name, "company_id": self.company.id}
        )
        wizard.action_read_sample()
        return wizard

    def _targets(self, wizard):
        return {column.path: column.target for column in wizard.column_ids}

    def _assign(self, wizard, **targets):
        """``targets``: canonical field, with “__” for the point, and the column that it is."""
        for target, path in targets.items():
            column = wizard.column_ids.filtered(lambda column, path=path: column.path == path)
            self.assertEqual(len(column), 1, f"{path} is not in {wizard.column_ids.mapped('path')}")
            column.target = target.replace("__", ".")

    def _create(self, wizard):
        self.assertEqual(self.formats.with_context(active_test=False).search_count([]), self.format_count)
        action = wizard.action_create_format()
        return self.env[action["res_model"]].browse(action["res_id"])


class TestCsv(WizardCase):
    def test_all_is_suggested(self):
        wizard = self._sample(build_csv({}, self.rows), "export.csv")
        self.assertRecordValues(
            wizard,
            [
                {
                    "step": "fields",
                    "file_type": "csv",
                    "name": "export (CSV)",
                    "delimiter": "comma",
                    "encoding": "utf-8",
                    "decimal_mark": ".",
                    "date_format": "iso",
                    "to_do": "",
                }
            ],
        )
        targets = self._targets(wizard)
        self.assertEqual(targets["InvoiceNumber"], "invoice.number")
        self.assertEqual(targets["SerialNumber"], "device.serial")
        self.assertEqual(targets["ColorOverUnitCost"], "device.color_unit_cost")
        samples = {column.path: column.samples for column in wizard.column_ids}
        self.assertEqual(samples["SerialNumber"], "SN-1 · SN-2")

    def _german_wizard(self, encoding="cp1252"):
        rows = [
            record("SN-1", BaseServiceFee="20,5", mono=(1000, "0,0045")),
            record("SN-2", BaseServiceFee="9,5", mono=(0, "0,0045")),
        ]
        invoice = {"InvoiceDate": "13.02.2026", "PeriodStart": "01.01.2026", "PeriodEnd": "31.01.2026"}
        titles = {**GERMAN, "BaseServiceFee": "Grundgebühr"}
        return self._sample(build_csv(invoice, rows, titles, ";", encoding), "Xerox Januar.csv")

    def _assign_german(self, wizard):
        self._assign(
            wizard,
            invoice__number="Rechnung",
            invoice__date="Rechnungsdatum",
            invoice__period_start="Von",
            invoice__period_end="Bis",
            invoice__currency="Währung",
            device__serial="Seriennummer",
            device__base_service="Grundgebühr",
            device__mono_overage="SW Mehrseiten",
            device__mono_unit_cost="SW Klickpreis",
        )

    def test_nothing_is_known(self):
        self._device("SN-2")
        wizard = self._german_wizard()
        self.assertEqual((wizard.delimiter, wizard.encoding, wizard.decimal_mark), ("semicolon", "cp1252", ","))
        self.assertEqual(wizard.date_format, "%d.%m.%Y")
        self.assertEqual(
            wizard.to_do,
            "Still to be assigned in the list: Invoice Number, Invoice Date, Period Start, Period End, Serial Number.",
        )
        self.assertRaisesMessage("Still to be assigned in the list: Invoice Number", wizard.action_dry_run)
        self.assertRaisesMessage("Still to be assigned in the list: Invoice Number", wizard.action_create_format)
        self._assign_german(wizard)
        self.assertFalse(wizard.to_do)
        wizard.action_dry_run()
        self.assertEqual((wizard.step, wizard.error_count), ("dry_run", 0))
        for shown in ("X-1001", "02/13/2026", "SN-1", "20.50", "1,000", "0.0045", "25.00", "34.50", "USD"):
            self.assertIn(shown, wizard.preview)
        file_format = self._create(wizard)
        self.assertRecordValues(
            file_format,
            [
                {
                    "name": "Xerox Januar (CSV)",
                    "company_id": self.company.id,
                    "file_type": "csv",
                    "delimiter": "semicolon",
                    "encoding": "cp1252",
                    "decimal_mark": ",",
                    "date_format": "%d.%m.%Y",
                }
            ],
        )
        file = self._check(base64.b64decode(wizard.file_data), "billing.csv")
        self.assertEqual((file.format_id, file.error_count), (file_format, 0))
        self.assertEqual(file.line_ids.mapped("base_service_cost"), [20.5, 9.5])

    def test_the_dry_run_lists_all_issues(self):
        wizard = self._german_wizard()
        self._assign_german(wizard)
        wizard.write({"decimal_mark": ".", "date_format": "%m/%d/%Y"})
        wizard.action_dry_run()
        self.assertEqual(wizard.error_count, 7)
        self.assertIn("13.02.2026", wizard.preview)
        self.assertIn("Expected a date written as 01/31/2026", wizard.preview)
        self.assertIn("0,0045", wizard.preview)
        wizard.action_back()
        self.assertEqual(wizard.step, "fields")
        wizard.write({"decimal_mark": ",", "date_format": "%d.%m.%Y"})
        wizard.action_dry_run()
        self.assertEqual(wizard.error_count, 0)

    def test_a_field_once(self):
        wizard = self._sample(build_csv({}, self.rows), "export.csv")
        self._assign(wizard, device__serial="ColorOver")
        self.assertEqual(wizard.to_do, "Serial Number is assigned more than once: SerialNumber, ColorOver. Keep one.")
        self.assertRaisesMessage("assigned more than once", wizard.action_dry_run)

    def test_another_delimiter_lists_other_columns(self):
        wizard = self._sample(build_csv({}, self.rows), "export.csv")
        with Form(wizard) as form:
            form.delimiter = "semicolon"
            self.assertEqual(len(form.column_ids), 0)
            form.delimiter = "comma"
            self.assertGreater(len(form.column_ids), 5)
        self.assertEqual(self._targets(wizard)["SerialNumber"], "device.serial")

    def test_wins_over_an_equal_format(self):
        """The shipped format fits the sample as well; who makes one of it wants it to be used."""
        data = build_csv({}, self.rows)
        self.assertEqual(self.formats._pick_format(data, "export.csv", self.company), self.csv)
        wizard = self._sample(data, "export.csv")
        wizard.company_id = False
        file_format = self._create(wizard)
        self.assertFalse(file_format.company_id)
        self.assertEqual(self.formats._pick_format(data, "export.csv", self.company), file_format)


class TestXml(WizardCase):
    def test_paths(self):
        self._device("SN-2")
        wizard = self._sample(STATEMENT, "statement.xml")
        self.assertEqual(wizard.device_path, "/Statement/Fleet/Printer")
        self.assertEqual(wizard.invoice_path, "/Statement/Head")
        self.assertEqual(wizard.date_format, "%d.%m.%Y")
        parts = {column.path: column.part for column in wizard.column_ids}
        self.assertEqual((parts["No"], parts["Id/SerialNumber"]), ("invoice", "device"))
        self._assign(
            wizard,
            invoice__date="Day",
            device__mono_overage="Mono/Over",
            device__mono_unit_cost="Mono/Cost",
        )
        self.assertFalse(wizard.to_do)
        wizard.action_dry_run()
        self.assertEqual(wizard.error_count, 0, wizard.preview)
        self.assertIn("USD (the company's)", wizard.preview)
        file_format = self._create(wizard)
        file = self._check(STATEMENT, "statement.xml")
        self.assertEqual(file.format_id, file_format)
        self.assertEqual(file.line_ids.mapped("mono_overage"), [1000, 20])

    def test_fields_of_the_part_only(self):
        wizard = self._sample(STATEMENT, "statement.xml")
        head = wizard.column_ids.filtered(lambda column: column.part == "invoice")
        self.assertIn("invoice.total", head[0].available_targets)
        self.assertNotIn("device.serial", head[0].available_targets)

    def test_another_element_lists_what_is_below(self):
        wizard = self._sample(STATEMENT, "statement.xml")
        places = wizard.place_ids.filtered(lambda place: place.kind == "device")
        other = places.filtered(lambda place: place.name == "/Statement/Fleet/Printer/Mono")
        self._assign(wizard, invoice__date="Day")
        with Form(wizard) as form:
            form.device_place_id = other
        self.assertEqual(wizard.device_path, "/Statement/Fleet/Printer/Mono")
        self.assertEqual(
            wizard.column_ids.filtered(lambda column: column.part == "device").mapped("path"), ["Over", "Cost"]
        )
        self.assertEqual(self._targets(wizard)["Day"], "invoice.date", "What was assigned stays assigned")


class TestXlsx(WizardCase):
    def test_labels_and_columns(self):
        self._device("SN-2")
        wizard = self._sample(build_xlsx({}, self.rows, sheet="Januar"), "export.xlsx")
        self.assertEqual((wizard.file_type, wizard.sheet), ("xlsx", "Januar"))
        self.assertEqual(self._targets(wizard)["PeriodEnd"], "invoice.period_end")
        wizard.action_dry_run()
        self.assertEqual(wizard.error_count, 0, wizard.preview)
        file_format = self._create(wizard)
        self.assertEqual((file_format.file_type, file_format.sheet), ("xlsx", False))
        file = self._check(build_xlsx({}, self.rows, sheet="Februar"), "export.xlsx")
        self.assertEqual((file.format_id, file.error_count), (file_format, 0))

    def test_of_several_sheets(self):
        book = openpyxl.load_workbook(io.BytesIO(build_xlsx({}, self.rows, sheet="Printers")))
        book.copy_worksheet(book.active).title = "Plotters"
        book["Plotters"].append(["SN-3"])
        stream = io.BytesIO()
        book.save(stream)
        wizard = self._sample(stream.getvalue(), "export.xlsx")
        self.assertEqual(wizard.sheet, "Printers")
        with Form(wizard) as form:
            form.sheet_place_id = wizard.place_ids.filtered(lambda place: place.name == "Plotters")
        serial = wizard.column_ids.filtered(lambda column: column.path == "SerialNumber")
        self.assertEqual((serial.samples, serial.target), ("SN-1 · SN-2 · SN-3", "device.serial"))
        file_format = self._create(wizard)
        self.assertEqual(file_format.sheet, "Plotters")
        file = self._check(stream.getvalue(), "export.xlsx")
        self.assertEqual((file.format_id, file.device_count), (file_format, 3))


class TestRefusals(WizardCase):
    def test_files(self):
        self.assertRaisesMessage("Files of type '.pdf' are not supported", self._sample, b"%PDF", "export.pdf")
        self.assertRaisesMessage("No format can be made from “a.csv”", self._sample, b"", "a.csv")
        self.assertRaisesMessage("No format can be made from “a.xlsx”", self._sample, b"PK\x03\x04 no", "a.xlsx")
        self.assertRaisesMessage("No format can be made from “a.xml”", self._sample, b"<a><b></a>", "a.xml")

    def test_no_file(self):
        wizard = self.env["xpps.file.format.wizard"].create({})
        for method in (wizard.action_read_sample, wizard.action_dry_run, wizard.action_create_format):
            self.assertRaisesMessage("Select a sample file first", method)

    def test_another_file_after_going_back(self):
        wizard = self._sample(build_csv({}, self.rows), "export.csv")
        wizard.action_back()
        self.assertEqual(wizard.step, "sample")
        with Form(wizard) as form:
            form.file_data = base64.b64encode(STATEMENT)
        wizard.file_name = "statement.xml"
        wizard.action_read_sample()
        self.assertEqual((wizard.file_type, wizard.name), ("xml", "statement (XML)"))
        self.assertNotIn("SerialNumber", wizard.column_ids.mapped("path"))

    def test_for_all_companies(self):
        wizard = self._sample(STATEMENT, "statement.xml")
        wizard.company_id = False
        self._assign(wizard, invoice__date="Day")
        wizard.action_dry_run()
        self.assertIn("USD (the company's)", wizard.preview)
        self.assertFalse(self._create(wizard).company_id)

    def test_no_layout(self):
        wizard = self._sample(build_csv({}, self.rows), "export.csv")
        wizard.decimal_mark = ","
        self.assertRaisesMessage("the comma both between columns and in amounts", wizard.action_dry_run)


class TestFromBillingFile(WizardCase):
    def test_the_file_is_checked_again(self):
        self._device("SN-2")
        titles = {"SerialNumber": "Geraet"}
        data = build_csv({}, self.rows, titles)
        file = self._check(data, "export.csv").with_user(self.manager)
        self.assertTrue(file.error_count)
        self.assertFalse(file.line_ids)
        action = file.action_new_format()
        wizard = self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])
        self.assertEqual((wizard.step, wizard.company_id), ("fields", self.company))
        self._assign(wizard, device__serial="Geraet")
        wizard.action_dry_run()
        self.assertEqual(wizard.error_count, 0)
        self.assertEqual(self._create(wizard), file)
        self.assertEqual((file.format_id.name, file.error_count, len(file.line_ids)), ("export (CSV)", 0, 2))

    def test_from_the_import_wizard(self):
        wizard = self._wizard(build_csv({}, self.rows, {"SerialNumber": "Geraet"}), "export.csv", user=self.manager)
        wizard.action_check()
        self.assertEqual(wizard.action_new_format()["res_model"], "xpps.file.format.wizard")


class TestAccess(WizardCase):
    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_managers_only(self):
        billing = self._user("xpps_test_billing", BILLING)
        wizard = self._sample(build_csv({}, self.rows), "export.csv").with_user(billing)
        for method in (
            wizard.action_read_sample,
            wizard.action_dry_run,
            wizard.action_create_format,
            wizard.action_back,
        ):
            with self.assertRaises(AccessError):
                method()
        file = self._check(build_csv({}, self.rows), "export.csv").with_user(billing)
        with self.assertRaises(AccessError):
            file.action_new_format()

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_not_the_files_of_other_companies(self):
        file = self._check(build_csv({}, self.rows), "export.csv")
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", MANAGER, company=other)
        wizards = self.env["xpps.file.format.wizard"].with_user(stranger).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            wizards.create({"billing_file_id": file.id, "file_name": "export.csv"})
        with self.assertRaises(AccessError):
            file.with_user(stranger).with_context(allowed_company_ids=other.ids).action_new_format()


class TestKnownLayout(WizardCase):
    def test_xml_of_the_addon_is_read_by_its_own_format(self):
        """A sample of a known layout makes a format that reads it as well."""
        wizard = self._sample(build_xml({}, self.rows), "billing.xml")
        self.assertEqual(wizard.device_path, "/XPPSBillingDetails/Device")
        self.assertFalse(wizard.to_do)
        wizard.action_dry_run()
        self.assertEqual(wizard.error_count, 0)
