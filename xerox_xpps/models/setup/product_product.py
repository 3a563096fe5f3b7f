# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _xpps_page_uom(self):
        """The unit in which pages of a material code are counted: one page, also where its price is for a thousand.

        :return: uom.uom, the reference of the product's own unit
        """
        self.ensure_one()
        path = self.uom_id.parent_path
        return self.uom_id.browse(int(path.split("/")[0])) if path else self.uom_id
