# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import float_compare

from ...common.formats import decimal_text

#: What hardly anybody asks for a page, in any currency of those that have cents.
HIGH_PAGE_PRICE = 0.50


class ProductTemplate(models.Model):
    """What is odd about the sales price of a service, said where it is entered."""

    _inherit = "product.template"

    xpps_price_note = fields.Char(
        string="Note on the Price",
        compute="_compute_xpps_price_note",
        # Nobody writes it. But a form tells what it shows, by which it learns of changes; the guard would not listen.
        readonly=False,
        help="Says that a service has no sales price, or that a page costs unusually much.",
    )

    @api.depends("xpps_role", "list_price", "uom_id")
    def _compute_xpps_price_note(self):
        for template in self:
            template.xpps_price_note = template._xpps_say_price() if template.xpps_role else ""

    def _xpps_say_price(self):
        """:return: a sentence about a price that somebody should look at, else "" """
        if not self.list_price:
            return self.env._(
                "A price of 0 counts as not set: agreements get their price from their contract defaults or pricelist."
            )
        page = self._xpps_page_price()
        if self.xpps_role == "material_code" and float_compare(page, HIGH_PAGE_PRICE, precision_digits=6) > 0:
            return self.env._(
                "%(price)s %(currency)s is unusually much for a page. Enter the price of one page, such as 0.0112.",
                price=decimal_text(self.env, Decimal(repr(round(page, 6))), 2),
                currency=self.currency_id.name,
            )
        return ""

    def _xpps_page_price(self):
        """:return: the sales price of one page, also where the price is for a thousand"""
        path = self.uom_id.parent_path
        if not path:
            return self.list_price
        return self.uom_id._compute_price(self.list_price, self.uom_id.browse(int(path.split("/")[0])))
