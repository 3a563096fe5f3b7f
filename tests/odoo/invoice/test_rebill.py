# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Credited charges: visible, billed again only when somebody says so, and never twice."""

from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form

from odoo.addons.xerox_xpps.rules import in_proportion

from ..support.access import BILLING, USER
from ..support.common import record
from ..support.invoicing import MODES
from ..support.rebilling import RebillCase


class TestCredit(RebillCase):
    def test_full(self):
        """Visible as soon as the credit note is posted, in every mode; never billed again by itself."""
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement, charges, moves = self._billed(mode)
                self.assertEqual(self._credits(charges), [(0, 0, "no")] * 3)
                credit = self._reverse(moves)
                self.assertEqual(self._credits(charges), [(0, 0, "no")] * 3, "A draft credits nothing.")
                credit.action_post()
                full = [(100, 1, "full"), (50, 0.5, "full"), (10, 0.8, "full")]
                self.assertEqual(self._credits(charges), full)
                self.assertEqual(set(charges.mapped("invoice_status")), {"invoiced"})
                agreement.generate_invoice()
                self.assertFalse((self._moves(agreement) - moves - credit).invoice_line_ids.xpps_charge_ids)
                credit.button_draft()
                self.assertEqual(self._credits(charges), [(0, 0, "no")] * 3)

    def test_partial(self):
        _agreement, charges, moves = self._billed()
        self._credit(moves, color=4)
        self.assertEqual(self._credits(charges), [(0, 0, "no"), (0, 0, "no"), (4, 0.32, "partial")])
        self._credit(moves, color=6)
        self.assertEqual(self._credits(charges)[2], (10, 0.8, "full"))

    def test_price_credited_in_part(self):
        """All pages, but not all of the money, is no full credit; all of the money is, however it is written."""
        _agreement, charges, moves = self._billed()
        credit = self._reverse(moves)
        line = credit.invoice_line_ids.filtered(lambda line: line.product_id == self.color)
        line.price_unit = 0.05
        credit.action_post()
        self.assertEqual(self._credits(charges)[2], (10, 0.5, "partial"))
        credit.button_draft()
        line.write({"quantity": 1, "price_unit": 0.8})
        credit.action_post()
        self.assertEqual(self._credits(charges)[2], (10, 0.8, "full"))

    def test_material_line(self):
        """Part of a line with several charges is split in proportion, to the last cent and page."""
        _agreement, charges, moves = self._billed(xpps_invoice_detail="material")
        self._credit(moves, mono=77)
        # 77 pages of 150, 0.77 of 1.50: two thirds and one third.
        self.assertEqual(self._credits(charges), [(51, 0.51, "partial"), (26, 0.26, "partial"), (0, 0, "no")])
        self._credit(moves, mono=73)
        self.assertEqual(self._credits(charges), [(100, 1, "full"), (50, 0.5, "full"), (0, 0, "no")])

    def test_negative_charges_on_a_material_line(self):
        agreement = self._contract("invoice", self.env["product.product"], xpps_invoice_detail="material")
        charges = self._charge(100, 0.01, subscription_id=agreement.id)
        charges |= self._charge(-30, 0.01, subscription_id=agreement.id)
        agreement.generate_invoice()
        move = self._moves(agreement)
        self.assertEqual(move.amount_untaxed, 0.70)
        self._credit(move, mono=35)
        self.assertEqual(sum(charges.mapped("credited_quantity")), 35)
        self.assertEqual(round(sum(charges.mapped("credited_amount")), 2), 0.35)
        self._credit(move, mono=35)
        self.assertEqual(self._credits(charges), [(100, 1, "full"), (-30, -0.3, "full")])

    def test_proportions(self):
        cases = [
            ("0.10", (1, 1, 1), "0.01", ["0.04", "0.03", "0.03"]),
            ("-0.10", (1, 1, 1), "0.01", ["-0.04", "-0.03", "-0.03"]),
            ("7", (5, 3, 1), "1", ["4", "2", "1"]),
            ("100", (7, 7, 7, 7, 7, 7), "1", ["17", "17", "17", "17", "16", "16"]),
            ("0", (3, 2), "1", ["0", "0"]),
            ("5", (2, -2), "1", ["0", "0"]),
        ]
        for total, weights, unit, expected in cases:
            parts = in_proportion(Decimal(total), [Decimal(weight) for weight in weights], Decimal(unit))
            self.assertEqual(parts, [Decimal(part) for part in expected])

    def test_reversed_credit_note(self):
        """An invoice that reverses the credit note charges the pages again."""
        _agreement, charges, moves = self._billed()
        credit = self._credit(moves)
        again = self._reverse(credit)
        self.assertEqual(again.move_type, "out_invoice")
        self.assertEqual(set(charges.mapped("credit_state")), {"full"})
        again.action_post()
        self.assertEqual(self._credits(charges), [(0, 0, "no")] * 3)
        self.assertRaisesMessage("not credited", charges.action_rebill)
        self.assertEqual(list(self._billed_pages(charges).values()), [1, 0.5, 0.8])

    def test_negative_invoice(self):
        """An invoice below zero becomes a credit note: its taxes and charges stay, and it can be reversed."""
        tax = self.env["account.tax"].create(
            {"name": "10 %", "amount": 10, "company_id": self.company.id, "type_tax_use": "sale"}
        )
        self.mono.taxes_id = tax
        agreement = self._contract("invoice", self.env["product.product"])
        charge = self._charge(-1000, 0.01, subscription_id=agreement.id)
        small = self._charge(100, 0.01, subscription_id=agreement.id)
        agreement.generate_invoice()
        move = self._moves(agreement)
        self.assertEqual((move.move_type, move.amount_untaxed, move.amount_tax), ("out_refund", 9, 0.9))
        for line in self._product_lines(move):
            self.assertEqual(line.tax_ids, tax)
        self.assertBilledSigned(charge | small)
        self.assertEqual(self._credits(charge | small), [(0, 0, "no")] * 2)
        self._credit(move)
        self.assertEqual(self._credits(charge | small), [(-1000, -10, "full"), (100, 1, "full")])
        charge.action_rebill()
        self.assertEqual(charge.invoice_status, "to_invoice")

    def assertBilledSigned(self, charges):
        for charge in charges:
            self.assertEqual((charge.invoice_status, len(charge.invoice_line_ids)), ("invoiced", 1))

    def test_duplicated_credit_note_credits_nothing(self):
        _agreement, charges, moves = self._billed()
        credit = self._credit(moves, color=4)
        copy = credit.copy()
        copy.action_post()
        self.assertEqual(self._credits(charges)[2], (4, 0.32, "partial"))

    def test_search(self):
        _agreement, charges, moves = self._billed()
        self._credit(moves, color=4, mono=100)
        mine = [("id", "in", charges.ids)]
        find = charges.search
        self.assertEqual(find([*mine, ("credit_state", "=", "partial")]), charges[2])
        # 100 pages were credited of each Mono line, so of the second more than it billed.
        self.assertEqual(find([*mine, ("credit_state", "=", "full")]), charges[0] | charges[1])
        self.assertEqual(find([*mine, ("credit_state", "!=", "no")]), charges)
        self.assertFalse(find([*mine, ("credit_state", "=", "no")]))
        self.assertEqual(find([*mine, ("credit_state", "in", ["no", "partial"])]), charges[2])

    def test_an_accountant_without_xpps_rights_reverses(self):
        _agreement, charges, moves = self._billed()
        accountant = self._user("xpps_test_accountant", "account.group_account_manager")
        wizard = (
            self.env["account.move.reversal"]
            .with_user(accountant)
            .with_context(active_model="account.move", active_ids=moves.ids, allowed_company_ids=self.company.ids)
            .create({"journal_id": moves.journal_id.id})
        )
        wizard.modify_moves()
        self.assertEqual(charges.invoice_line_ids.move_id, wizard.new_move_ids)
        self.assertBilledOnce(charges)

    def test_nobody_says_by_hand_what_is_credited(self):
        _agreement, charges, moves = self._billed()
        line = moves.invoice_line_ids[0]
        manager = self._user("xpps_test_all", "account.group_account_manager", BILLING)
        for values in (
            {"xpps_credited_charge_ids": [Command.set(charges.ids)]},
            {"xpps_charge_ids": [Command.clear()]},
        ):
            self.assertRaisesMessage(
                "when their agreement is invoiced", line.with_user(manager).write, values, exception=AccessError
            )
        for name in ("credit_line_ids", "earlier_line_ids", "invoice_line_ids"):
            values = {name: [Command.set(line.ids)]}
            self.assertRaisesMessage(
                "when its agreement is invoiced", charges.with_user(manager).write, values, exception=AccessError
            )


