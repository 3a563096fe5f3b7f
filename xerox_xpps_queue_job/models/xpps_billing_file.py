# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class XppsBillingFile(models.Model):
    _inherit = "xpps.billing.file"

    def _job_import(self):
        """Check or import the file, whichever it waits for."""
        file = self._as_cron()
        if file and not file._import_queued():
            file._try_again()

    def _say_job(self, what):
        if what == "check":
            return self.env._("Check billing file %s", self.display_name)
        return self.env._("Import billing file %s", self.display_name)

    @api.model
    def _cron_import(self):
        """Jobs check and import files; the cron sees to it that each file has one."""
        queue = self.env["xpps.queue"]
        if not queue._has_runner():
            return super()._cron_import()
        queue.enqueue_again("import", self.search([("state", "=", "queued")]))
        queue.enqueue_again("check", self.search([("state", "!=", "queued"), ("check_queued", "=", True)]))
        return None
