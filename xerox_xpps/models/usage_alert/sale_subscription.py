# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import USER_GROUP
from ...common.window_actions import open_records


class SaleSubscription(models.Model):
    """Alerts of agreements."""

    _inherit = "sale.subscription"

    xpps_usage_alert_count = fields.Integer(
        string="Usage Alerts", compute="_compute_xpps_usage_alert_count", groups=USER_GROUP
    )

    def _compute_xpps_usage_alert_count(self):
        groups = self.env["xpps.usage.alert"]._read_group(
            [("subscription_id", "in", self.ids), ("state", "=", "reached")], ["subscription_id"], ["__count"]
        )
        counts = dict(groups)
        for agreement in self:
            agreement.xpps_usage_alert_count = counts.get(agreement, 0)

    @api.readonly
    def action_open_xpps_usage_alerts(self):
        return open_records(self, "xerox_xpps.action_xpps_usage_alert", [("subscription_id", "in", self.ids)])