class TestRebill(RebillCase):
    def test_rebill(self):
        """Billed again by the next invoice, once; what the customer owes in the end is each charge once."""
        for mode in MODES:
            for detail in ("device", "material"):
                with self.subTest(mode=mode, detail=detail):
                    agreement, charges, moves = self._billed(mode, xpps_invoice_detail=detail)
                    self._credit(moves)
                    lines = charges.invoice_line_ids
                    self.assertIs(charges.action_rebill(), True)
                    self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
                    self.assertEqual(charges.earlier_line_ids, lines)
                    self.assertFalse(charges.invoice_line_ids)
                    self.assertEqual(self._credits(charges), [(0, 0, "no")] * 3)
                    before = self._moves(agreement)
                    agreement.generate_invoice()
                    new = self._moves(agreement) - before
                    self.assertEqual(new.invoice_line_ids.xpps_charge_ids, charges)
                    self.assertBilledOnce(charges)
                    new.filtered(lambda move: move.state == "draft").action_post()
                    self.assertEqual(sum(new.mapped("amount_untaxed")), 37.30)
                    agreement.generate_invoice()
                    self.assertBilledOnce(charges)
                    self.assertRaisesMessage("not credited", charges.action_rebill)

    def test_tracked(self):
        agreement, charges, moves = self._billed()
        credit = self._credit(moves)
        charges.action_rebill()
        body = agreement.message_ids[0].body
        for text in (moves.name, credit.name, "SN-1", "SN-2", "Color Pages"):
            self.assertIn(text, body)

    def test_changed_before_it_is_billed_again(self):
        agreement, charges, moves = self._billed()
        self._credit(moves)
        charges.action_rebill()
        charges[0].write({"unit_price": 0.02, "reason": "Agreed"})
        charges[1].action_reject()
        agreement.generate_invoice()
        self.assertEqual(charges.mapped("invoice_status"), ["invoiced", "no", "invoiced"])
        self.assertEqual(charges[0].invoice_line_ids.price_subtotal, 2)

    def test_one_of_several(self):
        """Also of a line with several charges; the other can follow later."""
        agreement, charges, moves = self._billed(xpps_invoice_detail="material")
        self._credit(moves)
        charges[0].action_rebill()
        self.assertEqual(charges.mapped("invoice_status"), ["to_invoice", "invoiced", "invoiced"])
        self.assertEqual(self._credits(charges[1:]), [(50, 0.5, "full"), (10, 0.8, "full")])
        charges[1:].action_rebill()
        agreement.generate_invoice()
        self.assertBilledOnce(charges)

    def test_twice(self):
        """A charge that is billed again can be credited and billed again once more."""
        agreement, charges, moves = self._billed()
        for _time in range(2):
            self._credit(moves)
            charges.action_rebill()
            before = self._moves(agreement)
            agreement.generate_invoice()
            moves = self._moves(agreement) - before
            self.assertBilledOnce(charges)
            self.assertEqual(
                self._credits(charges), [(0, 0, "no")] * 3, "Earlier credit notes concern earlier invoices."
            )
        self.assertEqual(list(self._billed_pages(charges).values()), [1, 0.5, 0.8])
        self.assertEqual(len(charges[0].earlier_line_ids), 2)

    def test_refused(self):
        _agreement, charges, moves = self._billed()
        self.assertRaisesMessage("not credited", charges.action_rebill)
        credit = self._reverse(moves)
        self.assertRaisesMessage("not credited", charges.action_rebill)
        credit.unlink()
        self._credit(moves, color=4)
        self.assertRaisesMessage("SN-1 is partly credited", charges[2].action_rebill)
        self.assertRaisesMessage("not credited", self._charge().action_rebill)
        self.assertEqual(set(charges.mapped("invoice_status")), {"invoiced"})

    def test_rights(self):
        _agreement, charges, moves = self._billed()
        self._credit(moves)
        reader = self._user("xpps_test_reader", USER, "account.group_account_manager")
        with self.assertRaises(AccessError), self.cr.savepoint():
            charges.with_user(reader).action_rebill()
        charges.with_user(self._user("xpps_test_clerk", BILLING)).action_rebill()
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})

    def test_the_credit_note_stands(self):
        """Once its charges are billed again, or offered for it."""
        for billed in (False, True):
            agreement, charges, moves = self._billed()
            credit = self._credit(moves)
            credit.button_draft()
            credit.action_post()
            charges[0].action_rebill()
            if billed:
                agreement.generate_invoice()
            for move in (credit, moves):
                self.assertRaisesMessage("SN-1", move.button_draft)
                self.assertRaisesMessage("SN-1", move.button_cancel)
                self.assertRaisesMessage("SN-1", move.with_context(force_delete=True).unlink)
                self.assertEqual(move.state, "posted")

    def test_nothing_is_credited_or_taken_back_afterwards(self):
        """Drafts that were made before, and reversals of the credit note that are made later."""
        for mode in ("invoice", "sale_and_invoice"):
            with self.subTest(mode=mode):
                agreement, charges, moves = self._billed(mode)
                second = self._reverse(moves)
                credit = self._credit(moves)
                charges.action_rebill()
                agreement.generate_invoice()
                for draft in (second, self._reverse(credit)):
                    self.assertRaisesMessage("SN-1", draft.action_post)
                    self.assertEqual(draft.state, "draft")
                owed = {charge: charge.price_subtotal for charge in charges}
                self.assertEqual(self._billed_pages(charges), owed)
                # What it says of anything else may be posted.
                self._product_lines(second).filtered("xpps_credited_charge_ids").unlink()
                second.action_post()
                self.assertEqual(self._billed_pages(charges), owed)

    def test_an_invoice_that_is_credited_stays(self):
        """Without it the charge would be billed again, and the credit note would take that back, too."""
        for mode in ("invoice", "sale_and_invoice"):
            with self.subTest(mode=mode):
                agreement, charges, moves = self._billed(mode)
                credit = self._credit(moves, mono=10)
                self.assertRaisesMessage(credit.name, moves.button_cancel)
                moves.button_draft()
                self.assertRaisesMessage(credit.name, moves.with_context(force_delete=True).unlink)
                self.assertRaisesMessage(credit.name, moves.button_cancel)
                moves.action_post()
                self._void(credit)
                self._void(moves)
                self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})

    def test_the_charge_stays(self):
        """Without it the credit note could be taken back, and the same pages imported and billed once more."""
        file = self._import([record("SN-1", mono=(100, "0.004"))])
        charge = file.charge_ids
        charge.action_approve()
        self.agreement.generate_invoice()
        move = charge.invoice_line_ids.move_id
        move.action_post()
        credit = self._credit(move)
        charge.action_rebill()
        self.assertRaisesMessage("cannot be undone", file.action_cancel)
        self.assertRaisesMessage(credit.name, charge.unlink)
        self.agreement.generate_invoice()
        self._void(charge.invoice_line_ids.move_id)
        self.assertRaisesMessage("cannot be undone", file.action_cancel)

    def test_what_bills_it_again_may_go(self):
        agreement, charges, moves = self._billed()
        self._credit(moves)
        charges.action_rebill()
        before = self._moves(agreement)
        agreement.generate_invoice()
        self._void(self._moves(agreement) - before)
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
        agreement.generate_invoice()
        self.assertBilledOnce(charges)

    def test_orders(self):
        """The order of the reversed invoice bills the charges no more, not even by its own button."""
        agreement, charges, moves = self._billed("sale_and_invoice")
        self._credit(moves)
        order = agreement.sale_order_ids
        charges.action_rebill()
        self.assertFalse(order.order_line.xpps_charge_ids)
        self.assertFalse(charges.sale_line_ids)
        order._create_invoices(final=True)
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
        agreement.generate_invoice()
        self.assertBilledOnce(charges)

    # Reverse and create invoice

    def test_modify(self):
        """The new draft bills the charges; deleted, it gives them back; posted, it can be reversed as any other."""
        for detail in ("device", "material"):
            with self.subTest(detail=detail):
                agreement, charges, moves = self._billed(xpps_invoice_detail=detail)
                wizard = self._reversal(moves)
                wizard.modify_moves()
                draft = wizard.new_move_ids
                self.assertEqual((draft.state, draft.amount_untaxed), ("draft", 37.30))
                self.assertBilledOnce(charges)
                self.assertEqual(charges.invoice_line_ids.move_id, draft)
                for line in self._product_lines(draft).filtered("xpps_charge_ids"):
                    self.assertEqual(sum(line.xpps_charge_ids.mapped("quantity")), line.quantity)
                    self.assertEqual(line.xpps_charge_ids.product_id, line.product_id)
                before = self._moves(agreement)
                agreement.generate_invoice()
                self.assertFalse((self._moves(agreement) - before - draft).invoice_line_ids.xpps_charge_ids)
                self.assertRaisesMessage("not credited", charges.action_rebill)
                draft.action_post()
                credit = self._credit(draft)
                self.assertEqual(set(charges.mapped("credit_state")), {"full"})
                credit.button_draft()
                credit.action_post()
                charges.action_rebill()
                agreement.generate_invoice()
                self.assertBilledOnce(charges)
                self.assertEqual(sum(self._billed_lines_of(charges).mapped("quantity")), 160)

    def _billed_lines_of(self, charges):
        return charges.invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")

    def test_modify_and_delete_the_new_draft(self):
        agreement, charges, moves = self._billed()
        wizard = self._reversal(moves)
        wizard.modify_moves()
        wizard.new_move_ids.unlink()
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
        self.assertRaisesMessage("SN-", moves.reversal_move_ids.button_draft)
        agreement.generate_invoice()
        self.assertBilledOnce(charges)

    def test_modify_through_orders(self):
        agreement, charges, moves = self._billed("sale_and_invoice")
        wizard = self._reversal(moves)
        wizard.modify_moves()
        self.assertBilledOnce(charges)
        agreement.generate_invoice()
        self.assertBilledOnce(charges)
        wizard.new_move_ids.unlink()
        agreement.generate_invoice()
        self.assertBilledOnce(charges)

    def test_modify_several(self):
        first, mine, moves = self._billed()
        second, other, others = self._billed()
        wizard = self._reversal(moves | others)
        wizard.modify_moves()
        self.assertBilledOnce(mine | other)
        for charges, old in ((mine, moves), (other, others)):
            self.assertEqual(len(charges.invoice_line_ids.move_id), 1)
            self.assertEqual(charges.earlier_line_ids.move_id, old)


