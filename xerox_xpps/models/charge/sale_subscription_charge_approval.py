# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...common.bulk import bulk_update
from ...common.locking import lock_or_refuse
from ...common.window_actions import open_dialog
from ...rules import uninvoiced_status_sql

#: What approval looks at: read by one query, where the records would be read by the thousand.
APPROVAL_FIELDS = ("state", "invoice_status")


class SaleSubscriptionCharge(models.Model):
    """Charges are approved, rejected with a reason, and set back, by the thousand at once."""

    _inherit = "sale.subscription.charge"

    state = fields.Selection(
        [("draft", "To Approve"), ("approved", "Approved"), ("rejected", "Rejected")],
        required=True,
        default="draft",
        copy=False,
        readonly=True,
    )

    # The few that somebody waits for, among the many of earlier months.
    _to_approve_idx = models.Index("(company_id) WHERE state = 'draft'")

    def action_approve(self):
        """Approve charges that wait for it; those that are approved already stay so.

        :return: True, or the notification that some of them are sold below the company's margin floor
        :raises UserError: when one was rejected, or somebody else is at them
        """
        self.check_access("write")
        self.fetch(APPROVAL_FIELDS)
        wrong = self.filtered(lambda charge: charge.state == "rejected")
        if wrong:
            raise UserError(self.env._("“%s” was rejected. Set it back to “To Approve” first.", wrong[0].display_name))
        waiting = self.filtered(lambda charge: charge.state == "draft")
        self._set_state("approved")
        return waiting._warn_of_low_margin() or True

    def action_reject(self, reason=None):
        """Reject charges: they are never invoiced.

        :param reason: why; the charges and their changes say so
        """
        self.check_access("write")
        return self._set_state("rejected", reason)

    def action_open_reject(self):
        """Ask why the charges are rejected, and reject them."""
        self.check_access("write")
        wizard = self.env["xpps.charge.reject.wizard"]
        context = {"active_model": self._name, "active_ids": self.ids}
        return open_dialog(wizard, self.env._("Reject Charges"), context)

    def action_reset(self):
        """Back to “To Approve”."""
        self.check_access("write")
        return self._set_state("draft")

    def _lock(self):
        """:raises UserError: when somebody else is approving, changing or invoicing one of the charges"""
        lock_or_refuse(
            self,
            self.env._(
                "Some of these charges are being approved, changed or invoiced by someone else right now, or have "
                "just been. Reload them before you continue."
            ),
        )

    def _set_state(self, state, reason=None):
        """Approve, reject or reset charges with a single UPDATE: the ORM makes one of every hundred records.

        The caller has checked access.
        """
        reason = str(reason or "").strip() or None
        self.fetch(APPROVAL_FIELDS)
        charges = self.filtered(lambda charge: charge.state != state)
        if not charges:
            return True
        charges._check_not_invoiced()
        charges._lock()
        # An order must not bill what the charge was before; whoever approves it needs no rights on orders.
        charges.sudo()._release_from_orders()
        self.env["xpps.charge.change"]._note_states(charges, state, reason)
        status = uninvoiced_status_sql(state, SQL("billable"), SQL("quantity"))
        bulk_update(
            # The caller has checked access.
            self.sudo(),
            SQL("id = ANY(%s)", charges.ids),
            {"state": state, "reason": SQL("COALESCE(%s, reason)", reason), "invoice_status": status},
        )
        return True
