# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from odoo.addons.xerox_xpps.common.window_actions import open_records

from ..groups import HELPDESK_GROUP


class SaleSubscription(models.Model):
    _inherit = "sale.subscription"

    xpps_ticket_count = fields.Integer(
        string="Tickets",
        compute="_compute_xpps_ticket_count",
        groups=HELPDESK_GROUP,
        help="Tickets about devices that were on the agreement when the tickets were made.",
    )

    def _compute_xpps_ticket_count(self):
        all_of, _open_of = self.env["helpdesk.ticket"]._xpps_counts("xpps_subscription_id", self._origin)
        for agreement in self:
            agreement.xpps_ticket_count = all_of[agreement._origin]

    def action_open_xpps_tickets(self):
        self.ensure_one()
        return open_records(self, "helpdesk_mgmt.helpdesk_ticket_action", [("xpps_subscription_id", "=", self.id)])
