# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError


class SaleSubscription(models.Model):
    """Setting up agreements: copies for customers, and their devices."""

    _inherit = "sale.subscription"

    def action_xpps_copy_to_customer(self):
        """Open *Copy to Customer* for this agreement."""
        self.ensure_one()
        return self._action_open_xpps_wizard("xpps.agreement.copy.wizard")

    def action_xpps_add_devices(self):
        """Open *Add Devices* for this agreement."""
        self.ensure_one()
        return self._action_open_xpps_wizard("xpps.device.add.wizard")

    def _action_open_xpps_wizard(self, model):
        if not self.is_xpps:
            raise UserError(self.env._("%s is no XPPS agreement.", self.display_name))
        return {
            "type": "ir.actions.act_window",
            "name": self.env[model]._description,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_subscription_id": self.id, "dialog_size": "extra-large"},
        }
