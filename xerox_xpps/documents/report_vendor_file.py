# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .report_format import ReportFormat


class ReportVendorFile(models.AbstractModel):
    _name = "report.xerox_xpps.report_vendor_file"
    _description = "Xerox Vendor Report of a Billing File"

    #: What ``docids`` are of: a model that inherits ``xpps.vendor.document``.
    _documented = "xpps.billing.file"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the PDF.

        :raises UserError: when one of the records has nothing to report on
        """
        records = self.env[self._documented].browse(docids)
        records.check_access("read")
        documents = [record._vendor_document() for record in records]
        return {
            "doc_ids": docids,
            "doc_model": self._documented,
            "docs": records,
            "documents": dict(zip(records.ids, documents, strict=True)),
            "format_of": lambda section: ReportFormat(self.env, section.decimal_places),
        }
