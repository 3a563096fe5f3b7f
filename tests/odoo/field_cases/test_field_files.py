# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files from the field, through the import wizard: what they charge, or what is said of them and mended by a click."""

import base64

from odoo.tests import Form

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase

READS = {"MonoPrevious": 1000, "MonoCurrent": 3000, "MonoIncluded": 500}


class FieldCase(ImportCase):
    def _checked(self, data, file_name="billing.xml", user=None):
        wizard = self._wizard(data, file_name, user=user)
        wizard.action_check()
        return wizard

    def _issue(self, file, code):
        issue = file.issue_ids.filtered(lambda issue: issue.code == code)
        self.assertEqual(len(issue), 1, "\n".join(file.issue_ids.mapped("message")))
        return issue

    def _click(self, wizard, code):
        """Click the Fix button of an issue in the wizard."""
        issue = self._issue(wizard.billing_file_id, code).with_context(xpps_import_wizard_id=wizard.id)
        action = issue.action_fix()
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))

    def assertCharged(self, amount, device=None):
        self.assertEqual(round(sum(self._charges(device).mapped("price_subtotal")), 2), amount)


class TestSameInvoice(FieldCase):
    """Xerox's invoice number may come again."""

    def _set_up_once(self):
        super()._set_up_once()
        self.second = self._device("SN-2")
        self.first = self._load([record("SN-1", mono=(1000, "0.004"))], InvoiceNumber="X-7", **JANUARY)

    def test_with_other_devices(self):
        file = self._load([record("SN-2", mono=(500, "0.004"))], InvoiceNumber="X-7", **JANUARY)
        self.assertEqual((self.first.name, file.name), ("X-7", "X-7"))
        self.assertCharged(10.0)
        self.assertCharged(5.0, self.second)

    def test_of_another_period(self):
        self._load([record("SN-1", mono=(500, "0.004"))], InvoiceNumber="X-7", **FEBRUARY)
        self.assertCharged(15.0)

    def test_a_correction(self):
        self._load([record("SN-1", mono=(800, "0.004"))], "correction", InvoiceNumber="X-7", **JANUARY)
        self.assertCharged(8.0)

    def test_the_same_devices_again(self):
        file = self._upload([record("SN-1", mono=(1000, "0.004"), Location="x")], InvoiceNumber="X-7", **JANUARY)
        self.assertEqual(self._codes(file), ["invoice_duplicate", "period_duplicate"])
        issue = self._issue(file, "invoice_duplicate")
        self.assertEqual(issue.action_fix()["res_id"], self.first.id)
        for words in ("X-7", "SN-1", "billing.xml", "as a correction"):
            self.assertIn(words, issue.message)
        self.assertRaisesMessage("X-7", file.action_import)
        self.assertCharged(10.0)

    def test_some_of_the_same_devices(self):
        """Where faulty records are held back, the others are imported."""
        self.company.xpps_quarantine = True
        rows = [record("SN-1", mono=(1000, "0.004")), record("SN-2", mono=(500, "0.004"))]
        file = self._upload(rows, InvoiceNumber="X-7", **JANUARY)
        self.assertTrue(file.can_import)
        file.action_import()
        self.assertCharged(10.0)
        self.assertCharged(5.0, self.second)
        self.assertEqual(file.line_ids.mapped("state"), ["held", "imported"])

    def test_another_number(self):
        file = self._upload([record("SN-1", mono=(1000, "0.004"))], InvoiceNumber="X-8", **JANUARY)
        self.assertEqual(self._codes(file), ["period_duplicate"])

    def test_each_file_has_its_bill(self):
        self.company.xpps_vendor_id = self._partner("Xerox")
        second = self._load([record("SN-2", mono=(500, "0.004"))], InvoiceNumber="X-7", **JANUARY)
        correction = self._load([record("SN-1", mono=(800, "0.004"))], "correction", InvoiceNumber="X-7", **JANUARY)
        for file, amount in ((self.first, 4.0), (second, 2.0), (correction, -0.8)):
            file.action_create_vendor_bill()
            self.assertEqual(round(file.vendor_bill_amount, 2), amount)
            self.assertEqual(file.vendor_bill_state, "equal")

    def test_undone(self):
        self.first.action_cancel()
        self._load([record("SN-1", mono=(1000, "0.004"), Location="x")], InvoiceNumber="X-7", **JANUARY)
        self.assertCharged(10.0)


