# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Workers are killed with SIGKILL while they deliver: the message comes again, under the same id."""

import os
import signal

from odoo.tests.common import get_db_name
from odoo.tools import config

from ..support.concurrency import TIMEOUT, ConcurrencyCase
from ..support.receivers import Webhooks
from ..support.workers import Workers


class TestKill(Webhooks, ConcurrencyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workers = Workers(config["config"], get_db_name())
        cls.addClassCleanup(cls.workers.close)

    def setUp(self):
        super().setUp()
        self.receiver = self._receiver()
        with self._env() as env:
            self._allow(env=env)
            self.webhook_id = self._webhook(self.receiver.url(), env).id
        self.addCleanup(self._remove)

    def _remove(self):
        with self._env() as env:
            env["xpps.webhook"].browse(self.webhook_id).unlink()
            self._allow(False, env)

    def _start(self):
        with self._env() as env:
            return self.workers.start(env["xpps.webhook.delivery"], "_cron_deliver")

    def _states(self):
        with self._env() as env:
            deliveries = env["xpps.webhook"].browse(self.webhook_id).delivery_ids
            return [(one.uid, one.state, one.tries) for one in deliveries]

    def test_between_post_and_commit(self):
        file_id = self._new_file("imported")
        ((uid, *_waiting),) = self._states()
        self.receiver.may_answer.clear()
        pid = self._start()
        self.assertTrue(self.receiver.came.acquire(timeout=TIMEOUT))
        os.kill(pid, signal.SIGKILL)
        self.receiver.may_answer.set()
        with self._env() as env:
            while self.workers.connections(env.cr):
                pass
        self.assertEqual(self._states(), [(uid, "waiting", 0)])
        self.assertIsNone(self.workers.wait(self._start()))
        self.assertEqual(self._states(), [(uid, "done", 1)])
        ids = [message.headers["X-Xpps-Delivery"] for message in self.receiver.messages]
        self.assertEqual(ids, [uid, uid])
        self.assertEqual(self.receiver.messages[1].content["data"]["id"], file_id)

    def test_two_workers(self):
        """As if two servers had the same work: each message once."""
        for number in range(3):
            self._new_file("imported", InvoiceNumber=f"X-{number}", **_month(number))
        results = [self.workers.wait(pid) for pid in (self._start(), self._start())]
        self.assertEqual(results, [None, None])
        self.assertEqual({(state, tries) for _uid, state, tries in self._states()}, {("done", 1)})
        self.assertEqual(len(self.receiver.messages), 3)


def _month(number):
    return {"PeriodStart": f"2026-0{number + 1}-01", "PeriodEnd": f"2026-0{number + 1}-28"}
