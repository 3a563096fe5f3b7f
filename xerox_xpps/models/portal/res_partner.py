# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

#: What decides which customer and which site a contact belongs to.
PLACE_FIELDS = {"type", "parent_id", "is_company"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """What portal users see is kept by the server as domains: not those of the place where they were before."""
        result = super().write(vals)
        if not PLACE_FIELDS.isdisjoint(vals) and self._xpps_has_portal_users():
            self.env.registry.clear_cache()
        return result

    def _xpps_has_portal_users(self):
        # Who looks at the portal does not depend on whom the user may see.
        users = self.env["res.users"].sudo()
        return bool(users.search_count([("share", "=", True), ("partner_id", "child_of", self.ids)], limit=1))
