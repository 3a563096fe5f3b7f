# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsSettings(models.TransientModel):
    _inherit = "xpps.settings"

    xpps_ubl_annex = fields.Selection(related="company_id.xpps_ubl_annex", readonly=False)
    xpps_ubl_annex_limit = fields.Float(related="company_id.xpps_ubl_annex_limit", readonly=False)
