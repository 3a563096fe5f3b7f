# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsDeviceSwapWizardRead(models.TransientModel):
    _name = "xpps.device.swap.wizard.read"
    _inherit = ["xpps.device.read.row", "xpps.reference.guard"]
    _description = "Swap Device: Counter"

    wizard_id = fields.Many2one("xpps.device.swap.wizard", required=True, index=True, ondelete="cascade")
    opening_read = fields.Integer(aggregator=False, help="What the counter of the new device showed when it came.")