class TestTotals(FieldCase):
    def _rows(self, count=40):
        for number in range(2, count + 1):
            self._device(f"SN-{number}")
        return [record(f"SN-{number}", mono=(277, "0.0228")) for number in range(1, count + 1)]

    def test_one_cent_of_a_month(self):
        """277 x 0.0228 is 6.3156, 40 times 252.80 rounded one by one and 252.62 at once."""
        wizard = self._checked(build_xml({"InvoiceTotal": "252.63"}, self._rows()))
        file = wizard.billing_file_id
        self.assertEqual(self._codes(file), [])
        issue = self._issue(file, "total_rounding")
        self.assertEqual(issue.severity, "warning")
        for amount in ("$252.63", "$252.80", "$0.17"):
            self.assertIn(amount, issue.message)
        wizard.action_import()
        self.assertEqual(file.state, "imported")

    def test_more_than_rounding(self):
        wizard = self._checked(build_xml({"InvoiceTotal": "252.40"}, self._rows()))
        self.assertEqual(self._codes(wizard.billing_file_id), ["total_mismatch"])

    def test_it_may_block(self):
        self.env["xpps.blocking.warning"].create({"code": "total_rounding", "company_id": self.company.id})
        wizard = self._checked(build_xml({"InvoiceTotal": "252.63"}, self._rows()))
        self.assertEqual(self._codes(wizard.billing_file_id), ["total_rounding"])

    def test_import_is_offered_only_where_it_is_done(self):
        """A total that is wrong is the whole file's: nothing of it can be imported, also with *Hold Back*."""
        self.company.xpps_quarantine = True
        wizard = self._checked(build_xml({"InvoiceTotal": "99.00"}, [record("SN-1", mono=(1000, "0.004"))]))
        self.assertFalse(wizard.can_import)
        self.assertRaisesMessage("total", wizard.action_import)
        wizard = self._checked(build_xml({"InvoiceNumber": "X-2"}, [record("SN-1"), record("NEW-1")]))
        self.assertTrue(wizard.can_import)
        wizard = self._checked(build_xml({"InvoiceNumber": "X-3"}, [record("NEW-1")]))
        self.assertFalse(wizard.can_import)
        self.assertRaisesMessage("NEW-1", wizard.action_import)


