# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http

from .download import readable_record, xlsx_response


class DisputeController(http.Controller):
    @http.route("/xerox_xpps/dispute/<int:dispute_id>", type="http", auth="user", readonly=True)
    def dispute(self, dispute_id):
        """The rows of a dispute as XLSX, for whoever may read it."""
        dispute = readable_record("xpps.dispute", dispute_id)
        return xlsx_response(dispute._dispute_xlsx(), dispute._dispute_filename())
