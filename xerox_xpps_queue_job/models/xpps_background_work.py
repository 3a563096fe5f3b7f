# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, models

from odoo.addons.queue_job.exception import RetryableJobError


class XppsBackgroundWork(models.AbstractModel):
    _inherit = "xpps.background.work"

    def _as_cron(self):
        """The record as the cron sees it, whoever the job is of and whatever he was looking at when he made it.

        What is done then is done on behalf of the user whom the record names, after a look at his rights.
        """
        return self.with_env(self.env(user=SUPERUSER_ID, su=True, context={})).exists()

    def _try_again(self):
        """:raises RetryableJobError: has the job wait, each time for longer"""
        raise RetryableJobError(self.env._("Somebody else is at the same records. It is tried again."))
