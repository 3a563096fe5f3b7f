# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.xerox_xpps.common.plural import plural


class XppsBillingRunLine(models.Model):
    _name = "xpps.billing.run.line"
    _inherit = ["xpps.billing.run.line", "xpps.background.work"]

    def _job_bill(self):
        """Create or post the invoices of lines of a run, whichever they wait for."""
        self._job()

    def _job_send(self):
        """Send the invoices of lines of a run."""
        self._job()

    def _job(self):
        lines = self._as_cron()
        run = lines.run_id
        if not run:
            return
        task = run.task
        run._work_in_background(lines)
        self.env.invalidate_all()
        # They may wait for the next step already, which has jobs of its own.
        if run.state == "queued" and run.task == task and any(lines.exists().mapped("waiting")):
            run._try_again()

    def _say_job(self, what):
        run, count = self.run_id.display_name, len(self)
        if what == "create":
            return plural(
                count,
                self.env._("Invoice 1 agreement of billing run %s", run),
                self.env._("Invoice %(count)s agreements of billing run %(run)s", count=count, run=run),
            )
        if what == "post":
            return plural(
                count,
                self.env._("Post invoices of 1 agreement of billing run %s", run),
                self.env._("Post invoices of %(count)s agreements of billing run %(run)s", count=count, run=run),
            )
        return plural(
            count,
            self.env._("Send invoices of 1 agreement of billing run %s", run),
            self.env._("Send invoices of %(count)s agreements of billing run %(run)s", count=count, run=run),
        )
