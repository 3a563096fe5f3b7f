# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Messages are posted to real servers on this machine, or are not, and what becomes of them."""

import logging
import os
import shutil
import socket
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.models.webhook import outgoing
from odoo.addons.xerox_xpps.rules import target_of

from ..support.access import MANAGER
from ..support.common import XppsCase
from ..support.receivers import SECRET, Webhooks, certificate

LOG = "odoo.addons.xerox_xpps.models.webhook.xpps_webhook_delivery"
FAILED = "xerox_xpps.mail_activity_webhook_failed"
DELAYS = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=6)]


class DeliveryCase(Webhooks, XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("xerox_xpps.ir_cron_deliver_webhooks")
        cls.manager = cls._user("xpps-webhook-manager", MANAGER)
        cls._allow()

    def setUp(self):
        super().setUp()
        self.receiver = self._receiver()
        self.webhook = self._webhook(self.receiver.url(), user_id=self.manager.id)

    def _tell(self, webhook=None, count=1):
        """:return: the deliveries of an event that says something of the webhook itself"""
        webhook = webhook or self.webhook
        deliveries = self.env["xpps.webhook.delivery"]
        for _time in range(count):
            deliveries |= webhook._tell("file_imported", webhook)
        return deliveries

    def _run(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _be_due(self, deliveries):
        deliveries.next_try = fields.Datetime.now() - timedelta(seconds=1)

    def _closed_port(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]


class TestDelivery(DeliveryCase):
    def test_signed(self):
        delivery = self._tell()
        before = int(time.time())
        with self.assertLogs(LOG, logging.INFO) as log:
            self._run()
        (message,) = self.receiver.messages
        self.assertEqual(message.path, "/hook")
        self.assertEqual(message.body, delivery.payload.encode())
        self.assertEqual(message.content["id"], delivery.uid)
        self.assertTrue(message.is_signed_with(SECRET))
        self.assertFalse(message.is_signed_with(SECRET + "!"))
        self.assertLessEqual(before, int(message.headers["X-Xpps-Signature"].partition(",")[0][2:]))
        self.assertEqual(
            (message.headers["X-Xpps-Delivery"], message.headers["X-Xpps-Event"], message.headers["Content-Type"]),
            (delivery.uid, "file_imported", "application/json"),
        )
        self.assertEqual(message.headers["Host"], f"127.0.0.1:{self.receiver.port}")
        self.assertEqual((delivery.state, delivery.tries, delivery.status_code), ("done", 1, 204))
        self.assertFalse(delivery.error or delivery.next_try)
        self.assertIn(delivery.uid, log.output[0])
        self.assertNotIn(SECRET, str(log.output))
        # Once.
        self._run()
        self.assertEqual(len(self.receiver.messages), 1)

    def test_retries(self):
        """After 1, 5 and 30 minutes and 6 hours; then the responsible user gets an activity."""
        self.receiver.status = 500
        delivery = self._tell()
        for number, delay in enumerate(DELAYS, start=1):
            before = fields.Datetime.now()
            self._run()
            self.assertEqual((delivery.state, delivery.tries, delivery.status_code), ("waiting", number, 500))
            self.assertLessEqual(before + delay, delivery.next_try)
            self.assertLessEqual(delivery.next_try, fields.Datetime.now() + delay)
            triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
            self.assertIn(delivery.next_try, triggers.mapped("call_at"))
            # Not before its time.
            self._run()
            self.assertEqual(len(self.receiver.messages), number)
            self.assertFalse(self.webhook.activity_ids)
            self._be_due(delivery)
        self._run()
        self.assertEqual((delivery.state, delivery.tries, delivery.next_try), ("failed", 5, False))
        self.assertEqual({message.headers["X-Xpps-Delivery"] for message in self.receiver.messages}, {delivery.uid})
        activity = self.webhook.activity_ids
        self.assertEqual((activity.activity_type_id, activity.user_id), (self.env.ref(FAILED), self.manager))
        self.assertIn("127.0.0.1 answered 500.", activity.note)

        # One activity, however many fail.
        other = self._tell()
        other.write({"tries": 4})
        self._run()
        self.assertEqual((other.state, len(self.webhook.activity_ids)), ("failed", 1))

        self.receiver.status = 200
        (delivery + other).with_user(self.manager).action_send_again()
        self.assertFalse(self.webhook.activity_ids)
        self._run()
        self.assertEqual(set((delivery + other).mapped("state")), {"done"})
        self.assertEqual(self.receiver.messages[-2].headers["X-Xpps-Delivery"], delivery.uid)
        with self.assertRaises(UserError):
            delivery.with_user(self.manager).action_send_again()

    def test_whoever_does_not_answer_holds_up_no_others(self):
        deaf = self._webhook(f"http://127.0.0.1:{self._closed_port()}/")
        first, *others = lost = self._tell(deaf, 3)
        heard = self._tell(count=2)
        self._run()
        self.assertEqual(set(heard.mapped("state")), {"done"})
        self.assertEqual(lost.mapped("tries"), [1, 0, 0])
        self.assertRegex(first.error, "could not be reached")
        self.assertTrue(all(other.next_try > fields.Datetime.now() for other in others))

    def test_addresses_are_checked_again(self):
        """A name may lead elsewhere by now, and what was allowed may be so no more."""
        delivery = self._tell()
        self._allow("")
        self._run()
        self.assertFalse(self.receiver.messages)
        self.assertEqual((delivery.state, delivery.tries, delivery.status_code), ("waiting", 1, 0))
        self.assertRegex(delivery.error, "has to begin with https")
        self.webhook.flush_recordset()
        self.cr.execute("UPDATE xpps_webhook SET url = %s", [self.receiver.url("localhost", "https")])
        self.webhook.invalidate_recordset()
        self._be_due(delivery)
        self._run()
        self.assertRegex(delivery.error, "localhost is at .* not an address of the internet")

    def test_the_address_that_was_checked_is_connected_to(self):
        """The name is not looked up again."""
        target = target_of(self.receiver.url("hooks.example.invalid"))
        self.assertEqual(outgoing.addresses_of(target), [])
        address = outgoing.addresses_of(target_of("http://127.0.0.1"))
        self.assertEqual(outgoing.post(target, address, b"{}", {}), 204)
        self.assertEqual(self.receiver.messages[0].headers["Host"], f"hooks.example.invalid:{self.receiver.port}")

    def test_the_next_address_is_tried(self):
        """Where a host has several; but nothing is sent twice."""
        target = target_of(self.receiver.url("hooks.example.invalid"))
        nobody, somebody = (outgoing.addresses_of(target_of(f"http://127.0.0.{end}"))[0] for end in (9, 1))
        self.assertEqual(outgoing.post(target, [nobody, somebody], b"{}", {}), 204)
        self.receiver.status = 503
        self.assertEqual(outgoing.post(target, [somebody, nobody], b"{}", {}), 503)
        self.assertEqual(len(self.receiver.messages), 2)

    def test_proxies_are_not_asked(self):
        """They would look the name up by themselves."""
        self._tell()
        proxy = f"http://127.0.0.1:{self._closed_port()}"
        with patch.dict(os.environ, {"http_proxy": proxy, "HTTP_PROXY": proxy, "no_proxy": ""}):
            self._run()
        self.assertEqual(len(self.receiver.messages), 1)

    def test_redirections_are_not_followed(self):
        other = self._receiver()
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status):
                self.receiver.status, self.receiver.headers = status, {"Location": other.url()}
                delivery = self._tell()
                self._run()
                self.assertEqual((delivery.state, delivery.status_code), ("waiting", status))
                self.assertRegex(delivery.error, "redirection")
        self.assertFalse(other.messages)

    def test_slow_answers(self):
        """Neither one that does not come is waited for, nor one that never ends."""
        self.receiver.may_answer.clear()
        delivery = self._tell()
        with patch.object(outgoing, "READ_SECONDS", 0.2):
            self._run()
        self.assertRegex(delivery.error, "did not answer in time")
        self.receiver.may_answer.set()

        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=self._drip, args=(server,), daemon=True)
            thread.start()
            self.webhook.url = f"http://127.0.0.1:{server.getsockname()[1]}/"
            delivery = self._tell()
            with patch.object(outgoing, "TOTAL_SECONDS", 0.5):
                self._run()
            thread.join(60)
        self.assertFalse(thread.is_alive())
        self.assertEqual((delivery.state, delivery.tries), ("waiting", 1))
        self.assertRegex(delivery.error, "did not answer in time")

    @staticmethod
    def _drip(server):
        connection, _address = server.accept()
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    connection.sendall(b"X")
                    time.sleep(0.05)
            except OSError:
                return

    def test_of_an_answer_only_the_status_is_read(self):
        self.receiver.status, self.receiver.headers = 200, {"Content-Length": str(10**12)}
        delivery = self._tell()
        self._run()
        self.assertEqual((delivery.state, delivery.status_code), ("done", 200))

    def test_hosts_that_are_not_known(self):
        self.webhook.url = "https://hooks.example.invalid/"
        delivery = self._tell()
        self._run()
        self.assertEqual(delivery.error, "The host hooks.example.invalid is not known.")

    def test_archived(self):
        delivery = self._tell()
        self.webhook.active = False
        self._run()
        self.assertEqual((delivery.state, self.receiver.messages), ("waiting", []))
        self.webhook.active = True
        self._run()
        self.assertEqual(delivery.state, "done")

    def test_old_ones_are_forgotten(self):
        old, new = self._tell(count=2)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE xpps_webhook_delivery SET create_date = now() - interval '31 days' WHERE id = %s", [old.id]
        )
        self.env["xpps.webhook.delivery"]._gc_deliveries()
        self.assertEqual((old + new).exists(), new)

    def test_button(self):
        webhook = self.webhook.with_user(self.manager)
        said = webhook.action_test()["params"]
        self.assertEqual((said["type"], said["message"]), ("success", "The test message was delivered."))
        (message,) = self.receiver.messages
        self.assertEqual((message.content["event"], message.content["data"]["type"]), ("test", "webhook"))
        self.assertTrue(message.is_signed_with(SECRET))
        self.receiver.status = 404
        said = webhook.action_test()["params"]
        self.assertEqual((said["type"], said["message"]), ("danger", "127.0.0.1 answered 404."))
        self.assertEqual(sorted(webhook.delivery_ids.mapped("state")), ["done", "failed"])
        self.assertFalse(webhook.activity_ids)
        self._run()
        self.assertEqual(len(self.receiver.messages), 2)
        clerk = self._user("xpps-webhook-clerk", "xerox_xpps.group_xpps_billing")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.webhook.with_user(clerk).action_test()


