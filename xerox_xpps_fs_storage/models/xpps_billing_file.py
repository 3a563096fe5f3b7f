# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class XppsBillingFile(models.Model):
    _inherit = "xpps.billing.file"

    def _asked_format(self):
        """That of the source which the file was fetched from."""
        return self._fetched().source_id.format_id[:1] or super()._asked_format()

    def _tell_checked(self):
        """A file that was fetched may be imported now, or has to be looked after."""
        result = super()._tell_checked()
        if self._fetched().is_pending:
            self.env.ref("xerox_xpps_fs_storage.ir_cron_fetch")._trigger()
        return result

    def _give_back(self, reason, check=False):
        waited = self._waits()
        is_done = super()._give_back(reason, check)
        if is_done and waited and self.state == "draft":
            self._fetched()._give_up(reason)
        return is_done

    def _fetched(self):
        """:return: the xpps.fetched.file of which the file was made, if it was fetched"""
        return self.env["xpps.fetched.file"].search([("billing_file_id", "=", self.id), ("state", "=", "new")], limit=1)
