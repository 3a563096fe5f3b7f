# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...billing_file import OUTPUT_TYPES

MATERIAL_CODE_DOMAIN = "[('xpps_role', '=', 'material_code')]"


class XppsMaterialMapping(models.Model):
    """Which material code bills the overage of each output type.

    A mapping belongs to one printer model or to one price level; ``_material_by_template`` resolves both,
    the model's own mapping first.
    """

    _name = "xpps.material.mapping"
    _description = "XPPS Material Code Mapping"
    _inherit = ["xpps.guard"]
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of
    _order = "price_level_id, product_tmpl_id, id"

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Printer Model",
        domain=[("is_xpps_printer", "=", True)],
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
    )
    price_level_id = fields.Many2one("xpps.price.level", ondelete="cascade", index="btree_not_null", check_company=True)
    mono_product_id = fields.Many2one("product.product", string="Mono", domain=MATERIAL_CODE_DOMAIN, check_company=True)
    color_product_id = fields.Many2one(
        "product.product", string="Color", domain=MATERIAL_CODE_DOMAIN, check_company=True
    )
    mono_color1_product_id = fields.Many2one(
        "product.product", string="MonoColor1", domain=MATERIAL_CODE_DOMAIN, check_company=True
    )
    clr_lvl12_product_id = fields.Many2one(
        "product.product", string="ClrLvl12", domain=MATERIAL_CODE_DOMAIN, check_company=True
    )
    clr_lvl3_product_id = fields.Many2one(
        "product.product", string="ClrLvl3", domain=MATERIAL_CODE_DOMAIN, check_company=True
    )

    _one_owner = models.Constraint(
        "CHECK (num_nonnulls(product_tmpl_id, price_level_id) = 1)",
        "A material code mapping belongs to one printer model or to one price level.",
    )
    _model_uniq = models.UniqueIndex(
        "(company_id, product_tmpl_id) WHERE product_tmpl_id IS NOT NULL",
        "This printer model already has a material code mapping.",
    )
    _level_uniq = models.UniqueIndex(
        "(company_id, price_level_id) WHERE price_level_id IS NOT NULL",
        "This price level already has a material code mapping.",
    )

    @api.depends("product_tmpl_id", "price_level_id")
    def _compute_display_name(self):
        for mapping in self:
            owner = mapping.product_tmpl_id or mapping.price_level_id
            mapping.display_name = owner.display_name or self.env._("New material code mapping")

    @api.constrains(*(f"{output_type}_product_id" for output_type in OUTPUT_TYPES))
    def _check_material_codes(self):
        for mapping in self:
            for product in mapping._materials().values():
                if product.xpps_role != "material_code":
                    raise ValidationError(
                        self.env._(
                            "“%s” is not a material code. Set its XPPS role to “Material code” first.",
                            product.display_name,
                        )
                    )

    def _materials(self):
        """:return: {output type: material code}, without the types that have none"""
        self.ensure_one()
        materials = {output_type: self[f"{output_type}_product_id"] for output_type in OUTPUT_TYPES}
        return {output_type: product for output_type, product in materials.items() if product}

    @api.model
    def _by_owner(self, templates, company):
        """The mappings that concern printer models: their own and their price levels', with one query.

        :return: {product.template or xpps.price.level: xpps.material.mapping}
        """
        mappings = self.search(
            [
                ("company_id", "=", company.id),
                "|",
                ("product_tmpl_id", "in", templates.ids),
                ("price_level_id", "in", templates.xpps_price_level_id.ids),
            ]
        )
        return {mapping.product_tmpl_id or mapping.price_level_id: mapping for mapping in mappings}

    @api.model
    def _used_by(self, template, company):
        """The mapping to complete for a printer model: its own, else its price level's, else none."""
        by_owner = self._by_owner(template, company)
        return by_owner.get(template) or by_owner.get(template.xpps_price_level_id) or self.browse()

    @api.model
    def _focus_context(self, output_type):
        """Context of a form whose cursor stands in the field of an output type; see ``_get_view``."""
        return {"xpps_focus_view_ref": f"{output_type}_product_id"} if output_type else {}

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Focus and mark the missing material code.

        Of a form's context the client sends nothing but keys that end in ``_view_ref`` along with the request for
        its view, and views are cached by these.
        """
        arch, view = super()._get_view(view_id, view_type, **options)
        focused = self.env.context.get("xpps_focus_view_ref")
        if view_type == "form" and focused:
            for node in arch.iter("field"):
                if node.get("name") == focused:
                    node.attrib.update({"default_focus": "1", "class": "bg-warning-subtle"})
                    node.set("placeholder", self.env._("Choose the material code that bills these pages"))
        return arch, view

    @api.model
    def _material_by_template(self, templates, company):
        """Resolve the material codes of many printer models. A branch has those of its parents, unless it has others.

        :return: {product.template: {output type: product.product}}
        """
        own = {template: {} for template in templates}
        level = {template: {} for template in templates}
        # From the topmost company down, so that the nearest one decides.
        for parent in company.sudo().parent_ids:
            for owner, mapping in self._by_owner(templates, parent).items():
                for template in templates:
                    if owner == template:
                        own[template] |= mapping._materials()
                    elif owner == template.xpps_price_level_id:
                        level[template] |= mapping._materials()
        materials = {template: level[template] | own[template] for template in templates}
        # Each output type's codes would be read by themselves.
        ids = tuple({product.id for found in materials.values() for product in found.values()})
        return {
            template: {output_type: product.with_prefetch(ids) for output_type, product in found.items()}
            for template, found in materials.items()
        }
