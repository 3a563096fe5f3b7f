# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


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

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # Whether printer models are priced by it does not depend on what the user may see.
        templates = self.env["product.template"].sudo().with_context(active_test=False)
        template = templates.search([("xpps_price_level_id", "in", self.ids)], limit=1)
        if template:
            raise UserError(
                self.env._(
                    "Price level %(level)s cannot be deleted: it says which material codes bill printer model "
                    "%(model)s. Give its models another price level first.",
                    level=template.xpps_price_level_id.display_name,
                    model=template.display_name,
                )
            )
