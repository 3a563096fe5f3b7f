# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.window_actions import open_records
from .xpps_customer_query_credit import XEROX_CREDITS


class XppsDispute(models.Model):
    """What Xerox credits of a dispute, the customers who asked are to be credited."""

    _inherit = "xpps.dispute"

    query_ids = fields.One2many("xpps.customer.query", "dispute_id", string="Customer Questions", readonly=True)
    query_count = fields.Integer(string="Number of Questions", compute="_compute_query_count")

    def _compute_query_count(self):
        groups = self.env["xpps.customer.query"]._read_group(
            [("dispute_id", "in", self.ids)], ["dispute_id"], ["__count"]
        )
        counts = {dispute.id: count for dispute, count in groups}
        for dispute in self:
            dispute.query_count = counts.get(dispute.id, 0)

    def action_credit(self):
        result = super().action_credit()
        # The responsible are told, whoever enters Xerox's answer.
        self.sudo().query_ids._tell_xerox_credits()
        return result

    def action_reopen(self):
        result = super().action_reopen()
        # See action_credit.
        self.sudo().query_ids.activity_unlink([XEROX_CREDITS])
        return result

    def action_open_queries(self):
        self.ensure_one()
        return open_records(self, "xerox_xpps.action_xpps_customer_query", [("dispute_id", "=", self.id)])
