# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

#: Of keys that open the XPPS API and nothing else.
SCOPE = "xpps"


class ResUsersApikeys(models.Model):
    _inherit = "res.users.apikeys"

    def _generate(self, scope, name, expiration_date):
        """A key of full access is one for XPPS alone where its owner wants no more of it."""
        if scope is None and self.env.context.get("xpps_only_key"):
            scope = SCOPE
        return super()._generate(scope, name, expiration_date)
