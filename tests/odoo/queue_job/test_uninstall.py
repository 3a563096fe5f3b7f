# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""xerox_xpps does without jobs: it needs nothing of them, and removing the addon gives what waits to the crons."""

import unittest

from ..support.uninstalling import Uninstalling

#: A file whose check waits for a job, while there is a runner.
FILL = """
from odoo.addons.queue_job.jobrunner.runner import Database
runner = Database(env.cr.dbname)
company = env.ref("base.main_company")
file = env["xpps.billing.file"]._create_from_upload(b"<XPPSBillingDetails>", "uninstall.xml", company)
file._queue_check()
jobs = env["queue.job"].search([("method_name", "=", "_job_import")])
assert file.check_queued and jobs.state == "pending"
env["ir.cron.trigger"].search([]).unlink()
env.cr.commit()
runner.close()
"""

#: The file waits, and the cron was called for it; queue_job is there, without our jobs and channels.
CHECK = """
file = env["xpps.billing.file"].search([("file_name", "=", "uninstall.xml")])
assert file.check_queued
cron = env.ref("xerox_xpps.ir_cron_import_billing_files")
assert env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
assert not env["queue.job"].search([("method_name", "like", "_job_")])
assert not env["queue.job.channel"].search([("complete_name", "like", "xpps")])
cron.method_direct_trigger()
# It works in a transaction of its own.
env.cr.commit()
env.invalidate_all()
assert not file.check_queued and file.issue_ids
modules = env["ir.module.module"].search([("name", "in", ["xerox_xpps", "queue_job"])])
assert modules.mapped("state") == ["installed", "installed"]
"""


class TestUninstall(Uninstalling, unittest.TestCase):
    addon = "xerox_xpps_queue_job"
    fill = FILL
    check = CHECK

    def test_needs_nothing_of_it(self):
        found = self._depends()
        self.assertNotIn("queue_job", found["xerox_xpps"])
        self.assertEqual(sorted(found["xerox_xpps_queue_job"]), ["queue_job", "xerox_xpps"])
        self.assertNotIn("queue_job", self._requirements("requirements-addon.txt"))
