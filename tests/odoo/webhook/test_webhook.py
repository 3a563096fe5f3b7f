# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Webhooks: where they lead, who knows their secret, and what they tell."""

import json
import re

from odoo.exceptions import AccessError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER, USER
from ..support.billing_runs import BillingRunCase
from ..support.common import XppsCase, record
from ..support.receivers import Webhooks

HOOK = "https://hooks.example.com/xpps"


class TestWebhook(Webhooks, XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("xpps-webhook-manager", MANAGER)
        cls.webhook = cls._webhook(HOOK)

    def test_neutralized(self):
        """A copy of the database tells nobody what it does."""
        self.env.flush_all()
        for query in get_neutralization_queries(["xerox_xpps"]):
            self.cr.execute(query)
        self.webhook.invalidate_recordset()
        self.assertFalse(self.webhook.active)

    def test_private_addresses(self):
        """However they are written, when the webhook is made and when it is changed."""
        for url in (
            "https://127.0.0.1/",
            "https://localhost/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://10.0.0.1/",
            "https://192.168.1.1:8443/",
            "https://172.31.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://224.0.0.1/",
            "https://[::1]/",
            "https://[fe80::1]/",
            "https://[fc00::1]/",
            "https://[fec0::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[ff02::1]/",
        ):
            with self.subTest(url):
                self.assertRaisesMessage(
                    "not an address of the internet", self.webhook.write, {"url": url}, exception=ValidationError
                )
        with self.assertRaisesRegex(ValidationError, "not an address of the internet"):
            self._webhook("https://127.0.0.1/")

    def test_public_addresses(self):
        for url in (HOOK, "https://93.184.216.34/", "https://[2606:4700::6810:84e5]:8443/hook?a=b"):
            with self.subTest(url):
                self.webhook.url = url

    def test_addresses_that_are_none(self):
        for url in (
            "hooks.example.com",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://me:secret@example.com/",
            "https:///hook",
            "https://example.com:99999/",
            "https://exam ple.com/",
            "https://example.com/\nHost: other",
        ):
            with self.subTest(url):
                self.assertRaisesMessage(
                    "no address to post to", self.webhook.write, {"url": url}, exception=ValidationError
                )
        for url in ("http://93.184.216.34/", "http://hooks.example.com/"):
            with self.subTest(url):
                self.assertRaisesMessage(
                    "has to begin with https", self.webhook.write, {"url": url}, exception=ValidationError
                )

    def test_who_may_allow_them(self):
        self._allow("10.1.0.0/16 nonsense")
        for url in ("https://10.1.2.3/", "http://10.1.2.3/"):
            self.webhook.url = url
        self.assertRaisesMessage(
            "not an address", self.webhook.write, {"url": "https://10.2.0.1/"}, exception=ValidationError
        )
        with self.assertRaises(AccessError):
            self._allow("0.0.0.0/0", self.env(user=self.manager))

    def test_secret(self):
        """Nobody reads it, whoever he is; who sets webhooks up enters a new one."""
        webhook = self.webhook.with_user(self.manager)
        self.assertEqual(webhook.read(["secret"])[0]["secret"], "")
        webhook.write({"secret": "another secret of mine"})
        self.assertEqual(webhook.secret, "")
        self.assertEqual(self.webhook.sudo().secret_key, "another secret of mine")
        webhook.write({"secret": "", "name": "Renamed"})
        self.assertEqual(self.webhook.sudo().secret_key, "another secret of mine")
        with self.assertRaises(AccessError):
            webhook.read(["secret_key"])
        with self.assertRaises(AccessError):
            webhook.write({"secret_key": "x" * 20})
        with self.assertRaises(AccessError):
            webhook.search([("secret_key", "=like", "a%")])
        with self.assertRaises(AccessError):
            webhook.with_user(self.env.ref("base.user_admin")).read(["secret_key"])
        self.assertNotIn("secret_key", webhook.fields_get())
        texts = str(webhook.read()) + str(webhook.sudo().message_ids.tracking_value_ids.mapped("new_value_char"))
        self.assertNotIn("another secret", texts)

    def test_secret_is_needed(self):
        for secret in ("", "short", False):
            with self.subTest(secret), self.assertRaises(ValidationError), self.cr.savepoint():
                self._webhook(HOOK, secret=secret)
        self.assertRaisesMessage("16 characters", self.webhook.write, {"secret": "short"}, exception=ValidationError)
        # A copy would sign with a secret that its maker does not know.
        with self.assertRaises(ValidationError):
            self.webhook.with_user(self.manager).copy()

    def test_rights(self):
        for group in (USER, BILLING):
            user = self._user(f"xpps-webhook-{group}", group)
            for records in (self.webhook, self.webhook.delivery_ids):
                with (
                    self.subTest(group),
                    self.assertRaises(AccessError),
                    mute_logger("odoo.addons.base.models.ir_model"),
                ):
                    records.with_user(user).search([])
        webhook = self._webhook(HOOK, self.env(user=self.manager), user_id=self.manager.id)
        self.assertEqual(webhook.user_id, self.manager)
        clerk = self._user("xpps-webhook-clerk", BILLING)
        self.assertRaisesMessage("needs access", webhook.write, {"user_id": clerk.id}, exception=ValidationError)
        nothing = {"on_file_imported": False, "on_file_failed": False, "on_run_done": False}
        self.assertRaisesMessage("Choose what", webhook.write, nothing, exception=ValidationError)
        webhook._tell("test", webhook)
        delivery = webhook.delivery_ids
        for values in ({"payload": "{}"}, {"state": "done"}, {"webhook_id": self.webhook.id}):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                delivery.write(values)


class TestEvents(Webhooks, BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.webhook = cls._webhook(HOOK)
        cls.clerk = cls._user("xpps-webhook-clerk", BILLING)

    def _told(self):
        """:return: [(event, what is told of it)], the oldest first; it is forgotten"""
        deliveries = self.webhook.delivery_ids.sorted("id")
        told = [(one.event, self._content(one)) for one in deliveries]
        deliveries.unlink()
        return told

    def _content(self, delivery):
        content = json.loads(delivery.payload)
        self.assertEqual((content["id"], content["event"]), (delivery.uid, delivery.event))
        self.assertEqual(content["company"], {"id": self.company.id, "name": self.company.name})
        self.assertRegex(content["created_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual((delivery.state, delivery.tries), ("waiting", 0))
        # Neither what anything costs, nor whose it is.
        self.assertNotRegex(delivery.payload, re.compile("cost|margin|price|amount|total|customer|serial|user", re.I))
        return content["data"]

    def test_a_file_is_imported(self):
        file = self._import([record("SN-1", mono=(100, "0.004"))])
        ((event, data),) = self._told()
        self.assertEqual(event, "file_imported")
        self.assertEqual(
            data,
            {
                "type": "billing_file",
                "id": file.id,
                "name": file.name,
                "file_name": "billing.xml",
                "state": "imported",
                "devices": 1,
                "errors": 0,
                "warnings": file.warning_count,
                "held": 0,
            },
        )

    def test_a_file_fails_in_the_background(self):
        file = self._check(self._faulty())
        file.with_user(self.clerk)._queue()
        self.assertFalse(self._told())
        with self.enter_registry_test_mode():
            self.env.ref("xerox_xpps.ir_cron_import_billing_files").method_direct_trigger()
        self.env.invalidate_all()
        ((event, data),) = self._told()
        self.assertEqual((event, data["id"], data["state"], data["errors"]), ("file_failed", file.id, "draft", 1))

    def _faulty(self):
        return build_xml(devices=[record("SN-404")])

    def test_an_import_that_is_refused_at_once(self):
        """Who tries it is told so; nothing has happened."""
        file = self._check(self._faulty())
        self.assertRaisesMessage("cannot be imported", file.action_import)
        self.assertFalse(self._told())

    def test_a_run_is_done(self):
        """Once it has created its invoices, and again when it has posted them."""
        self._cover("SN-1", "SN-2")
        self._told()
        run = self._run(self.clerk)
        self.assertFalse(self._told())
        self._drafts(run)
        invoices = len(run.move_ids)
        for task, posted, act in (("create", 0, None), ("post", invoices, run.action_post)):
            if act:
                act()
            ((event, data),) = self._told()
            self.assertEqual((event, data["task"], data["state"]), ("run_done", task, run.state))
            self.assertEqual((data["type"], data["id"], data["name"]), ("billing_run", run.id, run.name))
            self.assertEqual((data["invoices"], data["posted"], data["failed"]), (invoices, posted, 0))
            self.assertEqual(data["agreements"], len(run.line_ids))

    def test_who_is_told_what(self):
        """Webhooks of the company that want to know it."""
        other = self._company("XPPS Other Reseller")
        others = self._webhook(HOOK, company_id=other.id)
        archived = self._webhook(HOOK, active=False)
        choosy = self._webhook(HOOK, on_file_imported=False)
        self._import([record("SN-1", mono=(100, "0.004"))])
        self.assertEqual(len(self.webhook.delivery_ids), 1)
        self.assertFalse((others + archived + choosy).delivery_ids)

    def test_it_is_told_by_the_transaction_that_does_it(self):
        savepoint = self.cr.savepoint()
        self._import([record("SN-1", mono=(100, "0.004"))])
        self.assertTrue(self.webhook.delivery_ids)
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.assertFalse(self.webhook.delivery_ids)