class TestMove(RebillCase):
    def setUp(self):
        super().setUp()
        self.other_customer = self._partner("Second Customer")
        self.target = self._contract("invoice", self.env["product.product"], partner_id=self.other_customer.id)

    def test_move(self):
        charge = self._charge()
        self.assertRaisesMessage("reason", charge.write, {"subscription_id": self.target.id})
        charge.write({"subscription_id": self.target.id, "reason": "Sold with the branch"})
        self.assertEqual((charge.partner_id, charge.unit_price, charge.price_subtotal), (self.other_customer, 0.01, 1))
        for agreement in (self.agreement, self.target):
            body = agreement.message_ids[0].body
            for text in (self.agreement.display_name, self.target.display_name, "Sold with the branch", "SN-1"):
                self.assertIn(text, body)
        self.agreement.generate_invoice()
        self.assertEqual(charge.invoice_status, "to_invoice")
        self.target.generate_invoice()
        self.assertBilledOnce(charge)
        self.assertEqual(charge.invoice_line_ids.move_id.partner_id, self.other_customer)

    def test_move_in_the_form(self):
        charge = self._charge(state="draft")
        with Form(charge) as form:
            form.subscription_id = self.target
            form.reason = "Sold"
        self.assertEqual(charge.subscription_id, self.target)

    def test_move_off_an_order(self):
        agreement = self._contract("sale_and_invoice", self.env["product.product"])
        charge = self._charge(subscription_id=agreement.id)
        agreement.generate_invoice()
        self._void(self._moves(agreement))
        charge.write({"subscription_id": self.target.id, "reason": "Sold"})
        agreement.sale_order_ids.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=True)
        self.target.generate_invoice()
        self.assertBilledOnce(charge)

    def test_refused(self):
        charge = self._charge()
        foreign = self._agreement(pricelist_id=self._pricelist("Euros", self.eur).id)
        master = self._agreement(is_xpps_master=True, running=False)
        closed = self._agreement()
        closed.close_subscription()
        plain = self._agreement(is_xpps=False)
        cases = [(foreign, "EUR"), (master, "not a running"), (closed, "not a running"), (plain, "not a running")]
        for agreement, message in cases:
            self.assertRaisesMessage(message, charge.write, {"subscription_id": agreement.id, "reason": "Sold"})
        self.assertEqual(charge.subscription_id, self.agreement)

    def test_other_company(self):
        charge = self._charge()
        company = self._company("XPPS Other Reseller")
        env = self.env(context=dict(self.env.context, allowed_company_ids=[self.company.id, company.id]))
        partner = env["res.partner"].create({"name": "There"})
        there = env["sale.subscription"].create(
            {
                "is_xpps": True,
                "partner_id": partner.id,
                "template_id": self.template.id,
                "company_id": company.id,
                "pricelist_id": env["product.pricelist"]
                .create({"name": "There", "company_id": company.id, "currency_id": self.usd.id})
                .id,
            }
        )
        there.action_start_subscription()
        self.assertRaisesMessage(
            "another company", charge.with_env(env).write, {"subscription_id": there.id, "reason": "Sold"}
        )


