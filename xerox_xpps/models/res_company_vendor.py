# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    xpps_vendor_id = fields.Many2one("res.partner", string="Xerox as Vendor", ondelete="restrict")
