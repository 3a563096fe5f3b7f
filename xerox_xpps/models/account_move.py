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
            move.xpps_charge_count = len(move.invoice_line_ids.xpps_charge_ids)

    def action_open_xpps_charges(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("xerox_xpps.action_sale_subscription_charge")
        action["domain"] = [("invoice_line_ids.move_id", "=", self.id)]
        action["context"] = {}
        return action