class TestNegativePages(FieldCase):
    """January's 1,000 pages are 10.00; Xerox takes 200 of them back."""

    def _set_up_once(self):
        super()._set_up_once()
        self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        self.credit = build_xml({"InvoiceNumber": "X-9", **JANUARY}, [record("SN-1", mono=(-200, "0.004"))])

    def test_a_regular_file_says_what_to_do(self):
        wizard = self._checked(self.credit)
        issue = self._issue(wizard.billing_file_id, "value_invalid")
        self.assertIn("as a correction", issue.message)
        self.assertIn("SN-1", issue.message)
        self.assertEqual((issue.can_fix, issue.fix_label), (True, "Import as Correction"))
        self.assertRaisesMessage("as a correction", wizard.action_import)

    def test_by_one_click(self):
        clerk = self._user("xpps_test_clerk", BILLING)
        wizard = self._checked(self.credit, user=clerk)
        self._click(wizard, "value_invalid")
        self.assertEqual((wizard.kind, wizard.billing_file_id.kind), ("correction", "correction"))
        self.assertEqual(self._codes(wizard.billing_file_id), [])
        wizard.action_import()
        self.assertCharged(8.0)
        self.assertEqual(self._charges().mapped("quantity"), [1000, -200])
        self.assertEqual(self._live_reads()["mono", "2026-01-31"][1], 800)

    def test_on_the_form_of_the_file(self):
        file = self._checked(self.credit).billing_file_id
        self.assertEqual(self._issue(file, "value_invalid").action_fix(), {"type": "ir.actions.act_window_close"})
        self.assertEqual((file.kind, self._codes(file)), ("correction", []))

    def test_more_than_was_billed(self):
        credit = build_xml({"InvoiceNumber": "X-9", **JANUARY}, [record("SN-1", mono=(-1200, "0.004"))])
        wizard = self._checked(credit)
        self._click(wizard, "value_invalid")
        issue = self._issue(wizard.billing_file_id, "value_invalid")
        self.assertIn("1,200", issue.message)
        self.assertIn("1,000", issue.message)
        self.assertCharged(10.0)

    def test_of_a_table(self):
        titles = (
            "Serial Number,Mono Over,Mono Over Unit Cost,Invoice Number,Invoice Date,Period Start,Period End,Currency"
        )
        for number, text in enumerate(("-100", "100-", "(100)")):
            data = f"{titles}\nSN-1,{text},0.004,X-{number},2026-02-03,2026-01-01,2026-01-31,USD\n".encode()
            wizard = self._checked(data, "credit.csv")
            if not wizard.billing_file_id.format_id:
                self.fail("no format")
            self._click_new_format(wizard)
            self._click(wizard, "value_invalid")
            wizard.action_import()
        self.assertCharged(7.0)

    def _click_new_format(self, wizard):
        """Make the format of such files once."""
        formats = self.env["xpps.file.format"].with_context(active_test=False)
        if formats.search_count([("name", "=", "Credits")]):
            return
        manager = self._user("xpps_test_manager", MANAGER)
        maker = self.env["xpps.file.format.wizard"].with_user(manager)
        maker = maker.browse(wizard.billing_file_id.with_user(manager).action_new_format()["res_id"])
        maker.name = "Credits"
        self.assertFalse(maker.to_do)
        maker.action_dry_run()
        self.assertEqual(maker.error_count, 0)
        maker.action_create_format()

    def test_the_vendor_bill(self):
        """Xerox's bill of the credit is what it says: 200 pages at 0.004."""
        wizard = self._checked(self.credit)
        self._click(wizard, "value_invalid")
        wizard.action_import()
        self.company.xpps_vendor_id = self._partner("Xerox")
        file = wizard.billing_file_id
        file.action_create_vendor_bill()
        self.assertEqual((file.vendor_bill_id.move_type, file.vendor_bill_id.amount_untaxed), ("in_refund", 0.8))


