# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

IMPORTS = "xerox_xpps.ir_cron_import_billing_files"
RUNS = "xerox_xpps.ir_cron_work_on_billing_runs"
#: Which cron does what.
CRONS = {"check": IMPORTS, "import": IMPORTS, "create": RUNS, "post": RUNS, "send": RUNS}


class XppsQueue(models.AbstractModel):
    """Has work done in the background. Here a cron does it; other addons may have it done by others.

    What waits says so itself, in the transaction that queues it: the state of a file or run, a mark on lines of a run.
    Whoever comes for it goes by that alone, does it on behalf of the user whom file or run names, and leaves it waiting
    until it is done. So nothing is done twice however often it is queued, and nothing gets lost with whoever was to do
    it: the crons look for what waits once an hour, too.
    """

    _name = "xpps.queue"
    _description = "XPPS Queue"

    @api.private
    def enqueue(self, what, records):
        """Have something done as soon as this transaction is committed.

        :param what: ``check`` or ``import`` billing files; ``create``, ``post`` or ``send`` what lines of a run bill
        :param records: xpps.billing.file, or xpps.billing.run.line of one run
        :return: whether anybody will do it: not where the cron is switched off, as in copies of a database that are
            made for tests
        """
        # Whoever may bill or import has the cron do it, without a right to crons.
        cron = self.env.ref(CRONS[what]).sudo()
        if not cron.active:
            return False
        cron._trigger()
        return True

    @api.model
    def _time_limit(self):
        """The option of Odoo's configuration file that says for how long a process may be at it."""
        return "limit_time_real_cron"
