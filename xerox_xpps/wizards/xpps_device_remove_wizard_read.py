# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsDeviceRemoveWizardRead(models.TransientModel):
    _name = "xpps.device.remove.wizard.read"
    _inherit = ["xpps.device.read.row", "xpps.reference.guard"]
    _description = "Remove Devices: Counter"

    wizard_id = fields.Many2one("xpps.device.remove.wizard", required=True, index=True, ondelete="cascade")