class TestSerials(FieldCase):
    def setUp(self):
        super().setUp()
        self.old = self._device("0123456")

    def test_characters_that_only_look_different(self):
        for number, serial in enumerate(("\uff10123456", "0123\u200b456", "\ufeff0123456", "0123\u00ad456")):
            file = self._upload([record(serial, mono=(10, "0.004"))], InvoiceNumber=f"Y-{number}", **JANUARY)
            self.assertEqual(self._codes(file), [], serial)
            self.assertEqual(file.line_ids.device_id, self.old)

    def test_a_number_that_excel_made(self):
        file = self._upload([record("5.12E+09")], **JANUARY)
        self.assertIn("value_invalid", self._codes(file))
        self.assertNotIn("device_unknown", self._codes(file))
        self.assertRaisesMessage("5.12E", file.action_import)

    def _near(self, serial):
        file = self._upload([record(serial, mono=(100, "0.004"))], **JANUARY)
        return self._issue(file, "device_unknown")

    def test_near_matches(self):
        for serial in ("123456", "00123456", "O123456", "0I23456", "0132456", "0123465", "o123456"):
            issue = self._near(serial)
            self.assertEqual((issue.fix_label, issue.res_id), ("It Is 0123456", self.old.id), serial)
            self.assertIn("0123456", issue.message)

    def test_what_is_not_near(self):
        for serial in ("0123457", "01234567", "012345", "1234560", "6543210", "0214356"):
            issue = self._near(serial)
            self.assertEqual(issue.fix_label, "Fix", serial)
            self.assertEqual(issue.action_fix()["res_model"], "xpps.device.create.wizard")

    def test_it_is_this_device_by_one_click(self):
        before = self.env["stock.lot"].search_count([])
        wizard = self._checked(build_xml(devices=[record("123456", mono=(100, "0.004"))]))
        self._click(wizard, "device_unknown")
        file = wizard.billing_file_id
        self.assertEqual((self._codes(file), file.line_ids.device_id), ([], self.old))
        wizard.action_import()
        self.assertEqual(self.env["stock.lot"].search_count([]), before)
        self.assertCharged(1.0, self.old)
        self.assertIn("serial number 123456 is device 0123456", "".join(file.message_ids.mapped("body")))

    def test_create_proposes_it_first(self):
        file = self._upload([record("123456", mono=(100, "0.004"))], **JANUARY)
        action = file.action_create_devices()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((wizard.row_ids.same_as_id, wizard.row_ids.missing), (self.old, False))
        before = self.env["stock.lot"].search_count([])
        wizard.action_apply()
        self.assertEqual(self.env["stock.lot"].search_count([]), before)
        self.assertEqual((self._codes(file), file.line_ids.device_id), ([], self.old))

    def test_another_device_is_created_when_the_user_says_so(self):
        file = self._upload([record("123456", mono=(100, "0.004"))], **JANUARY)
        action = file.action_create_devices()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        row = wizard.row_ids
        row.same_as_id = False
        self.assertIn("Printer Model", row.missing)
        row.write(
            {
                "product_id": self.printer.id,
                "subscription_id": self.agreement.id,
                "subscription_line_id": self.base_line.id,
            }
        )
        wizard.action_apply()
        self.assertEqual(file.line_ids.device_id.name, "123456")

    def test_a_device_that_has_a_record(self):
        file = self._upload([record("0123456"), record("123456")], **JANUARY)
        self.assertEqual(self._issue(file, "device_unknown").fix_label, "Fix")

    def test_two_devices_that_are_near(self):
        self._device("O123456")
        self.assertEqual(self._near("123456").fix_label, "Fix")

    def test_two_records_of_one_device(self):
        file = self._upload([record("123456"), record("00123456")], **JANUARY)
        issues = file.issue_ids.filtered(lambda issue: issue.code == "device_unknown")
        self.assertEqual(issues.mapped("fix_label"), ["It Is 0123456", "It Is 0123456"])
        issues[0].action_fix()
        left = self._issue(file, "device_unknown")
        self.assertEqual((left.serial, left.fix_label), ("00123456", "Fix"))
        file._decide(left.line_id, device_id=self.old.id)
        file.action_check()
        self.assertEqual(self._codes(file), ["serial_duplicate"])

    def test_of_another_company(self):
        other = self._company("XPPS Other")
        file = self._check(build_xml(devices=[record("123456")]), company=other)
        self.assertEqual(self._issue(file, "device_unknown").fix_label, "Fix")

    def test_the_column_agrees(self):
        lot = self._device("\uff21b\u200b-7")
        self.assertEqual(lot.xpps_serial_key, "AB-7")


