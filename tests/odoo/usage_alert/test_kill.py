# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Workers that are killed between alert and e-mail, and two of them at once: nothing lost, nothing twice."""

import os
import signal
import time

from odoo import fields
from odoo.tests.common import get_db_name
from odoo.tools import config

from ..support.common import record
from ..support.concurrency import ConcurrencyCase
from ..support.workers import Workers


class TestKill(ConcurrencyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workers = Workers(config["config"], get_db_name())
        cls.addClassCleanup(cls.workers.close)

    def setUp(self):
        super().setUp()
        with self._env() as env:
            company = env["res.company"].browse(self.ids["company"])
            rule = {"kind": "allowance", "threshold": 80, "by_mail": True, "company_id": company.id}
            env["xpps.usage.alert.rule"].create(rule)
            last = fields.Date.today().replace(day=1)
        month = {"PeriodStart": fields.Date.to_string(last), "PeriodEnd": fields.Date.to_string(last.replace(day=28))}
        row = record("SN-1", MonoPrevious=0, MonoCurrent=900, MonoIncluded=1000)
        self.addCleanup(self._remove_alerts)
        self._new_file("imported", [row], **month)

    def _remove_alerts(self):
        with self._env() as env:
            mine = [("company_id", "=", self.ids["company"])]
            notices = env["xpps.usage.notice"].search(mine)
            notices.mail_id.unlink()
            notices.unlink()
            env["xpps.usage.alert"].search(mine).unlink()
            env["xpps.usage.alert.rule"].with_context(active_test=False).search(mine).unlink()

    def _start(self):
        with self._env() as env:
            return self.workers.start(env["xpps.usage.alert"], "_cron_look")

    def _told(self):
        """:return: (alerts, e-mails)"""
        with self._env() as env:
            mine = [("company_id", "=", self.ids["company"])]
            notices = env["xpps.usage.notice"].search(mine)
            mails = env["mail.mail"].search([("model", "=", notices._name), ("res_id", "in", notices.ids)])
            return len(env["xpps.usage.alert"].search(mine)), len(mails)

    def _until(self, condition):
        with self._env() as env:
            for _time in range(600):
                if condition(env.cr):
                    return
                time.sleep(0.05)
        self.fail("The worker never came there.")

    def test_killed_before_the_mail(self):
        with self.registry.cursor() as blocker:
            # Nobody makes mails until this transaction ends.
            blocker.execute("LOCK TABLE mail_mail IN SHARE MODE")
            pid = self._start()
            self._until(lambda cr: self.workers.connections(cr, waiting=True))
            os.kill(pid, signal.SIGKILL)
        self._until(lambda cr: not self.workers.connections(cr))
        self.assertEqual(self._told(), (0, 0))
        self.assertIsNone(self.workers.wait(self._start()))
        self.assertEqual(self._told(), (1, 1))
        self.assertIsNone(self.workers.wait(self._start()))
        self.assertEqual(self._told(), (1, 1))

    def test_two_at_once(self):
        with self.registry.cursor() as blocker:
            blocker.execute("LOCK TABLE mail_mail IN SHARE MODE")
            first = self._start()
            self._until(lambda cr: self.workers.connections(cr, waiting=True))
            second = self._start()
            # The second one leaves what the first one is at.
            self.assertIsNone(self.workers.wait(second))
        self.assertIsNone(self.workers.wait(first))
        self.assertEqual(self._told(), (1, 1))
