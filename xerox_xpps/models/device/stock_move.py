# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _create_lot_ids_from_move_line_vals(self, vals_list, product_id, company_id=False):
        """Serial numbers that become devices are those of the company that receives them, whatever the user's is."""
        company = self.env["res.company"].browse(company_id) or self.env.company
        return super(StockMove, self.with_company(company))._create_lot_ids_from_move_line_vals(
            vals_list, product_id, company_id
        )
