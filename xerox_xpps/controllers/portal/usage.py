# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from ...documents import XLSX_MIMETYPE
from ...portal import UsageBuilder, usage_csv, usage_file_name, usage_xlsx
from .common import XppsPortal, download

URL = "/my/xpps/usage"
#: {extension: (MIME type, writer)}
FILES = {"csv": ("text/csv; charset=utf-8", usage_csv), "xlsx": (XLSX_MIMETYPE, usage_xlsx)}


class XppsPortalUsage(XppsPortal):
    @http.route(URL, type="http", auth="user", website=True, readonly=True)
    def xpps_usage(self, filterby=None, **_params):
        env = request.env
        filters = {"all": {"label": env._("Last 12 months")}}
        usage = None
        if env["xpps.meter.read"].has_access("read"):
            builder = self._xpps_usage_builder(filterby)
            filters |= {str(year): {"label": str(year)} for year in builder.years()}
            usage = builder.build()
        return self._xpps_page(
            "xerox_xpps.portal_usage",
            "xpps_usage",
            usage=usage,
            default_url=URL,
            searchbar_filters=filters,
            filterby=filterby if filterby in filters else "all",
        )

    @http.route(f"{URL}/<any(csv, xlsx):extension>", type="http", auth="user", website=True, readonly=True)
    def xpps_usage_file(self, extension, filterby=None, **_params):
        """Each device by itself, as a file."""
        if not request.env["xpps.meter.read"].has_access("read"):
            raise request.not_found()
        builder = self._xpps_usage_builder(filterby)
        mimetype, write = FILES[extension]
        return download(
            write(request.env, builder.lines()), mimetype, usage_file_name(request.env, builder.year, extension)
        )

    def _xpps_usage_builder(self, filterby):
        """:param filterby: a year; all else stands for the last twelve months"""
        year = int(filterby) if filterby and filterby.isdecimal() and len(filterby) == 4 and int(filterby) else None
        return UsageBuilder(request.env, request.env.user._xpps_portal_domain("partner_id"), year)
