# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError

from ...common.plural import plural


class SaleSubscriptionChargeDefault(models.Model):
    """A price of an agreement is kept while charges were made by it; what says nothing but Xerox's cost comes and goes.

    To have it count no more, it is set back to such a one: a fixed price of 0, billable.
    """

    _inherit = "sale.subscription.charge.default"

    def write(self, vals):
        # Moved to another agreement or material code, it would be gone where it was used.
        moved = self.filtered(
            lambda default: any(
                name in vals and default[name].id != vals[name] for name in ("subscription_id", "product_id")
            )
        )
        moved._xpps_check_unused()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._xpps_check_unused()

    def _xpps_check_unused(self):
        """:raises UserError: when charges that are not rejected were made by one of the prices"""
        # What charges were made by does not depend on what the user may see.
        priced = self.sudo().filtered(lambda default: not default._is_only_cost())
        if not priced:
            return
        counts = {
            (agreement, product): count
            for agreement, product, count in priced.env["sale.subscription.charge"]._read_group(
                [
                    ("subscription_id", "in", priced.subscription_id.ids),
                    ("product_id", "in", priced.product_id.ids),
                    ("state", "!=", "rejected"),
                ],
                ["subscription_id", "product_id"],
                ["__count"],
            )
        }
        for default in priced:
            count = counts.get((default.subscription_id, default.product_id))
            if not count:
                continue
            names = {
                "material": default.product_id.display_name,
                "agreement": default.subscription_id.display_name,
                "count": count,
            }
            raise UserError(
                plural(
                    count,
                    self.env._(
                        "The contract default of %(agreement)s for %(material)s cannot be deleted or moved: 1 charge "
                        "was made by it. If it is to count no more, make it a billable fixed price of 0: then the "
                        "pricelist has the price.",
                        **names,
                    ),
                    self.env._(
                        "The contract default of %(agreement)s for %(material)s cannot be deleted or moved: "
                        "%(count)s charges were made by it. If it is to count no more, make it a billable fixed price "
                        "of 0: then the pricelist has the price.",
                        **names,
                    ),
                )
            )
