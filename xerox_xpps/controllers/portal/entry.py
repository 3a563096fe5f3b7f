# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from ..entry_form import MAX_BODY, problem_form, read_form
from .common import XppsPortal
from .devices import URL


class XppsPortalEntry(XppsPortal):
    """What customers enter about their devices."""

    @http.route(
        f"{URL}/<int:device_id>/read",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
        max_content_length=MAX_BODY,
    )
    def enter_read(self, device_id, **_params):
        device = self._xpps_serviced_device(device_id)
        if not device._xpps_takes_reads():
            raise request.not_found()
        values, response = read_form(device, "portal", f"{URL}/{device.id}/read")
        return response or self._xpps_page("xerox_xpps.portal_read", "xpps_device_read", **values)

    @http.route(
        f"{URL}/<int:device_id>/problem",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
        max_content_length=MAX_BODY,
    )
    def report_problem(self, device_id, **_params):
        device = self._xpps_serviced_device(device_id)
        values, response = problem_form(device, "portal", f"{URL}/{device.id}/problem")
        return response or self._xpps_page("xerox_xpps.portal_problem", "xpps_device_problem", **values)

    def _xpps_serviced_device(self, device_id):
        """:raises NotFound: when it is no device of the user's, or no longer serviced"""
        device = self._xpps_device(device_id)
        if device.xpps_state != "active":
            raise request.not_found()
        return device
