# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import plaintext2html

from ...common.failures import unexpected
from ...common.formats import percent_text
from ...common.locking import RETRY
from ...importing import may_exceed

_logger = logging.getLogger(__name__)

#: Bytes. A larger file goes to the background, however few devices it has.
BACKGROUND_SIZE = 8 * 2**20
#: Bytes, whether there are devices in them or not.
HEAP_SIZE = 2 * BACKGROUND_SIZE

#: A file is given back instead of being tried once more. Usually the server ended its worker each time, for the
#: time or the memory that the work took.
MAX_TRIES = 10


class XppsBillingFile(models.Model):
    """Checks and imports of large files in the background: one file a transaction, begun at once.

    An import that waits is the file's state; a check that waits leaves the state as it is.
    """

    _inherit = "xpps.billing.file"

    check_queued = fields.Boolean(
        readonly=True, copy=False, help="The file is large and is waiting to be checked in the background."
    )
    queue_status = fields.Char(
        string="Background",
        compute="_compute_queue_status",
        help="What a large file is waiting for, and its progress.",
    )

    def _compute_queue_status(self):
        for file in self:
            percent = int(file.progress)
            if file.check_queued:
                status = (
                    self.env._("Check: %s", percent_text(self.env, percent))
                    if percent
                    else self.env._("Check is waiting")
                )
            elif file.state == "queued":
                status = (
                    self.env._("Import: %s", percent_text(self.env, percent))
                    if percent
                    else self.env._("Import is waiting")
                )
            else:
                status = False
            file.queue_status = status

    def _is_large(self):
        """Whether checking or importing the file would keep a web worker, and its user, waiting for too long.

        By its devices, as the last check counted them. Before the first check nobody knows them: then what the bytes of
        the file allow counts, rather too many than too few. Of many bytes in which there is no device at all the check
        says so at once, but not of whole heaps of them.
        """
        self.ensure_one()
        size = self.attachment_id.file_size
        if size > HEAP_SIZE:
            return True
        limit = 0 if size > BACKGROUND_SIZE else self.company_id.xpps_background_threshold
        if self.device_count:
            return self.device_count > limit
        return may_exceed(self.attachment_id.raw or b"", self.file_name or "", limit)

    def _queue(self):
        """Leave the import to the background, on behalf of the user."""
        if not self._enqueue("import", {"state": "queued", "check_queued": False}):
            self._import()

    def _queue_check(self):
        """Leave the check to the background, on behalf of the user. A file that waits for one goes on waiting."""
        if not self.check_queued and not self._enqueue("check", {"check_queued": True}):
            self._check_now()

    def _enqueue(self, what, values):
        """:return: whether the file is in the queue"""
        self.ensure_one()
        self._lock()
        if not self.env["xpps.queue"].enqueue(what, self):
            return False
        # The background reads the file; here it need not be kept in the cache until the end of the transaction.
        self.attachment_id.invalidate_recordset(["raw"])
        # Whoever queues the file may not write its progress; that of earlier work says nothing any more.
        self.env["xpps.import.progress"].sudo().search([("billing_file_id", "=", self.id)]).unlink()
        # Nobody sets the state by hand; see write.
        self.sudo().write({**values, "queued_by_id": self.env.uid})
        return True

    @api.model
    def _cron_import(self):
        """Check and import the queued files, the oldest first. Those that were tried before keep no others waiting."""
        cron = self.env["ir.cron"]
        files = self.search(["|", ("state", "=", "queued"), ("check_queued", "=", True)], order="id")
        tries = self.env["xpps.import.progress"]._tries(files)
        files = files.sorted(lambda file: (tries.get(file, 0), file.id))
        cron._commit_progress(remaining=len(files))
        for file in files:
            # A file that stays in the queue counts as remaining, so the cron comes again soon.
            if not cron._commit_progress(int(file._import_queued())):
                break

    def _import_queued(self):
        """Check or import one file as the user who queued it; a failure gives it back, and says why.

        :return: whether the file is out of the queue
        """
        self.ensure_one()
        try:
            return retrying(self._import_or_skip, self.env)
        except RETRY:
            # Other transactions came in between, time and again; or the database server broke it off, for want of time
            # or space: that is no fault of the file either.
            _logger.info("Background work on billing file %s is tried again later", self.id, exc_info=True)
            self.env.cr.rollback()
            return False
        except Exception as error:
            self.env.cr.rollback()
            if isinstance(error, UserError):
                reason = str(error)
            else:
                _logger.exception("Background work on billing file %s failed", self.id)
                reason = self.env._(
                    "An unexpected error occurred. Your administrator can find the details in the server log."
                )
            return retrying(partial(self._give_back, reason, check=isinstance(error, UserError)), self.env)

    def _import_or_skip(self):
        """Check or import the file, unless somebody has it or took it out of the queue.

        :return: whether the file is out of the queue
        """
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        if not self._waits():
            if self.check_queued:
                # Nothing of the file is left to check.
                self.check_queued = False
            return True
        progress = self.env["xpps.import.progress"]
        if progress._start(self) > MAX_TRIES:
            return self._give_back(self._say_broken_off())
        user = self.queued_by_id
        self._check_may_import(user)
        file = self.with_user(user)._in_language_of(self._addressee())
        report = partial(progress._report, self)
        if self.check_queued:
            file._check_now(progress=report)
            self._tell_checked()
        else:
            file._import(progress=report)
            self._notify(user, file.env._("Billing file %s is imported.", file.display_name), "success")
        return True

    def _waits(self):
        """Whether the file waits: to be imported, or to be checked as long as there is a reason to."""
        return self.state == "queued" or (self.check_queued and self.is_open)

    def _say_broken_off(self):
        names = {"tries": MAX_TRIES, "limit": self.env["xpps.queue"]._time_limit()}
        if self.check_queued:
            return self.env._(
                "The check was interrupted %(tries)s times. The server may not allow enough time (%(limit)s) or memory "
                "(limit_memory_hard). Ask your administrator.",
                **names,
            )
        return self.env._(
            "The import was interrupted %(tries)s times. The server may not allow enough time (%(limit)s) or memory "
            "(limit_memory_hard). Ask your administrator.",
            **names,
        )

    def _check_may_import(self, user):
        """:raises UserError: when the user lost the right to check and import the file since it was queued"""
        if self._may_be_worked_on_by(user):
            return
        names = {"user": user.name, "company": self.company_id.name}
        if self.check_queued:
            raise UserError(
                self.env._(
                    "%(user)s, who started the check, is no longer allowed to check billing files of %(company)s.",
                    **names,
                )
            )
        raise UserError(
            self.env._(
                "%(user)s, who started the import, is no longer allowed to import billing files of %(company)s.",
                **names,
            )
        )

    def _addressee(self):
        """Who is told what becomes of the file: who queued it, or who looks after files that arrive by e-mail."""
        user = self.queued_by_id
        if user.id == SUPERUSER_ID:
            return self.company_id._xpps_file_responsible() or user
        return user

    def _tell_checked(self):
        """Say what a check in the background found: on the file, to whoever waits, and to whoever looks after it."""
        user = self._addressee()
        file = self._in_language_of(user)
        file._log_as_odoobot(file._prepare_check_note())
        message = file.env._(
            "Billing file %(file)s is checked: %(errors)s, %(warnings)s.", file=file.display_name, **file._say_counts()
        )
        kind = "danger" if self.error_count else "warning" if self.warning_count else "success"
        self._notify(user, message, kind)
        self._update_arrival_activities()

    def _give_back(self, reason, check=False):
        """Take a file out of the queue that could not be checked or imported, and tell the user who waits for it.

        :param check: whether to list the problems of a file that was to be imported anew
        :return: whether the file is out of the queue
        """
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        if not self._waits():
            return True
        # Not on behalf of the user, who may have lost the right to it.
        user = self._addressee()
        file = self._in_language_of(user)
        file.message_post(body=plaintext2html(reason))
        if self.check_queued:
            file.check_queued = False
            self._notify(user, file.env._("Billing file %s could not be checked.", file.display_name), "danger")
            self._update_arrival_activities(reason)
            return True
        file.state = "draft"
        self._notify(user, file.env._("Billing file %s could not be imported.", file.display_name), "danger")
        if check:
            try:
                with self.env.cr.savepoint():
                    file._check_now()
            except Exception as error:
                # It may be the very reason; the file keeps the issues of its last check.
                _logger.warning("Check of billing file %s failed", self.id, exc_info=unexpected(error))
        return True

    def _notify(self, user, message, notification_type):
        title = self.with_context(lang=user.lang).env._("XPPS Import")
        self._notify_user(user, title, message, notification_type)
