# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Errors as the API says them: "problem details" of RFC 9457, in ``application/problem+json``."""

import json
from http import HTTPStatus

from psycopg2 import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from odoo.exceptions import AccessDenied, AccessError, ConcurrencyError, LockError, MissingError, UserError
from odoo.http import Response

from ...billing_file.limits import MAX_SIZE

#: Below this path all errors are problem details.
API_ROOT = "/xpps/v1/"
MIMETYPE = "application/problem+json"
#: Seconds after which to come again, where somebody else was at the same records.
RETRY_AFTER = 5


class ApiProblem(HTTPException):
    """What keeps a request from being done. Raised, it takes back whatever the request has written.

    :param status: of HTTP
    :param detail: a sentence for whoever reads the answer
    :param headers: of the answer, {name: value}
    :param members: of the body besides those that each problem has
    """

    def __init__(self, status, detail, headers=None, **members):
        super().__init__(detail)
        self.code, self.headers, self.members = int(status), headers or {}, members


def problem_response(error, env):
    """:return: the response that says what went wrong, never how it looks inside"""
    problem = error if isinstance(error, ApiProblem) else _problem_of(error, env)
    status = HTTPStatus(problem.code)
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": problem.description}
    return Response(
        json.dumps({**body, **problem.members}),
        status=status.value,
        headers={"Cache-Control": "no-store", **problem.headers},
        content_type=MIMETYPE,
    )


def too_large(env):
    return ApiProblem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        env._("The file is larger than %s MiB, so it is not read.", MAX_SIZE // 2**20),
    )


def _problem_of(error, env):
    if isinstance(error, RequestEntityTooLarge):
        return too_large(env)
    if isinstance(error, HTTPException) and error.code:
        kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
        return ApiProblem(error.code, error.description or HTTPStatus(error.code).phrase, kept)
    if isinstance(error, OperationalError | ConcurrencyError | LockError):
        return ApiProblem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            env._("Someone else is working on the same records. Try again in a moment."),
            {"Retry-After": str(RETRY_AFTER)},
        )
    for kind, status in (
        (AccessError, HTTPStatus.FORBIDDEN),
        (AccessDenied, HTTPStatus.FORBIDDEN),
        (MissingError, HTTPStatus.NOT_FOUND),
        (UserError, HTTPStatus.UNPROCESSABLE_ENTITY),
    ):
        if isinstance(error, kind):
            return ApiProblem(status, str(error))
    return ApiProblem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        env._("An unexpected error occurred. Your administrator can find the details in the server log."),
    )
