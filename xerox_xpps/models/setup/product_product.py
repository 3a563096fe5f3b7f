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

    def _xpps_makes_devices(self, company):
        """Whether new serial numbers of the product become devices of a company; of a lot there may be several."""
        # Whoever makes a serial number need have no right to products or to the settings of the company.
        product = self.sudo()
        return product.is_xpps_printer and product.tracking == "serial" and company.sudo().xpps_serials_are_devices
