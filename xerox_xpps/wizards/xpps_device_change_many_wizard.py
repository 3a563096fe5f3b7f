# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models


class XppsDeviceChangeManyWizard(models.AbstractModel):
    """A change of many devices at once: those that are selected in a list."""

    _name = "xpps.device.change.many.wizard"
    _inherit = "xpps.device.change.wizard"
    _description = "Change Devices"

    device_ids = fields.Many2many("stock.lot", string="Devices", required=True)

    @api.model
    def default_get(self, fields_list):
        """The devices that are selected in a list."""
        values = super().default_get(fields_list)
        if "device_ids" in fields_list and "device_ids" not in values:
            devices = self.env["stock.lot"].browse(self.env.context.get("active_ids"))
            self._check_devices(devices)
            values["device_ids"] = [Command.set(devices.ids)]
        return values

    @api.depends("device_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.device_ids.company_id[:1]
