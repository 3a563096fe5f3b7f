# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsDeviceAssignWizardRow(models.TransientModel):
    _name = "xpps.device.assign.wizard.row"
    _inherit = ["xpps.device.fix.row", "xpps.reference.guard"]
    _description = "Assign Devices: Device"

    wizard_id = fields.Many2one("xpps.device.assign.wizard", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    device_id = fields.Many2one("stock.lot", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one(related="device_id.product_id", string="Printer Model")
