# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Formats of countries: each is valid by the schemas of UBL 2.1, Odoo finds nothing wrong, and no cost is told."""

import base64
import re

from lxml import etree

from odoo import Command

from ..support.einvoices import (
    FILE_NUMBER,
    NAMESPACES,
    PAGE_COST,
    SERVICE_COST,
    SUPPLY_COST,
    EInvoiceCase,
)

#: {format: (country, what its customization says)}
FORMATS = {
    "ubl_bis3": ("BE", "poacc:billing:3.0"),
    "ehf": ("NO", "poacc:billing:3.0"),
    "xrechnung": ("DE", "xrechnung"),
    "nlcius": ("NL", "nlcius"),
    "ubl_a_nz": ("AU", "international:aunz:3.0"),
    "ubl_sg": ("SG", "international:sg:3.0"),
}
#: What the customer pays for 120 pages, and what they cost: 120 × 0.004327
PAGE_PRICE, PAGES_COST = "0.01", "0.52"


class TestFormats(EInvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_ubl_annex = "both"
        cls.agreement.xpps_customer_reference = "PO-77"
        cls.second = cls._device("SN-2")

    def _exported(self, move):
        """Each document by what Odoo checks and by the schema. :return: its XML as a text, and as a tree"""
        tree = self._export(move)
        return etree.tostring(tree, encoding="unicode"), tree

    def _check(self, tree, number):
        """Each element once, in all the places where the evidence stands."""
        self.assertEqual(self._texts(tree, "cac:OrderReference/cbc:ID"), ["PO-77"])
        self.assertEqual(self._texts(tree, "cbc:Note"), ["Xerox agreement: XA-4711"])
        self.assertEqual(len(self._embedded(tree)), number)
        line = self._by_name(tree)["Mono Pages"]
        self.assertEqual(self._period(line), ("2026-01-01", "2026-01-31"))
        self.assertEqual(self._properties(line)["Serial number"], "SN-1")
        for name in ("InvoicePeriod", "OrderReference", "Note"):
            for parent in {node.getparent() for node in tree.xpath(f"//*[local-name()='{name}']")}:
                self.assertEqual(len(parent.xpath(f"*[local-name()='{name}']")), 1, name)

    def test_formats(self):
        self._files(self._read(ReadDate="2026-01-30"), self._read("SN-2", over=0, current=1200, ReadType="Estimated"))
        move = self._posted()
        credit = self._credit(move)
        for edi_format, (country, customization) in FORMATS.items():
            with self.subTest(edi_format=edi_format):
                self._set_country(country, "ubl_bis3" if edi_format == "ehf" else edi_format)
                _text, tree = self._exported(move)
                self.assertIn(customization, tree.findtext("cbc:CustomizationID", None, NAMESPACES))
                self._check(tree, 2)
                _text, tree = self._exported(credit)
                self.assertTrue(tree.tag.endswith("}CreditNote"))
                self._check(tree, 0)

    def test_sent(self):
        """As customers get it, with the PDF that Odoo adds when it sends."""
        self._files(self._read())
        for edi_format in ("ubl_bis3", "xrechnung", "nlcius"):
            with self.subTest(edi_format=edi_format):
                self._set_country(FORMATS[edi_format][0], edi_format)
                move = self._moves().filtered(lambda move: move.state == "posted") or self._posted()
                move.ubl_cii_xml_id.sudo().unlink()
                move.invoice_pdf_report_id.sudo().unlink()
                move.invalidate_recordset()
                self.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=["email"])
                self.assertValid(move.ubl_cii_xml_id.raw)
                tree = etree.fromstring(move.ubl_cii_xml_id.raw)
                self._check(tree, 3)

    def test_schema_minds_the_order(self):
        """That it is valid says something: the same elements elsewhere are not."""
        self._files(self._read())
        tree = self._export(self._posted())
        line = self._by_name(tree)["Mono Pages"]
        line.append(line.find("cac:InvoicePeriod", NAMESPACES))
        with self.assertRaises(AssertionError):
            self.assertValid(etree.tostring(tree, encoding="UTF-8"))

    def test_attachments_may_be_of_these_types(self):
        """BR-CL-24: the types of what an invoice contains are few."""
        self._files(self._read())
        embedded = self._embedded(self._export(self._posted()))
        self.assertEqual(
            [mimetype for mimetype, _content in embedded.values()],
            ["application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
        )
        # BR-DE-22: their names differ.
        self.assertEqual(len(embedded), 2)

    def test_no_cost(self):
        """Neither what Xerox bills, nor the margin, nor the number of Xerox's invoice, in the annex neither."""
        charges = self._files(self._read(), self._read("SN-2", over=0, current=1200))
        move = self._posted()
        charge = charges.filtered(lambda charge: charge.device_id == self.device)
        self.assertEqual(round(charge.cost_subtotal, 2), float(PAGES_COST))
        secrets = [PAGE_COST, SERVICE_COST, SUPPLY_COST, PAGES_COST, FILE_NUMBER, f"{charge.margin:.2f}"]
        for edi_format in ("ubl_bis3", "xrechnung", "nlcius"):
            self._set_country(FORMATS[edi_format][0], edi_format)
            for document in (move, self._credit(move)):
                text, tree = self._exported(document)
                self.assertIn(PAGE_PRICE, text)
                texts = [text, *(raw.decode(errors="ignore") for _mime, raw in self._embedded(tree).values())]
                # What is embedded is looked at as it is, not as digits of base64.
                texts[0] = re.sub(r"(<cbc:EmbeddedDocumentBinaryObject[^>]*>)[^<]*", r"\1", texts[0])
                for secret in secrets:
                    for found in texts:
                        self.assertIsNone(re.search(rf"(?<![\d.]){re.escape(secret)}(?!\d)", found), secret)

    def test_combined_with_orders_of_odoo(self):
        """An invoice that was made from a sales order says the order as well: one reference has both."""
        self.agreement.template_id = self._template("sale_and_invoice")
        self._files(self._read())
        self.agreement.generate_invoice()
        move = self._moves()
        move.filtered(lambda move: move.state == "draft").action_post()
        tree = self._export(move)
        (reference,) = tree.findall("cac:OrderReference", NAMESPACES)
        self.assertEqual([node.text for node in reference], ["PO-77", self.agreement.sale_order_ids.name])
        self._check(tree, 2)

    def test_discounts_and_taxes_that_are_lines(self):
        """Odoo makes lines of their own of some taxes, of which there is nothing to prove."""
        deposit = self.env["account.tax"].create(
            {"name": "Deposit", "amount_type": "fixed", "amount": 0.5, "type_tax_use": "sale", "sequence": 100}
        )
        self.base.taxes_id = [Command.link(deposit.id)]
        line = self._by_name(self._export(self._posted()))
        self.assertEqual(set(line), {"XPPS Base Price", "Deposit"})
        self.assertEqual(self._period(line["Deposit"]), (None, None))
        self.assertEqual(self._period(line["XPPS Base Price"]), ("2026-01-01", "2026-01-31"))

    def test_base64(self):
        self._files(self._read())
        tree = self._export(self._posted())
        for node in tree.iterfind(".//cbc:EmbeddedDocumentBinaryObject", NAMESPACES):
            self.assertEqual(base64.b64encode(base64.b64decode(node.text, validate=True)).decode(), node.text)
