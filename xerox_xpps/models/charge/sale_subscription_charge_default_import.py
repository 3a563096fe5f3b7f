# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...common.import_template import import_template


class SaleSubscriptionChargeDefault(models.Model):
    _inherit = "sale.subscription.charge.default"

    @api.model
    def get_import_templates(self):
        label = self.env._("Import Template for Click Prices")
        return [*super().get_import_templates(), import_template(label, "xpps_click_prices")]
