# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The API in one place: routes read their paths, fields and answers here, and OpenAPI is made of it.

It is for programmers and in English, as the names in it are.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from ..models.api.problem import API_ROOT, MIMETYPE

JSON = "application/json"
FORM = "multipart/form-data"
#: Types of billing files, by the end of their names.
FILE_TYPES = (".xml", ".csv", ".xlsx")
#: Ids are int4; the database refuses a larger number with an error.
MAX_ID = 2**31 - 1
ID = {"type": "integer", "minimum": 1, "maximum": MAX_ID}


class Property(NamedTuple):
    """One value of a JSON object: what it is, and how it is read from a record."""

    name: str
    schema: dict[str, Any]
    value: Callable[[Any], Any]


class Field(NamedTuple):
    """One part of a form, or of a path."""

    name: str
    schema: dict[str, Any]
    description: str
    required: bool = False


class Answer(NamedTuple):
    """What a request is answered with.

    ``schema`` is the name of one of ``SCHEMAS``, ``headers`` are {name: description}.
    """

    description: str
    schema: str = "Problem"
    headers: dict[str, str] = {}


class Operation(NamedTuple):
    method: str
    path: str
    id: str
    summary: str
    description: str
    answers: dict[HTTPStatus, Answer]
    parameters: tuple[Field, ...] = ()
    form: tuple[Field, ...] = ()

    @property
    def route(self) -> str:
        """The path as Odoo's routes have it."""
        return self.path.replace("{", "<int:").replace("}", ">")


def _text(description, **schema):
    return {"type": "string", "description": description, **schema}


def _text_or_null(description, **schema):
    return {"type": ["string", "null"], "description": description, **schema}


def _count(description):
    return {"type": "integer", "minimum": 0, "description": description}


def _day(description):
    return _text_or_null(description, format="date")


def _state(file):
    return "checking" if file.check_queued else file.state


def _iso(day):
    return day.isoformat() if day else None


ISSUE = (
    Property("code", _text("The kind of the problem; docs/checks.rst lists them."), lambda issue: issue.code),
    Property(
        "severity",
        _text("Errors keep the file from being imported.", enum=["error", "warning", "info"]),
        lambda issue: issue.severity,
    ),
    Property(
        "line",
        {"type": ["integer", "null"], "description": "Line of the file; null if the problem is not on a line."},
        lambda issue: issue.source_line or None,
    ),
    Property("serial", _text_or_null("Serial number of the device."), lambda issue: issue.serial or None),
    Property("message", _text("What is wrong, in the language of the key's user."), lambda issue: issue.message),
    Property("cure", _text_or_null("How a user fixes it in Odoo."), lambda issue: issue.fix_help or None),
    Property(
        "count",
        _count("More than 1 if the problem stands for others of its kind that are not listed."),
        lambda issue: issue.problem_count,
    ),
)
FILE = (
    Property("id", {**ID, "description": "Of the billing file in Odoo."}, lambda file: file.id),
    Property(
        "name",
        _text_or_null("Number of Xerox's invoice; null as long as nothing is read."),
        lambda file: file.name or None,
    ),
    Property("file_name", _text("As it was sent."), lambda file: file.file_name),
    Property("company_id", {**ID, "description": "Whose file it is."}, lambda file: file.company_id.id),
    Property(
        "state",
        _text(
            "checking: a large file waits to be checked in the background, so that its counts and issues are not there "
            "yet. draft: checked. queued: it waits to be imported. imported. cancelled.",
            enum=["checking", "draft", "queued", "imported", "cancelled"],
        ),
        _state,
    ),
    Property("invoice_date", _day("Of Xerox's invoice."), lambda file: _iso(file.invoice_date)),
    Property("period_start", _day("First day that Xerox bills."), lambda file: _iso(file.period_start)),
    Property("period_end", _day("Last day that Xerox bills."), lambda file: _iso(file.period_end)),
    Property("device_count", _count("Device records in the file."), lambda file: file.device_count),
    Property("error_count", _count("Errors, those included that are not listed."), lambda file: file.error_count),
    Property("warning_count", _count("Warnings, those included that are not listed."), lambda file: file.warning_count),
    Property(
        "issues",
        {"type": "array", "items": {"$ref": "#/components/schemas/Issue"}, "description": "The worst first."},
        lambda file: issues_of(file),
    ),
)


def object_of(properties, record):
    """:return: the JSON object of a record, as its schema says"""
    return {one.name: one.value(record) for one in properties}


def issues_of(file):
    return [object_of(ISSUE, issue) for issue in file.issue_ids.sorted()]


def _schema_of(properties):
    return {
        "type": "object",
        "required": [one.name for one in properties],
        "properties": {one.name: one.schema for one in properties},
        "additionalProperties": False,
    }


