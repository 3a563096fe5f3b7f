# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Jobs check and import large billing files, on behalf of whoever queued them."""

from odoo import Command
from odoo.modules.neutralize import get_neutralization_queries

from ...billing_file.builder import build_xml
from ..support.common import XppsCase, record
from ..support.jobs import Jobs
from ..support.notifications import Notifications


class TestFileJobs(Jobs, Notifications, XppsCase):
    """Files of more than one device go to the background; ``clerk`` is a billing user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_background_threshold = 1
        cls._device("SN-2")
        cls.clerk = cls._user("xpps-clerk", "xerox_xpps.group_xpps_billing")
        cls.cron = cls.env.ref("xerox_xpps.ir_cron_import_billing_files")
        cls.env["ir.cron.trigger"].search([("cron_id", "=", cls.cron.id)]).unlink()

    def setUp(self):
        super().setUp()
        self.runner = self._start_runner()

    def _waiting(self, rows=None):
        rows = rows or [record("SN-1", mono=(100, "0.004")), record("SN-2", mono=(50, "0.004"))]
        wizard = self._wizard(build_xml({}, rows), user=self.clerk)
        wizard.action_check()
        file = wizard.billing_file_id
        self.assertTrue(file.check_queued)
        return file

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.assertIs(self.cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def test_check_and_import(self):
        file = self._waiting()
        job = self._jobs()
        self.assertEqual((job.channel, job.user_id, job.company_id), ("root.xpps.import", self.clerk, self.company))
        self.assertEqual(job.name, f"Check billing file {file.display_name}")
        self.assertFalse(self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)]))
        self.assertEqual(self._do_jobs(), 1)
        self.assertEqual((file.check_queued, len(file.line_ids), file.can_import), (False, 2, True))
        file.action_import()
        self.assertEqual((file.state, self._jobs().name), ("queued", f"Import billing file {file.display_name}"))
        self.assertEqual(self._do_jobs(), 1)
        self.assertEqual((file.state, file.charge_count, file.charge_ids.create_uid), ("imported", 2, self.clerk))
        self.assertEqual(self._notifications()[-1], ("success", f"Billing file {file.name} is imported."))

    def test_queued_twice(self):
        """One job does whatever the file waits for."""
        file = self._waiting()
        file.with_user(self._user("xpps-clerk-2", "xerox_xpps.group_xpps_billing")).action_check()
        file.action_import()
        self.assertEqual((file.state, len(self._jobs())), ("queued", 1))
        self._do_jobs()
        self.assertEqual((file.state, file.charge_count), ("imported", 2))

    def test_done_twice(self):
        file = self._waiting()
        file.action_import()
        self._do_jobs()
        self._jobs("done").requeue()
        self.assertEqual(self._do_jobs(), 1)
        self.assertEqual((file.state, file.charge_count, len(self._notifications())), ("imported", 2, 1))

    def test_given_up(self):
        file = self._waiting()
        file.action_import()
        file.action_cancel()
        self._do_jobs()
        self.assertEqual((file.state, file.charge_count), ("draft", 0))

    def test_rights_lost(self):
        file = self._waiting()
        file.action_import()
        self.clerk.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self._do_jobs()
        file = file.sudo()
        self.assertEqual((file.state, file.charge_count), ("draft", 0))
        self.assertIn("no longer allowed to import", "".join(file.message_ids.mapped("body")))
        self.assertFalse(self._jobs("failed"))

    def test_what_stands_in_the_way(self):
        """It gives the file back, and is no failure of the job."""
        file = self._waiting([record("SN-1"), record("SN-9")])
        file.action_import()
        self._do_jobs()
        self.assertEqual((file.state, file.error_count), ("draft", 1))
        self.assertFalse(self._jobs("failed"))

    def test_broken_off_too_often(self):
        """What is named is the limit of whoever does the work."""
        for runner, limit in ((True, "(limit_time_real)"), (False, "(limit_time_real_cron)")):
            if not runner:
                self._stop_runner(self.runner)
            file = self._waiting([record("SN-1", mono=(100 + runner, "0.004")), record("SN-2")])
            self.env["xpps.import.progress"].sudo().create(
                {"billing_file_id": file.id, "company_id": self.company.id, "tries": 10}
            )
            if runner:
                self._do_jobs()
            else:
                self._run_cron()
            body = "".join(file.message_ids.mapped("body"))
            self.assertIn("The check was interrupted 10 times.", body)
            self.assertIn(limit, body)

    def test_neutralized(self):
        """A copy of the database does not do what the original is to do. Jobs of others are theirs."""
        file = self._waiting()
        done = file.with_delay(max_retries=0)._job_import().db_record()
        done.state = "done"
        other = self.env["res.partner"].with_delay().exists().db_record()
        job = self._jobs().filtered(lambda job: job.model_name == "xpps.billing.file")
        self.env.flush_all()
        for query in get_neutralization_queries(["xerox_xpps_queue_job"]):
            self.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual((job.state, bool(job.date_cancelled)), ("cancelled", True))
        self.assertEqual((done.state, other.state), ("done", "pending"))

    def test_the_cron(self):
        """It makes jobs that are gone anew, and does the work where the runner is gone."""
        file = self._waiting()
        self._jobs().unlink()
        self._run_cron()
        self._run_cron()
        self.assertEqual((file.check_queued, len(self._jobs())), (True, 1))
        self._stop_runner(self.runner)
        self._run_cron()
        self.assertEqual((file.check_queued, len(file.line_ids)), (False, 2))
        self._do_jobs()
        self.assertEqual((len(file.line_ids), len(self._notifications())), (2, 1))
