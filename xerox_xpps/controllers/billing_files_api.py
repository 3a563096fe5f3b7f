# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import re
from http import HTTPStatus

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from ..billing_file.limits import MAX_SIZE
from ..models.api.problem import ApiProblem, too_large
from .api_description import FILE, FILE_TYPES, FORM, JSON, LOOK, MAX_ID, SEND, issues_of, object_of

#: Bytes of a request: the file, and what a form has around it.
MAX_BODY = MAX_SIZE + 64 * 2**10

_ID = re.compile(r"[1-9][0-9]{0,9}")


class BillingFilesApi(http.Controller):
    """What is not done raises an ``ApiProblem``: Odoo takes back then what the request has written."""

    @http.route(
        SEND.route,
        type="http",
        auth="xpps_key",
        methods=[SEND.method],
        # Nothing that a browser sends by itself gets in; see the authentication.
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def send(self, **_params):
        upload, company = self._read_form()
        name = upload.filename.replace("\\", "/").rpartition("/")[2]
        if not name.lower().endswith(FILE_TYPES):
            raise ApiProblem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                request.env._(
                    "“%(name)s” is no billing file. Send one whose name ends in %(types)s.",
                    name=name,
                    types=", ".join(FILE_TYPES),
                ),
            )
        data = upload.read(MAX_SIZE + 1)
        if len(data) > MAX_SIZE:
            raise too_large(request.env)
        file, is_new = request.env["xpps.billing.file"]._receive_by_api(data, name, company)
        if is_new:
            self._refuse(file)
        location = LOOK.path.format(file_id=file.id)
        return _answer(file, HTTPStatus.CREATED if is_new else HTTPStatus.OK, [("Location", location)])

    def _read_form(self):
        """:return: (the uploaded file, the company whose it is)"""
        http_request, env = request.httprequest, request.env
        if http_request.mimetype != FORM:
            raise ApiProblem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, env._("Send the file as %s.", FORM))
        sent = [*http_request.form.keys(), *http_request.files.keys()]
        unknown = sorted(set(sent) - {field.name for field in SEND.form})
        if unknown:
            raise ApiProblem(
                HTTPStatus.BAD_REQUEST, env._("The form has fields that are not known: %s.", ", ".join(unknown))
            )
        uploads = http_request.files.getlist("file")
        if len(uploads) != 1 or not uploads[0].filename:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, env._("Send one file with its name in the field “file”."))
        return uploads[0], self._company(http_request.form.getlist("company_id"))

    def _company(self, sent):
        env = request.env
        id_ = env.user.company_id.id
        if sent:
            if len(sent) > 1 or not _ID.fullmatch(sent[0]) or int(sent[0]) > MAX_ID:
                raise ApiProblem(HTTPStatus.BAD_REQUEST, env._("The field “company_id” is no id of a company."))
            id_ = int(sent[0])
        if id_ not in env.user.company_ids.ids:
            raise ApiProblem(HTTPStatus.FORBIDDEN, env._("You have no access to company %s.", id_))
        return env["res.company"].browse(id_)

    def _refuse(self, file):
        """:raises ApiProblem: when there is nothing that anybody could do with the draft; it is not kept then"""
        known = file.issue_ids.filtered(lambda issue: issue.code == "invoice_duplicate")[:1]
        if known:
            raise ApiProblem(HTTPStatus.CONFLICT, known.message, issues=issues_of(file), billing_file_id=known.res_id)
        if file.is_unusable:
            raise ApiProblem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                request.env._("“%s” cannot be read, and is not kept.", file.file_name),
                issues=issues_of(file),
            )

    @http.route(LOOK.route, type="http", auth="xpps_key", methods=[LOOK.method], save_session=False, readonly=True)
    def look(self, file_id, **_params):
        files = request.env["xpps.billing.file"].with_context(allowed_company_ids=request.env.user.company_ids.ids)
        try:
            file = files.browse(file_id if 0 < file_id <= MAX_ID else ()).exists()
            file.check_access("read")
        except (AccessError, MissingError):
            # Whether another company has such a file is nobody's business.
            file = files
        if not file:
            raise ApiProblem(HTTPStatus.NOT_FOUND, request.env._("There is no billing file %s.", file_id))
        return _answer(file, HTTPStatus.OK)


def _answer(file, status, headers=()):
    return request.make_response(
        json.dumps(object_of(FILE, file)),
        [("Content-Type", JSON), ("Cache-Control", "no-store"), *headers],
        status=status.value,
    )
