# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..billing_file import OUTPUT_TYPES
from ..models.setup.xpps_material_mapping import MATERIAL_CODE_DOMAIN


class XppsImportWizardMapping(models.TransientModel):
    """A row of the wizard's Options tab: the material codes of one printer model or price level of the file."""

    _name = "xpps.import.wizard.mapping"
    _description = "XPPS Billing File Import: Material Codes"
    _inherit = ["xpps.reference.guard"]

    wizard_id = fields.Many2one("xpps.import.wizard", required=True, ondelete="cascade")
    name = fields.Char(string="Printer Models", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", string="Printer Model", readonly=True)
    price_level_id = fields.Many2one("xpps.price.level", readonly=True)
    mono_product_id = fields.Many2one("product.product", string="Mono", domain=MATERIAL_CODE_DOMAIN)
    color_product_id = fields.Many2one("product.product", string="Color", domain=MATERIAL_CODE_DOMAIN)
    mono_color1_product_id = fields.Many2one("product.product", string="MonoColor1", domain=MATERIAL_CODE_DOMAIN)
    clr_lvl12_product_id = fields.Many2one("product.product", string="ClrLvl12", domain=MATERIAL_CODE_DOMAIN)
    clr_lvl3_product_id = fields.Many2one("product.product", string="ClrLvl3", domain=MATERIAL_CODE_DOMAIN)

    @api.model
    def _prepare_from(self, wizard, owner, mapping, templates):
        owner_field = "product_tmpl_id" if owner._name == "product.template" else "price_level_id"
        materials = {f"{output_type}_product_id" for output_type in OUTPUT_TYPES}
        return {
            "wizard_id": wizard.id,
            owner_field: owner.id,
            "name": self._label(owner, templates),
            **{name: mapping[name].id for name in materials if mapping},
        }

    @api.model
    def _label(self, owner, templates):
        """The printer models of the file that a row is for: “A4 Color: VersaLink C405, VersaLink C505”."""
        if owner._name == "product.template":
            return owner.name
        models = templates.filtered(lambda template: template.xpps_price_level_id == owner)
        return f"{owner.name}: {', '.join(models.mapped('name'))}"

    def _store(self):
        """Keep the row as the mapping of its owner, if it says anything new."""
        self.ensure_one()
        owner_field = "product_tmpl_id" if self.product_tmpl_id else "price_level_id"
        mappings = self.env["xpps.material.mapping"]
        company = self.wizard_id.company_id
        mapping = mappings.search([("company_id", "=", company.id), (owner_field, "=", self[owner_field].id)])
        values = {f"{output_type}_product_id": self[f"{output_type}_product_id"].id for output_type in OUTPUT_TYPES}
        changed = {name: value for name, value in values.items() if mapping[name].id != value}
        if not changed:
            return
        if mapping:
            mapping.write(changed)
        else:
            mappings.create({"company_id": company.id, owner_field: self[owner_field].id, **changed})
