# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Errors of a billing file that it has by itself, and files that were imported before."""

from odoo import Command
from odoo.exceptions import UserError

from ...billing_file.builder import build_xml
from ..support.common import line_of, record
from ..support.refusals import RefusalCase


class TestFileCodes(RefusalCase):
    def test_file_type(self):
        data = build_xml(devices=[record("SN-1")])
        issue = self.assertRefused("file_type", data=data, file_name="invoice.pdf", names=["'.pdf'"])
        self.assertEqual(
            issue.message,
            "Files of type '.pdf' are not supported. Please select an .xml, .csv or .xlsx file.",
        )

    def test_file_type_without_extension(self):
        self.assertRefused("file_type", data=build_xml(devices=[record("SN-1")]), file_name="billing")

    def test_file_type_ignores_case(self):
        file = self._check(build_xml(devices=[record("SN-1")]), "BILLING.XML")
        self.assertEqual(self._codes(file), [])

    def test_file_empty(self):
        self.assertRefused("file_empty", data=b" \n")

    def test_file_of_no_bytes(self):
        self.assertEqual(self._codes(self._check(b"")), ["file_empty"])

    def test_no_file_selected(self):
        wizard = self.env["xpps.import.wizard"].create({})
        self.assertRaisesMessage("Select", wizard.action_check)
        self.assertRaisesMessage("Select", wizard.action_import)

    def test_file_without_devices(self):
        self.assertRefused("file_empty", [])

    def test_file_syntax(self):
        data = build_xml(devices=[record("SN-1")]).replace(b"</SerialNumber>", b"</Serial>")
        self.assertRefused("file_syntax", data=data, line=11, names=["11"])

    def test_file_forbidden(self):
        data = build_xml(devices=[record("SN-1")]).replace(
            b"<XPPSBillingDetails>",
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><XPPSBillingDetails>',
        )
        self.assertRefused("file_forbidden", data=data, line=1, names=["DOCTYPE"])

    def test_file_too_large(self):
        """Nothing but tags: 8 MiB of them are as heavy as the limit of 64 MiB allows."""
        self.assertRefused("file_too_large", data=b"<" * (8 * 1024 * 1024 + 1))

    def test_file_schema(self):
        data = build_xml(devices=[record("SN-1", Colour="red")])
        line = line_of(data, tag=b"<Colour>")
        self.assertRefused("file_schema", data=data, line=line, serial="SN-1", names=["Colour"])

    def test_total_mismatch_of_a_device(self):
        row = record("SN-1", BaseServiceFee="20.00", mono=(10, "0.5"), DeviceTotal="24.99")
        self.assertRefused("total_mismatch", [row], line=10, names=["24.99", "25.00"], serial="SN-1")

    def test_total_mismatch_of_the_invoice(self):
        row = record("SN-1", BaseServiceFee="20.00")
        self.assertRefused("total_mismatch", [row], {"InvoiceTotal": "20.01"}, line=3, names=["20.01", "20.00"])

    def test_totals_that_match(self):
        """The base price counts where the two fees are absent; each product is rounded, half up."""
        self._device("SN-2")
        devices = [
            record("SN-1", MonthlyBasePrice="12.50", mono=(5, "0.001"), DeviceTotal="12.51"),
            record("SN-2", MonthlyBasePrice="99.00", BaseServiceFee="8.00", BaseSupplyFee="2.00"),
        ]
        file = self._import(devices, InvoiceTotal="22.51", DeviceCount=2)
        self.assertEqual((file.amount_total, file.device_count), (22.51, 2))
        self.assertEqual(file.line_ids.mapped("cost_total"), [12.51, 10.00])

    def test_device_count_mismatch(self):
        self.assertRefused("device_count_mismatch", [record("SN-1")], {"DeviceCount": 2}, line=3, names=["2", "1"])

    def test_currency_that_does_not_exist(self):
        self.assertRefused("currency_unknown", [record("SN-1")], {"Currency": "QQQ"}, names=["QQQ"])

    def test_currency_that_is_not_active(self):
        currency = self.env["res.currency"].create(
            {
                "name": "QQQ",
                "symbol": "Q",
                "active": False,
                "rate_ids": [Command.create({"name": "2026-01-01", "rate": 2})],
            }
        )
        issue = self.assertRefused("currency_unknown", [record("SN-1")], {"Currency": "QQQ"}, names=["QQQ"])
        self.assertEqual((issue.res_model, issue.res_id), ("res.currency", currency.id))
        file = issue.billing_file_id
        currency.active = True
        file.action_check()
        self.assertEqual(self._codes(file), [])

    def test_period_invalid(self):
        self.assertRefused(
            "period_invalid",
            [record("SN-1")],
            {"PeriodStart": "2026-02-01"},
            line=3,
            names=["02/01/2026", "01/31/2026"],
        )

    def test_value_invalid_number(self):
        data = build_xml(devices=[record("SN-1", mono=("1,000", "0.01"))])
        line = line_of(data, tag=b"<MonoOver>")
        self.assertRefused("value_invalid", data=data, line=line, serial="SN-1", names=["1,000", "MonoOver"])

    def test_value_invalid_date(self):
        data = build_xml({"PeriodEnd": "31.01.2026"}, [record("SN-1")])
        line = line_of(data, tag=b"<PeriodEnd>")
        self.assertRefused("value_invalid", data=data, line=line, names=["31.01.2026", "PeriodEnd"])

    def test_pages_beyond_what_can_be_stored(self):
        """Twelve digits are a number for the reader; a meter in the database holds less."""
        file = self._check(build_xml(devices=[record("SN-1", mono=(3_000_000_000, "0.01"))]))
        self.assertEqual(self._codes(file), ["value_invalid"])
        self.assertRaisesMessage("3000000000", file.action_import)

    def test_serial_missing(self):
        names = ["10"]
        self.assertRefused("serial_missing", [record("  "), record("SN-1")], line=10, names=names)

    def test_serial_missing_without_its_element(self):
        self.assertRefused("serial_missing", [{"Model": "C8145"}], line=10)

    def test_serial_duplicate(self):
        data = build_xml(devices=[record("SN-1"), record("sn -1")])
        line = line_of(data, 2)
        self.assertRefused("serial_duplicate", data=data, line=line, serial="sn -1", names=["10", str(line)])


