# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...common.constants import MANAGER_GROUP


class ResCompany(models.Model):
    """XPPS administrators decide what their companies do with XPPS, without administering the database."""

    _inherit = "res.company"

    def write(self, vals):
        if self._xpps_may_set(vals):
            # Nothing else of a company is theirs to change.
            self = self.sudo()
        return super().write(vals)

    def _xpps_may_set(self, names):
        """Whether the user has a right to what is written by being an XPPS administrator of the companies, only.

        :param names: of fields
        :raises AccessError: when the values name something that the user may not read
        """
        user = self.env.user
        if self.env.su or not names or not set(names) <= self.env["xpps.settings"]._xpps_names():
            return False
        if not user.has_group(MANAGER_GROUP) or self - user.company_ids or self.has_access("write"):
            return False
        # What superusers write, nobody else checks.
        self._xpps_check_references([names])
        return True
