# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Programs send billing files and ask what became of them."""

import hashlib
import logging

from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.billing_file.limits import MAX_SIZE

from ...billing_file.builder import build_xml
from ..support.access import BILLING, USER
from ..support.api import FILES, ApiCase, sound
from ..support.common import record
from ..support.concurrency import ConcurrencyCase

KEYS_LOG = "odoo.addons.xerox_xpps.models.api.ir_http"
UNREADABLE = build_xml(devices=[record("SN-1")])[:-30]


class TestBillingFiles(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_responsible_id = cls.clerk

    def test_a_new_file(self):
        response = self._send(name="C:\\Xerox\\january.xml")
        self.assertEqual(response.status_code, 201, response.text)
        file = self._files()
        self.assertEqual((file.state, file.file_name, file.create_uid), ("draft", "january.xml", self.clerk))
        self.assertEqual(file._content(), sound())
        self.assertEqual(response.headers["Location"], f"{FILES}/{file.id}")
        body = response.json()
        self.assertEqual((body["id"], body["name"], body["company_id"]), (file.id, "X-1001", self.company.id))
        self.assertEqual((body["state"], body["device_count"], body["error_count"]), ("draft", 1, 0))
        self.assertEqual(body["period_end"], file.period_end.isoformat())
        # Somebody has to import it, as one that comes by e-mail.
        self.assertEqual(file.activity_ids.user_id, self.clerk)
        self.assertRegex(file.activity_ids.summary, "received: 0 errors")
        self.assertEqual(self._look(file.id).json(), body)

    def test_issues_say_what_to_do(self):
        data = build_xml(devices=[record("SN-1"), record("SN-9", mono=(5, "0.004"))])
        body = self._send(data).json()
        file = self._files()
        self.assertEqual((body["error_count"], len(body["issues"])), (file.error_count, len(file.issue_ids)))
        issue = next(issue for issue in body["issues"] if issue["code"] == "device_unknown")
        stored = file.issue_ids.filtered(lambda one: one.code == "device_unknown")
        self.assertEqual((issue["severity"], issue["serial"], issue["count"]), ("error", "SN-9", 1))
        self.assertEqual((issue["line"], issue["message"]), (stored.source_line, stored.message))
        self.assertEqual(issue["cure"], "Create the unknown devices of this file, prefilled from it")

    def test_the_same_file_again(self):
        first = self._send().json()
        file = self._files()
        again = self._send(name="again.xml")
        self.assertEqual((again.status_code, again.json()), (200, first))
        self.assertEqual(again.headers["Location"], f"{FILES}/{file.id}")
        self.assertEqual((self._files(), file.file_name), (file, "billing.xml"))
        self.assertEqual(len(file.activity_ids), 1)
        file.action_import()
        self.assertEqual(self._send().json()["state"], "imported")
        # What somebody gave up comes anew.
        file.action_cancel()
        self.assertEqual(self._send().status_code, 201)

    def test_a_known_invoice(self):
        self._send()
        imported = self._files()
        imported.action_import()
        body = self.assertProblem(self._send(sound(pages=101)), 409, "X-1001 has already been imported")
        self.assertEqual(body["billing_file_id"], imported.id)
        self.assertIn("invoice_duplicate", [issue["code"] for issue in body["issues"]])
        self.assertEqual(self._files(), imported)

    def test_what_cannot_be_read_is_not_kept(self):
        attachments = [("res_model", "=", "xpps.billing.file"), ("company_id", "=", self.company.id)]
        for name, data, code in (
            ("a.xml", UNREADABLE, "file_syntax"),
            ("a.xml", b"", "file_empty"),
            ("a.xlsx", b"PK", "file_syntax"),
            ("a.csv", b"<html/>", "file_syntax"),
        ):
            with self.subTest(code, name=name):
                body = self.assertProblem(self._send(data, name), 422, "cannot be read")
                self.assertTrue(body["issues"])
                self.assertEqual({issue["severity"] for issue in body["issues"]}, {"error"})
                self.assertFalse(self._files())
                self.assertFalse(self.env["ir.attachment"].search(attachments))

    def test_types(self):
        for name in ("report.pdf", "billing.xml.gz", "billing", ".xml/"):
            with self.subTest(name):
                self.assertProblem(self._send(name=name), 415, "ends in .xml, .csv, .xlsx")
        response = self._call("POST", FILES, data=sound(), headers={"Content-Type": "application/xml"})
        self.assertProblem(response, 415, "multipart/form-data")
        response = self._call("POST", FILES, json={"file": "x"})
        self.assertProblem(response, 415, "multipart/form-data")
        self.assertFalse(self._files())

    def test_forms(self):
        file = ("billing.xml", sound())
        for files, fields, pattern in (
            ({"other": file}, {}, "not known: other"),
            ({"file": file}, {"kind": "correction"}, "not known: kind"),
            ([("file", file), ("file", file)], {}, "one file"),
            ({"file": (None, "no name")}, {}, "one file"),
            ({"file": file}, {"company_id": "one"}, "no id of a company"),
            ({"file": file}, {"company_id": "-1"}, "no id of a company"),
            ({"file": file}, {"company_id": "9" * 5000}, "no id of a company"),
            ({"file": file}, {"company_id": ["1", "2"]}, "no id of a company"),
        ):
            with self.subTest(pattern, fields=fields):
                self.assertProblem(self._call("POST", FILES, files=files, data=fields), 400, pattern)
        self.assertFalse(self._files())

    def test_too_large(self):
        """Whoever says that he sends too much is told so before he sends it."""
        connection = self._connection()
        connection.putrequest("POST", FILES)
        for name, value in {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "multipart/form-data; boundary=x",
            "Content-Length": str(MAX_SIZE + 2**20),
        }.items():
            connection.putheader(name, value)
        with self.allow_requests(all_requests=True):
            connection.endheaders()
            response = connection.getresponse()
            body = self._body(response)
        self.assertEqual((response.status, body["status"]), (413, 413))
        self.assertRegex(body["detail"], "64 MiB")
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        # What is around the file is no part of it.
        self.assertProblem(self._send(b"x" * (MAX_SIZE + 1)), 413, "64 MiB")
        self.assertFalse(self._files())

    def test_a_large_file_is_checked_in_the_background(self):
        self.company.xpps_background_threshold = 1
        data = build_xml(devices=[record("SN-1"), record("SN-2")])
        response = self._send(data)
        self.assertEqual((response.status_code, response.json()["state"]), (201, "checking"))
        file = self._files()
        with self.enter_registry_test_mode():
            self.env.ref("xerox_xpps.ir_cron_import_billing_files").method_direct_trigger()
        self.env.invalidate_all()
        body = self._look(file.id).json()
        self.assertEqual((body["state"], body["device_count"], body["error_count"]), ("draft", 2, 1))


class TestApiAccess(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._company("XPPS Other Reseller")
        cls.stranger = cls._user("xpps-api-stranger", BILLING, company=cls.other)

    def test_keys(self):
        old = self._key_of(self.clerk, days=-1)
        of_another_scope = self._key_of(self.clerk, scope="somewhere.else")
        archived = self._user("xpps-api-archived", BILLING)
        of_archived = self._key_of(archived)
        archived.active = False
        for key in ("guessed" * 5, old, of_another_scope, of_archived, self.key[:-1]):
            with self.subTest(key), self.assertLogs(KEYS_LOG, logging.WARNING) as log:
                self.registry._login_failures = None
                response = self._send(key=key)
                self.assertProblem(response, 401, "wrong, has expired")
                self.assertIn("invalid_token", response.headers["WWW-Authenticate"])
                self.assertRegex(log.output[0], "wrong key from 127.0.0.1")
                self.assertNotIn(key, " ".join(log.output))
        for headers in ({}, {"Authorization": f"Basic {self.key}"}, {"Authorization": "Bearer "}):
            with self.subTest(headers):
                self.assertProblem(self._send(key="", headers=headers), 401, "Send an API key")
        self.assertFalse(self._files())
        # One of full access opens this, too.
        self.assertEqual(self._send(key=self._key_of(self.clerk, scope=None)).status_code, 201)

    def test_a_key_opens_nothing_else(self):
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        response = self.url_open("/json/2/res.users/context_get", data="{}", headers=headers)
        self.assertEqual(response.status_code, 401)

    def test_sessions_do_not_count(self):
        """Neither as a key, nor beside one."""
        self.authenticate(self.clerk.login, self.clerk.login)
        self.assertProblem(self._send(key=""), 401, "Send an API key")
        self.assertProblem(self._look(1, key=""), 401, "Send an API key")
        reader = self._key_of(self._user("xpps-api-reader", USER))
        self.assertProblem(self._send(key=reader), 403, "no right to billing files")
        self.authenticate(self.stranger.login, self.stranger.login)
        self.assertEqual(self._send().json()["company_id"], self.company.id)

    def test_rights(self):
        """Whoever sees no cost sees no billing file; he is told so before he sends anything."""
        file_id = self._send().json()["id"]
        for groups in ((USER,), (), ("account.group_account_invoice",)):
            key = self._key_of(self._user(f"xpps-api-{len(groups)}-{'-'.join(groups)}", *groups))
            with self.subTest(groups), mute_logger("odoo.http"):
                for response in (self._send(key=key), self._look(file_id, key), self._look(2**31 - 1, key)):
                    body = self.assertProblem(response, 403, "no right to billing files")
                    self.assertNotIn("X-1001", str(body))

    def test_files_of_others(self):
        file_id = self._send().json()["id"]
        key = self._key_of(self.stranger)
        for id_ in (file_id, 0, 2**31, 10**30):
            with self.subTest(id_), mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
                self.assertProblem(self._look(id_, key), 404, "There is no billing file")
        for path in (f"{FILES}/abc", f"{FILES}/{file_id}/lines", "/xpps/v1/nothing"):
            response = self.url_open(path)
            self.assertEqual((response.status_code, response.json()["status"]), (404, 404))
            self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        response = self.url_open(FILES, method="DELETE")
        self.assertEqual((response.status_code, response.json()["status"]), (405, 405))
        self.assertIn("POST", response.headers["Allow"])

    def test_companies(self):
        """The same file of two companies is two files."""
        self.assertProblem(self._send(fields={"company_id": self.other.id}), 403, "no access to company")
        self.assertProblem(self._send(fields={"company_id": 2**31 - 1}), 403, "no access to company")
        self.clerk.company_ids |= self.other
        own = self._send().json()
        response = self._send(fields={"company_id": self.other.id})
        self.assertEqual((response.status_code, response.json()["company_id"]), (201, self.other.id))
        self.assertNotEqual(response.json()["id"], own["id"])
        file = self.env["xpps.billing.file"].browse(response.json()["id"])
        self.assertEqual((file.company_id, file.attachment_id.company_id), (self.other, self.other))
        self.assertEqual(self._look(file.id).status_code, 200)
        # The company that the user works in is no longer one of his.
        self.assertEqual(self._send(fields={"company_id": self.company.id}).json()["id"], own["id"])

    def test_too_many_wrong_keys(self):
        """Odoo counts them with wrong passwords."""
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("base.login_cooldown_after", 2)
        parameters.set_param("base.login_cooldown_duration", 77)
        with mute_logger(KEYS_LOG, "odoo.addons.base.models.res_users"):
            for _time in range(2):
                self.assertProblem(self._look(1, key="wrong"), 401, "wrong")
            response = self._look(1)
        self.assertProblem(response, 429, "Too many login failures")
        self.assertEqual(response.headers["Retry-After"], "77")


class TestSentTwice(ConcurrencyCase):
    def test_at_once(self):
        """A program that waits no longer sends the file again while the server is still at it: one draft."""
        data = sound()

        def send(env):
            company = env["res.company"].browse(self.ids["company"])
            env["xpps.billing.file"]._receive_by_api(data, "billing.xml", company)

        self.assertEqual(self._at_once(send, send), [None, None])
        with self._env() as env:
            files = env["xpps.billing.file"].search([("company_id", "=", self.ids["company"])])
            self.assertEqual(files.mapped("checksum"), [hashlib.sha256(data).hexdigest()])
