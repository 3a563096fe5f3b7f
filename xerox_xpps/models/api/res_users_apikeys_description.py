# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from odoo.addons.base.models.res_users import check_identity


class ResUsersApikeysDescription(models.TransientModel):
    """Whoever has billing files sent by a program gives it a key that opens nothing else."""

    _inherit = "res.users.apikeys.description"

    xpps_only = fields.Boolean(
        string="For XPPS Billing Files Only",
        groups="xerox_xpps.group_xpps_billing",
        help="Whoever has the key can send and look at billing files by the XPPS API, and nothing else in your name.",
    )

    @check_identity
    def make_key(self):
        # Whoever may not choose it makes keys of full access, as ever.
        if not self.sudo().xpps_only:
            return super().make_key()
        action = super(ResUsersApikeysDescription, self.with_context(xpps_only_key=True)).make_key()
        if action["res_model"] == "res.users.apikeys.show":
            # Odoo's says what a key of full access is good for.
            action["views"] = [(self.env.ref("xerox_xpps.view_res_users_apikeys_show").id, "form")]
        return action
