# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError


class XppsChargeRejectWizard(models.TransientModel):
    """Ask why charges are rejected: those that the list or form has selected."""

    _name = "xpps.charge.reject.wizard"
    _description = "Reject Charges"
    _inherit = ["xpps.reference.guard"]

    reason = fields.Char(required=True, help="The reason is shown on the charges and in the history of their changes.")

    def action_reject(self):
        self.ensure_one()
        self.check_access("write")
        charges = self.env["sale.subscription.charge"].browse(self.env.context.get("active_ids", ()))
        if not charges:
            raise UserError(self.env._("Select the charges to reject first."))
        charges.action_reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
