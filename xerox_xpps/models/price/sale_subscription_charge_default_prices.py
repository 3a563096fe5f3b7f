# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SaleSubscriptionChargeDefault(models.Model):
    _inherit = "sale.subscription.charge.default"

    fixed_until = fields.Date(
        string="Price Fixed Until",
        tracking=True,
        help="Increases that take effect until this day leave the price as it is, also where the pricelist has it.",
    )

    def write(self, vals):
        if "unit_price" in vals:
            # What is typed comes after the increases whose day has come.
            self.subscription_id._xpps_take_prices()
        return super().write(vals)

    def _is_only_cost(self):
        return super()._is_only_cost() and not self.fixed_until
