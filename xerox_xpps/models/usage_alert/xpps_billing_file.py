# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class XppsBillingFile(models.Model):
    """What files bring, or take back, is looked at as soon as it is committed."""

    _inherit = "xpps.billing.file"

    def _import(self, progress=None):
        result = super()._import(progress)
        self.env["xpps.usage.alert.rule"]._check_soon()
        return result

    def action_cancel(self):
        imported = self.filtered(lambda file: file.state == "imported")
        result = super().action_cancel()
        if imported:
            # Whoever may undo an import takes back what it told, whatever he may see.
            self.env["xpps.usage.alert"].sudo()._undo(imported)
            self.env["xpps.usage.alert.rule"]._check_soon()
        return result
