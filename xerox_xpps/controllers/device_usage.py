# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from .download import readable_record, xlsx_response


class DeviceUsageController(http.Controller):
    @http.route("/xerox_xpps/device_usage/<int:move_id>", type="http", auth="user", readonly=True)
    def device_usage(self, move_id):
        """The annex of an invoice as XLSX, for whoever may read the invoice."""
        move = readable_record("account.move", move_id)
        if not move.has_xpps_usage:
            raise request.not_found()
        return xlsx_response(move._xpps_usage_xlsx(), move._xpps_usage_filename("xlsx"))
