# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from functools import partial

from odoo import api, models
from odoo.exceptions import ConcurrencyError, LockError
from odoo.service.model import retrying
from odoo.tools import SQL, plaintext2html

from ...common.failures import failure_reason, is_unexpected, unexpected
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
    a large one is left to ``xpps.queue``, where each batch is a transaction: whoever kills it takes nothing back but
    the batch it was at, and whoever comes next goes on with the lines that still wait. Several may be at batches of a
    run at the same time, as they lock lines and agreements of theirs alone; each looks afterwards, in a transaction
    that sees what all others have committed, whether the run is done.
    """

    _inherit = "xpps.billing.run"

    def _start(self, task, lines, background=False):
        """Do something with lines, at once or in the background.

        :param background: whether few lines are left to the background, too
        """
        # Nobody sets by hand what a run is doing.
        lines.sudo().write({"waiting": True, "error": False})
        self.sudo().write({"task": task, "task_count": len(lines), "queued_by_id": self.env.uid})
        background = background or len(lines) > BACKGROUND_ABOVE
        if background and self.env["xpps.queue"].enqueue(task, lines):
            # See above.
            self.sudo().state = "queued"
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
            except Exception as error:
                _logger.info("Billing run %s: a batch failed, going on one by one", self.id, exc_info=unexpected(error))
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
        waiting = self._waiting_domain()
        batch = lines.search(waiting, order="id", limit=BATCH[self.task])
        keys = [key for key in batch.mapped("joint_key") if key]
        if keys:
            batch |= lines.search([*waiting, ("joint_key", "in", keys)])
        return batch

    def _waiting_domain(self):
        return [("run_id", "=", self.id), ("waiting", "=", True)]

    def _work_on(self, lines):
        getattr(lines, f"_work_{self.task}")()

    def _finish(self):
        """Nothing waits any more: say how it went."""
        task, background = self.task, self.state == "queued"
        lines = self.line_ids
        moves = self.move_ids
        if task == "post":
            # A batch that was posted beside another one could not see the invoices of the numbers before its own.
            gaps = moves.filtered("made_sequence_gap")
            self.env.add_to_compute(gaps._fields["made_sequence_gap"], gaps)
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

    def _work_in_background(self, lines=None):
        """Work on one batch, in a transaction of its own, and one by one when that fails; finish the run if it is done.

        :param lines: those of the batch, of which the ones that still wait are worked on while others may be at other
            batches; by default the next batch, while nobody else is at the run
        :return: number of lines that were worked on; 0 when the run is done, or somebody stopped it
        """
        self.ensure_one()
        done = self._work_on_batch(lines)
        retrying(self._finish_when_done, self.env)
        return done

    def _work_on_batch(self, lines):
        try:
            return retrying(partial(self._background_batch, lines), self.env)
        except Exception as error:
            self.env.cr.rollback()
            _logger.info("Billing run %s: a batch failed, going on one by one", self.id, exc_info=unexpected(error))
        return self._background_one_by_one(lines)

    def _background_one_by_one(self, lines):
        alone = lines is None
        if self.state != "queued":
            return 0
        done = 0
        for unit in (self._next_batch() if alone else lines.exists())._units():
            try:
                done += retrying(partial(self._background_unit, unit, alone), self.env)
            except RETRY:
                # Other transactions came in between, time and again: that is for the next call.
                self.env.cr.rollback()
        return done

    def _background_batch(self, lines):
        lines = self._take(lines, alone=lines is None)
        try:
            lines._lock_agreements()
        except LockError as error:
            raise ConcurrencyError(str(error)) from error
        if lines:
            lines.run_id._work_on(lines)
        return len(lines)

    def _background_unit(self, lines, alone):
        lines = self._take(lines, alone)
        if lines:
            lines.run_id._try(lines)
        return len(lines)

    def _take(self, lines, alone):
        """What is to be worked on now, as the user who started the run, and locked.

        :param lines: of which those that still wait are taken; None for the next batch
        :param alone: whether nobody else may be at the run meanwhile
        :return: lines; none when somebody stopped the run, or is at it alone
        :raises ConcurrencyError: when somebody is at one of the lines
        """
        none = self.env["xpps.billing.run.line"]
        if alone and not self.try_lock_for_update(allow_referencing=True):
            return none
        if self.state != "queued":
            return none
        lines = self._next_batch() if lines is None else lines.exists().filtered("waiting")
        run = self._as_starter() if lines else None
        if not run:
            return none
        lines = lines.with_env(run.env)
        lines._lock_lines()
        return lines

    def _as_starter(self):
        """The run as the user who started it; nothing, and the run stopped, when he may not go on with it."""
        user = self.queued_by_id
        run = self._in_language_of(user)
        if self._may_be_worked_on_by(user):
            return run.with_user(user)
        run._stop(
            run.env._(
                "%(user)s, who started it, is no longer allowed to create invoices in %(company)s.",
                user=user.name,
                company=self.company_id.name,
            )
        )
        return None

    def _finish_when_done(self):
        """Finish the run if nothing of it waits any more.

        Of several who come here at the same moment, the one whose batch was committed last sees that of all others. If
        more of them do, the database lets one finish the run; the others begin anew, and find it finished.
        """
        if self.state != "queued" or self.env["xpps.billing.run.line"].search_count(self._waiting_domain(), limit=1):
            return
        self._lock_patiently()
        run = self._as_starter()
        if run:
            run._finish()

    def _lock_patiently(self):
        self.env.cr.execute(
            SQL("SELECT id FROM %s WHERE id = %s FOR NO KEY UPDATE", SQL.identifier(self._table), self.id)
        )

    def action_stop(self):
        """Stop working on the run in the background; what is done stays."""
        self.ensure_one()
        self.check_access("write")
        # A batch that is being worked on while nobody else may be at the run ends first.
        self._lock_patiently()
        if self.state == "queued":
            self._stop(self.env._("Stopped by %s.", self.env.user.name))
        return True

    def _stop(self, reason):
        """What nobody is at is left as it is. Where others are at batches, the last of them finishes the run."""
        # See _start.
        waiting = self.sudo().line_ids.filtered("waiting")
        free = waiting.try_lock_for_update(allow_referencing=True)
        free.write({"waiting": False})
        self.message_post(body=plaintext2html(reason))
        if free == waiting:
            self._leave_queue()

    def _leave_queue(self):
        # What became of the run's invoices does not depend on the right to see them.
        states = set(self.sudo().move_ids.mapped("state"))
        state = "done" if "draft" in states else "posted" if states else "draft"
        # See _start.
        self.sudo().write({"state": state, "task": False, "task_count": 0, "queued_by_id": False})
