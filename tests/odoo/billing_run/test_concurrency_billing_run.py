# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Billing runs beside each other, beside the subscription cron, and killed: nothing is billed twice."""

import os
import signal
import time
from contextlib import suppress

from odoo.service.model import retrying
from odoo.tests.common import get_db_name
from odoo.tools import config, mute_logger

from ..support.concurrency import TIMEOUT, ConcurrencyCase
from ..support.workers import Workers

#: More than a run works on in one batch.
AGREEMENTS = 120
SILENT = (
    "odoo.sql_db",
    "odoo.service.model",
    "odoo.addons.subscription_oca.models.sale_subscription",
    "odoo.addons.xerox_xpps.models.agreement.sale_subscription",
    "odoo.addons.xerox_xpps.models.billing_run.xpps_billing_run_queue",
)


class BillingRunConcurrencyCase(ConcurrencyCase):
    count = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._env() as env:
            cls.env = env
            # The period's file does not matter here.
            cls.device.with_env(env).unlink()
            cls.ids["agreements"] = [cls._agreement(is_xpps=True).id for _number in range(cls.count)]
            env["sale.subscription"].browse(cls.ids["agreement"]).is_paused = True
            others = [("company_id", "!=", cls.ids["company"]), ("is_paused", "=", False)]
            cls.ids["others"] = env["sale.subscription"].search(others).ids

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove_runs)
        with self._env() as env:
            agreements = self._agreements(env)
            agreements.recurring_next_date = "2026-02-01"
            env["sale.subscription.charge"].create(
                [
                    {
                        "subscription_id": agreement.id,
                        "product_id": self.mono.id,
                        "period_start": "2026-01-01",
                        "period_end": "2026-01-31",
                        "name": "Mono Pages",
                        "quantity": 100,
                        "unit_price": 0.01,
                        "state": "approved",
                    }
                    for agreement in agreements
                ]
            )

    def _agreements(self, env):
        return env["sale.subscription"].browse(self.ids["agreements"])

    def _remove_runs(self):
        with self._env() as env:
            mine = [("company_id", "=", self.ids["company"])]
            env["account.move"].search(mine).with_context(force_delete=True).unlink()
            runs = env["xpps.billing.run"].search(mine)
            runs.state = "draft"
            runs.unlink()

    def _new_run(self):
        """A prepared run, committed. :return: id"""
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
            self.assertEqual(run.ready_count, self.count)
            return run.id

    def _create_drafts(self, run_id):
        return lambda env: env["xpps.billing.run"].browse(run_id).action_create_drafts()

    def _lines(self):
        """:return: [(agreement, service or charge)] of all that is invoiced"""
        with self._env() as env:
            lines = env["account.move.line"].search(
                [("xpps_subscription_id", "in", self.ids["agreements"]), ("display_type", "=", "product")]
            )
            return sorted(
                (line.xpps_subscription_id.id, line.xpps_subscription_line_id.id or -line.xpps_charge_ids.id)
                for line in lines
            )

    def _expected(self):
        with self._env() as env:
            agreements = self._agreements(env)
            services = [(line.sale_subscription_id.id, line.id) for line in agreements.sale_subscription_line_ids]
            return sorted(services + [(charge.subscription_id.id, -charge.id) for charge in agreements.charge_ids])

    def assertBilledOnce(self):
        self.assertEqual(self._lines(), self._expected())
        with self._env() as env:
            self.assertEqual(
                {str(agreement.recurring_next_date) for agreement in self._agreements(env)}, {"2026-03-01"}
            )


