# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which invoices a billing makes, in each invoicing mode: everything once, and none that is empty."""

from odoo.addons.account.models.account_move import AccountMove

from ..support.invoicing import MODES, InvoicingCase

BASE = ("XPPS Base Price", 1, 30, 30)
COFFEE = ("Coffee", 1, 5, 5)
BY_DEVICE = [
    ("Mono Pages", 100, 0.01, 1.00),
    ("Mono Pages", 50, 0.01, 0.50),
    ("Color Pages", 10, 0.08, 0.80),
]
BY_MATERIAL = [("Mono Pages", 150, 0.01, 1.50), ("Color Pages", 10, 0.08, 0.80)]


class TestInvoicing(InvoicingCase):
    def _state(self, mode):
        return "draft" if mode == "draft" else "posted"

    def test_every_mode(self):
        """Four modes, one or two invoices, two details; a second billing bills no charge again."""
        for mode in MODES:
            for split in ("combined", "separate"):
                for detail, pages in (("device", BY_DEVICE), ("material", BY_MATERIAL)):
                    with self.subTest(mode=mode, split=split, detail=detail):
                        self._bill_twice(mode, split, detail, pages)

    def _bill_twice(self, mode, split, detail, pages):
        agreement = self._contract(mode, xpps_invoice_mode=split, xpps_invoice_detail=detail)
        charges = self._charges(agreement)
        agreement.generate_invoice()
        first = self._moves(agreement)
        if split == "combined":
            self.assertLines(first, [[BASE, COFFEE, *pages]])
            self.assertEqual(first.amount_untaxed, 37.30)
        else:
            self.assertLines(first, [[BASE, *pages], [COFFEE]])
            self.assertEqual(sorted(first.mapped("amount_untaxed")), [5.00, 32.30])
        self.assertEqual(set(first.mapped("state")), {self._state(mode)})
        self.assertEqual(set(first.mapped("move_type")), {"out_invoice"})
        self.assertEqual(first.partner_id, self.customer)
        self.assertBilledOnce(charges)
        self.assertEqual(agreement.recurring_next_date, self.day("2026-03-01"))
        if mode == "sale_and_invoice":
            self.assertEqual(len(agreement.sale_order_ids), len(first))
            self.assertEqual(set(agreement.sale_order_ids.mapped("state")), {"sale"})
        agreement.generate_invoice()
        second = self._moves(agreement) - first
        self.assertLines(second, [[BASE, COFFEE]] if split == "combined" else [[BASE], [COFFEE]])
        self.assertFalse(second.invoice_line_ids.xpps_charge_ids)
        self.assertBilledOnce(charges)
        self.assertEqual(agreement.recurring_next_date, self.day("2026-04-01"))

    def test_later_charges_are_billed_later(self):
        for mode in MODES:
            agreement = self._contract(mode)
            one = self._charge(100, 0.01, subscription_id=agreement.id)
            agreement.generate_invoice()
            two = self._charge(200, 0.01, subscription_id=agreement.id)
            agreement.generate_invoice()
            self.assertBilledOnce(one)
            self.assertBilledOnce(two)
            self.assertNotEqual(one.invoice_line_ids.move_id, two.invoice_line_ids.move_id)

    def test_separate_without_other_items(self):
        for mode in MODES:
            agreement = self._contract(mode, self.base, xpps_invoice_mode="separate")
            self._charges(agreement)
            agreement.generate_invoice()
            self.assertLines(self._moves(agreement), [[BASE, *BY_DEVICE]])

    def test_separate_without_xpps_items(self):
        for mode in MODES:
            agreement = self._contract(mode, self.coffee, xpps_invoice_mode="separate")
            agreement.generate_invoice()
            self.assertLines(self._moves(agreement), [[COFFEE]])

    def test_charges_alone(self):
        for mode in MODES:
            for split in ("combined", "separate"):
                agreement = self._contract(mode, self.env["product.product"], xpps_invoice_mode=split)
                charges = self._charges(agreement)
                agreement.generate_invoice()
                self.assertLines(self._moves(agreement), [BY_DEVICE])
                self.assertBilledOnce(charges)

    def test_nothing_to_bill_makes_no_invoice(self):
        for mode in MODES:
            for split in ("combined", "separate"):
                agreement = self._contract(mode, self.env["product.product"], xpps_invoice_mode=split)
                agreement.generate_invoice()
                self.assertFalse(self._moves(agreement))
                self.assertFalse(agreement.sale_order_ids)

    def test_what_is_not_to_be_billed(self):
        """Rejected, unapproved and not billable charges are on no invoice, in no mode."""
        for mode in MODES:
            agreement = self._contract(mode, self.coffee)
            charges = self._charge(state="draft", subscription_id=agreement.id)
            charges |= self._charge(state="rejected", subscription_id=agreement.id)
            charges |= self._charge(billable=False, subscription_id=agreement.id)
            agreement.generate_invoice()
            self.assertLines(self._moves(agreement), [[COFFEE]])
            self.assertEqual(set(charges.mapped("invoice_status")), {"no"})
            self.assertFalse(charges.invoice_line_ids)

    def test_charges_of_another_agreement(self):
        other = self._charges(self._contract())
        agreement = self._contract()
        agreement.generate_invoice()
        self.assertLines(self._moves(agreement), [[BASE, COFFEE]])
        self.assertEqual(set(other.mapped("invoice_status")), {"to_invoice"})

    def test_create_invoice(self):
        """It makes drafts, whatever the mode, and leaves the next date alone."""
        for split, count in (("combined", 1), ("separate", 2)):
            agreement = self._contract("invoice", xpps_invoice_mode=split)
            charges = self._charges(agreement)
            moves = agreement.create_invoice()
            self.assertEqual(moves, self._moves(agreement))
            self.assertEqual((len(moves), set(moves.mapped("state"))), (count, {"draft"}))
            self.assertBilledOnce(charges)
            self.assertEqual(agreement.recurring_next_date, self.day("2026-02-01"))

    def test_create_invoice_of_nothing(self):
        agreement = self._contract(services=self.env["product.product"])
        self.assertFalse(agreement.create_invoice())

    def test_manual_invoice(self):
        agreement = self._contract()
        charges = self._charges(agreement)
        action = agreement.manual_invoice()
        move = self._moves(agreement)
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", move.id))
        self.assertEqual(move.state, "draft")
        self.assertBilledOnce(charges)
        self.assertEqual(agreement.recurring_next_date, self.day("2026-03-01"))

    def test_manual_invoice_of_two(self):
        agreement = self._contract(xpps_invoice_mode="separate")
        self._charges(agreement)
        action = agreement.manual_invoice()
        self.assertEqual(self.env["account.move"].search(action["domain"]), self._moves(agreement).sorted())
        self.assertEqual(len(self._moves(agreement)), 2)
        self.assertFalse(action.get("res_id"))

    def test_manual_invoice_of_nothing(self):
        agreement = self._contract(services=self.env["product.product"])
        self.assertRaisesMessage("nothing to invoice", agreement.manual_invoice)
        self.assertEqual(agreement.recurring_next_date, self.day("2026-02-01"))

    def test_dates(self):
        """Recurring lines are billed at the date they are due, charges alone today."""
        agreement = self._contract()
        agreement.generate_invoice()
        self.assertEqual(self._moves(agreement).invoice_date, self.day("2026-02-01"))

    def test_the_agreement_says_what_was_made(self):
        agreement = self._contract("invoice", xpps_invoice_mode="separate")
        self._charges(agreement)
        agreement.generate_invoice()
        body = agreement.message_ids[0].body
        for move in self._moves(agreement):
            self.assertIn(move.name, body)

    def test_mode_invoice_sends_no_mail(self):
        for mode, sent in (("invoice", 0), ("invoice_send", 1)):
            agreement = self._contract(mode)
            agreement.generate_invoice()
            mails = (
                self.env["mail.mail"]
                .sudo()
                .search_count([("model", "=", "account.move"), ("res_id", "in", self._moves(agreement).ids)])
            )
            self.assertEqual(mails, sent, mode)

    def test_an_order_starts_no_further_agreement(self):
        self.base.write({"subscribable": True, "subscription_template_id": self.template.id})
        agreement = self._contract("sale_and_invoice")
        before = self.env["sale.subscription"].search_count([])
        agreement.generate_invoice()
        self.assertEqual(self.env["sale.subscription"].search_count([]), before)

    def test_services_billed_on_delivery(self):
        """An order bills a charge at once, whatever the material code's invoicing policy."""
        (self.mono | self.base).invoice_policy = "delivery"
        agreement = self._contract("sale_and_invoice", self.base)
        charge = self._charge(subscription_id=agreement.id)
        agreement.generate_invoice()
        self.assertLines(self._moves(agreement), [[BASE, ("Mono Pages", 100, 0.01, 1.00)]])
        self.assertBilledOnce(charge)

    def test_a_failure_leaves_nothing(self):
        """A journal that cannot be posted in, an account that cannot be used."""
        journal = self.company_data_journal()
        self.color.with_company(self.company).property_account_income_id = self._archived_account()
        for mode, values in (("invoice", {"journal_id": journal.id}), ("sale_and_invoice", {})):
            agreement = self._contract(mode, xpps_invoice_mode="separate", **values)
            charges = self._charges(agreement)
            if mode == "invoice":
                charges[2].unlink()
                charges = charges.exists()
            with self.assertRaises(Exception):  # noqa: B017
                agreement.generate_invoice()
            self.assertFalse(self._moves(agreement), mode)
            self.assertFalse(self.env["sale.order"].search([("order_subscription_id", "=", agreement.id)]))
            self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
            self.assertEqual(agreement.recurring_next_date, self.day("2026-02-01"))

    def company_data_journal(self):
        """A sales journal that was archived."""
        return self.env["account.journal"].create(
            {"name": "Old", "code": "OLD", "type": "sale", "company_id": self.company.id, "active": False}
        )

    def test_other_agreements_are_left_to_the_module_below(self):
        self.coffee.property_account_income_id = self.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "=", self.company.id)], limit=1
        )
        agreement = self._contract(services=self.coffee, is_xpps=False)
        agreement.generate_invoice()
        self.assertLines(self._moves(agreement), [[COFFEE]])
        self.assertIsInstance(self._moves(agreement), AccountMove)
