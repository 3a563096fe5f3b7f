# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SaleSubscription(models.Model):
    """Customers see their agreements in the portal, and others by a link that somebody shares with them."""

    _name = "sale.subscription"
    _inherit = ["sale.subscription", "portal.mixin"]

    # What the reseller notes for itself is not for those whose agreement it is.
    description = fields.Text(groups="base.group_user")
    tag_ids = fields.Many2many(groups="base.group_user")
    close_reason_id = fields.Many2one(groups="base.group_user")
    to_renew = fields.Boolean(groups="base.group_user")
    xpps_next_date_reason = fields.Char(groups="base.group_user")

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for agreement in self._xpps_ours():
            agreement.access_url = f"/my/xpps/agreements/{agreement.id}"
        return result

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Customers who may read an agreement do not read its log, which tells what prices and costs were."""
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        return dict.fromkeys(operations, "write") if self.env.user.share else operations
