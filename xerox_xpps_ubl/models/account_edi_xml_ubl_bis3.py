# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import models


class AccountEdiXmlUblBis3(models.AbstractModel):
    """Electronic invoices prove what they bill: BIS Billing 3, and the formats of countries that are made of it.

    What Odoo writes stays, and there is one of each element that may be there once only.
    """

    _inherit = "account.edi.xml.ubl_bis3"

    def _get_invoice_node(self, vals):
        evidence = vals["invoice"]._xpps_evidence()
        vals["xpps_evidence"] = evidence
        document_node = super()._get_invoice_node(vals)
        if evidence:
            self._xpps_add_reference(document_node, evidence)
            self._xpps_add_note(document_node, evidence)
            self._xpps_add_annex(document_node, vals)
        return document_node

    def _xpps_add_reference(self, document_node, evidence):
        if evidence.reference:
            reference_node = document_node.get("cac:OrderReference") or {}
            document_node["cac:OrderReference"] = {**reference_node, "cbc:ID": {"_text": evidence.reference}}

    def _xpps_add_note(self, document_node, evidence):
        """PEPPOL-EN16931-R002: there is one note at most."""
        if evidence.note:
            written = (document_node.get("cbc:Note") or {}).get("_text")
            document_node["cbc:Note"] = {"_text": "\n".join(filter(None, (written, evidence.note)))}

    def _xpps_add_annex(self, document_node, vals):
        written = document_node.get("cac:AdditionalDocumentReference") or []
        invoice = vals["invoice"]
        document_node["cac:AdditionalDocumentReference"] = [
            *(written if isinstance(written, list) else [written]),
            *(self._xpps_annex_node(invoice, file) for file in invoice._xpps_embedded_annex()),
        ]

    def _xpps_annex_node(self, invoice, file):
        return {
            "cbc:ID": {"_text": file["name"]},
            "cbc:DocumentDescription": {"_text": invoice._in_usage_language().env._("Device Usage")},
            "cac:Attachment": {
                "cbc:EmbeddedDocumentBinaryObject": {
                    "_text": base64.b64encode(file["raw"]).decode(),
                    "mimeCode": file["mimetype"],
                    "filename": file["name"],
                }
            },
        }

    def _get_invoice_line_node(self, vals):
        line_node = super()._get_invoice_line_node(vals)
        evidence = self._xpps_line_evidence(vals)
        if evidence:
            self._xpps_add_period(line_node, vals, evidence)
            self._xpps_add_properties(line_node, evidence)
        return line_node

    def _xpps_line_evidence(self, vals):
        base_line, evidence = vals["base_line"], vals.get("xpps_evidence")
        # A deposit that a tax stands for is a line of its own, made of the line that it is paid for …
        if not evidence or base_line.get("_removed_tax_data"):
            return None
        record = base_line["record"]
        # … and what is left of that line is made of it, too.
        while isinstance(record, dict):
            record = record.get("record")
        return evidence.lines.get(record.id) if record else None

    def _xpps_add_period(self, line_node, vals, evidence):
        # As Odoo does with deferred dates: lines of debit notes have none.
        if vals["document_type"] in ("invoice", "credit_note") and not line_node.get("cac:InvoicePeriod"):
            line_node["cac:InvoicePeriod"] = {
                "cbc:StartDate": {"_text": evidence.period_start},
                "cbc:EndDate": {"_text": evidence.period_end},
            }

    def _xpps_add_properties(self, line_node, evidence):
        item_node = line_node["cac:Item"]
        item_node["cac:AdditionalItemProperty"] = [
            *(item_node.get("cac:AdditionalItemProperty") or ()),
            *({"cbc:Name": {"_text": name}, "cbc:Value": {"_text": value}} for name, value in evidence.properties),
        ]
