# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from ..entry_form import MAX_BODY, problem_form, read_form
from ..main import MAX_ID

DEVICE_ROOT = "/my/xpps/devices/"


class DeviceEntryController(http.Controller):
    """What customers enter about their devices in the portal."""

    @http.route(
        f"{DEVICE_ROOT}<int:device_id>/read",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
        max_content_length=MAX_BODY,
    )
    def enter_read(self, device_id, **_params):
        device = _own_device(device_id)
        if not device._xpps_takes_reads():
            raise request.not_found()
        values, response = read_form(device, "portal", f"{DEVICE_ROOT}{device.id}/read")
        return response or _page("xerox_xpps.portal_read", "xpps_device_read", values)

    @http.route(
        f"{DEVICE_ROOT}<int:device_id>/problem",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
        max_content_length=MAX_BODY,
    )
    def report_problem(self, device_id, **_params):
        device = _own_device(device_id)
        values, response = problem_form(device, "portal", f"{DEVICE_ROOT}{device.id}/problem")
        return response or _page("xerox_xpps.portal_problem", "xpps_device_problem", values)


def _own_device(device_id):
    """:return: the device, which the user may see; of others nobody learns whether there are such

    :raises NotFound: when there is none, or it is no longer serviced
    """
    device = request.env["stock.lot"].browse(device_id if 0 < device_id <= MAX_ID else ()).exists()
    try:
        device.check_access("read")
    except AccessError:
        device = device.browse()
    if not device.is_xpps_device or device.xpps_state != "active":
        raise request.not_found()
    return device


def _page(template, page_name, values):
    return request.render(template, values | {"page_name": page_name})