class TestAtOnce(BillingRunConcurrencyCase):
    def _finish(self, *run_ids):
        """What somebody else was at was reported on its line: it is tried again."""
        for run_id in run_ids:
            with self._env() as env:
                run = env["xpps.billing.run"].browse(run_id)
                if run.failed_count:
                    run.action_retry()

    @mute_logger(*SILENT)
    def test_two_runs(self):
        run_ids = [self._new_run(), self._new_run()]
        results = self._at_once(*map(self._create_drafts, run_ids))
        self.assertEqual(results, [None, None])
        self._finish(*run_ids)
        self.assertBilledOnce()

    @mute_logger(*SILENT)
    def test_one_run_by_two_users(self):
        run_id = self._new_run()
        results = self._at_once(self._create_drafts(run_id), self._create_drafts(run_id))
        self.assertOneWins(results, "someone else|No agreement is ready")
        self.assertBilledOnce()

    @mute_logger(*SILENT)
    def test_a_run_and_the_subscription_cron(self):
        run_id = self._new_run()

        def run_cron(env):
            # Whatever else is in the database is not to be billed here. Only in the database, as agreements that are
            # resumed go on from today, and this is committed.
            pause = "UPDATE sale_subscription SET is_paused = %s WHERE id = ANY(%s)"
            env.cr.execute(pause, [True, self.ids["others"]])
            env["sale.subscription"].cron_subscription_management()
            env.cr.execute(pause, [False, self.ids["others"]])

        results = self._at_once(self._create_drafts(run_id), run_cron)
        self.assertIsNone(results[0], results)
        self._finish(run_id)
        self.assertBilledOnce()

    @mute_logger(*SILENT)
    def test_after_another_run(self):
        """A transaction from before the other's commit cannot see it; it must not bill what it still sees."""
        first_id, second_id = self._new_run(), self._new_run()
        cr, agreement = self._open()
        run = agreement.env["xpps.billing.run"].browse(second_id)
        self.assertEqual(run.ready_count, self.count)
        with self._env() as env:
            env["xpps.billing.run"].browse(first_id).action_create_drafts()

        retrying(run.action_create_drafts, run.env)
        cr.commit()
        self.assertBilledOnce()
        with self._env() as env:
            states = env["xpps.billing.run"].browse(second_id).line_ids.mapped("state")
            self.assertEqual(set(states) - {"held"}, {"nothing"})

    def test_while_somebody_invoices_one(self):
        """He is not waited for: the others are invoiced, and the line says why it is not."""
        run_id = self._new_run()
        cr, _agreement = self._open()
        other = self._agreements(_agreement.env)[1]
        other.generate_invoice()
        other.env.flush_all()
        with self._env() as env:
            run = env["xpps.billing.run"].browse(run_id)
            run.action_create_drafts()
            self.assertEqual((run.invoiced_count, run.failed_count), (self.count - 1, 1))
            self.assertIn("someone else", run.line_ids.filtered("error").error)
        cr.commit()
        self._finish(run_id)
        self.assertBilledOnce()


class TestProcesses(BillingRunConcurrencyCase):
    """A run in the background, in processes of their own that can be killed."""

    count = AGREEMENTS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workers = Workers(config["config"], get_db_name())
        cls.addClassCleanup(cls.workers.close)

    def _start_work(self):
        with self._env() as env:
            return self.workers.start(env["xpps.billing.run"], "_cron_work")

    def _queue(self):
        run_id = self._new_run()
        with self._env() as env:
            run = env["xpps.billing.run"].browse(run_id)
            run.action_create_drafts()
            self.assertEqual(run.state, "queued")
        return run_id

    def _wait_until_gone(self):
        deadline = time.monotonic() + TIMEOUT
        with self._env() as env:
            while self.workers.connections(env.cr):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)

    def _run_state(self, run_id):
        with self._env() as env:
            run = env["xpps.billing.run"].browse(run_id)
            return run.state, run.invoiced_count

    def test_killed(self):
        """The batch it was at is taken back, and the next worker goes on."""
        run_id = self._queue()
        for delay in (0.3, 0.9):
            pid = self._start_work()
            time.sleep(delay)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._wait_until_gone()
            if self._run_state(run_id)[0] == "queued":
                self.assertEqual(len(self._lines()), 2 * self._run_state(run_id)[1])
        self.assertIsNone(self.workers.wait(self._start_work()))
        self.assertEqual(self._run_state(run_id), ("done", AGREEMENTS))
        self.assertBilledOnce()

    def test_two_runs_in_two_processes(self):
        run_ids = [self._queue(), self._queue()]
        for pid in [self._start_work(), self._start_work()]:
            self.assertIsNone(self.workers.wait(pid))
        # One left the run alone that the other was at.
        self.assertIsNone(self.workers.wait(self._start_work()))
        self.assertEqual(sum(self._run_state(run_id)[1] for run_id in run_ids), AGREEMENTS)
        self.assertBilledOnce()
