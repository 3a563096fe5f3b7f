# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import USER_GROUP
from ...common.window_actions import open_records


class AccountMove(models.Model):
    """Invoices that customers ask about, and the credit notes that answer them."""

    _inherit = "account.move"

    xpps_query_count = fields.Integer(
        string="Customer Questions", compute="_compute_xpps_query_count", groups=USER_GROUP
    )

    def _compute_xpps_query_count(self):
        groups = self.env["xpps.customer.query"]._read_group([("move_id", "in", self.ids)], ["move_id"], ["__count"])
        counts = {move.id: count for move, count in groups}
        for move in self:
            move.xpps_query_count = counts.get(move.id, 0)

    def write(self, vals):
        result = super().write(vals)
        reversals = self.filtered("reversed_entry_id") if "state" in vals else self.browse()
        if reversals:
            # Whoever posts or cancels a credit note does so without a right to see questions.
            queries, reversals = self.env["xpps.customer.query"].sudo(), reversals.sudo()
            posted = reversals.filtered(lambda move: move.state == "posted")
            queries._unsettle_by(reversals | reversals.reversed_entry_id)
            # A credit note counts again when what reversed it does not any more.
            again = (reversals - posted).reversed_entry_id.filtered(
                lambda move: move.state == "posted" and move.reversed_entry_id
            )
            queries._settle_by(posted | again)
        return result

    def action_open_xpps_queries(self):
        self.ensure_one()
        return open_records(self, "xerox_xpps.action_xpps_customer_query", [("move_id", "=", self.id)])
