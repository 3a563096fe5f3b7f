# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...common.constants import BILLING_GROUP


class AccountMove(models.Model):
    """Invoices give the days that they bill of recurring services back, as they give back charges."""

    _inherit = "account.move"

    xpps_can_bill_again = fields.Boolean(compute="_compute_xpps_can_bill_again", groups=BILLING_GROUP)

    @api.depends("state", "move_type", "reversal_move_ids.state", "invoice_line_ids.xpps_given_back")
    def _compute_xpps_can_bill_again(self):
        # What was credited does not depend on the right to see invoices.
        for move in self.sudo():
            move.xpps_can_bill_again = bool(move._xpps_credited_base_lines())

    def write(self, vals):
        if vals == {"is_manually_modified": False} and not any(self.mapped("is_manually_modified")):
            # Odoo says so of all that it makes, and would look through all the lines of it again.
            return True
        cancelled = vals.get("state") == "cancel" and self.filtered(lambda move: move.state != "cancel")
        if cancelled:
            cancelled.invoice_line_ids._xpps_check_shares_together()
        result = super().write(vals)
        if cancelled:
            lines = cancelled.invoice_line_ids
            lines._xpps_free(lines._xpps_billed_spans())
        return result

    def button_draft(self):
        self._xpps_check_base_stands()
        cancelled = self.filtered(lambda move: move.state == "cancel").invoice_line_ids
        cancelled._xpps_check_shares_return()
        cancelled._xpps_check_charges_free()
        cancelled._xpps_check_days_free()
        return super().button_draft()

    def button_cancel(self):
        self._xpps_check_base_stands()
        return super().button_cancel()

    def _xpps_check_base_stands(self):
        """:raises UserError: when base prices of these were credited and are billed again: the credit must stand"""
        # Whoever changes an invoice need not see what it bills.
        for move in self.sudo().filtered(lambda move: move.state == "posted"):
            billed_again = (move | move.reversed_entry_id).invoice_line_ids.filtered("xpps_given_back")
            if billed_again:
                raise UserError(
                    self.env._(
                        "%(move)s cannot be reset to draft or cancelled: base prices of %(invoice)s were credited and "
                        "are billed again.",
                        move=move.display_name,
                        invoice=billed_again[0].move_id.display_name,
                    )
                )

    def _xpps_credited_base_lines(self):
        """The lines of recurring services that are credited and can be billed again; called as superuser."""
        lines = self.filtered(lambda move: move.state == "posted" and not move.reversed_entry_id).invoice_line_ids
        lines = lines.filtered(
            lambda line: line.xpps_subscription_line_id and not line.xpps_given_back and line._xpps_is_credited()
        )
        # What several pay is billed again as a whole, or not at all.
        return lines.filtered(lambda line: all(other._xpps_is_credited() for other in line._xpps_shares_of_days()))

    def action_xpps_bill_again(self):
        """Have the next invoices bill what these did, which were credited: base prices and charges.

        :raises UserError: when nothing of one is credited as a whole
        """
        self.check_access("read")
        self.env["sale.subscription.charge"].check_access("write")
        # The clerk may have credited items billed again without the right to change posted invoices.
        moves = self.sudo()
        for move in moves:
            charges = move.invoice_line_ids.xpps_charge_ids.filtered(lambda charge: charge.credit_state == "full")
            lines = move._xpps_credited_base_lines()
            if not charges and not lines:
                raise UserError(
                    self.env._(
                        "Nothing on %s is credited by a posted credit note, so it cannot be billed again. Reverse the "
                        "invoice first.",
                        move.display_name,
                    )
                )
            if charges:
                charges.with_env(self.env).action_rebill()
            move._xpps_bill_base_again()
        return True

    def _xpps_bill_base_again(self, through_orders=True):
        """Recurring services of these that were credited are billed by the next invoices; called as superuser.

        :param through_orders: also those that an order bills, which can be invoiced from there again
        """
        for move in self:
            lines = move._xpps_credited_base_lines()
            if not through_orders:
                lines = lines.filtered(lambda line: not line.sale_line_ids)
            lines |= lines._xpps_shares_of_days()
            # Their orders do not bill them after all.
            lines.sale_line_ids._xpps_release_days()
            lines._xpps_bill_elsewhere()
            for agreement in lines.xpps_subscription_id:
                agreement._message_log(
                    body=self.env._(
                        "%(invoice)s was credited; its base prices are billed again.", invoice=move.display_name
                    )
                )
