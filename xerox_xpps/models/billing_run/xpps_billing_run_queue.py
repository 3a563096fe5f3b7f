# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from functools import partial

from odoo import api, models
from odoo.exceptions import ConcurrencyError, LockError
from odoo.service.model import retrying
from odoo.tools import SQL, plaintext2html

from ...common.failures import failure_reason, is_unexpected
from ...common.locking import RETRY
from ...common.plural import plural

_logger = logging.getLogger(__name__)

#: Runs with more agreements to work on do so in the background.
BACKGROUND_ABOVE = 50
#: Agreements that are worked on together, in the background in one transaction. What is mailed cannot be rolled back,
#: so that little is sent at a time.
BATCH = {"create": 100, "post": 100, "send": 10}


class XppsBillingRun(models.Model):
    """How a billing run works: in batches, and one by one what stood in the way of a batch.

    Lines that are still to be worked on are ``waiting``. A small run works on them at once, in the user's transaction;
    a large one is left to a cron, which does one batch a transaction: whoever kills it takes nothing back but the batch
    it was at, and the next call goes on with the lines that still wait.
    """

    _inherit = "xpps.billing.run"

    def _start(self, task, lines, background=False):
        """Do something with lines, at once or in the background.

        :param background: whether few lines are left to the background, too
        """
        # Whoever may bill has the cron do it, without a right to crons.
        cron = self.env.ref("xerox_xpps.ir_cron_work_on_billing_runs").sudo()
        # Switched off, as in copies of a database that are made for tests, the cron would never come.
        background = (background or len(lines) > BACKGROUND_ABOVE) and cron.active
        # Nobody sets by hand what a run is doing.
        lines.sudo().write({"waiting": True, "error": False})
        values = {"task": task, "task_count": len(lines), "queued_by_id": self.env.uid}
        self.sudo().write(values | ({"state": "queued"} if background else {}))
        if background:
            cron._trigger()
        else:
            self.with_company(self.company_id)._work_at_once()
        return True

    def _work_at_once(self):
        while lines := self._next_batch():
            try:
                with self.env.cr.savepoint():
                    self._work_on(lines)
            except RETRY:
                # The server tries the whole request again.
                raise
            except Exception:
                _logger.info("Billing run %s: a batch failed, going on one by one", self.id, exc_info=True)
                for unit in lines._units():
                    self._try(unit)
        self._finish()

    def _try(self, lines):
        """Work on lines that belong together; a failure is noted on them."""
        task = self.task
        try:
            with self.env.cr.savepoint():
                self._work_on(lines)
        except RETRY:
            raise
        except Exception as error:
            lines._fail(self._explain(error, lines, task), task)

    def _explain(self, error, lines, task):
        if is_unexpected(error):
            _logger.error(
                "Billing run %s: %s of agreements %s failed", self.id, task, lines.subscription_id.ids, exc_info=error
            )
        reason = failure_reason(self.env, error)
        if len(lines) > 1:
            reason = self.env._(
                "The agreements of %(customer)s are invoiced together, and one of them failed: %(reason)s",
                customer=lines[0].partner_id.display_name,
                reason=reason,
            )
        return reason

    def _next_batch(self):
        """Lines that wait; those that are invoiced together stay together."""
        lines = self.env["xpps.billing.run.line"]
        waiting = [("run_id", "=", self.id), ("waiting", "=", True)]
        batch = lines.search(waiting, order="id", limit=BATCH[self.task])
        keys = [key for key in batch.mapped("joint_key") if key]
        if keys:
            batch |= lines.search([*waiting, ("joint_key", "in", keys)])
        return batch

    def _work_on(self, lines):
        getattr(lines, f"_work_{self.task}")()

    def _finish(self):
        """Nothing waits any more: say how it went."""
        task, background = self.task, self.state == "queued"
        lines = self.line_ids
        moves = self.move_ids
        self._leave_queue()
        failed = len(lines.filtered("error"))
        summary = self._summary(task, moves, failed)
        self.message_post(body=plaintext2html(summary))
        self.env["xpps.webhook"]._notify("run_done", self, task=task)
        if background:
            title = self.env._("Billing Run %s", self.display_name)
            self._notify_user(self.env.user, title, summary, "warning" if failed else "success")

    def _summary(self, task, moves, failed):
        posted = moves.filtered(lambda move: move.state == "posted")
        drafts = len(moves - posted)
        texts = {
            "create": plural(drafts, self.env._("1 draft invoice."), self.env._("%s draft invoices.", drafts)),
            "post": plural(
                len(posted),
                self.env._("1 invoice is posted."),
                self.env._("%s invoices are posted.", len(posted)),
            ),
            "send": task == "send" and self._say_delivery(posted),
        }
        return " ".join(filter(None, (texts[task], failed and self._say_failed(failed))))

    def _say_delivery(self, moves):
        """What is known of posted invoices: the mail server may return some of them later."""
        states = moves.mapped("xpps_delivery_state")
        sent, handed_over, manual, failed = (
            states.count(state) for state in ("sent", "handed_over", "manual", "failed")
        )
        texts = [
            (sent or not any(states))
            and plural(sent, self.env._("1 invoice is sent."), self.env._("%s invoices are sent.", sent)),
            handed_over
            and plural(
                handed_over,
                self.env._("1 invoice is handed over."),
                self.env._("%s invoices are handed over.", handed_over),
            ),
            manual
            and plural(
                manual,
                self.env._("1 invoice is for a customer who gets it manually: hand it over."),
                self.env._("%s invoices are for customers who get them manually: hand them over.", manual),
            ),
            failed
            and plural(
                failed,
                self.env._("1 invoice was not delivered."),
                self.env._("%s invoices were not delivered.", failed),
            ),
        ]
        return " ".join(filter(None, texts))

    def _say_failed(self, count):
        return plural(
            count,
            self.env._("1 agreement has a problem; see its line."),
            self.env._("%s agreements have problems; see their lines.", count),
        )

    # In the background

    @api.model
    def _cron_work(self):
        """Work on the runs that wait for it, the oldest first."""
        cron = self.env["ir.cron"]
        runs = self.search([("state", "=", "queued")], order="id")
        waiting = self.env["xpps.billing.run.line"].search_count([("run_id", "in", runs.ids), ("waiting", "=", True)])
        cron._commit_progress(remaining=waiting)
        for run in runs:
            while done := run._work_in_background():
                if not cron._commit_progress(done):
                    return

    def _work_in_background(self):
        """Work on one batch, in a transaction of its own, and one by one when that fails.

        :return: number of lines that were worked on; 0 when the run is done, or somebody stops it
        """
        self.ensure_one()
        try:
            return retrying(self._background_batch, self.env)
        except Exception:
            self.env.cr.rollback()
            _logger.info("Billing run %s: a batch failed, going on one by one", self.id, exc_info=True)
        return self._background_one_by_one()

    def _background_one_by_one(self):
        run = self._in_background()
        units = [lines.ids for lines in run._next_batch()._units()] if run else []
        done = 0
        for ids in units:
            try:
                if not retrying(partial(self._background_unit, ids), self.env):
                    break
            except RETRY:
                # Other transactions came in between, time and again: that is for the next call.
                self.env.cr.rollback()
                continue
            done += len(ids)
        return done

    def _background_batch(self):
        run = self._in_background()
        if not run:
            return 0
        lines = run._next_batch()
        try:
            lines._lock_agreements()
        except LockError as error:
            raise ConcurrencyError(str(error)) from error
        run._work_on(lines)
        if not run._next_batch():
            run._finish()
        return len(lines)

    def _background_unit(self, ids):
        run = self._in_background()
        if not run:
            return 0
        run._try(run.line_ids.browse(ids).filtered("waiting"))
        if not run._next_batch():
            run._finish()
        return len(ids)

    def _in_background(self):
        """The run as the user who started it, locked; nothing when somebody stopped it or is at it."""
        if not self.try_lock_for_update(allow_referencing=True) or self.state != "queued":
            return None
        user = self.queued_by_id
        run = self._in_language_of(user)
        if not self._may_be_worked_on_by(user):
            run._stop(
                run.env._(
                    "%(user)s, who started it, is no longer allowed to create invoices in %(company)s.",
                    user=user.name,
                    company=self.company_id.name,
                )
            )
            return None
        return run.with_user(user)

    def action_stop(self):
        """Stop working on the run in the background; what is done stays."""
        self.ensure_one()
        self.check_access("write")
        # The batch that is being worked on ends first.
        self.env.cr.execute(
            SQL("SELECT id FROM %s WHERE id = %s FOR NO KEY UPDATE", SQL.identifier(self._table), self.id)
        )
        if self.state == "queued":
            self._stop(self.env._("Stopped by %s.", self.env.user.name))
        return True

    def _stop(self, reason):
        # See _start.
        self.sudo().line_ids.filtered("waiting").write({"waiting": False})
        self._leave_queue()
        self.message_post(body=plaintext2html(reason))

    def _leave_queue(self):
        # What became of the run's invoices does not depend on the right to see them.
        states = set(self.sudo().move_ids.mapped("state"))
        state = "done" if "draft" in states else "posted" if states else "draft"
        # See _start.
        self.sudo().write({"state": state, "task": False, "task_count": 0, "queued_by_id": False})
