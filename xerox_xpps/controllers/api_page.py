# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What there is to know to use the API: for programs as OpenAPI, for people as a page that needs nothing else."""

import json

from odoo import http
from odoo.http import request
from odoo.modules.module import Manifest

from ..models.api.problem import API_ROOT
from .api_description import JSON, OPERATIONS, SCHEMAS, openapi

#: The page has no scripts, and asks nobody for anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class ApiPage(http.Controller):
    @http.route(
        f"{API_ROOT}openapi.json", type="http", auth="public", methods=["GET"], save_session=False, readonly=True
    )
    def openapi(self):
        return request.make_response(json.dumps(_openapi(), indent=2), [("Content-Type", JSON)])

    @http.route(f"{API_ROOT}docs", type="http", auth="public", methods=["GET"], save_session=False, readonly=True)
    def docs(self):
        values = {
            "document": _openapi(),
            "operations": OPERATIONS,
            "schemas": SCHEMAS,
            "root": API_ROOT,
            "dumps": lambda schema: json.dumps(schema, indent=2),
        }
        page = request.env["ir.qweb"]._render("xerox_xpps.api_page", values)
        return request.make_response(
            f"<!DOCTYPE html>\n{page.strip()}",
            [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", POLICY)],
        )


def _openapi():
    return openapi(Manifest.for_addon("xerox_xpps")["version"])
