# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A charge comes back when its invoice goes, never otherwise; while it is invoiced, it is frozen."""

from ..support.invoicing import MODES, InvoicingCase


class TestReturn(InvoicingCase):
    def _billed(self, mode="draft", **values):
        agreement = self._contract(mode, **values)
        charges = self._charges(agreement)
        agreement.generate_invoice()
        self.assertBilledOnce(charges)
        return agreement, charges, self._moves(agreement)

    def test_deleted_invoice(self):
        """Also a posted one that was set back to draft, and one that came through an order."""
        for mode in MODES:
            for detail in ("device", "material"):
                with self.subTest(mode=mode, detail=detail):
                    agreement, charges, moves = self._billed(mode, xpps_invoice_detail=detail)
                    self._void(moves)
                    self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
                    agreement.generate_invoice()
                    self.assertBilledOnce(charges)
                    again = self._moves(agreement)
                    agreement.generate_invoice()
                    self.assertBilledOnce(charges)
                    self.assertFalse((self._moves(agreement) - again).invoice_line_ids.xpps_charge_ids)

    def test_cancelled_invoice(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement, charges, moves = self._billed(mode)
                moves.filtered(lambda move: move.state == "posted").button_draft()
                self.assertEqual(set(charges.mapped("invoice_status")), {"invoiced"}, "A draft holds them.")
                moves.button_cancel()
                self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
                agreement.generate_invoice()
                self.assertBilledOnce(charges)

    def test_a_cancelled_invoice_is_not_used_besides(self):
        """Its charges are billed by another one by now."""
        agreement = self._contract(services=self.coffee)
        charges = self._charges(agreement)
        moves = agreement._create_xpps_invoices(agreement.browse())
        moves.button_cancel()
        agreement._create_xpps_invoices(agreement.browse())
        self.assertRaisesMessage("cannot be used again: charge", moves.button_draft)
        self.assertBilledOnce(charges)

    def test_cancelled_order(self):
        """A cancelled order gives its charges back to the next one."""
        agreement, charges, moves = self._billed("sale_and_invoice")
        self._void(moves)
        agreement.sale_order_ids.action_unlock()
        agreement.sale_order_ids.with_context(disable_cancel_warning=True).action_cancel()
        agreement.generate_invoice()
        self.assertBilledOnce(charges)
        self.assertEqual(len(self._moves(agreement)), 1)

    def test_recurring_items_of_a_deleted_order_invoice(self):
        """What its order bills is billed again, too, and nothing of it twice."""
        agreement, charges, moves = self._billed("sale_and_invoice")
        self._void(moves)
        agreement.generate_invoice()
        lines = self._product_lines(self._moves(agreement))
        self.assertEqual(len(lines.filtered(lambda line: line.product_id == self.base)), 2)
        self.assertEqual(sum(self._moves(agreement).mapped("amount_untaxed")), 2 * 35 + 2.30)
        agreement.generate_invoice()
        self.assertEqual(sum(self._moves(agreement).mapped("amount_untaxed")), 3 * 35 + 2.30)

    def test_deleted_line(self):
        agreement, charges, moves = self._billed()
        charge = charges[0]
        charge.invoice_line_ids.unlink()
        self.assertEqual(charge.invoice_status, "to_invoice")
        self.assertEqual(set((charges - charge).mapped("invoice_status")), {"invoiced"})
        agreement.generate_invoice()
        self.assertBilledOnce(charges)

    def test_material_line_gives_all_its_charges_back(self):
        agreement, charges, moves = self._billed(xpps_invoice_detail="material")
        moves.unlink()
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})

    def test_duplicated_invoice(self):
        for mode in MODES:
            agreement, charges, moves = self._billed(mode)
            copy = moves.copy()
            self.assertFalse(copy.invoice_line_ids.xpps_charge_ids)
            self.assertBilledOnce(charges)
            self._void(moves)
            self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"}, "The copy holds none.")

    def test_credit_note(self):
        """A reversed charge is not billed again by itself."""
        for mode in ("invoice", "sale_and_invoice"):
            agreement, charges, moves = self._billed(mode)
            credit = moves._reverse_moves(cancel=True)
            self.assertEqual(credit.state, "posted")
            self.assertFalse(credit.invoice_line_ids.xpps_charge_ids)
            self.assertEqual(set(charges.mapped("invoice_status")), {"invoiced"})
            for charge in charges:
                self.assertEqual(len(charge.invoice_line_ids), 1)
            before = self._moves(agreement) | credit
            agreement.generate_invoice()
            new = self._moves(agreement) - before
            self.assertFalse(new.invoice_line_ids.xpps_charge_ids)
            self.assertEqual(new.amount_untaxed, 35, mode)

    def test_credit_note_and_new_draft(self):
        """The wizard's "reverse and create invoice": its new draft bills what the reversed invoice billed."""
        agreement, charges, moves = self._billed("invoice")
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"journal_id": moves.journal_id.id, "reason": "Wrong address"})
        )
        action = wizard.modify_moves()
        draft = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((draft.move_type, draft.amount_untaxed), ("out_invoice", 37.30))
        self.assertEqual(draft.invoice_line_ids.xpps_charge_ids, charges)
        self.assertBilledOnce(charges)
        self.assertEqual(charges.earlier_line_ids.move_id, moves)


