# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Programs that send billing files over HTTP to the running server."""

import http.client
import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from odoo.tests import HttpCase

from ...billing_file.builder import build_xml
from .access import BILLING
from .common import XppsCase, record

FILES = "/xpps/v1/billing-files"


def sound(invoice="X-1001", pages=100):
    return build_xml({"InvoiceNumber": invoice}, [record("SN-1", mono=(pages, "0.004"))])


class ApiCase(XppsCase, HttpCase):
    """``clerk`` has ``key``, one for XPPS alone. Every answer is held to the OpenAPI document of the server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps-api-clerk", BILLING)
        cls.key = cls._key_of(cls.clerk)
        cls.seen = set()

    @classmethod
    def _key_of(cls, user, scope="xpps", days=1):
        keys = cls.env(user=user, su=True)["res.users.apikeys"]
        key = keys._generate(scope, "XPPS test", datetime.now() + timedelta(days=days))
        cls.env.flush_all()
        return key

    def setUp(self):
        super().setUp()
        # Wrong keys of another test are none of this one.
        self.registry._login_failures = None
        self.addCleanup(setattr, self.registry, "_login_failures", None)
        self.document = self.url_open("/xpps/v1/openapi.json").json()

    def _call(self, method, path, key=None, headers=None, **kwargs):
        """:return: the response, which is what the document says of its status"""
        key = self.key if key is None else key
        headers = {"Authorization": f"Bearer {key}"} | (headers or {}) if key else headers
        self.env.flush_all()
        # ``url_open`` asks with POST where there is something to send.
        response = self.url_open(path, headers=headers, method=method, allow_redirects=False, **kwargs)
        self.env.invalidate_all()
        self.assertDocumented(method, path, response)
        return response

    def _send(self, data=None, name="billing.xml", key=None, fields=None, headers=None):
        files = {"file": (name, sound() if data is None else data)}
        return self._call("POST", FILES, key, headers, files=files, data=fields)

    def _look(self, file_id, key=None):
        return self._call("GET", f"{FILES}/{file_id}", key)

    def assertDocumented(self, method, path, response):
        operation = self.document["paths"]["/xpps/v1/billing-files" + ("/{file_id}" if path != FILES else "")]
        answer = operation[method.lower()]["responses"][str(response.status_code)]
        ((mimetype, content),) = answer["content"].items()
        self.assertEqual(response.headers["Content-Type"], mimetype)
        self.assertLessEqual(answer.get("headers", {}).keys(), set(response.headers))
        schema = {**content["schema"], "components": self.document["components"]}
        Draft202012Validator(schema).validate(response.json())
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertNotIn("Access-Control-Allow-Origin", response.headers)
        self.seen.add((method, response.status_code))

    def assertProblem(self, response, status, pattern):
        self.assertEqual(response.status_code, status, response.text)
        body = response.json()
        self.assertEqual(body["status"], status)
        self.assertRegex(body["detail"], pattern)
        return body

    def _files(self):
        return self.env["xpps.billing.file"].search([("company_id", "=", self.company.id)])

    def _connection(self):
        """A connection of its own, on which parts of a request can be sent."""
        place = urlsplit(self.base_url())
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        self.addCleanup(connection.close)
        return connection

    @staticmethod
    def _body(response):
        return json.loads(response.read())
