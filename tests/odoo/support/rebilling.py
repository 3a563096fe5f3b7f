# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Invoices that are credited, for tests of what becomes of their charges."""

from .invoicing import InvoicingCase


class RebillCase(InvoicingCase):
    def _billed(self, mode="invoice", **values):
        """:return: (agreement, its three charges, their posted invoice)"""
        agreement = self._contract(mode, **values)
        charges = self._charges(agreement)
        agreement.generate_invoice()
        moves = self._moves(agreement)
        moves.filtered(lambda move: move.state == "draft").action_post()
        self.assertBilledOnce(charges)
        return agreement, charges, moves

    def _reversal(self, moves, **values):
        return (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"journal_id": moves.journal_id.id, "reason": "Wrong", **values})
        )

    def _reverse(self, moves):
        """Odoo's “Reverse”: a draft. :return: the credit note"""
        wizard = self._reversal(moves)
        wizard.refund_moves()
        return wizard.new_move_ids

    def _credit(self, moves, **quantities):
        """A posted credit note, of all or of so many pages of the products that are named."""
        credit = self._reverse(moves)
        if quantities:
            for line in self._product_lines(credit):
                names = {getattr(self, name): quantity for name, quantity in quantities.items()}
                if line.product_id in names:
                    line.quantity = names[line.product_id]
                else:
                    line.unlink()
        credit.action_post()
        return credit

    def _credits(self, charges):
        return [(charge.credited_quantity, charge.credited_amount, charge.credit_state) for charge in charges]

    def _billed_pages(self, charges):
        """What the customer owes for charges by all posted invoices and credit notes: {charge: amount}."""
        owed = dict.fromkeys(charges, 0)
        for charge in charges:
            lines = charge.invoice_line_ids | charge.earlier_line_ids | charge.credit_line_ids
            for line in lines.filtered(lambda line: line.parent_state == "posted"):
                owed[charge] -= line.move_id.direction_sign * line.price_subtotal
        return {charge: round(amount, 2) for charge, amount in owed.items()}
