# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from odoo.addons.xerox_xpps.models.setup.res_company import SETTINGS_GROUPS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    xpps_ubl_annex = fields.Selection(related="company_id.xpps_ubl_annex", readonly=False, groups=SETTINGS_GROUPS)
    xpps_ubl_annex_limit = fields.Float(
        related="company_id.xpps_ubl_annex_limit", readonly=False, groups=SETTINGS_GROUPS
    )