class TestZero(RebillCase):
    def test_nothing_to_invoice(self):
        charges = self._charge(0) | self._charge(0, state="draft") | self._charge(5)
        charges.action_approve()
        self.assertEqual(charges.mapped("invoice_status"), ["no", "no", "to_invoice"])
        self.agreement.generate_invoice()
        self.assertFalse(charges[:2].invoice_line_ids)

    def test_corrected(self):
        charge = self._charge(0)
        charge.write({"quantity": 7, "reason": "Counted again"})
        self.assertEqual(charge.invoice_status, "to_invoice")
        charge.write({"quantity": 0, "reason": "Not at all"})
        self.assertEqual(charge.invoice_status, "no")


class TestPosted(RebillCase):
    def test_every_field_is_frozen(self):
        """By API, too, and whatever the field: also what is computed, and what other addons may add."""
        _agreement, charges, _moves = self._billed()
        charge = charges[0]
        before = charge.read(load=None)
        skipped = {"id", "create_uid", "create_date", "write_uid", "write_date"}
        names = [name for name, field in charge._fields.items() if field.store and name not in skipped]
        self.assertGreater(len(names), 25)
        for name in names:
            for user in (self.env.user, self._clerk):
                with self.subTest(field=name, user=user.login):
                    with self.assertRaises(Exception) as caught, self.cr.savepoint():
                        charge.with_user(user).write({name: self._other_value(charge, name), "reason": "Agreed"})
                    self.assertIn(caught.exception.__class__.__name__, ("UserError", "AccessError"))
        self.env.invalidate_all()
        self.assertEqual(charge.read(load=None), before)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._clerk = cls._user("xpps_test_clerk", BILLING)

    def _other_value(self, charge, name):
        field = charge._fields[name]
        if field.type in ("many2many", "one2many"):
            return [Command.clear()]
        if field.type in ("integer", "float", "monetary"):
            return (charge[name] or 0) + 1
        if field.type == "boolean":
            return not charge[name]
        if field.type == "selection":
            return next(value for value in field.get_values(self.env) if value != charge[name])
        if field.type == "many2one":
            return False
        return "2026-05-05" if field.type == "date" else "Other"
