# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What stands behind the lines of invoices: analytic distribution, payment terms, bank account, journal."""

from odoo import Command

from ..support.invoicing import MODES, InvoicingCase


class TestAnalytic(InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plan = cls.env["account.analytic.plan"].create({"name": "XPPS Departments"})
        cls.north, cls.south = cls.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id, "company_id": cls.company.id} for name in ("North", "South")]
        )

    def _whole(self, account):
        return {str(account.id): 100}

    def _agreement_of_two(self, mode="draft", **values):
        """SN-1 is billed by a service of the north, SN-2 by one of the south."""
        agreement = self._contract(mode, self.base + self.base, **values)
        for line, account, device in zip(
            agreement.sale_subscription_line_ids,
            (self.north, self.south),
            (self.device, self.second),
            strict=True,
        ):
            line.analytic_distribution = self._whole(account)
            device.write({"xpps_subscription_id": agreement.id, "xpps_subscription_line_id": line.id})
        return agreement

    def _bill(self, agreement):
        agreement.generate_invoice()
        return self._moves(agreement)

    def test_pages_go_with_their_base_price(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement = self._agreement_of_two(mode)
                first = self._charge(100, subscription_id=agreement.id)
                second = self._charge(100, subscription_id=agreement.id, device_id=self.second.id)
                self._bill(agreement)
                self.assertEqual(first.invoice_line_ids.analytic_distribution, self._whole(self.north))
                self.assertEqual(second.invoice_line_ids.analytic_distribution, self._whole(self.south))

    def test_base_prices(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                lines = self._product_lines(self._bill(self._agreement_of_two(mode)))
                self.assertEqual(
                    lines.sorted("id").mapped("analytic_distribution"),
                    [self._whole(self.north), self._whole(self.south)],
                )

    def test_a_line_for_each_distribution(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement = self._agreement_of_two(mode, xpps_invoice_detail="material")
                charges = self._charge(100, subscription_id=agreement.id)
                charges |= self._charge(20, subscription_id=agreement.id)
                charges |= self._charge(3, subscription_id=agreement.id, device_id=self.second.id)
                self._bill(agreement)
                found = {(line.quantity, *line.analytic_distribution) for line in charges.invoice_line_ids}
                self.assertEqual(found, {(120, str(self.north.id)), (3, str(self.south.id))})
                self.assertBilledOnce(charges)

    def test_device_that_is_elsewhere_by_now(self):
        """The service of another agreement does not count."""
        agreement = self._contract(services=self.base)
        self._agreement_of_two()
        charge = self._charge(100, subscription_id=agreement.id)
        self._bill(agreement)
        self.assertFalse(charge.invoice_line_ids.analytic_distribution)

    def test_distribution_model(self):
        """Where the agreement says nothing, Odoo's own models do."""
        self.env["account.analytic.distribution.model"].create(
            {
                "partner_id": self.customer.id,
                "analytic_distribution": self._whole(self.south),
                "company_id": self.company.id,
            }
        )
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement = self._contract(mode)
                self._charges(agreement)
                for line in self._product_lines(self._bill(agreement)):
                    self.assertEqual(line.analytic_distribution, self._whole(self.south))

    def test_posted_amounts(self):
        agreement = self._agreement_of_two("invoice")
        self._charge(100, subscription_id=agreement.id)
        entries = self._bill(agreement).line_ids.analytic_line_ids
        self.assertEqual(sorted(entries.mapped("amount")), [1.00, 30.00, 30.00])


class TestPayment(InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": "XPPS-1",
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
                "allow_out_payment": True,
            }
        )
        cls.term = cls.env["account.payment.term"].create(
            {
                "name": "30 days",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})],
            }
        )

    def test_terms_and_bank_of_the_invoice_partner(self):
        """The terms of who pays, and the account of the company that bills."""
        payer = self._partner("Accounts", parent_id=self.customer.id, type="invoice")
        self.customer.property_payment_term_id = self.term
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement = self._contract(mode)
                self._charges(agreement)
                agreement.generate_invoice()
                move = self._moves(agreement)
                self.assertEqual(move.partner_id, payer)
                self.assertEqual(move.commercial_partner_id, self.customer)
                self.assertEqual(move.invoice_payment_term_id, self.term)
                self.assertEqual(move.partner_bank_id, self.bank)
                self.assertEqual(move.journal_id.type, "sale")
                self.assertEqual(move.journal_id.company_id, self.company)

    def test_journal_of_the_template(self):
        journal = self.env["account.journal"].create(
            {"name": "XPPS Invoices", "code": "XPPS", "type": "sale", "company_id": self.company.id}
        )
        for mode in ("draft", "invoice", "invoice_send"):
            with self.subTest(mode=mode):
                agreement = self._contract(mode)
                agreement.journal_id = journal
                agreement.generate_invoice()
                self.assertEqual(self._moves(agreement).journal_id, journal)

    def test_agreement_without_services(self):
        """Pages alone: billed by the clerk and by the cron."""
        for mode in MODES:
            for bill in ("generate_invoice", "cron"):
                with self.subTest(mode=mode, bill=bill):
                    agreement = self._contract(mode, self.env["product.product"])
                    charges = self._charges(agreement)
                    if bill == "cron":
                        self.env["sale.subscription"]._cron_manage_xpps()
                    else:
                        agreement.generate_invoice()
                    move = self._moves(agreement)
                    self.assertEqual((len(move), move.amount_untaxed), (1, 2.30))
                    self.assertBilledOnce(charges)


class TestPricelist(InvoicingCase):
    def test_lower_than_the_sales_price(self):
        """Who edits the agreement makes no difference: the customer pays the price of the pricelist."""
        self.pricelist.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.base.id,
                    "compute_price": "fixed",
                    "fixed_price": 20,
                }
            )
        ]
        group = self.env.ref("sale.group_discount_per_so_line")
        for users in (self.env["res.users"], self.env.user):
            group.user_ids = users
            agreement = self._contract(services=self.base)
            line = agreement.sale_subscription_line_ids
            self.assertEqual((line.price_unit, line.discount, line.price_subtotal), (20, 0, 20))
            invoice = agreement.create_invoice()
            self.assertEqual(invoice.amount_untaxed, 20)
            invoice.unlink()
            line.discount = 10
            line.price_unit = 25
            self.assertEqual((line.price_unit, line.discount, line.price_subtotal), (25, 10, 22.5))
            self.assertEqual(agreement.create_invoice().amount_untaxed, 22.5)

    def test_higher_than_the_sales_price(self):
        euros = self._pricelist("Euro", self.eur)
        self.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": 0.5, "currency_id": self.eur.id, "company_id": self.company.id}
        )
        agreement = self._contract(services=self.base, pricelist_id=euros.id)
        self.assertEqual(agreement.sale_subscription_line_ids.price_unit, 15)
