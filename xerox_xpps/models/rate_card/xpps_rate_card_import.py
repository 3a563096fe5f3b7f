# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...common.import_template import import_template


class XppsRateCardLine(models.Model):
    _inherit = "xpps.rate.card.line"

    @api.model
    def get_import_templates(self):
        return [*super().get_import_templates(), import_template(self.env._("Import Template for Rates"), "xpps_rates")]
