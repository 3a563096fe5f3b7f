# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the pages have in common."""

from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..main import MAX_ID

#: Rows on a page of a list.
ROWS = 40


class XppsPortal(CustomerPortal):
    """The pages below ``/my/xpps``."""

    def _xpps_page(self, template, page_name, **values):
        """:param page_name: by which the breadcrumbs know the page
        :return: the response
        """
        layout = self._prepare_portal_layout_values()
        return request.render(
            template, {**layout, "html_data": html_data(request.env), "page_name": page_name, **values}
        )

    def _xpps_record(self, model, id_, access_token=None):
        """:param access_token: of a link that somebody shared, where the model has such links
        :return: the record, with the rights of the user; as superuser, where only the link gives it

        :raises NotFound: when there is none, or it is not the user's
        """
        if not 0 < id_ <= MAX_ID:
            raise request.not_found()
        try:
            record = self._document_check_access(model, id_, access_token)
        except (AccessError, MissingError):
            raise request.not_found() from None
        mine = record.with_env(request.env)
        return mine if mine.has_access("read") else record

    def _xpps_device(self, device_id):
        """:return: stock.lot, a device that the user sees

        :raises NotFound: see ``_xpps_record``
        """
        device = self._xpps_record("stock.lot", device_id)
        if not device.is_xpps_device:
            raise request.not_found()
        return device

    def _xpps_pager(self, url, total, page, step=ROWS, **url_args):
        """The values of Odoo's pager; without rows it is on its first page."""
        values = pager(url=url, total=total, page=page, step=step, url_args=url_args)
        return {**values, "offset": max(0, values["offset"])}


def html_data(env):
    """:return: {attribute of a page: value}: its language, which Odoo's portal leaves out and screen readers go by"""
    return {"lang": (env.lang or "en_US").replace("_", "-")}


def download(content, mimetype, filename):
    """:param content: bytes. :return: the response that downloads it"""
    return request.make_response(
        content,
        [
            ("Content-Type", mimetype),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(filename)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ],
    )
