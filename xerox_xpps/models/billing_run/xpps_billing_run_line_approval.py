# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...common.formats import amount_text


class XppsBillingRunLine(models.Model):
    """Where the company has it so, recurring services are approved on their line before a run drafts them.

    What is approved is their amount: when it changes, they are to be approved anew.
    """

    _inherit = "xpps.billing.run.line"

    approved_by_id = fields.Many2one(
        "res.users", string="Services Approved By", readonly=True, ondelete="restrict", copy=False
    )
    approved_on = fields.Datetime(string="Services Approved On", readonly=True, copy=False)
    approved_amount = fields.Monetary(
        readonly=True, copy=False, help="What the recurring services came to when they were approved, before taxes."
    )
    can_approve = fields.Boolean(
        compute="_compute_can_approve", help="The agreement is held back until its recurring services are approved."
    )

    @api.depends("state", "hold_code")
    def _compute_can_approve(self):
        for line in self:
            line.can_approve = line.state == "held" and line.hold_code == "services_to_approve"

    def action_approve_services(self):
        """Approve the recurring services of the lines, as they are now, and look anew at what holds them back."""
        self.check_access("write")
        for run, lines in self.grouped("run_id").items():
            run._lock()
            if run.state == "queued":
                raise UserError(self.env._("%s is being processed. Wait until it is finished.", run.display_name))
            waiting = lines.filtered("can_approve")
            if not waiting:
                raise UserError(self.env._("There are no recurring services to approve."))
            for line in waiting:
                # Lines are the program's: whoever may bill approves, and nobody writes who did.
                line.sudo().write(
                    {
                        "approved_by_id": self.env.uid,
                        "approved_on": fields.Datetime.now(),
                        "approved_amount": line.recurring_amount,
                    }
                )
            run.message_post(
                body=Markup("<p>%s</p><ul>%s</ul>")
                % (
                    self.env._("Recurring services approved:"),
                    Markup().join(
                        Markup("<li>%s: %s</li>")
                        % (
                            line.subscription_id.display_name,
                            amount_text(self.env, line.approved_amount, line.currency_id),
                        )
                        for line in waiting
                    ),
                )
            )
            run._prepare(waiting._with_joint().subscription_id)
        return True

    def _approvals(self):
        """:return: {sale.subscription: amount of its services as it was approved}"""
        return {line.subscription_id: line.approved_amount for line in self if line.approved_by_id}
