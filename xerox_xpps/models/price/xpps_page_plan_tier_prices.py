# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools.misc import formatLang


class XppsPagePlanTier(models.Model):
    """Prices of tiers that rise."""

    _inherit = "xpps.page.plan.tier"

    def _price_on(self, name, day):
        return self.plan_id._dated_price("plan_tier", self.id, super()._price_on(name, day), day)

    def _price_name(self, kind):
        """What has a price, in the language of the environment."""
        material = self.plan_id.product_id.display_name
        if not self.from_pages:
            return material
        pages = formatLang(self.env, self.from_pages, digits=0)
        return self.env._("%(material)s – from %(pages)s pages on", material=material, pages=pages)
