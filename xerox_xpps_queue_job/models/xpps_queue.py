# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo import api, models
from odoo.exceptions import ConcurrencyError, LockError
from odoo.tools import SQL

from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID
from odoo.addons.xerox_xpps.models.billing_run.xpps_billing_run_queue import BATCH

#: The jobs; data/queue_job_data.xml says on which channel each is.
METHODS = {
    "check": "_job_import",
    "import": "_job_import",
    "create": "_job_bill",
    "post": "_job_bill",
    "send": "_job_send",
}


class XppsQueue(models.AbstractModel):
    """Has jobs of ``queue_job`` do the work: one for a file, and one for each batch of a billing run.

    Where no runner of jobs looks after the database, nobody would ever come for them: then the cron does it.
    """

    _inherit = "xpps.queue"

    @api.private
    def enqueue(self, what, records):
        if not self._has_runner():
            return super().enqueue(what, records)
        self._make_jobs(what, records)
        return True

    @api.private
    def enqueue_again(self, what, records):
        """Queue of what waits that which no job comes for, as jobs can be deleted and set to be done by hand."""
        jobs = self._jobs([("model_name", "=", records._name)], (PENDING, ENQUEUED, STARTED))
        self._make_jobs(what, records.browse(set(records.ids).difference(*(job.records.ids for job in jobs))))

    @api.model
    def _time_limit(self):
        # Jobs are requests to a worker of the web server.
        return "limit_time_real" if self._has_runner() else super()._time_limit()

    @api.model
    def _has_runner(self):
        """Whether a runner of jobs looks after this database, on whatever server: it keeps a lock of this number."""
        [[found]] = self.env.execute_query(
            SQL(
                """
                SELECT EXISTS (
                    SELECT FROM pg_locks
                     WHERE locktype = 'advisory' AND granted AND objsubid = 1
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                       AND (classid::bigint << 32) | objid::bigint = %s
                )
                """,
                PG_ADVISORY_LOCK_ID,
            )
        )
        return found

    def _make_jobs(self, what, records):
        """A job for each batch that does not have one yet."""
        batches = {self._key(what, batch): batch for batch in self._batches(what, records)}
        present = self._jobs([("identity_key", "in", list(batches))], (PENDING, ENQUEUED))
        try:
            # One that was begun since this transaction did may not find what is queued now, and does not count: then
            # the database has Odoo begin anew.
            present.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise ConcurrencyError(str(error)) from error
        for key, batch in batches.items():
            if key in present.mapped("identity_key"):
                continue
            # Until it is done, whatever that takes: neither a file nor a run waits for nothing.
            delayed = batch.with_company(batch.company_id).with_delay(
                identity_key=key, description=batch._say_job(what), max_retries=0
            )
            getattr(delayed, METHODS[what])()

    @staticmethod
    def _key(what, batch):
        """The same for jobs of which one does the work of all; short, as it is in an index."""
        return hashlib.sha256(f"{METHODS[what]} {batch._name} {batch.ids}".encode()).hexdigest()

    @staticmethod
    def _batches(what, records):
        return records._batches(BATCH[what]) if what in BATCH else list(records)

    def _jobs(self, domain, states):
        # Whoever may bill need not see jobs.
        return self.env["queue.job"].sudo().search([*domain, ("state", "in", states)])
