# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, models
from odoo.tools import format_date

from odoo.addons.xerox_xpps.common.today import company_today

from ..rules import awaited_from, last_due

_logger = logging.getLogger(__name__)

DUE = "xerox_xpps_fs_storage.mail_activity_file_due"


class XppsFetchSource(models.Model):
    """Files that are due: who looks after a source is asked for one that has not come, once a month."""

    _inherit = "xpps.fetch.source"

    @api.model
    def _remind_of_due_files(self):
        """Every day, for all companies."""
        for source in self.search([("due_day", ">", 0)]):
            try:
                with self.env.cr.savepoint():
                    source._remind_of_due_file()
            except Exception:
                # One reminder that cannot be made stops no other.
                _logger.exception("No reminder on file source %s", source.id)

    def _remind_of_due_file(self):
        self.ensure_one()
        due = last_due(self.due_day, company_today(self.company_id))
        if self._has_file_of(due):
            self.activity_unlink([DUE])
            return
        user = self._responsible()
        if not user or self.reminded_due == due:
            return
        # That of the month before says the same.
        self.activity_unlink([DUE])
        self.reminded_due = due
        env = self.with_context(lang=user.lang).env
        self.activity_schedule(
            DUE,
            date_deadline=company_today(self.company_id),
            user_id=user.id,
            summary=env._("The billing file that was due on %s has not come", format_date(env, due)),
        )

    def _has_file_of(self, due):
        """Whether the company has a file whose period ended in the month before the due day, however it came.

        One that is still to be checked has not said its period yet: it is not asked for.
        """
        return bool(
            self.env["xpps.billing.file"].search_count(
                [
                    ("company_id", "=", self.company_id.id),
                    ("state", "!=", "cancelled"),
                    ("is_unusable", "=", False),
                    ("kind", "=", "regular"),
                    "|",
                    ("period_end", ">=", awaited_from(due)),
                    ("check_queued", "=", True),
                ],
                limit=1,
            )
        )
