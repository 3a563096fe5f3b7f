# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from werkzeug.exceptions import Forbidden

from odoo import http
from odoo.http import request

from ..overview.operation import operation_figures


class HealthController(http.Controller):
    @http.route("/xpps/health", type="http", auth="bearer", methods=["GET"], readonly=True, save_session=False)
    def health(self):
        """How the work in the background goes, for the monitor of whoever runs the server: the user is a system
        administrator, with a session or an API key. The status is 503 while somebody has to look after it.
        """
        user = request.env.user
        if not user.has_group("base.group_system"):
            raise Forbidden()
        # Whoever runs the server need not be an XPPS user: there are only numbers and ids, of the user's companies.
        figures = operation_figures(request.env(su=True), user.company_ids)
        response = request.make_json_response(figures, status=503 if figures["problems"] else 200)
        response.headers["Cache-Control"] = "no-store"
        return response
