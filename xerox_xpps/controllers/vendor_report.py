# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http

from .download import xlsx_response


class VendorReportController(http.Controller):
    @http.route(
        [
            "/xerox_xpps/vendor_report/file/<model('xpps.billing.file'):record>",
            "/xerox_xpps/vendor_report/period/<model('xpps.vendor.report.wizard'):record>",
        ],
        type="http",
        auth="user",
        readonly=True,
    )
    def vendor_report(self, record):
        """The Xerox Vendor Report as XLSX, of what the user may see."""
        record.check_access("read")
        return xlsx_response(record._vendor_document_xlsx(), record._vendor_document_filename("xlsx"))
