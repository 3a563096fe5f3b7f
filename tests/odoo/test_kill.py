# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Workers are killed with SIGKILL in mid-import: the database stays as it was, and the cron imports the file later."""

import random
import time
from contextlib import contextmanager

from odoo.tests.common import get_db_name
from odoo.tools import config

from .common import record
from .concurrency import ConcurrencyCase
from .workers import Workers

DEVICES = 2001
#: What an import writes, but for the progress.
TABLES = (
    "xpps_billing_file",
    "xpps_billing_file_line",
    "xpps_billing_file_issue",
    "xpps_billing_file_summary",
    "xpps_billing_file_cost_change",
    "xpps_meter_read",
    "sale_subscription_charge",
    "sale_subscription_charge_default",
    "sale_subscription",
    "stock_lot",
)


class TestKill(ConcurrencyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workers = Workers(config["config"], get_db_name())
        cls.addClassCleanup(cls.workers.close)
        with cls._env() as env:
            cls.env = env
            cls.serials = [f"SN-{number}" for number in range(2, DEVICES + 1)]
            cls.env["stock.lot"].with_context(tracking_disable=True).create(
                [
                    {
                        "name": serial,
                        "product_id": cls.printer.id,
                        "company_id": cls.ids["company"],
                        "is_xpps_device": True,
                        "xpps_partner_id": cls.customer.id,
                        "xpps_subscription_id": cls.ids["agreement"],
                        "xpps_subscription_line_id": cls.base_line.id,
                    }
                    for serial in cls.serials
                ]
            )

    def setUp(self):
        super().setUp()
        # 10, 11 … pages of Mono each, and Color within the allowance.
        rows = [
            record(serial, mono=(10 + number, "0.004"), color=(0, "0.04"))
            for number, serial in enumerate(["SN-1", *self.serials])
        ]
        self.file_id = self._new_file(devices=rows)
        with self._env() as env:
            self.default_id = (
                env["sale.subscription.charge.default"]
                .create({"subscription_id": self.ids["agreement"], "product_id": self.mono.id, "unit_cost": 0.003})
                .id
            )
            file = env["xpps.billing.file"].browse(self.file_id)
            # More devices than the default threshold.
            file.action_import()
            self.assertEqual(file.state, "queued")

    def _digest(self):
        """Every value of every row that an import could leave: {table: (rows, digest)}"""
        with self._env() as env:
            digests = {}
            for table in TABLES:
                env.cr.execute(
                    f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY id)) FROM {table} t WHERE company_id = %s",
                    [self.ids["company"]],
                )
                digests[table] = env.cr.fetchone()
            for model in ("mail_message", "mail_tracking_value", "bus_bus"):
                env.cr.execute(f"SELECT max(id) FROM {model}")
                digests[model] = env.cr.fetchone()
            return digests

    def _progress(self):
        with self._env() as env:
            progress = env["xpps.import.progress"].search([("billing_file_id", "=", self.file_id)])
            return progress.percent if progress else None

    def _start(self, method="method_direct_trigger"):
        """Let a worker of its own run the cron."""
        with self._env() as env:
            return self.workers.start(env.ref("xerox_xpps.ir_cron_import_billing_files"), method)

    @contextmanager
    def _locked(self, table, id_):
        """Whoever comes to write a reference to the row has to wait."""
        with self.registry.cursor() as cr:
            cr.execute(f"SELECT id FROM {table} WHERE id = %s FOR UPDATE", [id_])
            yield cr

    def _wait_until_stuck(self, pid):
        deadline = time.monotonic() + 60
        with self._env() as env:
            while True:
                env.cr.execute("SELECT pg_stat_clear_snapshot()")
                env.cr.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'",
                    [f"odoo-{pid}"],
                )
                if env.cr.fetchone()[0]:
                    return
                self.assertLess(time.monotonic(), deadline, "The import does not come to the lock")
                time.sleep(0.02)

    def assertImported(self):
        """Everything once, and the totals right."""
        with self._env() as env:
            file = env["xpps.billing.file"].browse(self.file_id)
            self.assertEqual(file.state, "imported")
            self.assertEqual(set(file.line_ids.mapped("state")), {"imported"})
            self.assertEqual(len(file.line_ids), DEVICES)
            self.assertEqual(len(file.meter_read_ids), 2 * DEVICES)
            pages = range(10, 10 + DEVICES)
            self.assertEqual(sorted(file.charge_ids.mapped("quantity")), list(pages))
            cents = sum((n + 1) // 2 for n in [2 * n * 1 for n in pages])
            self.assertEqual(round(sum(file.charge_ids.mapped("price_subtotal")), 2), round(cents / 100, 2))
            default = env["sale.subscription.charge.default"].browse(self.default_id)
            self.assertEqual(default.unit_cost, 0.004)

    def test_at_each_stage(self):
        """Killed while reads, charges and contract defaults are written; then the cron does it all."""
        before = self._digest()
        stages = [
            ("stock_lot", self.device.id, 20),
            ("product_product", self.mono.id, 70),
            ("sale_subscription_charge_default", self.default_id, 90),
        ]
        for table, id_, percent in stages:
            with self.subTest(percent=percent):
                with self._locked(table, id_) as cr:
                    pid = self._start()
                    self._wait_until_stuck(pid)
                    # Others see how far it is, and nothing of it.
                    self.assertEqual(self._progress(), percent)
                    self.assertEqual(self._digest(), before)
                    cr.execute("SELECT 1")
                    self._kill_waiting(pid, cr)
                self.assertEqual(self._progress(), percent)
                self.assertEqual(self._digest(), before)
        self.assertIsNone(self.workers.wait(self._start()))
        self.assertImported()

    def _kill_waiting(self, pid, cr):
        """PostgreSQL notices that a client is gone when it answers it: so it gets its lock after the kill."""
        import os
        import signal

        os.kill(pid, signal.SIGKILL)
        cr.rollback()
        with self._env() as env:
            deadline = time.monotonic() + 60
            while self.workers.connections(pid, env):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)

    def test_at_any_time(self):
        before = self._digest()
        for _time in range(3):
            pid = self._start()
            delay = random.uniform(0, 1.5)
            time.sleep(delay)
            with self._env() as env:
                self.workers.kill(pid, env)
                state = env["xpps.billing.file"].browse(self.file_id).state
            if state == "imported":
                # It was faster than we: also then everything is there.
                break
            self.assertEqual(self._digest(), before, f"after {delay:.3f} s")
        else:
            self.assertIsNone(self.workers.wait(self._start()))
        self.assertImported()
