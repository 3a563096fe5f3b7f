# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the API says of itself is true of the running server."""

from contextlib import contextmanager

from lxml import html
from openapi_spec_validator import OpenAPIV31SpecValidator

from odoo.sql_db import db_connect
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.billing_file.limits import MAX_SIZE

from ..support.access import USER
from ..support.api import ApiCase, sound

QUIET = mute_logger(
    "odoo.http",
    "odoo.sql_db",
    "odoo.addons.xerox_xpps.models.api.ir_http",
    "odoo.addons.base.models.res_users",
    "odoo.addons.base.models.ir_model",
)


class TestOpenApi(ApiCase):
    def test_the_document_is_openapi(self):
        OpenAPIV31SpecValidator(self.document).validate()
        self.assertEqual(self.document["info"]["version"], self.env.ref("base.module_xerox_xpps").latest_version)

    def test_the_page_needs_nothing_else(self):
        """It says all that the document says, and has no scripts and nothing from outside."""
        response = self.url_open("/xpps/v1/docs")
        self.assertEqual(response.status_code, 200)
        self.assertIn("default-src 'none'", response.headers["Content-Security-Policy"])
        page = html.fromstring(response.content)
        self.assertFalse(page.xpath("//script | //link | //img | //iframe"))
        self.assertTrue(all(href.startswith(("/xpps/", "#")) for href in page.xpath("//@href")))
        self.assertLessEqual(set(page.xpath("//@href[starts-with(., '#')]")), {f"#{i}" for i in page.xpath("//@id")})
        text = " ".join(page.text_content().split())
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                self.assertIn(f"{method.upper()} {path}", text)
                self.assertIn(operation["description"], text)
                for status, answer in operation["responses"].items():
                    self.assertIn(f"{status} ", text)
                    self.assertIn(answer["description"], text)
        for schema in self.document["components"]["schemas"].values():
            for name in schema["properties"]:
                self.assertIn(f'"{name}"', text)

    @contextmanager
    def _broken(self):
        """Something that nobody foresaw."""
        savepoint = self.cr.savepoint()
        self.cr.execute("ALTER TABLE xpps_billing_file_issue RENAME TO xpps_gone")
        yield
        savepoint.close(rollback=True)

    @contextmanager
    def _locked(self, company):
        """Somebody else has the company, and goes on having it."""
        with db_connect(get_db_name()).cursor() as cr:
            cr.execute("SELECT id FROM res_company WHERE id = %s FOR NO KEY UPDATE", [company.id])
            self.cr.execute("SET LOCAL statement_timeout TO '3s'")
            yield
            self.cr.execute("SET LOCAL statement_timeout TO 0")

    def test_every_status_is_answered(self):
        """Each answer is held to its schema by ``_call``; here each one of the document is provoked."""
        # One that others see, too.
        company = self.env.ref("base.main_company")
        self.clerk.company_ids |= company
        reader = self._key_of(self._user("xpps-api-reader", USER))
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 2)
        with QUIET:
            file = self.env["xpps.billing.file"].browse(self._send().json()["id"])
            self._send()
            self._look(file.id)
            self._look(0)
            for key in (reader, "wrong"):
                self._send(key=key)
                self._look(file.id, key)
            response = self._send()
            self.assertProblem(response, 429, "Too many login failures")
            self._look(file.id)
            self.registry._login_failures = None
            file.action_import()
            self._send(sound(pages=7))
            self._send(b"<no")
            self._send(name="billing.pdf")
            self._send(fields={"other": 1})
            self._send(b"x" * (MAX_SIZE + 1))
            with self._broken():
                body = self.assertProblem(self._look(file.id), 500, "An unexpected error occurred")
                self.assertNotRegex(str(body), "xpps_gone|billing_file|SELECT|Traceback")
                self._send(sound("X-7"))
            with self._locked(company):
                response = self._send(fields={"company_id": company.id})
            self.assertProblem(response, 503, "Try again")
        documented = {
            (method.upper(), int(status))
            for operations in self.document["paths"].values()
            for method, operation in operations.items()
            for status in operation["responses"]
        }
        self.assertEqual(self.seen, documented)