class TestFrozen(InvoicingCase):
    CHANGES = (
        {"quantity": 1},
        {"unit_price": 1},
        {"unit_cost": 1},
        {"name": "Other"},
        {"billable": False},
        {"state": "draft"},
    )

    def assertFrozen(self, charge, invoice):
        for values in self.CHANGES:
            self.assertRaisesMessage(invoice, charge.write, {**values, "reason": "Agreed"})
        for method in (charge.action_reset, charge.action_reject, charge.unlink):
            self.assertRaisesMessage(invoice, method)
        self.assertEqual((charge.state, charge.quantity, charge.invoice_status), ("approved", 100, "invoiced"))

    def test_posted(self):
        for mode in ("invoice", "sale_and_invoice"):
            agreement = self._contract(mode)
            charge = self._charge(subscription_id=agreement.id)
            agreement.generate_invoice()
            name = self._moves(agreement).name
            self.assertRegex(name, r"INV/\d+/")
            self.assertFrozen(charge, name)
            self.assertRaisesMessage("SN-1", charge.unlink)

    def test_draft(self):
        charge = self._charge()
        self.agreement.generate_invoice()
        self.assertFrozen(charge, "[Dd]raft")

    def test_approving_again_changes_nothing(self):
        charge = self._charge()
        self.agreement.generate_invoice()
        charge.action_approve()
        self.assertBilledOnce(charge)

    def test_free_again(self):
        charge = self._charge()
        self.agreement.generate_invoice()
        self._void(self._moves())
        charge.write({"quantity": 40, "reason": "Agreed"})
        self.agreement.generate_invoice()
        self.assertEqual(charge.invoice_line_ids.quantity, 40)

    def test_free_again_after_an_order(self):
        """The order of a deleted invoice still stands: it must not bill what was changed meanwhile."""
        agreement = self._contract("sale_and_invoice", self.env["product.product"])
        changed, rejected = (self._charge(subscription_id=agreement.id) for _time in range(2))
        agreement.generate_invoice()
        self._void(self._moves(agreement))
        changed.write({"quantity": 40, "reason": "Agreed"})
        rejected.action_reject()
        agreement.generate_invoice()
        self.assertBilledOnce(changed)
        self.assertEqual(changed.price_subtotal, 0.40)
        self.assertEqual(sum(self._moves(agreement).mapped("amount_untaxed")), 0.40)
        self.assertFalse(rejected.invoice_line_ids)

    def test_free_again_on_an_order_that_is_invoiced_by_hand(self):
        """Whoever presses the order's own button bills neither a rejected charge nor an old quantity."""
        agreement = self._contract("sale_and_invoice")
        changed, rejected, kept = (self._charge(subscription_id=agreement.id) for _time in range(3))
        agreement.generate_invoice()
        self._void(self._moves(agreement))
        changed.write({"quantity": 40, "reason": "Agreed"})
        rejected.action_reject()
        agreement.sale_order_ids._create_invoices(final=True)
        self.assertEqual(rejected.invoice_status, "no")
        self.assertFalse(rejected.invoice_line_ids)
        agreement.generate_invoice()
        self.assertBilledOnce(changed)
        self.assertBilledOnce(kept)
        self.assertEqual(sum(self._moves(agreement).mapped("amount_untaxed")), 2 * 35 + 0.40 + 1.00)
