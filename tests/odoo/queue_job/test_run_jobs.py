# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Jobs do the batches of billing runs, on behalf of whoever started them, where a runner of jobs is there."""

from odoo import Command
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.models.billing_run import xpps_billing_run_queue
from odoo.addons.xerox_xpps_queue_job.models import xpps_queue

from ..support.billing_runs import BillingRunCase
from ..support.jobs import Jobs
from ..support.notifications import Notifications

QUEUE = "odoo.addons.xerox_xpps.models.billing_run.xpps_billing_run_queue"
BATCH = {"create": 4, "post": 4, "send": 2}


class RunJobsCase(Jobs, Notifications, BillingRunCase):
    """Runs of more than two agreements go to the background, in batches of four."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.is_paused = True
        cls.clerk = cls._user("xpps-run-clerk", "xerox_xpps.group_xpps_billing")
        cls.cron = cls.env.ref("xerox_xpps.ir_cron_work_on_billing_runs")
        cls.env["ir.cron.trigger"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.patch(xpps_billing_run_queue, "BACKGROUND_ABOVE", 2)
        for module in (xpps_billing_run_queue, xpps_queue):
            self.patch(module, "BATCH", BATCH)

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.assertIs(self.cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def _triggers(self):
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])

    def _started(self, count, **values):
        contracts = self._many(count, **values)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self.assertEqual((run.state, run.task), ("queued", "create"))
        return run, contracts


class TestRunner(RunJobsCase):
    def test_without_a_runner(self):
        """The cron does it, as without the addon."""
        run, contracts = self._started(9)
        self.assertEqual((len(self._jobs()), self._triggers()), (0, 1))
        self._run_cron()
        self.assertEqual((run.state, run.invoiced_count), ("done", 9))
        self.assertNothingTwice(contracts)

    def test_a_runner_that_is_gone(self):
        """Its jobs are left to the cron, which comes every hour; whoever does them later finds nothing to do."""
        runner = self._start_runner()
        run, contracts = self._started(9)
        self._stop_runner(runner)
        self._run_cron()
        self.assertEqual((run.state, run.invoiced_count), ("done", 9))
        messages = run.message_ids
        self._do_jobs()
        self.assertEqual((run.state, run.message_ids, len(self._jobs("done"))), ("done", messages, 3))
        self.assertNothingTwice(contracts)

    def test_jobs_that_are_gone(self):
        """The cron makes them anew, and no job that is still there."""
        self._start_runner()
        run, contracts = self._started(9)
        self._jobs()[1:].unlink()
        self._run_cron()
        self.assertEqual((run.state, run.invoiced_count, len(self._jobs())), ("queued", 0, 3))
        self._run_cron()
        self.assertEqual(self._do_jobs(), 3)
        self.assertEqual((run.state, run.invoiced_count), ("done", 9))
        self.assertNothingTwice(contracts)

    def test_a_run_that_is_done(self):
        """Killed after its last batch, before it said that it is done."""
        self._start_runner()
        run, _contracts = self._started(3)
        run.sudo().line_ids.write({"waiting": False, "state": "nothing"})
        self._run_cron()
        self.assertEqual((run.state, run.task), ("draft", False))


class TestRunJobs(RunJobsCase):
    def setUp(self):
        super().setUp()
        self._start_runner()

    def test_whole_flow(self):
        run, contracts = self._started(9)
        jobs = self._jobs()
        self.assertEqual([len(job.records) for job in jobs], [4, 4, 1])
        self.assertEqual(set(jobs.mapped("channel")), {"root.xpps.billing"})
        self.assertEqual((jobs.user_id, jobs.company_id, self._triggers()), (self.clerk, self.company, 0))
        self.assertEqual(jobs[0].name, f"Invoice 4 agreements of billing run {run.name}")
        self.assertEqual(self._do_jobs(2), 2)
        self.assertEqual((run.state, run.invoiced_count, round(run.progress)), ("queued", 8, 89))
        self.assertEqual(self._notifications(), [])
        self.assertEqual(self._do_jobs(), 1)
        self.assertEqual((run.state, run.task, run.invoiced_count), ("done", False, 9))
        self.assertEqual(run.move_ids.create_uid, self.clerk)
        self.assertEqual(self._notifications(), [("success", "9 draft invoices.")])
        self.assertNothingTwice(contracts)
        run.action_post_and_send()
        self.assertEqual(self._do_jobs(3), 3)
        self.assertEqual((run.state, run.task, set(run.move_ids.mapped("state"))), ("queued", "send", {"posted"}))
        self.assertEqual(set(self._jobs().mapped("channel")), {"root.xpps.send"})
        self.assertEqual(self._do_jobs(), 5)
        self.assertEqual((run.state, run.unsent_move_count), ("posted", 0))
        self.assertEqual(self._notifications()[-1], ("success", "9 invoices are handed over."))
        self.assertFalse(self._jobs("failed"))

    def test_few_at_once(self):
        self._many(2)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self.assertEqual((run.state, run.invoiced_count, len(self._jobs())), ("done", 2, 0))

    def test_queued_twice(self):
        run, _contracts = self._started(9)
        keys = self._jobs().mapped("identity_key")
        self.env["xpps.queue"].enqueue("create", run.line_ids.filtered("waiting"))
        self.assertEqual((self._jobs().mapped("identity_key"), len(set(keys))), (keys, 3))

    def test_done_twice(self):
        """Killed after its work was committed, a job is done once more."""
        run, contracts = self._started(9)
        self._do_jobs(2)
        self._jobs("done").requeue()
        self.assertEqual(self._do_jobs(), 3)
        self.assertEqual((run.state, run.invoiced_count, run.move_count), ("done", 9, 9))
        self.assertEqual(len(self._notifications()), 1)
        self.assertNothingTwice(contracts)

    def test_stop(self):
        run, contracts = self._started(9)
        self._do_jobs(1)
        self.assertRaisesMessage("is being processed", run.action_undo)
        run.action_stop()
        self.assertEqual((run.state, run.invoiced_count, run.ready_count), ("done", 4, 5))
        self._do_jobs()
        self.assertEqual((run.state, run.invoiced_count), ("done", 4))
        run.action_create_drafts()
        self._do_jobs()
        self.assertEqual((run.state, run.invoiced_count), ("done", 9))
        self.assertNothingTwice(contracts)
        run.action_undo()
        self.assertEqual((run.state, run.move_count), ("draft", 0))
        self.assertEqual({str(contract.recurring_next_date) for contract in contracts}, {"2026-02-01"})

    def test_stopped_and_started_again(self):
        """The jobs that are left do it, and nothing is there twice."""
        run, contracts = self._started(9)
        run.action_stop()
        run.action_create_drafts()
        self.assertEqual((run.state, len(self._jobs())), ("queued", 3))
        self._do_jobs()
        self.assertEqual((run.state, run.invoiced_count), ("done", 9))
        self.assertNothingTwice(contracts)

    @mute_logger(QUEUE)
    def test_failures(self):
        contracts = self._many(9)
        bad = contracts[1] | contracts[5]
        for contract in bad:
            self._make_fail(contract)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self._do_jobs()
        self.assertEqual((run.state, run.invoiced_count, run.failed_count), ("done", 7, 2))
        self.assertEqual([kind for kind, _text in self._notifications()], ["warning"])
        self.assertFalse(self._jobs("failed"))
        bad.journal_id = False
        run.action_retry()
        self.assertEqual((run.state, run.invoiced_count), ("done", 9))
        self.assertNothingTwice(contracts)

    def test_customers_stay_together(self):
        single = self._many(3)
        joint = self._many(6, xpps_invoice_mode="customer")
        run = self._run(self.clerk)
        run.action_create_drafts()
        joint_lines = run.line_ids.filtered(lambda line: line.subscription_id in joint)
        self.assertEqual(len([job for job in self._jobs() if job.records & joint_lines]), 1)
        self._do_jobs()
        self.assertEqual((run.invoiced_count, run.move_count), (9, 4))
        self.assertNothingTwice(single | joint)

    def test_payers_stay_together(self):
        """Where their drafts and orders are billed besides: who would else have them is up to chance."""
        self._many(6)
        ready = self._run(self.clerk).line_ids.filtered(lambda line: line.state == "ready")
        self.assertEqual([len(lines) for lines in ready._batches(4)], [4, 2])
        self.company.xpps_join_other_items = True
        self.assertEqual([len(lines) for lines in ready._batches(4)], [6])

    def test_a_clerk_who_left(self):
        run, _contracts = self._started(9)
        self.clerk.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self._do_jobs()
        run = run.sudo()
        self.assertEqual((run.state, run.move_count), ("draft", 0))
        bodies = run.message_ids.filtered(lambda message: "no longer allowed to create invoices" in message.body)
        self.assertEqual(len(bodies), 1)

    def test_company(self):
        """That of the run, not the one that the user was looking at."""
        company = self._company("Another Reseller")
        self.clerk.company_ids += company
        self._many(3)
        run = self._run(self.clerk, [company.id, self.company.id], company_id=self.company.id)
        run.action_create_drafts()
        self.assertEqual(self._jobs().company_id, self.company)
        self._do_jobs()
        self.assertEqual((run.move_ids.company_id, run.move_ids.create_uid), (self.company, self.clerk))

    def test_a_run_that_was_deleted(self):
        run, _contracts = self._started(3)
        run.action_stop()
        run.unlink()
        self._do_jobs()
        self.assertFalse(self._jobs("pending", "failed"))
