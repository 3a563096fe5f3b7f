# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Workers are killed with SIGKILL in mid-import: the database stays as it was, and the cron imports the file later."""

import os
import random
import signal
import time
from contextlib import contextmanager, suppress

from odoo.tests.common import get_db_name
from odoo.tools import config

from ..support.common import record
from ..support.concurrency import TIMEOUT, ConcurrencyCase
from ..support.workers import Workers

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

    def _start_cron(self):
        with self._env() as env:
            return self.workers.start(env.ref("xerox_xpps.ir_cron_import_billing_files"), "method_direct_trigger")

    def _start_import(self):
        """The cron's work without the cron, which would take a rest after the third kill."""
        with self._env() as env:
            return self.workers.start(env["xpps.billing.file"], "_cron_import")

    @contextmanager
    def _locked(self, lock):
        with self.registry.cursor() as cr:
            cr.execute(lock)
            yield

    def _wait_for(self, condition, message):
        deadline = time.monotonic() + TIMEOUT
        with self._env() as env:
            while not condition(env.cr):
                self.assertLess(time.monotonic(), deadline, message)
                time.sleep(0.01)

    def _wait_until_stuck(self):
        self._wait_for(lambda cr: self.workers.connections(cr, waiting=True), "The import does not come to the lock")

    def _wait_until_gone(self):
        self._wait_for(lambda cr: not self.workers.connections(cr), "The transaction of a killed worker goes on")

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
            # A page costs one cent.
            self.assertEqual(round(sum(file.charge_ids.mapped("price_subtotal")), 2), sum(pages) / 100)
            default = env["sale.subscription.charge.default"].browse(self.default_id)
            self.assertEqual(default.unit_cost, 0.004)

    def test_at_each_stage(self):
        """Killed while reads, charges and contract defaults are written; then the cron does it all."""
        before = self._digest()
        # What keeps an import from going on: reads refer to devices, charges are written, a default is updated.
        stages = {
            20: f"SELECT id FROM stock_lot WHERE id = {self.device.id} FOR UPDATE",
            70: "LOCK TABLE sale_subscription_charge IN SHARE MODE",
            90: f"SELECT id FROM sale_subscription_charge_default WHERE id = {self.default_id} FOR NO KEY UPDATE",
        }
        for percent, lock in stages.items():
            with self._locked(lock):
                pid = self._start_import()
                self._wait_until_stuck()
                # Others see how far it is, and nothing of it.
                self.assertEqual(self._progress(), percent)
                self.assertEqual(self._digest(), before)
                os.kill(pid, signal.SIGKILL)
            # PostgreSQL learns that a client is gone when the lock is free and it has something to tell.
            self._wait_until_gone()
            self.assertEqual(self._progress(), percent)
            self.assertEqual(self._digest(), before)
        self.assertIsNone(self.workers.wait(self._start_cron()))
        self.assertImported()

    def test_at_any_time(self):
        before = self._digest()
        for _time in range(2):
            pid = self._start_cron()
            delay = random.uniform(0, 1)
            time.sleep(delay)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._wait_until_gone()
            if self._state(self.file_id) == "imported":
                # It was faster than we; then everything is there.
                break
            self.assertEqual(self._digest(), before, f"after {delay:.3f} s")
        else:
            self.assertIsNone(self.workers.wait(self._start_cron()))
        self.assertImported()
