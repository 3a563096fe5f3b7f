# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from .portal.common import html_data


class UsageAlertController(http.Controller):
    @http.route(
        "/xpps/usage-alerts/<int:partner_id>/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        # Mail programs post without having seen a page; the token says who asks.
        csrf=False,
        save_session=False,
        sitemap=False,
    )
    def opt_out(self, partner_id, token, again=None, **_values):
        """Let a contact opt out of usage alerts by the link of one. Opening it changes nothing, as mail filters do.

        :param again: what the button says that asks for them again
        """
        # Whoever has the link of a contact need not log in.
        partner = request.env["xpps.usage.notice"].sudo()._partner_of(partner_id, token)
        if not partner:
            raise request.not_found()
        request.update_context(lang=partner.lang or request.env.lang)
        if request.httprequest.method == "POST":
            partner.xpps_usage_alert_opt_out = not again
        values = {
            "is_out": partner.xpps_usage_alert_opt_out,
            "html_data": html_data(request.env),
            "no_header": True,
            "no_footer": True,
        }
        response = request.render("xerox_xpps.usage_alert_opt_out", values)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
