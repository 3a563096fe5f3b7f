# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsFileFormatWizardPlace(models.TransientModel):
    """A part of a sample file to choose from: an element of its XML, or a sheet of its workbook."""

    _name = "xpps.file.format.wizard.place"
    _description = "Element or Sheet of a Sample Billing File"
    _inherit = ["xpps.reference.guard"]
    _order = "wizard_id, sequence, id"

    wizard_id = fields.Many2one("xpps.file.format.wizard", required=True, ondelete="cascade")
    sequence = fields.Integer()
    kind = fields.Selection([("invoice", "Invoice"), ("device", "Device"), ("sheet", "Sheet")], required=True)
    name = fields.Char(required=True)
