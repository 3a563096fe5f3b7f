# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from ...portal import DeviceBuilder, DeviceSearch
from ...portal.device import READS
from .common import ROWS, XppsPortal

URL = "/my/xpps/devices"


class XppsPortalDevices(XppsPortal):
    @http.route([URL, f"{URL}/page/<int:page>"], type="http", auth="user", website=True, readonly=True)
    def xpps_devices(self, page=1, filterby=None, sortby=None, search=None, search_in=None, agreement=None, **_params):
        found = DeviceSearch(request.env, filterby, sortby, search, search_in, self._xpps_listed_agreement(agreement))
        total = found.count() if request.env["stock.lot"].has_access("read") else 0
        asked = {"filterby": found.filterby, "sortby": found.sortby}
        if found.search:
            asked |= {"search": found.search, "search_in": found.search_in}
        if found.agreement:
            asked["agreement"] = found.agreement.id
        pager = self._xpps_pager(URL, total, page, **asked)
        return self._xpps_page(
            "xerox_xpps.portal_devices",
            "xpps_devices",
            rows=found.rows(pager["offset"], ROWS) if total else [],
            total=total,
            pager=pager,
            default_url=URL,
            searchbar_filters=found.filters(),
            filterby=found.filterby,
            searchbar_sortings=found.sortings(),
            sortby=found.sortby,
            search_inputs=found.inputs(),
            search_in=found.search_in,
            search=found.search,
            agreement=found.agreement.id,
            # Whoever reads an agreement knows its number.
            agreement_number=found.agreement.sudo()._xpps_number(),
        )

    def _xpps_listed_agreement(self, asked):
        """:param asked: the id of an agreement, or nothing: as the address has it
        :return: the agreement, or none
        """
        if not asked:
            return request.env["sale.subscription"]
        if not asked.isdecimal():
            raise request.not_found()
        return self._xpps_record("sale.subscription", int(asked))

    @http.route(
        [f"{URL}/<int:device_id>", f"{URL}/<int:device_id>/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def xpps_device(self, device_id, page=1, **_params):
        device = self._xpps_device(device_id)
        return self._xpps_page("xerox_xpps.portal_device", "xpps_device", **self._xpps_device_values(device, page))

    def _xpps_device_values(self, device, page):
        """Values of the page of a device that the user may read; addons have more to say of it."""
        builder = DeviceBuilder(device)
        pager = self._xpps_pager(f"{URL}/{device.id}", builder.read_count(), page, READS)
        return {"device": builder.build(pager["offset"]), "pager": pager, "page_of_reads": pager["page"]["num"]}
