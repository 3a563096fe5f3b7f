# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError


class XppsPriceReasonWizard(models.TransientModel):
    """Ask why increases are skipped or taken back: those that the list or form has selected."""

    _name = "xpps.price.reason.wizard"
    _description = "Reason of a Price Increase"
    _inherit = ["xpps.reference.guard"]

    decision = fields.Selection([("skip", "Skip"), ("take_back", "Take Back")], required=True, default="skip")
    reason = fields.Char(required=True, help="The reason is shown on the increases and in their chatters.")

    def action_confirm(self):
        self.ensure_one()
        self.check_access("write")
        changes = self.env["xpps.price.change"].browse(self.env.context.get("active_ids", ()))
        if not changes:
            raise UserError(self.env._("Select the price increases first."))
        if self.decision == "skip":
            changes.action_skip(self.reason)
        else:
            changes.action_take_back(self.reason)
        return {"type": "ir.actions.act_window_close"}
