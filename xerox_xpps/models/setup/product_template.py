# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...common.window_actions import open_records


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "xpps.guard"]

    is_xpps_printer = fields.Boolean(
        string="XPPS Printer Model", help="Devices of this model are serviced by Xerox under PageConnect/XPPS."
    )
    xpps_model_number = fields.Char(
        string="Xerox Model Number", index="btree_not_null", help="Xerox's number of the model, as in its billing file."
    )
    xpps_price_level_id = fields.Many2one(
        "xpps.price.level",
        string="XPPS Price Level",
        check_company=True,
        index="btree_not_null",
        help="Printer models of one price level share their material codes.",
    )
    xpps_role = fields.Selection(
        [
            ("base_price", "Monthly base price"),
            ("base_service", "Base service fee"),
            ("base_supply", "Base supply fee"),
            ("material_code", "Material code (overage pages)"),
        ],
        string="XPPS Role",
        index="btree_not_null",
        help="What this service bills on a PageConnect/XPPS agreement. Recurring lines with a role are XPPS items.",
    )
    xpps_bundle_component_ids = fields.Many2many(
        "product.template",
        "xpps_bundle_component_rel",
        "bundle_id",
        "component_id",
        string="Bundle Components",
        domain=[("xpps_role", "in", ("base_service", "base_supply"))],
        check_company=True,
        help="A bundle bills a service fee and a supply fee as one line; their costs are still kept separately.",
    )
    xpps_mapping_ids = fields.One2many(
        "xpps.material.mapping", "product_tmpl_id", string="Material Codes", check_company=True
    )
    xpps_device_count = fields.Integer(compute="_compute_xpps_device_count", string="Devices")

    @api.constrains("xpps_role", "type")
    def _check_xpps_role_service(self):
        for template in self:
            if template.xpps_role and template.type != "service":
                raise ValidationError(
                    self.env._("“%s” has an XPPS role, so it must be a service.", template.display_name)
                )

    @api.constrains("xpps_bundle_component_ids", "xpps_role")
    def _check_xpps_bundle(self):
        for template in self:
            components = template.xpps_bundle_component_ids
            if components and template.xpps_role != "base_price":
                raise ValidationError(
                    self.env._(
                        "Only a monthly base price can be a bundle; “%s” is not a monthly base price.",
                        template.display_name,
                    )
                )
            if set(components.mapped("xpps_role")) - {"base_service", "base_supply"}:
                raise ValidationError(
                    self.env._(
                        "The bundle “%s” can only consist of base service fees and base supply fees.",
                        template.display_name,
                    )
                )

    def _compute_xpps_device_count(self):
        counts = dict(
            self.env["stock.lot"]._read_group(
                [("is_xpps_device", "=", True), ("product_id.product_tmpl_id", "in", self.ids)],
                ["product_id"],
                ["__count"],
            )
        )
        for template in self:
            template.xpps_device_count = sum(counts.get(product, 0) for product in template.product_variant_ids)

    def action_open_xpps_devices(self):
        self.ensure_one()
        domain = [("is_xpps_device", "=", True), ("product_id.product_tmpl_id", "=", self.id)]
        context = {"default_is_xpps_device": True, "search_default_active": 1}
        return open_records(self, "xerox_xpps.action_xpps_device", domain, context)
