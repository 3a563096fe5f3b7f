# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two worker processes do the jobs of a run, and one of them is killed in each phase: nothing twice, nothing left."""

import os
import signal
import time
from contextlib import contextmanager

from odoo.tests.common import get_db_name
from odoo.tools import config, mute_logger

from odoo.addons.xerox_xpps.models.billing_run import xpps_billing_run_queue
from odoo.addons.xerox_xpps_queue_job.models import xpps_queue

from ..support.concurrency import TIMEOUT, ConcurrencyCase
from ..support.jobs import Runner
from ..support.workers import Workers

AGREEMENTS = 9


class TestProcesses(Runner, ConcurrencyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._env() as env:
            cls.env = env
            # The period's file does not matter here.
            cls.device.with_env(env).unlink()
            cls.ids["agreements"] = [cls._agreement(is_xpps=True).id for _number in range(AGREEMENTS)]
            env["sale.subscription"].browse(cls.ids["agreement"]).is_paused = True
            cls._agreements(env).recurring_next_date = "2026-02-01"
        cls.workers = Workers(config["config"], get_db_name())
        cls.addClassCleanup(cls.workers.close)

    def setUp(self):
        super().setUp()
        self.patch(xpps_billing_run_queue, "BACKGROUND_ABOVE", 2)
        for module in (xpps_billing_run_queue, xpps_queue):
            self.patch(module, "BATCH", {"create": 3, "post": 3, "send": 5})
        self.runner = self._start_runner()
        self.addCleanup(self._remove_run)
        with self._env() as env:
            run = env["xpps.billing.run"].create(
                {
                    "company_id": self.ids["company"],
                    "period_start": "2026-01-01",
                    "period_end": "2026-01-31",
                    "invoice_date": "2026-02-03",
                }
            )
            run.action_prepare()
            self.run_id = run.id

    @classmethod
    def _agreements(cls, env):
        return env["sale.subscription"].browse(cls.ids["agreements"])

    def _remove_run(self):
        with self._env() as env:
            moves = env["account.move"].search([("company_id", "=", self.ids["company"])])
            moves.filtered(lambda move: move.state == "posted").button_draft()
            moves.with_context(force_delete=True).unlink()
            run = env["xpps.billing.run"].browse(self.run_id)
            run.state = "draft"
            run.unlink()
            env["queue.job"].search([("company_id", "=", self.ids["company"])]).unlink()

    @contextmanager
    def _run(self):
        with self._env() as env:
            yield env["xpps.billing.run"].browse(self.run_id)

    def _start(self, action):
        with self._run() as run:
            getattr(run, action)()
            self.assertEqual(run.state, "queued")

    def _wait_for(self, condition, message):
        deadline = time.monotonic() + TIMEOUT
        with self._env() as env:
            while not condition(env.cr):
                self.assertLess(time.monotonic(), deadline, message)
                time.sleep(0.01)

    def _states(self):
        with self._env() as env:
            jobs = env["queue.job"].search([("company_id", "=", self.ids["company"])])
            return sorted(jobs.mapped("state"))

    def _kill_one_at(self, table, statement):
        """Two workers are at batches when one of them is killed, at what it writes; the other one goes on."""
        with self.registry.cursor() as cr:
            cr.execute(f"LOCK TABLE {table} IN {statement} MODE")
            pids = [self.workers.start_jobs(), self.workers.start_jobs()]
            self._wait_for(lambda cr: self._at_work(cr) == 2, "The workers do not come to the lock")
            os.kill(pids[0], signal.SIGKILL)
        self.assertIsNone(self.workers.wait(pids[1]))
        self.assertIn("started", self._states())
        with self._run() as run:
            self.assertEqual(run.state, "queued")

    def _at_work(self, cr):
        return self.workers.connections(cr, waiting=True)

    def _do_the_rest(self):
        """The runner finds the job of the killed worker, ten seconds after it was begun."""
        with self._env() as env:
            env.cr.execute("UPDATE queue_job SET date_enqueued = date_enqueued - interval '1 minute'")
        self.runner.requeue_dead_jobs()
        pids = [self.workers.start_jobs(), self.workers.start_jobs()]
        self.assertEqual([self.workers.wait(pid) for pid in pids], [None, None])
        self.assertEqual(set(self._states()), {"done"})

    def assertInvoiced(self, state, summary):
        """Each agreement once, and the run finished once."""
        with self._run() as run:
            self.assertEqual((run.state, run.task, run.invoiced_count), (state, False, AGREEMENTS))
            lines = run.move_ids.invoice_line_ids.filtered("xpps_subscription_id")
            self.assertEqual(sorted(lines.xpps_subscription_id.ids), sorted(self.ids["agreements"]))
            self.assertEqual((len(run.move_ids), len(lines)), (AGREEMENTS, AGREEMENTS))
            self.assertEqual(
                {str(date) for date in self._agreements(run.env).mapped("recurring_next_date")}, {"2026-03-01"}
            )
            bodies = run.message_ids.mapped("body")
            self.assertEqual(len([body for body in bodies if summary in body]), 1, bodies)

    @mute_logger("odoo.sql_db")
    def test_a_worker_is_killed_in_each_phase(self):
        self._start("action_create_drafts")
        self._kill_one_at("account_move", "SHARE")
        self._do_the_rest()
        self.assertInvoiced("done", "9 draft invoices.")
        self._start("action_post")
        self._kill_one_at("mail_message", "SHARE")
        self._do_the_rest()
        self.assertInvoiced("posted", "9 invoices are posted.")
        with self._run() as run:
            names = sorted(run.move_ids.mapped("name"))
            numbers = [int(name.rpartition("/")[2]) for name in names]
            self.assertEqual(numbers, list(range(1, AGREEMENTS + 1)), "No number is missing.")
            self.assertFalse(run.move_ids.filtered("made_sequence_gap"), "Nor does Odoo say so.")

    def test_stopped_beside_a_batch(self):
        """What a worker is at is done, and it finishes the run; the rest is left."""
        self._start("action_create_drafts")
        with self.registry.cursor() as cr:
            cr.execute("LOCK TABLE account_move IN SHARE MODE")
            pid = self.workers.start_jobs()
            self._wait_for(self._at_work, "The worker does not come to the lock")
            with self._run() as run:
                run.action_stop()
                self.assertEqual((run.state, sum(run.line_ids.mapped("waiting"))), ("queued", 3))
        self.assertIsNone(self.workers.wait(pid))
        with self._run() as run:
            self.assertEqual((run.state, run.invoiced_count, run.ready_count), ("done", 3, AGREEMENTS - 3))
            self.assertEqual(len(run.move_ids), 3)
        self.assertEqual(set(self._states()), {"done"})
