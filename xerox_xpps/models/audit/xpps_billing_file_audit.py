# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ...documents import VendorDocumentBuilder


class XppsBillingFile(models.Model):
    """A file can be printed as Xerox Vendor Report, and its rows disputed."""

    _name = "xpps.billing.file"
    _inherit = ["xpps.billing.file", "xpps.vendor.document"]

    dispute_count = fields.Integer(string="Disputes", compute="_compute_dispute_count")

    def _compute_dispute_count(self):
        counts = dict(
            self.env["xpps.dispute.line"]._read_group(
                [("billing_file_id", "in", self.ids)], ["billing_file_id"], ["dispute_id:count_distinct"]
            )
        )
        for file in self:
            file.dispute_count = counts.get(file, 0)

    def _vendor_document(self):
        self._check_reportable()
        return VendorDocumentBuilder(self.company_id, file=self).build()

    def _check_reportable(self):
        self.ensure_one()
        self.check_access("read")
        if self.state != "imported":
            raise UserError(
                self.env._("Billing file %s has not been imported, so there is nothing to report.", self.display_name)
            )

    def action_download_vendor_report(self):
        """Download the Xerox Vendor Report as XLSX."""
        self._check_reportable()
        return {
            "type": "ir.actions.act_url",
            "url": f"/xerox_xpps/vendor_report/file/{self.id}",
            "target": "download",
        }

    def action_open_disputes(self):
        return self._action_open("xerox_xpps.action_xpps_dispute", "line_ids.billing_file_id")
