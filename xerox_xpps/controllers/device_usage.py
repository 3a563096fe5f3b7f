# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import content_disposition, request

from ..reports.device_usage_xlsx import XLSX_MIMETYPE


class DeviceUsageController(http.Controller):
    @http.route("/xerox_xpps/device_usage/<model('account.move'):move>", type="http", auth="user", readonly=True)
    def device_usage(self, move):
        """The annex of an invoice as XLSX, for whoever may read the invoice."""
        move.check_access("read")
        if not move.has_xpps_usage:
            raise request.not_found()
        content = move._xpps_usage_xlsx()
        return request.make_response(
            content,
            [
                ("Content-Type", XLSX_MIMETYPE),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(move._xpps_usage_filename("xlsx"))),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
