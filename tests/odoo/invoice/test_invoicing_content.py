# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What stands on the invoices: texts, prices, roundings, taxes, accounts, currency, company."""

import re

from odoo import Command

from ..support.invoicing import MODES, InvoicingCase


class TestLines(InvoicingCase):
    def _billed(self, agreement):
        agreement.generate_invoice()
        return self._moves(agreement)

    def test_name_by_device(self):
        self.device.xpps_location = "Room 4"
        charge = self._charge(1234, 0.0085)
        self._billed(self.agreement)
        name = charge.invoice_line_ids.name
        for text in (
            "Mono Pages",
            "XPPS Test Printer",
            "SN-1",
            "Room 4",
            "January 2026",
            "1,234",
            "0.0085 USD",
        ):
            self.assertIn(text, name)

    def test_name_by_material(self):
        agreement = self._contract(xpps_invoice_detail="material")
        charges = self._charges(agreement)
        self._billed(agreement)
        names = charges.invoice_line_ids.mapped("name")
        self.assertEqual(len(names), 2)
        name = next(name for name in names if "Mono" in name)
        for text in ("Mono Pages", "2", "150", "0.01 USD", "January 2026"):
            self.assertIn(text, name)
        self.assertNotIn("SN-1", name)

    def test_name_over_several_periods(self):
        agreement = self._contract(xpps_invoice_detail="material")
        charges = self._charge(subscription_id=agreement.id)
        charges |= self._charge(subscription_id=agreement.id, period_start="2026-02-01", period_end="2026-02-28")
        self._billed(agreement)
        self.assertIn("01/01/2026 – 02/28/2026", charges.invoice_line_ids.name)

    def test_corrected_name(self):
        charge = self._charge()
        charge.write({"name": "Black pages, as agreed", "reason": "Agreed"})
        self._billed(self.agreement)
        self.assertTrue(charge.invoice_line_ids.name.startswith("Black pages, as agreed"))

    def test_base_prices_name_their_period(self):
        """The other items of the agreement do not: they are upstream's."""
        for mode in MODES:
            lines = self._product_lines(self._billed(self._contract(mode)))
            for product, text in ((self.base, f"{self.base.name}\nJanuary 2026"), (self.coffee, self.coffee.name)):
                self.assertEqual(lines.filtered(lambda line, product=product: line.product_id == product).name, text)

    def test_printed_pages_have_no_decimals(self):
        """Their price has all of its own; quantities of all else have the decimals of their unit."""
        agreement = self._contract(services=self.base)
        charge = self._charge(1234, 0.008504, subscription_id=agreement.id)
        move = self._billed(agreement)
        reports = self.env["ir.actions.report"]

        def quantities():
            html = reports._render_qweb_html("account.report_invoice", move.ids)[0].decode()
            return re.findall(r'<td name="td_quantity"[^>]*>\s*<span[^>]*>([^<]*)</span>', html), html

        found, html = quantities()
        self.assertEqual(sorted(found), ["1,234", "1.00"])
        self.assertIn(">0.008504<", html)
        accountant = self._user("xpps_test_accountant", "account.group_account_invoice")
        reports = reports.with_user(accountant)
        self.assertEqual(quantities()[0], found)
        charge.invoice_line_ids.quantity = 1233.5
        reports = self.env["ir.actions.report"]
        self.assertIn("1,233.50", quantities()[0])

    def test_six_decimals(self):
        for mode in MODES:
            agreement = self._contract(mode)
            charge = self._charge(1_000_000, 0.008504, subscription_id=agreement.id)
            self._billed(agreement)
            line = charge.invoice_line_ids
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual((line.price_unit, line.price_subtotal), (0.008504, 8504.00), mode)

    def test_prices_that_differ_are_not_added_up(self):
        agreement = self._contract(services=self.env["product.product"], xpps_invoice_detail="material")
        for price in (0.01, 0.01, 0.010001):
            self._charge(100, price, subscription_id=agreement.id)
        self.assertLines(self._billed(agreement), [[("Mono Pages", 200, 0.01, 2), ("Mono Pages", 100, 0.010001, 1)]])

    def test_one_rounding_a_line(self):
        """Five pages at 0.001 are 0.01; three devices' make 0.03 by device and 0.02 by material."""
        for mode in MODES:
            for detail, amounts in (("device", [0.01, 0.01, 0.01]), ("material", [0.02])):
                agreement = self._contract(mode, self.env["product.product"], xpps_invoice_detail=detail)
                for _time in range(3):
                    self._charge(5, 0.001, subscription_id=agreement.id)
                move = self._billed(agreement)
                self.assertEqual(move.invoice_line_ids.mapped("price_subtotal"), amounts, mode)
                self.assertAlmostEqual(move.amount_untaxed, sum(amounts), 9)

    def test_negative_total_becomes_a_credit_note(self):
        for mode in MODES:
            agreement = self._contract(mode, self.env["product.product"])
            charge = self._charge(-1000, 0.01, subscription_id=agreement.id)
            move = self._billed(agreement)
            self.assertEqual((move.move_type, move.amount_untaxed), ("out_refund", 10.00), mode)
            self.assertEqual(move.state, "draft" if mode == "draft" else "posted")
            self.assertEqual(charge.invoice_status, "invoiced")
            agreement.generate_invoice()
            self.assertEqual(len(self._moves(agreement)), 1)

    def test_negative_charge_on_an_invoice(self):
        for mode in MODES:
            agreement = self._contract(mode, self.base)
            self._charge(-1000, 0.01, subscription_id=agreement.id)
            move = self._billed(agreement)
            self.assertEqual((move.move_type, move.amount_untaxed), ("out_invoice", 20.00), mode)

    def test_order_of_the_lines(self):
        """By serial number, so that a customer finds a device."""
        for serial in ("SN-9", "SN-3", "SN-5"):
            self._charge(device_id=self._device(serial).id)
        names = self._billed(self.agreement).invoice_line_ids.filtered("xpps_charge_ids").mapped("name")
        self.assertEqual([name[name.index("SN-") :][:4] for name in names], ["SN-3", "SN-5", "SN-9"])

    def test_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.coffee.with_context(lang="fr_FR").name = "Café"
        self.printer.with_context(lang="fr_FR").name = "Imprimante"
        for mode in MODES:
            agreement = self._contract(mode)
            charge = self._charge(1234, 0.01, subscription_id=agreement.id, name="Pages noires")
            move = self._billed(agreement)
            for text in ("Pages noires", "Imprimante", "janvier 2026", r"1\s234", "0,01 USD"):
                self.assertRegex(charge.invoice_line_ids.name, text)
            self.assertIn("Café", self._product_lines(move).mapped("name"))


