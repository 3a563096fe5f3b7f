# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..common.today import company_today


class XppsHealthSnoozeWizard(models.TransientModel):
    """Ask until when findings of the health list are put off, and why: those that the list has selected."""

    _name = "xpps.health.snooze.wizard"
    _description = "Snooze Findings"
    _inherit = ["xpps.reference.guard"]

    date_until = fields.Date(
        string="Until",
        required=True,
        default=lambda self: company_today(self.env.company) + relativedelta(months=1),
        help="The last day on which the findings are not listed.",
    )
    reason = fields.Char(required=True, help="The reason is shown on the findings while they are snoozed.")

    def action_snooze(self):
        self.ensure_one()
        self.check_access("write")
        rows = self.env["xpps.health"].search([("id", "in", self.env.context.get("active_ids", ()))])
        if not rows:
            raise UserError(self.env._("Select the findings to snooze first."))
        if self.date_until < company_today(self.env.company):
            raise UserError(self.env._("Choose a day from today on, until which the findings are not listed."))
        self.env["xpps.health.snooze"]._keep(rows, self.date_until, self.reason)
        return {"type": "ir.actions.act_window_close"}