class TestFormats(FieldCase):
    HEAD = "Invoice Number,Invoice Date,Period Start,Period End,Currency,Serial Number"
    INVOICE = "X-1,2026-02-03,2026-01-01,2026-01-31,USD"

    def _format_from(self, data, file_name):
        """A format that is made of what *New Format from Sample* finds by itself."""
        manager = self._user("xpps_test_manager", MANAGER)
        maker = self.env["xpps.file.format.wizard"].with_user(manager)
        maker = maker.create(
            {"file_data": base64.b64encode(data), "file_name": file_name, "company_id": self.company.id}
        )
        maker.action_read_sample()
        self.assertFalse(maker.to_do)
        maker.action_dry_run()
        self.assertEqual(maker.error_count, 0, maker.preview)
        action = maker.action_create_format()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _charged_by(self, data, file_name):
        wizard = self._checked(data, file_name)
        self.assertEqual(self._codes(wizard.billing_file_id), [])
        wizard.action_import()
        charges = wizard.billing_file_id.charge_ids
        return {
            (charge.device_id.name, charge.output_type): (charge.quantity, round(charge.price_subtotal, 2))
            for charge in charges
        }

    def test_short_rows_and_written_numbers(self):
        self._device("SN-2")
        data = (
            f"{self.HEAD},Mono Over,Mono Over Unit Cost,Monthly Base Price\n"
            f'{self.INVOICE},SN-1,"1,000",$0.004,"$1,020.50"\n{self.INVOICE},SN-2,7,0.004\n'
        ).encode()
        self._format_from(data, "export.csv")
        self.assertEqual(
            self._charged_by(data, "export.csv"), {("SN-1", "mono"): (1000, 10.0), ("SN-2", "mono"): (7, 0.07)}
        )

    def test_a_row_for_each_meter(self):
        self._device("SN-2")
        data = (
            f"{self.HEAD},Base Price,Meter Type,Overage,Unit Cost\n"
            f"{self.INVOICE},SN-1,20.00,Mono,1000,0.004\n"
            f"{self.INVOICE},SN-2,20.00,B/W,7,0.004\n"
            f"{self.INVOICE},SN-1,20.00,Colour,50,0.04\n"
        ).encode()
        file_format = self._format_from(data, "meters.csv")
        self.assertIn("meter_type", file_format.field_ids.mapped("name"))
        self.assertEqual(
            self._charged_by(data, "meters.csv"),
            {("SN-1", "mono"): (1000, 10.0), ("SN-1", "color"): (50, 4.0), ("SN-2", "mono"): (7, 0.07)},
        )
        file = self.env["xpps.billing.file"].search([("company_id", "=", self.company.id)], limit=1)
        self.assertEqual((file.device_count, round(file.amount_total, 2)), (2, 46.03))

    def test_words_of_the_file(self):
        data = (
            f"{self.HEAD},Art,Overage,Unit Cost\n{self.INVOICE},SN-1,Schwarz,1000,0.004\n"
            f"{self.INVOICE},SN-1,Farbe,50,0.04\n"
        ).encode()
        values = {"number": "Invoice Number", "date": "Invoice Date", "period_start": "Period Start"}
        values |= {"period_end": "Period End", "currency": "Currency"}
        rows = {
            "serial": "Serial Number",
            "meter_type": "Art",
            "meter_overage": "Overage",
            "meter_unit_cost": "Unit Cost",
        }
        with Form(self.env["xpps.file.format"]) as form:
            form.name = "Deutsch"
            form.file_type = "csv"
            form.mono_words = "Schwarz, S/W"
            form.color_words = "Farbe"
            for part, names in (("invoice", values), ("device", rows)):
                for name, path in names.items():
                    with form[f"{part}_field_ids"].new() as line:
                        line.name = name
                        line.path = path
        form.record.sequence = 1
        self.assertEqual(
            self._charged_by(data, "art.csv"), {("SN-1", "mono"): (1000, 10.0), ("SN-1", "color"): (50, 4.0)}
        )
        self.assertRaisesMessage("two output types", form.record.write, {"color_words": "S/W"}, exception=Exception)

    def test_attributes_and_meters_of_xml(self):
        data = (
            b"<Bill><Head InvoiceNumber='X-1' InvoiceDate='2026-02-03' PeriodStart='2026-01-01' "
            b"PeriodEnd='2026-01-31' Currency='USD'/><Machine SerialNumber='SN-1'>"
            b"<Meter type='Color'><Over>50</Over><UnitCost>0.04</UnitCost></Meter>"
            b"<Meter type='Mono'><Over>1000</Over><UnitCost>0.004</UnitCost></Meter></Machine></Bill>"
        )
        file_format = self._format_from(data, "export.xml")
        self.assertIn("Meter[@type='Mono']/Over", file_format.field_ids.mapped("path"))
        self.assertEqual(
            self._charged_by(data, "export.xml"), {("SN-1", "mono"): (1000, 10.0), ("SN-1", "color"): (50, 4.0)}
        )

    def test_a_colour_meter_is_never_charged_as_mono(self):
        """The sample has colour meters alone; the month's file has both."""
        sample = (
            b"<Bill><Head InvoiceNumber='X-1' InvoiceDate='2026-02-03' PeriodStart='2026-01-01' "
            b"PeriodEnd='2026-01-31' Currency='USD'/><Machine SerialNumber='SN-1'>"
            b"<Meter type='Color'><Over>50</Over><UnitCost>0.04</UnitCost></Meter></Machine></Bill>"
        )
        self._format_from(sample, "export.xml")
        data = sample.replace(b"<Meter ", b"<Meter type='Mono'><Over>1000</Over></Meter><Meter ")
        self.assertEqual(self._charged_by(data, "export.xml"), {("SN-1", "color"): (50, 4.0)})