class TestCertificates(DeliveryCase):
    def setUp(self):
        super().setUp()
        folder = Path(tempfile.mkdtemp(prefix="xpps-webhook-"))
        self.addCleanup(shutil.rmtree, folder)
        self.trusted, self.context = certificate(folder, "localhost")
        self.other, self.other_context = certificate(folder, "other.example.com")

    def _status_by(self, context, trusted):
        """:return: (the status of the answer, why it failed)"""
        receiver = self._receiver(context)
        self.webhook.url = receiver.url("localhost", "https")
        delivery = self._tell()
        # As OpenSSL is told whom to trust.
        with patch.dict(os.environ, {"SSL_CERT_FILE": str(trusted)}):
            self._run()
        self.assertEqual(len(receiver.messages), delivery.state == "done")
        return delivery.status_code, delivery.error or ""

    def test_name(self):
        """The address is connected to, and the certificate has to be of the name."""
        self.assertEqual(self._status_by(self.context, self.trusted), (204, ""))

    def test_of_another_name(self):
        status, error = self._status_by(self.other_context, self.other)
        self.assertEqual(status, 0)
        self.assertRegex(error, "certificate of localhost is not accepted")

    def test_of_nobody_who_is_trusted(self):
        status, error = self._status_by(self.context, self.other)
        self.assertEqual(status, 0)
        self.assertRegex(error, "certificate of localhost is not accepted")
