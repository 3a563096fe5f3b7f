# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One invoice for all agreements of a customer, and the billing of many agreements at once."""

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..support.invoicing import InvoicingCase


class CustomerCase(InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.xpps_invoice_mode = "customer"
        cls.first, cls.third = cls._contract(), cls._contract()
        cls.many = cls.first + cls.third

    def _headings(self, move):
        sections = move.invoice_line_ids.filtered(lambda line: line.display_type == "line_section")
        return sections.mapped("name")


class TestOneInvoice(CustomerCase):
    def test_together(self):
        charges = self._charges(self.first) | self._charge(7, 1, subscription_id=self.third.id)
        self.third.xpps_agreement_number = "AG-77"
        move = self.many._create_xpps_invoices()
        self.assertEqual(len(move), 1)
        self.assertBilledOnce(charges)
        self.assertLines(
            move,
            [
                [
                    ("Coffee", 1, 5, 5),
                    ("Coffee", 1, 5, 5),
                    ("Color Pages", 10, 0.08, 0.8),
                    ("Mono Pages", 7, 1, 7),
                    ("Mono Pages", 50, 0.01, 0.5),
                    ("Mono Pages", 100, 0.01, 1),
                    ("XPPS Base Price", 1, 30, 30),
                    ("XPPS Base Price", 1, 30, 30),
                ]
            ],
        )
        self.assertEqual(self._headings(move), [self.first.name, f"{self.third.name} (AG-77)"])
        # Under its heading stands what each agreement bills.
        owners = [line.xpps_subscription_id for line in move.invoice_line_ids.sorted("sequence")]
        self.assertEqual(owners, [self.first] * 6 + [self.third] * 4)
        self.assertEqual(move.invoice_origin, f"{self.first.name}, {self.third.name}")
        self.assertEqual([self.first.account_invoice_ids_count, self.third.account_invoice_ids_count], [1, 1])
        self.assertIn(move.id, self.third.action_view_account_invoice_ids()["domain"][0][2])

    def test_alone_without_heading(self):
        move = self.first.create_invoice()
        self.assertFalse(self._headings(move))
        self.assertEqual(move.amount_untaxed, 35)

    def test_site_in_the_heading(self):
        site = self._partner("Branch Office", parent_id=self.customer.id, type="delivery")
        self.third.partner_shipping_id = site
        headings = self._headings(self.many._create_xpps_invoices())
        self.assertIn("Branch Office", headings[1])

    def test_not_together(self):
        """Another currency, fiscal position, invoice address or customer takes another invoice."""
        moves = self.many._create_xpps_invoices()
        self.assertEqual(len(moves), 1)
        euros = self._pricelist("Euro", self.eur)
        position = self.env["account.fiscal.position"].create({"name": "Abroad", "company_id": self.company.id})
        # Not a contact of the customer, or all agreements would be billed there.
        office = self._partner("Office")
        for values in (
            {"pricelist_id": euros.id},
            {"fiscal_position_id": position.id},
            {"partner_invoice_id": office.id},
            {"partner_id": self._partner("Another Customer").id, "xpps_invoice_mode": "customer"},
            {
                "partner_id": self._partner("Customer Of The Same Payer").id,
                "partner_invoice_id": self.customer.id,
                "xpps_invoice_mode": "customer",
            },
            {"xpps_invoice_mode": "combined"},
        ):
            # What an invoice bills is not billed by another one.
            moves.unlink()
            other = self._contract(**values)
            moves = (self.first + other)._create_xpps_invoices()
            self.assertEqual(len(moves), 2, values)
            self.assertEqual(moves.invoice_line_ids.xpps_subscription_id, self.first + other)

    def test_the_customers_own_mode(self):
        self.assertEqual(self.first.xpps_invoice_mode, "customer")
        self.assertEqual(self._agreement(partner_id=self._partner("New").id).xpps_invoice_mode, "combined")

    def test_generate_bills_what_is_due_together(self):
        later = self._contract(next_date="2099-01-01")
        paused = self._contract()
        paused.is_paused = True
        charge = self._charge(7, 1, subscription_id=later.id)
        self.first.generate_invoice()
        move = self._moves(self.first)
        self.assertEqual(len(move), 1)
        # Of the one that is not due, only its charges.
        self.assertEqual(move.amount_untaxed, 35 + 35 + 7)
        self.assertEqual(charge.invoice_status, "invoiced")
        self.assertEqual(self.many.mapped("recurring_next_date"), [self.day("2026-03-01")] * 2)
        self.assertEqual(later.recurring_next_date, self.day("2099-01-01"))
        self.assertEqual(paused.recurring_next_date, self.day("2026-02-01"))
        for agreement in self.many + later:
            self.assertIn(str(move.id), agreement.message_ids[0].body)

    @mute_logger("odoo.addons.subscription_oca.models.sale_subscription")
    def test_cron(self):
        self.env["sale.subscription"].search([("id", "not in", self.many.ids)]).is_paused = True
        today = fields.Date.today()
        self.many.recurring_next_date = today
        self.env["sale.subscription"].cron_subscription_management()
        self.assertEqual(len(self._moves(self.first) | self._moves(self.third)), 1)
        self.env["sale.subscription"].cron_subscription_management()
        self.assertEqual(len(self._moves(self.first) | self._moves(self.third)), 1)

    def test_through_orders(self):
        self.many.template_id = self.templates["sale_and_invoice"]
        charges = self._charges(self.first) | self._charge(7, 1, subscription_id=self.third.id)
        self.first.generate_invoice()
        move = self._moves(self.first)
        self.assertEqual(self._moves(self.third), move)
        self.assertEqual(move.amount_untaxed, 35 + 2.3 + 35 + 7)
        self.assertBilledOnce(charges)
        self.assertEqual(self._product_lines(move).xpps_subscription_id, self.many)

    def test_credit_note_as_a_whole(self):
        """What one agreement owes is set off against what the other gets back."""
        self._charge(-10000, 0.01, subscription_id=self.third.id)
        move = self.many._create_xpps_invoices()
        self.assertEqual((move.move_type, move.amount_untaxed), ("out_refund", 30))


class TestMany(CustomerCase):
    def test_modes_side_by_side(self):
        combined = self._contract(xpps_invoice_mode="combined")
        separate = self._contract(xpps_invoice_mode="separate")
        everything = combined + separate + self.many
        charges = self.env["sale.subscription.charge"].union(*(self._charges(agreement) for agreement in everything))
        moves = everything._create_xpps_invoices()
        self.assertEqual(sorted(moves.mapped("amount_untaxed")), [5, 32.3, 37.3, 74.6])
        self.assertBilledOnce(charges)

    def test_due(self):
        """Recurring lines of those that are due, charges of all."""
        self._charge(7, 1, subscription_id=self.third.id)
        move = self.many._create_xpps_invoices(due=self.first)
        self.assertEqual(move.amount_untaxed, 42)

    def test_until(self):
        self._charge(7, 1, subscription_id=self.first.id)
        later = self._charge(8, 1, subscription_id=self.first.id, period_end="2026-02-28")
        undated = self._charge(9, 1, subscription_id=self.first.id, period_start=False, period_end=False)
        moves = self.first._create_xpps_invoices(due=self.first.browse(), until=self.day("2026-01-31"))
        self.assertEqual(moves.amount_untaxed, 16)
        self.assertEqual((later.invoice_status, undated.invoice_status), ("to_invoice", "invoiced"))

    def test_a_master_among_them(self):
        master = self._contract(is_xpps_master=True, running=False)
        with self.assertRaisesRegex(UserError, "master"):
            (self.first + master)._create_xpps_invoices()

    def test_languages(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self._partner("Client", lang="fr_FR", xpps_invoice_mode="combined")
        self.mono.with_context(lang="fr_FR").name = "Pages noires"
        agreement = self._contract(partner_id=french.id)
        self._bill_one(agreement)
        moves = (self.first + agreement)._create_xpps_invoices()
        names = self._product_lines(moves).filtered(lambda line: line.product_id == self.mono).mapped("name")
        self.assertTrue(any("Pages noires" in name for name in names), names)

    def _bill_one(self, agreement):
        name = self.mono.with_context(lang=agreement.partner_id.lang).display_name
        return self._charge(7, 1, subscription_id=agreement.id, name=name)

    def test_queries(self):
        """Each agreement more takes few queries: at most six a posted invoice are allowed."""
        agreements = self.env["sale.subscription"]
        for _number in range(40):
            agreement = self._contract(xpps_invoice_mode="combined", partner_id=self._partner("C").id)
            self._charges(agreement)
            agreements |= agreement
        self.env.flush_all()
        self.env.invalidate_all()
        agreements[:2]._create_xpps_invoices().action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        moves = agreements[2:]._create_xpps_invoices()
        moves.action_post()
        self.env.flush_all()
        self.assertEqual(len(moves), 38)
        self.assertLess((self.cr.sql_log_count - before) / 38, 6)

    def test_wrong_amounts_are_corrected(self):
        """Amounts that the engine proposes to save time are wrong where a price includes its tax."""
        tax = self.env["account.tax"].create(
            {"name": "Included", "amount": 20, "price_include_override": "tax_included", "company_id": self.company.id}
        )
        self.mono.taxes_id = tax
        self.first.sale_subscription_line_ids.tax_ids = tax
        self._charges(self.first)
        move = self.first.create_invoice()
        self.assertEqual(move.amount_total, 37.3)
        lines = self._product_lines(move)
        self.assertEqual(sorted(lines.mapped("price_subtotal")), [0.42, 0.8, 0.83, 4.17, 25])
        for line in lines:
            self.assertEqual((line.balance, line.amount_currency), (-line.price_subtotal, -line.price_subtotal))
        move.action_post()


class TestByRun(InvoicingCase):
    """A company may leave the invoicing of its agreements to billing runs."""

    def test_cron_leaves_agreements_alone(self):
        self.env["sale.subscription"].search([]).is_paused = True
        today = fields.Date.today()
        agreement = self._contract(next_date=today)
        charges = self._charges(agreement)
        plain = self._contract(
            next_date=today, is_xpps=False, sale_subscription_line_ids=[Command.create({"product_id": self.coffee.id})]
        )
        self.coffee.property_account_income_id = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "income")], limit=1
        )
        self.company.xpps_invoice_by_run = True
        self.env["sale.subscription"].cron_subscription_management()
        self.assertFalse(self._moves(agreement))
        self.assertEqual(agreement.recurring_next_date, today)
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
        self.assertTrue(self._moves(plain), "What is no XPPS agreement is billed as ever.")
        # Whoever presses the button gets an invoice.
        agreement.generate_invoice()
        self.assertEqual(self._moves(agreement).amount_untaxed, 37.3)

    def test_end_before_the_run(self):
        """An agreement that ends before its last run came keeps its due date."""
        self.company.xpps_invoice_by_run = True
        today = fields.Date.today()
        agreement = self._contract(next_date=today)
        agreement.close_subscription()
        self.assertEqual(agreement.recurring_next_date, today)
        self.assertEqual(agreement._create_xpps_invoices().amount_untaxed, 35)
        agreement._set_next_invoice_date_after_invoice()
        self.assertFalse(agreement.recurring_next_date)
