# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http

from .download import readable_record, xlsx_response


class VendorReportController(http.Controller):
    @http.route("/xerox_xpps/vendor_report/file/<int:file_id>", type="http", auth="user", readonly=True)
    def vendor_report_of_file(self, file_id):
        """The Xerox Vendor Report of a billing file as XLSX, of what the user may see."""
        return self._vendor_report("xpps.billing.file", file_id)

    @http.route("/xerox_xpps/vendor_report/period/<int:wizard_id>", type="http", auth="user", readonly=True)
    def vendor_report_of_period(self, wizard_id):
        """The Xerox Vendor Report of some months as XLSX, of what the user may see."""
        return self._vendor_report("xpps.vendor.report.wizard", wizard_id)

    def _vendor_report(self, model, id_):
        record = readable_record(model, id_)
        return xlsx_response(record._vendor_document_xlsx(), record._vendor_document_filename("xlsx"))
