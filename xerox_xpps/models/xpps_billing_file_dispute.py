# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsBillingFile(models.Model):
    _inherit = "xpps.billing.file"

    dispute_count = fields.Integer(string="Disputes", compute="_compute_dispute_count")

    def _compute_dispute_count(self):
        counts = dict(
            self.env["xpps.dispute.line"]._read_group(
                [("billing_file_id", "in", self.ids)], ["billing_file_id"], ["dispute_id:count_distinct"]
            )
        )
        for file in self:
            file.dispute_count = counts.get(file, 0)

    def action_open_disputes(self):
        return self._action_open("xerox_xpps.action_xpps_dispute", [("line_ids.billing_file_id", "in", self.ids)])
