# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """“Reverse and Create Invoice”: the new invoice bills the charges of the one that it takes the place of.

        Otherwise it would bill their pages, and they would be offered for rebilling as well.
        """
        action = super().reverse_moves(is_modify)
        if is_modify:
            # Whoever may reverse an invoice does so without a right to see charges.
            wizard = self.sudo()
            wizard.new_move_ids.line_ids._xpps_take_over_charges()
            wizard.move_ids.invoice_line_ids._xpps_bill_elsewhere()
        return action
