# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsBillingRunRelease(models.TransientModel):
    """Says for many agreements of a billing run at once why they are billed although something is missing."""

    _name = "xpps.billing.run.release"
    _description = "Bill Incomplete Agreements"
    _inherit = ["xpps.reference.guard"]

    line_ids = fields.Many2many("xpps.billing.run.line", string="Agreements", required=True)
    reason = fields.Char(required=True)

    def action_release(self):
        self.ensure_one()
        # The line checks who may do so.
        self.line_ids.override_reason = self.reason
        return {"type": "ir.actions.act_window_close"}
