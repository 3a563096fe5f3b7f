# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from ...portal import counts_of, home_page
from .common import XppsPortal


class XppsPortalHome(XppsPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        values.update({name: count() for name, count in counts_of(request.env).items() if name in counters})
        return values

    @http.route("/my/xpps", type="http", auth="user", website=True, readonly=True)
    def xpps_home(self, **_params):
        return self._xpps_page("xerox_xpps.portal_home", "xpps", home=home_page(request.env))
