# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError


class XppsPageWaiveWizard(models.TransientModel):
    """Ask why the missing reads of page ratings, those that the form has opened, are not waited for."""

    _name = "xpps.page.waive.wizard"
    _description = "Rate Without Missing Reads"
    _inherit = ["xpps.reference.guard"]

    reason = fields.Char(required=True, help="The reason is shown on the rating and in the agreement's chatter.")

    def action_waive(self):
        self.ensure_one()
        self.check_access("write")
        ratings = self.env["xpps.page.rating"].browse(self.env.context.get("active_ids", ()))
        if not ratings:
            raise UserError(self.env._("Select the cycles to rate first."))
        ratings.action_waive(self.reason)
        return {"type": "ir.actions.act_window_close"}
