# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsPriceLevel(models.Model):
    _name = "xpps.price.level"
    _description = "XPPS Price Level"
    _inherit = ["xpps.guard"]
    _order = "name"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty to share the price level between all companies.",
    )
    product_tmpl_ids = fields.One2many(
        "product.template", "xpps_price_level_id", string="Printer Models", check_company=True
    )
    mapping_ids = fields.One2many(
        "xpps.material.mapping", "price_level_id", string="Material Codes", check_company=True
    )

    _name_uniq = models.UniqueIndex("(name, COALESCE(company_id, 0))", "A price level with this name already exists.")