class TestAccounting(InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls._tax("Domestic", 10)
        cls.abroad_tax = cls._tax("Abroad", 3)
        cls.income, cls.abroad_income = (
            cls.env["account.account"].create(
                {
                    "name": name,
                    "code": code,
                    "account_type": "income",
                    "company_ids": [Command.set(cls.company.ids)],
                }
            )
            for name, code in (("Income", "XPPS1"), ("Income Abroad", "XPPS2"))
        )
        products = cls.base | cls.coffee | cls.mono | cls.color
        products.taxes_id = [Command.set(cls.tax.ids)]
        products.property_account_income_id = cls.income
        cls.abroad = cls.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "company_id": cls.company.id,
                "account_ids": [
                    Command.create({"account_src_id": cls.income.id, "account_dest_id": cls.abroad_income.id})
                ],
            }
        )
        cls.abroad_tax.write(
            {
                "fiscal_position_ids": [Command.set(cls.abroad.ids)],
                "original_tax_ids": [Command.set(cls.tax.ids)],
            }
        )

    @classmethod
    def _tax(cls, name, amount, company=None):
        return cls.env["account.tax"].create(
            {
                "name": f"XPPS {name}",
                "amount": amount,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "company_id": (company or cls.company).id,
                "country_id": cls.env.ref("base.us").id,
                "tax_group_id": cls.env["account.tax.group"]
                .create({"name": name, "company_id": (company or cls.company).id})
                .id,
            }
        )

    def assertAccounting(self, agreement, tax, account):
        charges = self._charges(agreement)
        agreement.generate_invoice()
        move = self._moves(agreement)
        lines = self._product_lines(move)
        self.assertEqual(len(lines), 5)
        self.assertBilledOnce(charges)
        for line in lines:
            self.assertEqual((line.tax_ids, line.account_id), (tax, account), line.name)
        self.assertEqual(move.amount_untaxed, 37.30)
        self.assertEqual(move.amount_tax, {10: 3.73, 3: 1.12}[tax.amount])

    def test_taxes_and_account(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                self.assertAccounting(self._contract(mode), self.tax, self.income)

    def test_fiscal_position(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement = self._contract(mode, fiscal_position_id=self.abroad.id)
                self.assertAccounting(agreement, self.abroad_tax, self.abroad_income)
                self.assertEqual(self._moves(agreement).fiscal_position_id, self.abroad)

    def test_fiscal_position_of_the_customer(self):
        """An agreement without one: the customer's own is found."""
        customer = self._partner("Customer Abroad")
        customer.with_company(self.company).property_account_position_id = self.abroad
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement = self._contract(mode, partner_id=customer.id)
                charge = self._charge(subscription_id=agreement.id, device_id=False)
                agreement.generate_invoice()
                line = charge.invoice_line_ids
                self.assertEqual((line.tax_ids, line.account_id), (self.abroad_tax, self.abroad_income))

    def test_fiscal_position_of_the_site(self):
        """As on Odoo's invoices, where the customer is delivered to decides, for services and for pages."""
        germany = self.env.ref("base.de")
        self.abroad.write({"auto_apply": True, "country_id": germany.id})
        customer = self._partner("Customer With A Site", country_id=self.env.ref("base.us").id)
        self._partner("Site Abroad", parent_id=customer.id, type="delivery", country_id=germany.id)
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement = self._contract(mode, partner_id=customer.id)
                self.assertAccounting(agreement, self.abroad_tax, self.abroad_income)
        agreement.partner_shipping_id = customer
        self.assertEqual(agreement.sale_subscription_line_ids.tax_ids, self.tax)

    def test_foreign_currency(self):
        for date, rate in (("2026-01-01", 0.5), ("2026-02-01", 0.8), ("2026-02-15", 0.4)):
            self.env["res.currency.rate"].create(
                {"name": date, "rate": rate, "currency_id": self.eur.id, "company_id": self.company.id}
            )
        self.abroad_income.active = True
        pricelist = self._pricelist("Euro", self.eur, mono=0.008504, base=20)
        for mode in ("draft", "invoice", "invoice_send"):
            with self.subTest(mode=mode):
                agreement = self._contract(mode, self.base, pricelist_id=pricelist.id)
                charge = self._charge(1000, 0.008504, subscription_id=agreement.id)
                agreement.generate_invoice()
                move = self._moves(agreement)
                self.assertEqual((move.currency_id, move.amount_untaxed), (self.eur, 28.50))
                line = charge.invoice_line_ids
                self.assertEqual((line.price_unit, line.price_subtotal), (0.008504, 8.50))
                # At the rate of the invoice's date: 8.50 EUR / 0.8
                self.assertEqual(move.invoice_date, self.day("2026-02-01"))
                self.assertEqual(-line.balance, 10.63)

    def test_foreign_currency_through_an_order(self):
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "rate": 0.5, "currency_id": self.eur.id, "company_id": self.company.id}
        )
        pricelist = self._pricelist("Euro", self.eur, mono=0.008504, base=20)
        agreement = self._contract("sale_and_invoice", self.base, pricelist_id=pricelist.id)
        charge = self._charge(1000, 0.008504, subscription_id=agreement.id)
        agreement.generate_invoice()
        move = self._moves(agreement)
        self.assertEqual((move.currency_id, move.amount_untaxed), (self.eur, 28.50))
        line = charge.invoice_line_ids
        self.assertEqual((line.price_unit, -line.balance), (0.008504, 17.00))

    def test_company_of_the_agreement(self):
        """The user works in another company at the moment, in which the products have other taxes."""
        other = self._company("XPPS Other Reseller")
        other_tax = self._tax("Other", 20, other)
        term, other_term = self.env["account.payment.term"].create([{"name": "Here"}, {"name": "There"}])
        self.customer.with_company(self.company).property_payment_term_id = term
        self.customer.with_company(other).property_payment_term_id = other_term
        (self.base | self.coffee | self.mono | self.color).taxes_id = [Command.link(other_tax.id)]
        for mode in MODES:
            with self.subTest(mode=mode):
                agreement = self._contract(mode).with_context(allowed_company_ids=[other.id, self.company.id])
                self.assertEqual(agreement.env.company, other)
                self.assertAccounting(agreement, self.tax, self.income)
                move = self._moves(agreement)
                self.assertEqual((move.company_id, move.journal_id.company_id), (self.company, self.company))
                self.assertEqual(move.invoice_payment_term_id, term)

    def test_taxes_of_a_line_made_in_another_company(self):
        other = self._company("XPPS Other Reseller")
        other_tax = self._tax("Other", 20, other)
        self.base.taxes_id = [Command.link(other_tax.id)]
        line = (
            self.env["sale.subscription.line"]
            .with_context(allowed_company_ids=[other.id, self.company.id])
            .create({"sale_subscription_id": self.agreement.id, "product_id": self.base.id})
        )
        self.assertEqual(line.tax_ids, self.tax)

    def test_invoice_address(self):
        address = self._partner("Accounts", parent_id=self.customer.id, type="invoice")
        for mode in MODES:
            agreement = self._contract(mode)
            self.assertEqual(agreement.partner_invoice_id, address)
            agreement.generate_invoice()
            self.assertEqual(self._moves(agreement).partner_id, address)
