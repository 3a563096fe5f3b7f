# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import api, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class XppsBillingFile(models.Model):
    """Import of large files in the background: one file a transaction, by a cron that is triggered at once."""

    _inherit = "xpps.billing.file"

    def _queue(self):
        """Leave the import to the cron, on behalf of the user."""
        self.ensure_one()
        self._lock()
        if self.error_count and not self.company_id.xpps_quarantine:
            self._refuse(self._check())
        # Any billing user may have a file imported, but nobody sets its state by hand, and only the cron runs it.
        self.sudo().write({"state": "queued", "queued_by_id": self.env.uid})
        self.env.ref("xerox_xpps.ir_cron_import_billing_files").sudo()._trigger()

    @api.model
    def _cron_import(self):
        """Import the queued files, the oldest first."""
        cron = self.env["ir.cron"]
        files = self.search([("state", "=", "queued")], order="id")
        cron._commit_progress(remaining=len(files))
        for file in files:
            file = file.try_lock_for_update(allow_referencing=True).filtered(lambda file: file.state == "queued")
            if file:
                file._import_queued()
            if not cron._commit_progress(1):
                break

    def _import_queued(self):
        """Import one file as the user who queued it; a failure makes it a draft again, and says why."""
        self.ensure_one()
        user = self.queued_by_id or self.env.user
        reporter = self.env["xpps.import.progress"]
        file = self.with_user(user).with_company(self.company_id).with_context(lang=user.lang, tz=user.tz)
        reporter._report(self, 0)
        try:
            file._import(progress=lambda share: reporter._report(self, share))
        except OperationalError:
            # Another transaction came in between: the file stays queued, and the cron comes again.
            raise
        except Exception as error:
            self.env.cr.rollback()
            if not isinstance(error, UserError):
                _logger.exception("Import of billing file %s failed", self.id)
            file._give_back(error)
        else:
            file._notify(file.env._("Billing file %s is imported.", file.display_name), "success")

    def _give_back(self, error):
        """Make a file that could not be imported a draft again."""
        if isinstance(error, UserError):
            reason = str(error)
        else:
            reason = self.env._("An unexpected error; your administrator finds it in the server's log.")
        # The user may have lost the right to the file meanwhile.
        self.sudo().state = "draft"
        self.sudo().action_check()
        self.message_post(body=reason)
        self._notify(self.env._("Billing file %s could not be imported.", self.display_name), "danger")

    def _notify(self, message, notification_type):
        """Tell the user who waits for the import, wherever in Odoo."""
        self.env.user._bus_send(
            "simple_notification",
            {"type": notification_type, "title": self.env._("XPPS Import"), "message": message, "sticky": True},
        )
