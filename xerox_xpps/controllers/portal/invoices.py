# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from ...documents import XLSX_MIMETYPE
from ...portal import invoice_rows, invoices_domain
from .common import ROWS, XppsPortal, download

URL = "/my/xpps/invoices"
MIMETYPES = {"pdf": "application/pdf", "xlsx": XLSX_MIMETYPE}


class XppsPortalInvoices(XppsPortal):
    @http.route([URL, f"{URL}/page/<int:page>"], type="http", auth="user", website=True, readonly=True)
    def xpps_invoices(self, page=1, sortby=None, **_params):
        env = request.env
        sortings = {
            "date": {"label": env._("Newest"), "order": "invoice_date desc, id desc"},
            "name": {"label": env._("Number"), "order": "name, id"},
        }
        sortby = sortby if sortby in sortings else "date"
        moves, rows, total = env["account.move"], [], 0
        if moves.has_access("read"):
            domain = invoices_domain(env)
            total = moves.search_count(domain)
        pager = self._xpps_pager(URL, total, page, sortby=sortby)
        if total:
            rows = invoice_rows(
                moves.search(domain, order=sortings[sortby]["order"], limit=ROWS, offset=pager["offset"])
            )
        return self._xpps_page(
            "xerox_xpps.portal_invoices",
            "xpps_invoices",
            rows=rows,
            pager=pager,
            default_url=URL,
            searchbar_sortings=sortings,
            sortby=sortby,
        )

    @http.route(f"{URL}/<int:invoice_id>/annex/<any(pdf, xlsx):extension>", type="http", auth="public", website=True)
    def xpps_annex(self, invoice_id, extension, access_token=None, **_params):
        """The annex of an invoice, for whoever may see the invoice in the portal, or has its link."""
        move = self._xpps_record("account.move", invoice_id, access_token)
        if move.state != "posted" or not move.has_xpps_usage:
            raise request.not_found()
        return download(move._xpps_annex(extension), MIMETYPES[extension], move._xpps_usage_filename(extension))
