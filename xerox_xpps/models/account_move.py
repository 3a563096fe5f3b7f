# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    xpps_charge_count = fields.Integer(compute="_compute_xpps_charge_count", groups="xerox_xpps.group_xpps_user")

    xpps_billing_run_id = fields.Many2one(
        "xpps.billing.run",
        string="XPPS Billing Run",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="xerox_xpps.group_xpps_billing",
    )

    def _compute_xpps_charge_count(self):
        for move in self:
            lines = move.invoice_line_ids
            move.xpps_charge_count = len(lines.xpps_charge_ids | lines.xpps_credited_charge_ids)

    def action_open_xpps_charges(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("xerox_xpps.action_sale_subscription_charge")
        lines = self.invoice_line_ids
        action["domain"] = [("id", "in", (lines.xpps_charge_ids | lines.xpps_credited_charge_ids).ids)]
        action["context"] = {}
        return action

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note says which charges it credits."""
        reverse_moves = super()._reverse_moves(default_values_list, cancel=cancel)
        # Whoever may reverse an invoice does so without a right to see charges.
        reverse_moves.sudo().line_ids._xpps_credit_charges()
        return reverse_moves

    def button_draft(self):
        self.line_ids._xpps_check_not_rebilled()
        return super().button_draft()

    def button_cancel(self):
        self.line_ids._xpps_check_not_rebilled()
        return super().button_cancel()
