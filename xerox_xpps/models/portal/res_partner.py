# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

#: What decides which customer and which site a contact belongs to.
PLACE_FIELDS = {"type", "parent_id", "is_company"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """What portal users see is kept by the server as domains: not those of the place where they were before."""
        result = super().write(vals)
        if not PLACE_FIELDS.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result
