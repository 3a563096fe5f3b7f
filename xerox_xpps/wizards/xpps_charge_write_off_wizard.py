# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError


class XppsChargeWriteOffWizard(models.TransientModel):
    """Ask why what invoices left of charges is never to be billed: those that the form has opened."""

    _name = "xpps.charge.write.off.wizard"
    _description = "Write Off"
    _inherit = ["xpps.reference.guard"]

    reason = fields.Char(required=True, help="The reason is shown on the charges and in the history of their changes.")

    def action_write_off(self):
        self.ensure_one()
        self.check_access("write")
        charges = self.env["sale.subscription.charge"].browse(self.env.context.get("active_ids", ()))
        if not charges:
            raise UserError(self.env._("Select the charges to write off first."))
        if not self.reason.strip():
            raise UserError(self.env._("Enter why the rest of the charge is not billed."))
        charges.action_write_off(self.reason)
        return {"type": "ir.actions.act_window_close"}
