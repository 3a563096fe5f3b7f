# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What electronic invoices say of agreements, and the annex that they contain."""

import io

from lxml import etree
from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import ValidationError

from ..support.einvoices import EInvoiceCase
from ..support.importing import FEBRUARY

PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TestHead(EInvoiceCase):
    def _reference(self, tree):
        return self._texts(tree, "cac:OrderReference/cbc:ID")

    def _agreement_of_customer(self, **values):
        """Another agreement, whose items go on the customer's invoice."""
        self.agreement.xpps_invoice_mode = "customer"
        return self._agreement(xpps_invoice_mode="customer", **values)

    def test_customer_reference(self):
        self.agreement.xpps_customer_reference = "PO-77"
        self.assertEqual(self._reference(self._export(self._posted())), ["PO-77"])

    def test_reference_entered_on_the_invoice(self):
        """What somebody enters for one invoice is printed, and so it is in the electronic one."""
        self.agreement.xpps_customer_reference = "PO-77"
        move = self.agreement.create_invoice()
        move.ref = "PO-78"
        move.action_post()
        self.assertEqual(self._reference(self._export(move)), ["PO-78"])

    def test_reference_entered_later(self):
        move = self._posted()
        self.assertEqual(self._reference(self._export(move)), [move.name])
        self.agreement.xpps_customer_reference = "PO-77"
        self.assertEqual(self._reference(self._export(move)), ["PO-77"])

    def test_reference_of_a_credit_note(self):
        """Odoo says there which invoice it reverses; the customer looks for the order."""
        self.agreement.xpps_customer_reference = "PO-77"
        credit = self._credit(self._posted())
        self.assertIn("Reversal", credit.ref)
        self.assertEqual(self._reference(self._export(credit)), ["PO-77"])

    def test_several_references(self):
        """The document has one place for a reference, with all of them as printed: lines say which is theirs."""
        self.agreement.xpps_customer_reference = "PO-1"
        other = self._agreement_of_customer(xpps_customer_reference="PO-2")
        move = (self.agreement | other).create_invoice()
        move.action_post()
        tree = self._export(move)
        self.assertEqual(self._reference(tree), ["PO-1, PO-2"])
        references = [self._properties(line).get("Order reference") for line in self._lines(tree)]
        self.assertEqual(references, ["PO-1", "PO-2"])

    def test_the_same_reference(self):
        self.agreement.xpps_customer_reference = "PO-1"
        other = self._agreement_of_customer(xpps_customer_reference="PO-1")
        move = (self.agreement | other).create_invoice()
        move.action_post()
        tree = self._export(move)
        self.assertEqual(self._reference(tree), ["PO-1"])
        self.assertFalse([line for line in self._lines(tree) if "Order reference" in self._properties(line)])

    def test_note(self):
        self.assertEqual(self._texts(self._export(self._posted()), "cbc:Note"), ["Xerox agreement: XA-4711"])

    def test_note_beside_the_terms(self):
        """There may be one note only: Odoo's text comes first."""
        move = self.agreement.create_invoice()
        move.narration = "<p>Pay in time.</p>"
        move.action_post()
        self.assertEqual(self._texts(self._export(move), "cbc:Note"), ["Pay in time.\nXerox agreement: XA-4711"])

    def test_note_of_several_agreements(self):
        other = self._agreement_of_customer(xpps_agreement_number="XA-12")
        move = (self.agreement | other).create_invoice()
        move.action_post()
        self.assertEqual(self._texts(self._export(move), "cbc:Note"), ["Xerox agreements: XA-12, XA-4711"])

    def test_no_agreement_number(self):
        self.agreement.xpps_agreement_number = False
        self.assertEqual(self._texts(self._export(self._posted()), "cbc:Note"), [])

    def test_other_invoices_stay(self):
        """Without XPPS items nothing is added, whatever else the customer has."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({"name": "Coffee", "price_unit": 5, "tax_ids": [Command.set(self.tax.ids)]}),
                    Command.create({"product_id": self.mono.id, "tax_ids": [Command.set(self.tax.ids)]}),
                ],
            }
        )
        move.action_post()
        tree = self._export(move)
        self.assertEqual(self._reference(tree), [move.name])
        for tag in ("InvoicePeriod", "AdditionalItemProperty", "AdditionalDocumentReference", "Note"):
            self.assertFalse(tree.xpath(f"//*[local-name()='{tag}']"), tag)


class TestAnnex(EInvoiceCase):
    def _billed(self):
        self._files(self._read())
        return self._posted()

    def _send(self, move):
        """Send an invoice by e-mail. :return: (its electronic form, names of what was attached)"""
        before = move.message_ids
        self.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=["email"])
        tree = etree.fromstring(move.ubl_cii_xml_id.raw)
        self.assertValid(move.ubl_cii_xml_id.raw)
        return tree, sorted((move.message_ids - before).attachment_ids.mapped("name"))

    def _make_annex_of(self, move, size):
        """Have the invoice be sent for the first time, with an annex of so many bytes. :return: the annex"""
        move.ubl_cii_xml_id.sudo().unlink()
        move.invoice_pdf_report_id.sudo().unlink()
        content = b"%PDF-1.4".ljust(size)
        move.xpps_usage_pdf_id.sudo().raw = content
        move.invalidate_recordset()
        return content

    def _stem(self, move):
        return move.name.replace("/", "_")

    def test_sent(self):
        """Beside Odoo's PDF, which comes after it, the very file that the e-mail has."""
        move = self._billed()
        tree, attached = self._send(move)
        name = f"Device Usage {self._stem(move)}.pdf"
        embedded = self._embedded(tree)
        self.assertEqual(list(embedded), [name, f"{self._stem(move)}.pdf"])
        self.assertEqual(embedded[name], (PDF, move.xpps_usage_pdf_id.raw))
        self.assertIn(b"SN-1", embedded[name][1])
        self.assertIn(name, attached)
        self.assertEqual(self._texts(tree, "cac:AdditionalDocumentReference/cbc:DocumentDescription"), ["Device Usage"])
        # The other file is sent as ever, and each of them once.
        self.assertEqual(len(attached), len(set(attached)))
        self.assertTrue(move.xpps_usage_xlsx_id)

    def test_as_workbook(self):
        self.company.xpps_ubl_annex = "xlsx"
        move = self._billed()
        name = f"Device Usage {self._stem(move)}.xlsx"
        tree, attached = self._send(move)
        mimetype, content = self._embedded(tree)[name]
        self.assertEqual((mimetype, content), (XLSX, move.xpps_usage_xlsx_id.raw))
        self.assertEqual(load_workbook(io.BytesIO(content)).sheetnames, ["Device Usage", "Totals"])
        self.assertIn(f"Device Usage {self._stem(move)}.pdf", attached)

    def test_both(self):
        self.company.xpps_ubl_annex = "both"
        move = self._billed()
        self.assertEqual([mime for mime, _content in self._embedded(self._export(move)).values()], [PDF, XLSX])

    def test_none(self):
        self.company.xpps_ubl_annex = "none"
        move = self._billed()
        tree, attached = self._send(move)
        self.assertEqual(list(self._embedded(tree)), [f"{self._stem(move)}.pdf"])
        self.assertEqual(len([name for name in attached if name.startswith("Device Usage")]), 2)

    def test_exported_before_it_is_sent(self):
        """Whoever downloads the electronic invoice gets it with the annex, and nothing is kept of it."""
        move = self._billed()
        self.assertEqual(list(self._embedded(self._export(move))), [f"Device Usage {self._stem(move)}.pdf"])
        self.assertFalse(move.xpps_usage_pdf_id)

    def test_exported_after_it_was_sent(self):
        move = self._billed()
        self._send(move)
        (_mimetype, content), *_others = self._embedded(self._export(move)).values()
        self.assertEqual(content, move.xpps_usage_pdf_id.raw)

    def test_payer_without_annex(self):
        self.company.xpps_payers = True
        self.agreement.xpps_payer_ids = [
            Command.create({"base_percent": 100, "overage_percent": 100, "has_annex": False})
        ]
        move = self._billed()
        tree, _attached = self._send(move)
        self.assertEqual(list(self._embedded(tree)), [f"{self._stem(move)}.pdf"])

    def test_credit_note_of_a_whole_invoice(self):
        """What it takes back is on the annex of the invoice."""
        tree, _attached = self._send(self._credit(self._billed()))
        self.assertEqual(len(self._embedded(tree)), 1)

    def test_too_large(self):
        """It is left out and told of; the e-mail has it all the same."""
        move = self._billed()
        self._send(move)
        self._make_annex_of(move, 2 * 1024 * 1024 + 1)
        name = f"Device Usage {self._stem(move)}.pdf"
        tree, attached = self._send(move)
        self.assertEqual(list(self._embedded(tree)), [f"{self._stem(move)}.pdf"])
        self.assertIn(name, attached)
        notes = [str(body) for body in move.message_ids.mapped("body") if "does not contain" in body]
        self.assertEqual(len(notes), 1)
        self.assertIn(name, notes[0])

    def test_largest(self):
        """Odoo reads what it wrote, to put its PDF in: a longer text it would refuse."""
        self.company.xpps_ubl_annex_limit = 7
        move = self._billed()
        self._send(move)
        content = self._make_annex_of(move, 7 * 1024 * 1024)
        tree, _attached = self._send(move)
        (_mimetype, embedded), *_others = self._embedded(tree).values()
        self.assertEqual(embedded, content)

    def test_limits(self):
        for limit in (0, -1, 7.1):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.company.xpps_ubl_annex_limit = limit

    def test_clients_cannot_have_it_replaced(self):
        """What a context says of the annex is nobody's to say."""
        move = self._billed().with_context(xpps_annex_to_send={"made": [{"raw": "forged"}]})
        (_mimetype, content), *_others = self._embedded(self._export(move)).values()
        self.assertIn(b"SN-1", content)

    def test_accountant_without_xpps_rights(self):
        move = self._billed()
        self.env.flush_all()
        self.env.invalidate_all()
        accountant = self._user("xpps_test_accountant", "account.group_account_invoice")
        tree = self._export(move.with_user(accountant).with_context(allowed_company_ids=self.company.ids))
        self.assertTrue(self._embedded(tree))
        self.assertIn("Current read", {name for line in self._lines(tree) for name in self._properties(line)})

    def test_facturx_stays(self):
        """It is no UBL: nothing of it is ours, and nothing is added."""
        builder = self.env["account.edi.xml.cii"]
        self.assertFalse([klass for klass in type(builder).mro() if "xerox_xpps_ubl" in klass.__module__])
        self.customer.invoice_edi_format = "facturx"
        move = self._billed()
        content, _errors = builder._export_invoice(move)
        for word in (b"Current read", b"XA-4711", b"Device Usage"):
            self.assertNotIn(word, content)
        self.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=["email"])
        self.assertTrue(move.xpps_usage_pdf_id)

    def test_month_after_month(self):
        """Each invoice has its own annex."""
        first = self._billed()
        self._files(self._read(previous=1620, current=2220, over=100), InvoiceNumber="X-2", **FEBRUARY)
        second = self._posted()
        for move in first | second:
            self.assertEqual(list(self._embedded(self._export(move))), [f"Device Usage {self._stem(move)}.pdf"])


class TestSettings(EInvoiceCase):
    def test_xpps_administrator(self):
        """The settings are among those of XPPS, and an XPPS administrator sets them."""
        manager = self._user("xpps_test_manager", "xerox_xpps.group_xpps_manager")
        settings = self.env["xpps.settings"].with_user(manager).with_company(self.company)
        arch = settings.get_view(self.env.ref("xerox_xpps.view_xpps_settings_form").id, "form")["arch"]
        self.assertIn('name="xpps_ubl_annex"', arch)
        self.assertIn('name="xpps_ubl_annex_limit"', arch)
        settings.create({"xpps_ubl_annex": "both", "xpps_ubl_annex_limit": 5})
        self.assertEqual((self.company.xpps_ubl_annex, self.company.xpps_ubl_annex_limit), ("both", 5))

    def test_odoos_settings(self):
        arch = self.env["res.config.settings"].get_view(view_type="form")["arch"]
        self.assertEqual(len(etree.fromstring(arch).findall(".//field[@name='xpps_ubl_annex']")), 1)
