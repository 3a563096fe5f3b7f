# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields, models

from ...common.constants import BILLING_GROUP
from .xpps_billed_item import DROPPING

#: What Odoo finds for each line.
FOUND = {"amount_currency", "balance"}


class AccountMove(models.Model):
    """Drafts with other items of a customer that billing runs add what they bill to.

    Such a draft is the run's to post and to send, but not to delete: an undo takes away what was added, and leaves it
    as it was.
    """

    _inherit = "account.move"

    xpps_is_joined = fields.Boolean(
        string="Joined by a Billing Run",
        readonly=True,
        copy=False,
        groups=BILLING_GROUP,
        help="The draft was there before the billing run added lines to it.",
    )

    def _xpps_join(self, commands, run):
        """Add what a run bills to a draft; called as superuser.

        :param commands: of its invoice lines
        """
        self.ensure_one()
        # On a draft that is there Odoo finds the amounts of all new lines, or of none.
        marked = [
            Command.create(
                {name: value for name, value in values.items() if name not in FOUND} | {"xpps_joined_run_id": run.id}
            )
            for _command, _id, values in commands
        ]
        self.write({"invoice_line_ids": marked, "xpps_billing_run_id": run.id, "xpps_is_joined": True})
        self._message_log(body=self.env._("Billing run %s added what it bills.", run.display_name))

    def _xpps_leave_run(self):
        """Delete the invoices of a run, and what it added to drafts that were there before."""
        # What a run added is the run's to take away, whoever may write invoices.
        joined = self.sudo().filtered("xpps_is_joined")
        added = joined.invoice_line_ids.filtered("xpps_joined_run_id")
        own = self - joined
        (own.invoice_line_ids | added.with_env(self.env))._xpps_check_shares_together()
        own.with_context(xpps_dropping=DROPPING).unlink()
        for move in joined:
            lines = added & move.invoice_line_ids
            move.with_context(xpps_dropping=DROPPING).write(
                {
                    "invoice_line_ids": [Command.delete(line.id) for line in lines],
                    "xpps_billing_run_id": False,
                    "xpps_is_joined": False,
                }
            )
