# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _create_and_assign_production_lot(self):
        """Serial numbers that become devices are those of the company that receives them, whatever the user's is."""
        result = None
        for company, lines in self.grouped("company_id").items():
            result = super(StockMoveLine, lines.with_company(company))._create_and_assign_production_lot()
        return result
