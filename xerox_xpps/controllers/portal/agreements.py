# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from ...portal import AGREEMENT_STATES, AgreementBuilder, agreement_rows, agreements_domain
from .common import ROWS, XppsPortal

URL = "/my/xpps/agreements"
#: Where the session has the agreements that were listed last, to go from one to the next.
HISTORY = "my_xpps_agreements_history"


class XppsPortalAgreements(XppsPortal):
    @http.route([URL, f"{URL}/page/<int:page>"], type="http", auth="user", website=True, readonly=True)
    def xpps_agreements(self, page=1, filterby=None, sortby=None, **_params):
        env = request.env
        filters = {
            "running": {"label": env._("Running")},
            "ended": {"label": env._("Ended")},
            "all": {"label": env._("All")},
        }
        sortings = {
            "newest": {"label": env._("Newest"), "order": "date_start desc, id desc"},
            "number": {"label": env._("Number"), "order": "code, id"},
        }
        filterby = filterby if filterby in AGREEMENT_STATES else "running"
        sortby = sortby if sortby in sortings else "newest"
        agreements = env["sale.subscription"]
        rows, total = [], 0
        if agreements.has_access("read"):
            domain = agreements_domain(env, filterby)
            total = agreements.search_count(domain)
        pager = self._xpps_pager(URL, total, page, filterby=filterby, sortby=sortby)
        if total:
            found = agreements.search(domain, order=sortings[sortby]["order"], limit=ROWS, offset=pager["offset"])
            rows = agreement_rows(found)
            request.session[HISTORY] = found.ids
        return self._xpps_page(
            "xerox_xpps.portal_agreements",
            "xpps_agreements",
            rows=rows,
            pager=pager,
            default_url=URL,
            searchbar_filters=filters,
            filterby=filterby,
            searchbar_sortings=sortings,
            sortby=sortby,
        )

    @http.route(f"{URL}/<int:agreement_id>", type="http", auth="public", website=True)
    def xpps_agreement(self, agreement_id, access_token=None, **_params):
        """The terms of an agreement, for its customer, and for whoever has the link."""
        agreement = self._xpps_record("sale.subscription", agreement_id, access_token)
        if not agreement.is_xpps:
            raise request.not_found()
        # The builder says what it shows of an agreement that was found by the user's right, or by its link.
        page = AgreementBuilder(agreement.sudo()).build()
        values = {"agreement": page, "is_own": not agreement.env.su}
        layout = self._get_page_view_values(agreement.sudo(), access_token, values, HISTORY, False)
        return self._xpps_page("xerox_xpps.portal_agreement", "xpps_agreement", **layout)
