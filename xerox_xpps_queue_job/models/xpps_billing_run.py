# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class XppsBillingRun(models.Model):
    _inherit = "xpps.billing.run"

    @api.model
    def _cron_work(self):
        """Jobs work on runs; the cron sees to it that each line has one, and that no run is left that is done."""
        queue = self.env["xpps.queue"]
        if not queue._has_runner():
            return super()._cron_work()
        for run in self.search([("state", "=", "queued")], order="id"):
            queue.enqueue_again(run.task, run.line_ids.filtered("waiting"))
            run._finish_when_done()
        return None
