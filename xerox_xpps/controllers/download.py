# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.http import content_disposition, request

from ..reports.report_workbook import XLSX_MIMETYPE

#: Ids are int4; the database refuses a larger number with an error.
MAX_ID = 2**31 - 1


def readable_record(model, id_):
    """:return: the record of an address, which the user may read

    :raises NotFound: when there is none
    :raises AccessError: when the user may not read it
    """
    record = request.env[model].browse(id_ if 0 < id_ <= MAX_ID else ()).exists()
    if not record:
        raise request.not_found()
    record.check_access("read")
    return record


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
