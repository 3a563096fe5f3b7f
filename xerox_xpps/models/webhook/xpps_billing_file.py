# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class XppsBillingFile(models.Model):
    _inherit = "xpps.billing.file"

    def _import(self, progress=None):
        result = super()._import(progress)
        self.env["xpps.webhook"]._notify("file_imported", self)
        return result

    def _give_back(self, reason, check=False):
        waited = self._waits()
        is_done = super()._give_back(reason, check)
        if is_done and waited:
            self.env["xpps.webhook"]._notify("file_failed", self)
        return is_done

    def _prepare_webhook_data(self):
        """What others are told of the file: counts, and neither amounts nor customers."""
        return {
            "type": "billing_file",
            "id": self.id,
            "name": self.name or None,
            "file_name": self.file_name,
            "state": self.state,
            "devices": self.device_count,
            "errors": self.error_count,
            "warnings": self.warning_count,
            "held": self.held_count,
        }
