# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockLot(models.Model):
    _inherit = "stock.lot"

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Customers who may read a device do not read its log, which tells who had it before."""
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        return dict.fromkeys(operations, "write") if self.env.user.share else operations
