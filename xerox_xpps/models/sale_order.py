# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def group_subscription_lines(self):
        """An order made by an XPPS agreement starts no further subscription."""
        if self.order_subscription_id.is_xpps:
            return {}
        return super().group_subscription_lines()
