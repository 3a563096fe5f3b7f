# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...common.formats import amount_text
from ...common.plural import plural
from ...common.window_actions import say_done


class SaleSubscriptionCharge(models.Model):
    """After charges are approved, users are told what they come to, and what is to be done next."""

    _inherit = "sale.subscription.charge"

    def action_approve(self):
        """With ``xpps_say_approved`` in the context, as on the button of lists, what was approved is said besides."""
        if not self.env.context.get("xpps_say_approved"):
            return super().action_approve()
        return self.with_context(xpps_say_approved=False)._approve_and_say()

    def _approve_and_say(self):
        """:return: the notification of what was approved, or True where nothing waited for it"""
        self.check_access("write")
        waiting = self.filtered(lambda charge: charge.state == "draft")
        self.action_approve()
        return waiting._say_approved() if waiting else True

    def _say_approved(self, file=None, following=None):
        """Say of approved charges what they come to; first, which of them are sold below the margin floor.

        :param file: xpps.billing.file that they are of; else it is looked up
        :param following: see ``say_done``
        """
        file = self.billing_file_id if file is None else file
        button = None
        if len(file) == 1 and file.state == "imported" and not file._waiting_charges():
            button = (self.env._("Create Billing Run"), file, "action_create_billing_run")
        said = say_done(self._approved_text(), button, following)
        warned = self._warn_of_low_margin()
        if not warned:
            return said
        warned["params"]["next"] = said
        return warned

    def _approved_text(self):
        if not self:
            return self.env._("There were no charges to approve.")
        amounts = self._read_group(
            [("id", "in", self.ids), ("billable", "=", True)], ["currency_id"], ["price_subtotal:sum"]
        ) or [(self.company_id[:1].currency_id, 0.0)]
        values = {
            "count": len(self),
            "amount": " + ".join(amount_text(self.env, amount, currency) for currency, amount in amounts),
        }
        return plural(
            len(self),
            self.env._("1 charge approved, %(amount)s", **values),
            self.env._("%(count)s charges approved, %(amount)s", **values),
        )
