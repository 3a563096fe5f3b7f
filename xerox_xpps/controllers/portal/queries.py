# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.account.controllers.portal import PortalAccount

from ...documents import PortalFormat
from ...rules import OPEN_QUERY_STATES
from .common import ROWS, XppsPortal

URL = "/my/xpps/queries"
#: Lines that the page of an invoice explains at a time.
LINES_PER_PAGE = 40


class XppsPortalQueries(XppsPortal, PortalAccount):
    """How an invoice's lines came about, beside the invoice; and the customer's questions about them."""

    # The invoice

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        return values | self._explanation_values(invoice, kwargs.get("xpps_page"))

    def _explanation_values(self, invoice, page):
        """:param invoice: account.move in sudo, which the visitor may see
        :param page: what the address says, a number or anything else
        """
        if invoice.state != "posted" or not invoice.is_sale_document():
            return {}
        lines = invoice._xpps_item_lines()
        if not lines:
            return {}
        pages = -(-len(lines) // LINES_PER_PAGE)
        page = min(max(int(page), 1), pages) if str(page or "").isdecimal() else 1
        shown = lines[(page - 1) * LINES_PER_PAGE : page * LINES_PER_PAGE]
        may_ask = self._may_ask(invoice)
        return {
            "xpps_explanations": invoice.with_context(lang=request.env.lang)._xpps_explanations(shown),
            "xpps_queries": request.env["xpps.customer.query"]._open_about(shown) if may_ask else {},
            "xpps_may_ask": may_ask,
            "xpps_fmt": PortalFormat(request.env, invoice.currency_id),
            "xpps_page": page,
            "xpps_pages": pages,
        }

    def _may_ask(self, invoice):
        """Whoever has nothing but a link to an invoice reads it; customers who log in ask, too."""
        user = request.env.user
        return user._is_portal() and invoice.with_user(user).has_access("read")

    @http.route(
        "/my/invoices/<int:invoice_id>/xpps/<int:line_id>/ask",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def ask(self, invoice_id, line_id, text="", device_id="", **kwargs):
        """Ask about a line of an invoice of one's own."""
        # Lines that the customer sees name records that he need not see.
        invoice = self._xpps_record("account.move", invoice_id).sudo()
        line = invoice._xpps_item_lines().filtered(lambda line: line.id == line_id)
        if not line or not self._may_ask(invoice):
            raise request.not_found()
        devices = line.xpps_charge_ids.device_id.filtered(lambda device: str(device.id) == device_id)
        try:
            query, is_new = request.env["xpps.customer.query"]._ask(line.with_user(request.env.user), text, devices)
        except UserError as error:
            page = invoice._xpps_item_lines().ids.index(line.id) // LINES_PER_PAGE + 1
            values = self._invoice_get_page_view_values(invoice, None, xpps_page=page)
            values |= {"xpps_problem": str(error), "xpps_asked_line": line.id, "xpps_text": text}
            return request.render("account.portal_invoice_page", values)
        return request.redirect(f"{query.access_url}?{'asked' if is_new else 'known'}=1")

    # Questions

    @http.route([URL, f"{URL}/page/<int:page>"], type="http", auth="user", website=True, readonly=True)
    def my_queries(self, page=1, filterby=None, **kwargs):
        queries = request.env["xpps.customer.query"]
        filters = {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "open": {
                "label": request.env._("Open"),
                "domain": Domain("state", "in", OPEN_QUERY_STATES),
            },
        }
        filterby = filterby if filterby in filters else "all"
        domain = filters[filterby]["domain"]
        total = queries.search_count(domain) if queries.has_access("read") else 0
        pager = self._xpps_pager(URL, total, page, filterby=filterby)
        found = queries.search(domain, limit=ROWS, offset=pager["offset"]) if total else queries
        return self._xpps_page(
            "xerox_xpps.portal_my_queries",
            "xpps_query",
            # The number of the invoice is the customer's to know, also of one that was reset to draft since.
            queries=found.sudo(),
            pager=pager,
            default_url=URL,
            searchbar_filters=filters,
            filterby=filterby,
        )

    @http.route(f"{URL}/<int:query_id>", type="http", auth="public", website=True)
    def my_query(self, query_id, access_token=None, asked=None, known=None, **kwargs):
        # The number of the invoice is the customer's to know, whatever became of it since.
        query = self._xpps_record("xpps.customer.query", query_id, access_token).sudo()
        values = {
            "query": query,
            "asked": asked,
            "known": known,
            "may_see_invoice": query.move_id.with_user(request.env.user).has_access("read"),
        }
        values = self._get_page_view_values(query, access_token, values, "my_xpps_queries_history", False, **kwargs)
        return self._xpps_page("xerox_xpps.portal_query_page", "xpps_query", **values)
