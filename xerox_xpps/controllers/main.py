# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import content_disposition, request

from ..documents import XLSX_MIMETYPE
from ..overview.xpps_quickstart import SAMPLE_NAME

#: Ids are int4; the database refuses a larger number with an error.
MAX_ID = 2**31 - 1

SAMPLE_MIMETYPES = {"xml": "application/xml", "csv": "text/csv", "xlsx": XLSX_MIMETYPE}


def readable_record(model, id_):
    """:return: the record of an address, which the user may read

    :raises NotFound: when there is none
    :raises AccessError: when the user may not read it
    """
    record = request.env[model].browse(id_ if 0 < id_ <= MAX_ID else ()).exists()
    if not record:
        raise request.not_found()
    record.check_access("read")
    return record


def xlsx_response(content, filename):
    """:param content: the workbook, in bytes
    :return: the response that downloads it
    """
    return request.make_response(
        content,
        [
            ("Content-Type", XLSX_MIMETYPE),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(filename)),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )


class DeviceUsageController(http.Controller):
    @http.route("/xerox_xpps/device_usage/<int:move_id>", type="http", auth="user", readonly=True)
    def device_usage(self, move_id):
        """The annex of an invoice as XLSX, for whoever may read the invoice."""
        move = readable_record("account.move", move_id)
        if not move.has_xpps_usage:
            raise request.not_found()
        return xlsx_response(move._xpps_usage_xlsx(), move._xpps_usage_filename("xlsx"))


class DisputeController(http.Controller):
    @http.route("/xerox_xpps/dispute/<int:dispute_id>", type="http", auth="user", readonly=True)
    def dispute(self, dispute_id):
        """The rows of a dispute as XLSX, for whoever may read it."""
        dispute = readable_record("xpps.dispute", dispute_id)
        return xlsx_response(dispute._dispute_xlsx(), dispute._dispute_filename())


class BackTestController(http.Controller):
    @http.route("/xerox_xpps/back_test/<int:wizard_id>", type="http", auth="user", readonly=True)
    def back_test(self, wizard_id):
        """A back-test of terms as XLSX, for whoever asked for it."""
        wizard = readable_record("xpps.back.test.wizard", wizard_id)
        return xlsx_response(wizard._back_test_xlsx(), wizard._back_test_filename())


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


class SampleController(http.Controller):
    @http.route("/xerox_xpps/sample/<string:file_type>", type="http", auth="user", readonly=True)
    def sample(self, file_type):
        """The sample of a billing file, to look at or to import: xml, csv or xlsx."""
        content = request.env["xpps.quickstart"]._sample(file_type)
        if content is None:
            raise request.not_found()
        return request.make_response(
            content,
            [
                ("Content-Type", SAMPLE_MIMETYPES[file_type]),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(f"{SAMPLE_NAME}.{file_type}")),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
