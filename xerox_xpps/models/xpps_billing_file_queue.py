# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from functools import partial

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying
from odoo.tools import plaintext2html

_logger = logging.getLogger(__name__)

#: A file is given back instead of being tried once more. Usually the server ended its worker each time, for the
#: time or the memory that the import took.
MAX_TRIES = 10


class XppsBillingFileQueue(models.AbstractModel):
    """Import of large files in the background: one file a transaction, by a cron that is triggered at once.

    Part of ``xpps.billing.file``, whose ``_import`` it calls.
    """

    _name = "xpps.billing.file.queue"
    _inherit = "xpps.background.work"
    _description = "XPPS Billing File Queue"

    def _queue(self):
        """Leave the import to the cron, on behalf of the user."""
        self.ensure_one()
        # Any billing user may have a file imported; nobody but the cron runs it.
        cron = self.env.ref("xerox_xpps.ir_cron_import_billing_files").sudo()
        if not cron.active:
            # Switched off, as in copies of a database that are made for tests: nobody would ever import it.
            self._import()
            return
        self._lock()
        if self.error_count and not self.company_id.xpps_quarantine:
            self._refuse(self._check())
        # Whoever queues the file may not write its progress; that of an earlier import says nothing any more.
        self.env["xpps.import.progress"].sudo().search([("billing_file_id", "=", self.id)]).unlink()
        # Nobody sets the state by hand; see write.
        self.sudo().write({"state": "queued", "queued_by_id": self.env.uid})
        cron._trigger()

    @api.model
    def _cron_import(self):
        """Import the queued files, the oldest first. Those that were tried before must not keep others waiting."""
        cron = self.env["ir.cron"]
        files = self.search([("state", "=", "queued")], order="id")
        tries = self.env["xpps.import.progress"]._tries(files)
        files = files.sorted(lambda file: (tries.get(file, 0), file.id))
        cron._commit_progress(remaining=len(files))
        for file in files:
            # A file that stays in the queue counts as remaining, so the cron comes again soon.
            if not cron._commit_progress(int(file._import_queued())):
                break

    def _import_queued(self):
        """Import one file as the user who queued it; a failure makes it a draft again, and says why.

        :return: whether the file is out of the queue
        """
        self.ensure_one()
        try:
            return retrying(self._import_or_skip, self.env)
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            # Other transactions came in between, time and again.
            self.env.cr.rollback()
            return False
        except Exception as error:
            self.env.cr.rollback()
            if isinstance(error, UserError):
                reason = str(error)
            else:
                _logger.exception("Import of billing file %s failed", self.id)
                reason = self.env._("An unexpected error; your administrator finds it in the server's log.")
            return retrying(partial(self._give_back, reason, check=isinstance(error, UserError)), self.env)

    def _import_or_skip(self):
        """Import the file, unless somebody has it or took it out of the queue.

        :return: whether the file is out of the queue
        """
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        if self.state != "queued":
            return True
        progress = self.env["xpps.import.progress"]
        if progress._start(self) > MAX_TRIES:
            return self._give_back(
                self.env._(
                    "The import was broken off %s times. Perhaps the server does not give it enough time "
                    "(limit_time_real_cron) or memory (limit_memory_hard): ask your administrator.",
                    MAX_TRIES,
                )
            )
        user = self.queued_by_id
        self._check_may_import(user)
        file = self.with_user(user)._in_language_of(user)
        file._import(progress=partial(progress._report, self))
        self._notify(user, file.env._("Billing file %s is imported.", file.display_name), "success")
        return True

    def _check_may_import(self, user):
        """:raises UserError: when the user lost the right to import the file since it was queued"""
        if not self._may_be_worked_on_by(user):
            raise UserError(
                self.env._(
                    "%(user)s, who started the import, may not import billing files of %(company)s any more.",
                    user=user.name,
                    company=self.company_id.name,
                )
            )

    def _give_back(self, reason, check=False):
        """Make a file that could not be imported a draft again, and tell the user who waits for it.

        :param check: whether to list the file's problems anew
        :return: whether the file is out of the queue
        """
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        if self.state != "queued":
            return True
        # Not on behalf of the user, who may have lost the right to it.
        user = self.queued_by_id
        file = self._in_language_of(user)
        file.state = "draft"
        file.message_post(body=plaintext2html(reason))
        self._notify(user, file.env._("Billing file %s could not be imported.", file.display_name), "danger")
        if check:
            try:
                with self.env.cr.savepoint():
                    file.action_check()
            except Exception:
                # It may be the very reason; the file keeps the issues of its last check.
                _logger.warning("Check of billing file %s failed", self.id, exc_info=True)
        return True

    def _notify(self, user, message, notification_type):
        title = self.with_context(lang=user.lang).env._("XPPS Import")
        self._notify_user(user, title, message, notification_type)
