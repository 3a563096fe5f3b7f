# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import fields, models

from ...common.log_line import log_line

_logger = logging.getLogger(__name__)


class XppsBillingRun(models.Model):
    """A line of the server's log for each task of a run that has ended: creating, posting or sending invoices."""

    _inherit = "xpps.billing.run"

    def _finish(self):
        self._log_task()
        return super()._finish()

    def _log_task(self):
        # What became of the run's invoices does not depend on the right to see them.
        moves = self.sudo().move_ids
        posted = moves.filtered(lambda move: move.state == "posted")
        deliveries = posted.mapped("xpps_delivery_state") if self.task == "send" else []
        # Nothing is written on the run between the start of a task and its end.
        started = self.write_date
        log_line(
            _logger,
            self.env.cr,
            "run",
            task=self.task,
            run=self.id,
            company=self.company_id.id,
            user=self.env.uid,
            agreements=self.task_count,
            failed=len(self.line_ids.filtered("error")),
            drafts=len(moves - posted),
            posted=len(posted),
            sent=deliveries.count("sent") + deliveries.count("handed_over"),
            undelivered=deliveries.count("failed"),
            seconds=int((fields.Datetime.now() - started).total_seconds()),
        )
