# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED

from .models import METHODS


def give_back_to_cron(env):
    """Have the crons do what the addon's jobs were to do: nothing can run them any more."""
    jobs = env["queue.job"].search(
        [("method_name", "in", list(set(METHODS.values()))), ("state", "in", (PENDING, ENQUEUED, STARTED))]
    )
    jobs.unlink()
    for name in ("ir_cron_import_billing_files", "ir_cron_work_on_billing_runs"):
        env.ref(f"xerox_xpps.{name}")._trigger()
