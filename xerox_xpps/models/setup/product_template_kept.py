# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError


class ProductTemplate(models.Model):
    """A template is kept as its products are, which the database deletes with it unasked; and a part of a bundle."""

    _inherit = "product.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_xpps_used(self):
        self.with_context(active_test=False).product_variant_ids._xpps_check_unused()
        # Whoever deletes a product need not see those of other companies.
        bundle = (
            self.sudo()
            .with_context(active_test=False)
            .search([("xpps_bundle_component_ids", "in", self.ids), ("id", "not in", self.ids)], limit=1)
        )
        if bundle:
            component = (bundle.xpps_bundle_component_ids & self)[:1]
            raise UserError(
                self.env._(
                    "%(component)s cannot be deleted: it is part of %(bundle)s. Archive it, or take it out of the "
                    "bundle first.",
                    component=component.display_name,
                    bundle=bundle.display_name,
                )
            )
