# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.http import content_disposition, request

from ..reports.report_workbook import XLSX_MIMETYPE


def xlsx_response(content, filename):
    """:param content: the workbook, in bytes
    :return: the response that downloads it
    """
    return request.make_response(
        content,
        [
            ("Content-Type", XLSX_MIMETYPE),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(filename)),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )
