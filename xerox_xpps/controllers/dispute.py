# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http

from .download import xlsx_response


class DisputeController(http.Controller):
    @http.route("/xerox_xpps/dispute/<model('xpps.dispute'):dispute>", type="http", auth="user", readonly=True)
    def dispute(self, dispute):
        """The rows of a dispute as XLSX, for whoever may read it."""
        dispute.check_access("read")
        return xlsx_response(dispute._dispute_xlsx(), dispute._dispute_filename())
