# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, models


class XppsBackgroundWork(models.AbstractModel):
    """What a cron does on behalf of the user who started it and waits for it.

    Part of models that have a ``company_id``.
    """

    _name = "xpps.background.work"
    _description = "XPPS Background Work"

    def _may_be_worked_on_by(self, user):
        """Whether the user still has the right to the record: it may be lost while the work waits."""
        self.ensure_one()
        return user.id == SUPERUSER_ID or (
            user.active and self.company_id in user.company_ids and self.with_user(user).has_access("write")
        )

    def _in_language_of(self, user):
        return self.with_company(self.company_id).with_context(lang=user.lang, tz=user.tz)

    def _notify_user(self, user, title, message, notification_type):
        """Tell the user who waits, wherever in Odoo."""
        user._bus_send(
            "simple_notification", {"type": notification_type, "title": title, "message": message, "sticky": True}
        )
