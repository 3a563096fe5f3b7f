# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..common.formats import period_text


class XppsAgreementResumeWizard(models.TransientModel):
    """Ends the pause of an agreement: what became due meanwhile is left out, or billed on one invoice."""

    _name = "xpps.agreement.resume.wizard"
    _description = "Resume Agreement"
    _inherit = ["xpps.reference.guard"]

    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, readonly=True, ondelete="cascade"
    )
    choice = fields.Selection(
        [("skip", "Skip the pause"), ("bill", "Bill the pause on one invoice")],
        string="Base Prices",
        required=True,
        default="skip",
    )
    message = fields.Text(compute="_compute_message")

    @api.depends("subscription_id")
    def _compute_message(self):
        for wizard in self:
            first, last = wizard.subscription_id._xpps_pause_to_skip()
            if first and first <= last:
                wizard.message = self.env._(
                    "If the pause is skipped, no base price is billed for %s.", period_text(self.env, first, last)
                )
            else:
                wizard.message = self.env._("No base price became due during the pause.")

    def action_resume(self):
        self.ensure_one()
        agreement = self.subscription_id
        agreement.check_access("write")
        agreement.with_context(xpps_bill_pause=self.choice == "bill").action_resume()
        return {"type": "ir.actions.act_window_close"}
