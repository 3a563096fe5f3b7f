# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Billing runs that put what they bill on the customer's open draft, with the customer's orders."""

from odoo import Command

from ..support.payers import PayerCase


class TestOtherItems(PayerCase):
    """166.25 of the agreement, and toner at 45.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_join_other_items = True
        cls.toner = cls._service("Toner", price=45.0)

    def _set_up_once(self):
        super()._set_up_once()
        self.charges = self._january()

    def _toner(self, partner=None, **values):
        """A draft invoice of toner."""
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.customer).id,
                "invoice_line_ids": [Command.create({"product_id": self.toner.id, "quantity": 1, "price_unit": 45.0})],
                **values,
            }
        )

    def _order(self, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "pricelist_id": self.pricelist.id,
                "order_line": [Command.create({"product_id": self.toner.id, "product_uom_qty": 1, "price_unit": 45.0})],
                **values,
            }
        )
        order.action_confirm()
        return order

    def test_one_invoice(self):
        draft = self._toner()
        line = draft.invoice_line_ids
        before = line.read()[0]
        run = self._run()
        moves = self._drafts(run)
        self.assertEqual((moves, draft.amount_untaxed), (draft, 211.25))
        self.assertEqual(run.line_ids.move_ids, draft)
        self.assertEqual((run.line_ids.recurring_amount, run.line_ids.charge_amount), (160.0, 6.25))
        after = line.read()[0]
        same = ("name", "quantity", "price_unit", "price_subtotal", "tax_ids", "account_id", "sequence")
        self.assertEqual([after[name] for name in same], [before[name] for name in same])
        self.assertBilledInAll(self.charges)
        receivable = draft.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual(receivable.balance, 211.25)

    def test_undo_leaves_it_as_it_was(self):
        draft = self._toner()
        line = draft.invoice_line_ids
        run = self._run()
        self._drafts(run)
        run.action_undo()
        self.assertEqual((draft.amount_untaxed, draft.invoice_line_ids, draft.state), (45.0, line, "draft"))
        self.assertFalse(draft.xpps_billing_run_id or draft.xpps_is_joined)
        self.assertEqual((self.charges.invoice_status, run.state), ("to_invoice", "draft"))
        self.assertEqual(str(self.agreement.recurring_next_date), "2026-02-01")
        run.action_prepare()
        self.assertEqual(self._drafts(run), draft)
        self.assertEqual(draft.amount_untaxed, 211.25)

    def test_posted_meanwhile(self):
        draft = self._toner()
        run = self._run()
        draft.action_post()
        moves = self._drafts(run)
        self.assertEqual((moves.amount_untaxed, draft.amount_untaxed), (166.25, 45.0))

    def test_posted_by_the_run(self):
        draft = self._toner()
        run = self._run()
        self._drafts(run)
        run.action_post()
        self.assertEqual((draft.state, run.state), ("posted", "posted"))
        self.assertRaisesMessage("1 of its invoices is posted", run.action_undo)

    def test_somebody_takes_the_lines_off(self):
        """The toner is not the run's to delete."""
        draft = self._toner()
        run = self._run()
        self._drafts(run)
        draft.invoice_line_ids.filtered("xpps_joined_run_id").unlink()
        self.assertEqual(self.charges.invoice_status, "to_invoice")
        run.action_undo()
        self.assertEqual(draft.amount_untaxed, 45.0)

    def test_two_drafts(self):
        self._toner()
        self._toner()
        run = self._run()
        self.assertEqual(self._drafts(run).amount_untaxed, 166.25)
        self.assertIn("The customer has 2 open draft invoices", run.line_ids.notice)

    def test_drafts_that_do_not_fit(self):
        """Of somebody else, in another currency, journal or fiscal position, or one that bills an agreement."""
        journal = self.env["account.journal"].create({"name": "XPPS Other", "code": "XPO", "type": "sale"})
        position = self.env["account.fiscal.position"].create({"name": "XPPS Export"})
        self._toner(self.lessor)
        self._toner(currency_id=self.eur.id)
        self._toner(journal_id=journal.id)
        self._toner(fiscal_position_id=position.id)
        self._toner(move_type="out_refund")
        other = self._agreement()
        other.create_invoice()
        run = self._run()
        self.assertEqual(self._drafts(run).amount_untaxed, 166.25)
        self.assertFalse(run.line_ids.filtered("charge_count").notice)

    def test_a_reference_is_not_lost(self):
        self.agreement.xpps_customer_reference = "PO-1"
        draft = self._toner()
        run = self._run()
        self.assertEqual(self._drafts(run).ref, "PO-1")
        run.action_undo()
        draft.ref = "PO-1"
        run.action_prepare()
        self.assertEqual(self._drafts(run), draft)

    def test_billed_separately(self):
        self.agreement.xpps_invoice_mode = "separate"
        draft = self._toner()
        self.assertEqual(self._drafts().amount_untaxed, 166.25)
        self.assertEqual(draft.amount_untaxed, 45.0)

    def test_two_agreements(self):
        """Both join the one draft."""
        other = self._agreement()
        draft = self._toner()
        run = self._run()
        self.assertEqual(self._drafts(run), draft)
        self.assertEqual(draft.amount_untaxed, 241.25)
        self.assertEqual(draft.invoice_line_ids.xpps_subscription_id, self.agreement | other)
        run.action_undo()
        self.assertEqual(draft.amount_untaxed, 45.0)

    def test_with_a_lessor(self):
        """The lessor's share is billed to the lessor, and an undo takes back both."""
        self._share((self.lessor, 60, 0), (None, 40, 100))
        draft, theirs = self._toner(), self._toner(self.lessor)
        run = self._run()
        moves = self._drafts(run)
        self.assertEqual(draft.amount_untaxed, 115.25)
        self.assertEqual(self._amounts(moves - draft), {"XPPS Test Lessor": [96.0]})
        self.assertEqual(theirs.amount_untaxed, 45.0)
        run.action_undo()
        self.assertEqual((draft.amount_untaxed, (moves - draft).exists().ids), (45.0, []))

    def test_orders(self):
        """They are invoiced with the agreement, once, and are to be invoiced again after an undo."""
        order, foreign = self._order(), self._order(partner_id=self.lessor.id)
        run = self._run()
        moves = self._drafts(run)
        self.assertEqual((moves.amount_untaxed, order.invoice_ids), (211.25, moves))
        self.assertIn(order.name, moves.invoice_origin)
        self.assertEqual((order.invoice_status, foreign.invoice_status), ("invoiced", "to invoice"))
        run.action_undo()
        self.assertEqual(order.invoice_status, "to invoice")
        draft = self._toner()
        run.action_prepare()
        self._drafts(run)
        self.assertEqual(draft.amount_untaxed, 256.25)
        run.action_undo()
        self.assertEqual((draft.amount_untaxed, order.invoice_status), (45.0, "to invoice"))

    def test_off_at_first(self):
        self.company.xpps_join_other_items = False
        draft, order = self._toner(), self._order()
        self.assertEqual(self._drafts().amount_untaxed, 166.25)
        self.assertEqual((draft.amount_untaxed, order.invoice_status), (45.0, "to invoice"))

    def test_a_billing_user(self):
        user = self._user("xpps_billing", "xerox_xpps.group_xpps_billing")
        draft, _order = self._toner(), self._order()
        run = self._run().with_user(user)
        self._drafts(run)
        self.assertEqual(draft.amount_untaxed, 256.25)
        run.action_undo()
        self.assertEqual(draft.amount_untaxed, 45.0)