class TestDuplicates(RefusalCase):
    def test_file_duplicate(self):
        data = build_xml(devices=[record("SN-1", mono=(10, "0.004"))])
        first = self._import([record("SN-1", mono=(10, "0.004"))])
        self.assertEqual(first.attachment_id.raw, data)
        issue = self.assertRefused("file_duplicate", data=data, file_name="again.xml", names=["X-1001"])
        self.assertNotEqual(issue.billing_file_id, first)
        self.assertEqual((issue.res_model, issue.res_id), ("xpps.billing.file", first.id))
        action = issue.action_fix()
        self.assertEqual((action["res_model"], action["res_id"]), ("xpps.billing.file", first.id))

    def test_invoice_duplicate(self):
        """The same number is an error only where a device's period is billed already."""
        self._device("SN-2")
        first = self._import([record("SN-1")])
        issue = self.assertRefused(
            "invoice_duplicate",
            [record("SN-1", Location="2")],
            names=["X-1001", "billing.xml"],
            line=10,
            serial="SN-1",
            others=["period_duplicate"],
        )
        self.assertEqual((issue.res_model, issue.res_id), ("xpps.billing.file", first.id))
        self.assertEqual(self._codes(self._check(build_xml(devices=[record("SN-2")]))), [])

    def test_an_imported_file_is_not_checked_or_imported_again(self):
        first = self._import([record("SN-1", mono=(10, "0.004"))])
        for method in (first.action_check, first.action_import):
            self.assertRaisesMessage("no longer a draft", method)
        self.assertEqual(len(first.charge_ids), 1)

    def test_an_imported_file_is_not_deleted(self):
        first = self._import([record("SN-1", mono=(10, "0.004"))])
        with self.assertRaises(UserError), self.cr.savepoint():
            first.unlink()

    def test_drafts_are_no_duplicates(self):
        """Only what was imported stands against a file: two drafts of one invoice may be looked at."""
        one = self._check(build_xml(devices=[record("SN-1")]))
        two = self._check(build_xml(devices=[record("SN-1", Location="2")]))
        self.assertEqual((self._codes(one), self._codes(two)), ([], []))
        one.action_import()
        two.action_check()
        self.assertEqual(self._codes(two), ["invoice_duplicate", "period_duplicate"])

    def test_another_company_has_duplicates_of_its_own(self):
        self._import([record("SN-1")])
        other = self._company("XPPS Other Reseller")
        file = self._check(build_xml(devices=[record("SN-1")]), company=other)
        self.assertEqual(file.company_id, other)
        self.assertEqual(self._codes(file), ["device_unknown"])
