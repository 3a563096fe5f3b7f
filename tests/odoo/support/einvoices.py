# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of electronic invoices share: a reseller and a customer of a country, and how XML is read."""

import base64
import gc
from functools import cache

import xmlschema
from lxml import etree

from odoo import Command
from odoo.tools.misc import file_path

from .common import record
from .importing import JANUARY, ImportCase

NAMESPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
SCHEMAS = "base_ubl/data/xsd-2.1/maindoc/UBL-{}-2.1.xsd"
#: What Xerox bills, and no customer may read.
PAGE_COST, SERVICE_COST, SUPPLY_COST, FILE_NUMBER = "0.004327", "13.57", "7.93", "XEROX-55512"

#: {country: (seller, buyer)}, with numbers that are valid
PARTIES = {
    "BE": ({"vat": "BE0477472701"}, {"vat": "BE0202239951"}),
    "DE": ({"vat": "DE257486969"}, {"vat": "DE186775212"}),
    "NL": (
        {"vat": "NL000099998B57", "company_registry": "77777677"},
        {"vat": "NL41452B11", "company_registry": "12345678"},
    ),
    "NO": ({"vat": "NO179728982MVA"}, {"vat": "NO985399077MVA"}),
    "AU": ({"vat": "83914571673"}, {"vat": "33592542067"}),
    "SG": ({"vat": "197401143C"}, {"vat": "198500065G"}),
}


@cache
def ubl_schema():
    """The schemas of invoices and credit notes, together: to build what they share takes seconds."""
    imports = "".join(
        f'<xs:import namespace="urn:oasis:names:specification:ubl:schema:xsd:{name}-2" '
        f'schemaLocation="file://{file_path(SCHEMAS.format(name))}"/>'
        for name in ("Invoice", "CreditNote")
    )
    schema = xmlschema.XMLSchema(f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>')
    # It is very many objects, which stay: no collection need go through them again.
    gc.collect()
    gc.freeze()
    return schema


class EInvoiceCase(ImportCase):
    """A reseller and a customer in Belgium, whose invoices have a tax of 21 percent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create({"name": "21 %", "amount": 21, "type_tax_use": "sale"})
        (cls.base | cls.mono | cls.color).taxes_id = cls.tax
        cls.bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": "BE15001559627230",
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
                "allow_out_payment": True,
            }
        )
        cls._set_country("BE", "ubl_bis3")
        cls.agreement.xpps_agreement_number = "XA-4711"

    @classmethod
    def _set_country(cls, country, edi_format):
        """Have seller and buyer be of a country, and the buyer want a format."""
        parties = zip((cls.company.partner_id, cls.customer), PARTIES[country], strict=True)
        for partner, numbers in parties:
            partner.write(
                {
                    "country_id": cls.env.ref(f"base.{country.lower()}").id,
                    "street": "Main Street 1",
                    "city": "Town",
                    "zip": "1000",
                    "phone": "+32 2 123 45 67",
                    "email": "office@example.com",
                    "company_registry": False,
                    **numbers,
                }
            )
        cls.customer.invoice_edi_format = edi_format

    def _files(self, *records, **invoice):
        """Import and approve. :return: the charges"""
        charges = self._load(list(records), **{"InvoiceNumber": FILE_NUMBER, **JANUARY, **invoice}).charge_ids
        charges.action_approve()
        return charges

    def _read(self, serial="SN-1", previous=1000, current=1620, included=500, over=120, prefix="Mono", **values):
        """A device record with a meter; what is None is not stated."""
        figures = {"Previous": previous, "Current": current, "Included": included, "Over": over}
        return record(
            serial,
            BaseServiceFee=SERVICE_COST,
            BaseSupplyFee=SUPPLY_COST,
            **{f"{prefix}{name}": value for name, value in figures.items()},
            **{f"{prefix}OverUnitCost": PAGE_COST},
            **values,
        )

    def _posted(self, agreement=None):
        """Bill an agreement. :return: its invoices, posted"""
        moves = (agreement or self.agreement).create_invoice()
        moves = moves.filtered(lambda move: move.state == "draft")
        moves.partner_bank_id = self.bank
        moves.action_post()
        return moves

    def _credit(self, move):
        """:return: a credit note of all of it, posted"""
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(move.ids)], "journal_id": move.journal_id.id, "reason": "Wrong"}
        )
        credit = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        credit.partner_bank_id = self.bank
        credit.action_post()
        return credit

    def _export(self, move):
        """:return: the electronic invoice as XML tree; it is valid, and Odoo finds nothing wrong with it"""
        builder = move.partner_id._get_edi_builder(move.commercial_partner_id.invoice_edi_format)
        content, errors = builder._export_invoice(move)
        self.assertFalse(errors)
        self.assertValid(content)
        return etree.fromstring(content)

    def assertValid(self, content):
        wrong = [f"{error.path}: {error.reason}" for error in ubl_schema().iter_errors(content.decode())]
        self.assertFalse(wrong)

    def _texts(self, tree, path):
        return [node.text for node in tree.findall(path, NAMESPACES)]

    def _lines(self, tree):
        return tree.findall("cac:InvoiceLine", NAMESPACES) or tree.findall("cac:CreditNoteLine", NAMESPACES)

    def _properties(self, line):
        """{name: value}"""
        return {
            node.findtext("cbc:Name", None, NAMESPACES): node.findtext("cbc:Value", None, NAMESPACES)
            for node in line.findall("cac:Item/cac:AdditionalItemProperty", NAMESPACES)
        }

    def _period(self, line):
        return tuple(
            line.findtext(f"cac:InvoicePeriod/cbc:{name}", None, NAMESPACES) for name in ("StartDate", "EndDate")
        )

    def _embedded(self, tree):
        """{file name: (MIME type, content)}"""
        nodes = tree.findall(
            "cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject", NAMESPACES
        )
        return {node.get("filename"): (node.get("mimeCode"), base64.b64decode(node.text)) for node in nodes}

    def _by_name(self, tree):
        """The lines by the names of their products."""
        return {line.findtext("cac:Item/cbc:Name", None, NAMESPACES): line for line in self._lines(tree)}
