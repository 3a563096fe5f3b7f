# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from http import HTTPStatus

from odoo import http
from odoo.http import request

from ..models.entry.stock_lot import LABEL_ROOT
from .entry_form import MAX_BODY, problem_form, read_form
from .portal.common import html_data

#: Characters of the serial number that tell somebody who stands before the device that it is this one.
SHOWN_SERIAL = 4
#: The page has no scripts, and nobody else learns its address, which is the token.
HEADERS = [
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
]


class DeviceLabelController(http.Controller):
    """What the code on a label of a device leads to, for everybody who stands before it.

    It tells nothing of whose device it is, where, or what it costs.
    """

    @http.route(f"{LABEL_ROOT}<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def device(self, token, **_params):
        return self._answer(token, "xerox_xpps.label_device")

    @http.route(
        f"{LABEL_ROOT}<string:token>/read",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        max_content_length=MAX_BODY,
        sitemap=False,
    )
    def enter_read(self, token, **_params):
        return self._answer(token, "xerox_xpps.label_read", read_form, lambda device: device._xpps_takes_reads())

    @http.route(
        f"{LABEL_ROOT}<string:token>/problem",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        max_content_length=MAX_BODY,
        sitemap=False,
    )
    def report_problem(self, token, **_params):
        return self._answer(token, "xerox_xpps.label_problem", problem_form)

    def _answer(self, token, template, form=None, is_open=lambda device: True):
        """:param form: what gives the values of the template, or the response of what was entered

        :param is_open: whether there is such a page for the device
        """
        device = request.env["stock.lot"]._xpps_of_label(token)
        if not device or not is_open(device):
            # The same for tokens that never were, and for those that are void.
            return _page("xerox_xpps.label_unknown", {}, HTTPStatus.NOT_FOUND)
        root = f"{LABEL_ROOT}{token}"
        values = {
            "company": device.company_id,
            "model": device.product_id.name,
            "serial": device.name[-SHOWN_SERIAL:],
            "root": root,
            "takes_reads": device._xpps_takes_reads(),
        }
        if device.xpps_state != "active":
            return _page("xerox_xpps.label_gone", values, HTTPStatus.GONE)
        if form:
            entered, response = form(device, "label", f"{root}/{template.rpartition('_')[2]}")
            if response:
                response.headers.extend(HEADERS)
                return response
            values |= entered
        return _page(template, values, HTTPStatus.OK)


def _page(template, values, status):
    values = {**values, "html_data": html_data(request.env)}
    return request.render(template, values, status=status.value, headers=HEADERS)
