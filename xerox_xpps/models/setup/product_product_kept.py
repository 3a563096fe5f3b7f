# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...billing_file import OUTPUT_TYPES
from ...common.listing import enumeration


class ProductProduct(models.Model):
    """What agreements, material codes and devices are made of is archived, not deleted.

    The database would let some of them go on without it: a service of nothing, or pages that nobody charges.
    """

    _inherit = "product.product"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_xpps_used(self):
        self._xpps_check_unused()

    def _xpps_check_unused(self):
        """:raises UserError: when something of XPPS hangs on one of the products"""
        for product in self if self._xpps_uses() else ():
            uses = product._xpps_uses()
            if uses:
                raise UserError(
                    self.env._(
                        "%(product)s cannot be deleted because of its %(uses)s. Archive it instead.",
                        product=product.display_name,
                        uses=enumeration(self.env, uses, len(uses)),
                    )
                )

    def _xpps_uses(self):
        """What would lose one of the products: [plural of its name]"""
        of_product = Domain("product_id", "in", self.ids)
        codes = Domain.OR(Domain(f"{output_type}_product_id", "in", self.ids) for output_type in OUTPUT_TYPES)
        uses = (
            (
                "sale.subscription.line",
                of_product & Domain("sale_subscription_id.is_xpps", "=", True),
                self.env._("PageConnect/XPPS agreements"),
            ),
            ("xpps.material.mapping", codes, self.env._("material code mappings")),
            ("sale.subscription.charge.default", of_product, self.env._("contract defaults")),
            ("sale.subscription.charge", of_product, self.env._("charges")),
            ("stock.lot", of_product & Domain("is_xpps_device", "=", True), self.env._("devices")),
        )
        # What hangs on it does not depend on what the user may see.
        found = self.sudo().with_context(active_test=False).env
        return [name for model, domain, name in uses if found[model].search_count(domain, limit=1)]
