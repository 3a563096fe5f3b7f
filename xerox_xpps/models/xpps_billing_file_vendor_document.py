# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..reports.vendor_document_builder import VendorDocumentBuilder


class XppsBillingFile(models.Model):
    _name = "xpps.billing.file"
    _inherit = ["xpps.billing.file", "xpps.vendor.document"]

    def _vendor_document(self):
        self.ensure_one()
        self.check_access("read")
        return VendorDocumentBuilder(self.company_id, file=self).build()

    def action_download_vendor_report(self):
        """Download the Xerox Vendor Report as XLSX."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/xerox_xpps/vendor_report/file/{self.id}",
            "target": "download",
        }