#: Components of OpenAPI, {name: JSON schema}.
SCHEMAS = {
    "BillingFile": _schema_of(FILE),
    "Issue": _schema_of(ISSUE),
    "Problem": {
        "description": "What went wrong, by RFC 9457.",
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "const": "about:blank"},
            "title": _text("What the status means."),
            "status": {"type": "integer", "description": "Of HTTP."},
            "detail": _text("What is wrong, in the language of the key's user."),
            "issues": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Issue"},
                "description": "What is wrong with the file that was sent.",
            },
            "billing_file_id": {**ID, "description": "The file that has the invoice number already."},
        },
        "additionalProperties": False,
    },
}

#: Answers that any operation may give.
COMMON = {
    HTTPStatus.UNAUTHORIZED: Answer(
        "There is no API key, or one that is wrong, has expired, or is for something else.",
        headers={"WWW-Authenticate": "Bearer"},
    ),
    HTTPStatus.FORBIDDEN: Answer("The key's user may not do this."),
    HTTPStatus.TOO_MANY_REQUESTS: Answer(
        "Too many wrong keys or passwords came from this address.", headers={"Retry-After": "Seconds to wait."}
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: Answer("An error that nobody foresaw. The server log has the details."),
}

SEND = Operation(
    "POST",
    f"{API_ROOT}billing-files",
    "sendBillingFile",
    "Send a billing file",
    "The file becomes a draft, and is checked; somebody imports it in Odoo. Sending the same file again changes "
    "nothing. Of a file that is refused nothing is kept. Large files are checked in the background: ask for them "
    "again.",
    {
        HTTPStatus.CREATED: Answer(
            "The file is a draft now.", "BillingFile", {"Location": "Path of the billing file in this API."}
        ),
        HTTPStatus.OK: Answer(
            "The company has a file of the same content already.",
            "BillingFile",
            {"Location": "Path of the billing file in this API."},
        ),
        HTTPStatus.BAD_REQUEST: Answer("The form is not as described here."),
        HTTPStatus.CONFLICT: Answer(
            "The number of the Xerox invoice is known: it was imported with devices of this file. If Xerox corrects "
            "it, a user imports the file as a correction."
        ),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Answer("The file is too large."),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Answer(
            f"The request is not {FORM}, or the name of the file does not end in {', '.join(FILE_TYPES)}."
        ),
        HTTPStatus.UNPROCESSABLE_ENTITY: Answer("The file cannot be read. The issues say why."),
        HTTPStatus.SERVICE_UNAVAILABLE: Answer(
            "Someone else is working on the same records.", headers={"Retry-After": "Seconds to wait."}
        ),
        **COMMON,
    },
    form=(
        Field(
            "file",
            {"type": "string", "format": "binary"},
            "Xerox's Billing Details File, with its name.",
            required=True,
        ),
        Field("company_id", ID, "Whose file it is. Without it, the company that the key's user works in by default."),
    ),
)
LOOK = Operation(
    "GET",
    f"{API_ROOT}billing-files/{{file_id}}",
    "getBillingFile",
    "Look at a billing file",
    "What has become of a file, and what is wrong with it.",
    {
        HTTPStatus.OK: Answer("The file.", "BillingFile"),
        HTTPStatus.NOT_FOUND: Answer("There is no such file in the companies of the key's user."),
        **COMMON,
    },
    parameters=(Field("file_id", ID, "Of the billing file.", required=True),),
)
OPERATIONS = (SEND, LOOK)


def openapi(version):
    """:param version: of the addon
    :return: the API as an OpenAPI document
    """
    paths = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Xerox XPPS billing files",
            "version": version,
            "description": "Programs send Xerox's billing files to Odoo, and ask what became of them. On a server with "
            "several databases, the header X-Odoo-Database names the one.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key from the preferences of an XPPS billing user (tab Security), for XPPS "
                    "billing files only.",
                }
            },
        },
    }


def _operation(operation):
    described = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "responses": {str(status.value): _response(answer) for status, answer in sorted(operation.answers.items())},
    }
    if operation.parameters:
        described["parameters"] = [
            {"name": one.name, "in": "path", "required": True, "schema": one.schema, "description": one.description}
            for one in operation.parameters
        ]
    if operation.form:
        schema = {
            "type": "object",
            "required": [one.name for one in operation.form if one.required],
            "properties": {one.name: {**one.schema, "description": one.description} for one in operation.form},
            "additionalProperties": False,
        }
        described["requestBody"] = {"required": True, "content": {FORM: {"schema": schema}}}
    return described


def _response(answer):
    mimetype = MIMETYPE if answer.schema == "Problem" else JSON
    described = {
        "description": answer.description,
        "content": {mimetype: {"schema": {"$ref": f"#/components/schemas/{answer.schema}"}}},
    }
    if answer.headers:
        described["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in answer.headers.items()
        }
    return described
