# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prices and taxes are those that Odoo gives on the day of the invoice, whoever imports and bills."""

import base64

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form

from ...billing_file.builder import build_xml
from ..support.billing_runs import BillingRunCase
from ..support.common import record
from ..support.importing import JANUARY, ImportCase
from ..support.invoicing import MODES, InvoicingCase


class TaxCase(InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nineteen = cls._tax("19 %", 19)
        cls.twenty = cls._tax("20 %", 20)
        cls.products = cls.base + cls.mono
        cls.products.taxes_id = cls.nineteen

    @classmethod
    def _tax(cls, name, amount, **values):
        return cls.env["account.tax"].create(
            {"name": name, "amount": amount, "company_id": cls.company.id, "type_tax_use": "sale", **values}
        )

    @classmethod
    def _included(cls, name="20 % included", amount=20):
        return cls._tax(name, amount, price_include_override="tax_included")

    @classmethod
    def _abroad(cls, tax, amount=0, **values):
        """A fiscal position that takes a tax out, or puts another in its place. :return: position, the other tax"""
        position = cls.env["account.fiscal.position"].create({"name": "Export", "company_id": cls.company.id, **values})
        other = tax.copy(
            {
                "name": f"{amount} % abroad",
                "amount": amount,
                "price_include_override": "tax_excluded",
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(tax.ids)],
            }
        )
        return position, other

    def _totals(self, moves):
        return tuple(round(sum(moves.mapped(name)), 2) for name in ("amount_untaxed", "amount_tax", "amount_total"))

    def _billed(self, mode="draft", **values):
        """An agreement of 30.00 with a charge of 1.00, due on the first of February."""
        agreement = self._contract(mode, self.base, **values)
        self._charge(100, 0.01, subscription_id=agreement.id)
        return agreement


class TestTaxesOfTheDay(TaxCase):
    def _change(self):
        """What a reseller does on the day on which the law changes the tax."""
        self.products.taxes_id = self.twenty

    def test_another_tax_in_all_modes(self):
        agreements = {mode: self._billed(mode) for mode in MODES}
        self._change()
        for mode, agreement in agreements.items():
            with self.subTest(mode=mode):
                agreement.generate_invoice()
                self.assertEqual(self._totals(self._moves(agreement)), (31.0, 6.2, 37.2))
                self.assertEqual(agreement.sale_subscription_line_ids.tax_ids, self.twenty)

    def test_the_old_tax_is_archived(self):
        agreements = {mode: self._billed(mode) for mode in MODES}
        self._change()
        self.nineteen.active = False
        for mode, agreement in agreements.items():
            with self.subTest(mode=mode):
                agreement.generate_invoice()
                self.assertEqual(self._totals(self._moves(agreement)), (31.0, 6.2, 37.2))

    def test_the_old_tax_is_archived_first(self):
        """It stays with the product then, where nobody sees it."""
        agreement = self._billed()
        self.nineteen.active = False
        for product in self.products:
            with Form(product) as form:
                form.taxes_id.add(self.twenty)
        kept = self.base.with_context(active_test=False).taxes_id
        self.assertEqual(kept, self.nineteen + self.twenty)
        agreement.generate_invoice()
        self.assertEqual(self._totals(self._moves(agreement)), (31.0, 6.2, 37.2))

    def test_by_the_cron(self):
        self.env["sale.subscription"].search([]).is_paused = True
        agreement = self._billed(next_date=fields.Date.today())
        self._change()
        self.nineteen.active = False
        self.env["sale.subscription"].cron_subscription_management()
        self.assertEqual(self._totals(self._moves(agreement)), (31.0, 6.2, 37.2))

    def test_a_tax_by_hand_stays(self):
        seven = self._tax("7 %", 7)
        agreement = self._billed()
        with Form(agreement) as form, form.sale_subscription_line_ids.edit(0) as line:
            line.tax_ids.clear()
            line.tax_ids.add(seven)
        self.assertTrue(agreement.sale_subscription_line_ids.xpps_taxes_by_hand)
        self._change()
        # Whatever becomes of the agreement.
        agreement.partner_shipping_id = self._partner("Somewhere", parent_id=self.customer.id)
        agreement.generate_invoice()
        self.assertEqual(self._totals(self._moves(agreement)), (31.0, 2.3, 33.3))

    def test_no_tax_by_hand(self):
        agreement = self._billed()
        agreement.sale_subscription_line_ids.tax_ids = False
        self._change()
        agreement.generate_invoice()
        self.assertEqual(self._totals(self._moves(agreement)), (31.0, 0.2, 31.2))

    def test_what_a_form_sends_is_not_by_hand(self):
        """A client sends the taxes that it was told, not those that its user chose."""
        with Form(self.env["sale.subscription"]) as form:
            form.is_xpps = True
            form.partner_id = self.customer
            form.template_id = self.templates["draft"]
            form.pricelist_id = self.pricelist
            with form.sale_subscription_line_ids.new() as line:
                line.product_id = self.base
        line = form.record.sale_subscription_line_ids
        self.assertEqual((line.tax_ids, line.xpps_taxes_by_hand), (self.nineteen, False))

    def test_given_back_to_odoo(self):
        agreement = self._billed()
        line = agreement.sale_subscription_line_ids
        line.tax_ids = self.twenty
        self.assertTrue(line.xpps_taxes_by_hand)
        line.xpps_taxes_by_hand = False
        self.assertEqual(line.tax_ids, self.nineteen)
        line.tax_ids = self.twenty
        line.product_id = self.coffee
        self.assertFalse(line.xpps_taxes_by_hand or line.tax_ids)

    def test_a_customer_abroad(self):
        """The fiscal position that Odoo finds by the customer's country, when he moves after the contract was made."""
        position, zero = self._abroad(self.nineteen, auto_apply=True, country_id=self.env.ref("base.ca").id)
        for mode in MODES:
            customer = self._partner("Movers", country_id=self.env.ref("base.us").id)
            agreement = self._billed(mode, partner_id=customer.id)
            customer.country_id = self.env.ref("base.ca")
            agreement.generate_invoice()
            moves = self._moves(agreement)
            self.assertEqual((moves.fiscal_position_id, self._product_lines(moves).tax_ids), (position, zero), mode)
            self.assertEqual(self._totals(moves), (31.0, 0.0, 31.0))


class TestArchivedTax(TaxCase, BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True
        cls.held = cls._contract("draft", cls.base)

    def assertHeld(self, agreement, *names):
        """It is billed by nobody, and all say why; the next one is billed."""
        other = self._contract("draft", self.coffee)
        run = self._run()
        line = self._line(run, agreement)
        self.assertEqual((line.state, line.hold_code), ("held", "tax_archived"))
        for name in names:
            self.assertIn(name, line.reason)
            self.assertRaisesMessage(name, agreement.generate_invoice)
            self.assertRaisesMessage(name, agreement.manual_invoice)
        self.assertRaisesMessage(names[0], line.write, {"override_reason": "I want to"})
        self.assertTrue(line.action_fix())
        run.action_create_drafts()
        self.assertEqual((self._line(run, other).state, line.state), ("invoiced", "held"))
        self.assertFalse(self._moves(agreement))

    def test_of_a_base_price(self):
        self.nineteen.active = False
        self.assertHeld(self.held, "19 %", "XPPS Base Price")

    def test_of_pages(self):
        agreement = self._contract("draft", self.coffee)
        self._charge(100, 0.01, subscription_id=agreement.id)
        self.nineteen.active = False
        self.assertHeld(agreement, "19 %", "Mono Pages")

    def test_chosen_by_hand(self):
        self.held.sale_subscription_line_ids.tax_ids = self.twenty
        self.twenty.active = False
        self.assertHeld(self.held, "20 %")
        # Whoever chooses another one does not see it any more.
        with Form(self.held) as form, form.sale_subscription_line_ids.edit(0) as line:
            line.tax_ids.add(self._tax("7 %", 7))
        run = self._run()
        self.assertEqual(self._line(run, self.held).state, "ready")

    def test_of_a_fiscal_position(self):
        position, zero = self._abroad(self.nineteen)
        self.held.fiscal_position_id = position
        zero.active = False
        self.assertHeld(self.held, "0 % abroad")

    def test_by_the_cron(self):
        """Whoever comes after it is billed."""
        for agreement in self.held + self._contract("draft", self.coffee):
            agreement.recurring_next_date = fields.Date.today()
        self.nineteen.active = False
        with self.assertLogs("odoo.addons.xerox_xpps", "WARNING"):
            self.env["sale.subscription"].cron_subscription_management()
        self.assertFalse(self._moves(self.held))
        self.assertRegex(self.held.activity_ids.note, "19 %")
        self.assertEqual(self.held.recurring_next_date, fields.Date.today())

    def test_a_tax_in_force_again(self):
        self.nineteen.active = False
        run = self._run()
        self.assertEqual(self._line(run, self.held).state, "held")
        self.base.taxes_id = self.twenty
        run.action_prepare()
        run.action_create_drafts()
        self.assertEqual(self._totals(run.move_ids), (30.0, 6.0, 36.0))


class TestPricesWithTax(TaxCase, BillingRunCase):
    """A page costs 0.012 with 20 % included, a device 36.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True
        cls.tax = cls._included()
        cls.products.taxes_id = cls.tax
        cls.base.list_price = 36
        cls.mono.list_price = 0.012
        cls.position, cls.zero = cls._abroad(cls.tax)

    def _imported(self, mode="draft", pages=1000, **values):
        """An agreement of one device with so many pages, which cost Xerox's 0.009 each. :return: its charge"""
        agreement = self._contract(mode, self.base, **values)
        serial = f"TX-{agreement.id}"
        self._device(serial, agreement)
        charges = self._bill([record(serial, mono=(pages, "0.009"))], InvoiceNumber=serial, **JANUARY)
        return charges.filtered(lambda charge: charge.subscription_id == agreement)

    def test_the_untaxed_price_counts(self):
        """(0.01 − 0.009) of 0.01 is a margin of 10 %, where 0.012 would leave 25 %."""
        for values in ({}, {"fiscal_position_id": self.position.id}):
            charge = self._imported(**values)
            self.assertRecordValues(
                charge,
                [
                    {
                        "unit_price": 0.012,
                        "unit_price_untaxed": 0.01,
                        "price_subtotal": 10.0,
                        "margin": 1.0,
                        "margin_percent": 10.0,
                    }
                ],
            )
            self.assertFalse(charge.margin_low)

    def test_margin_floor(self):
        self.company.xpps_margin_floor_percent = 20
        agreement = self._contract("draft", self.base)
        self._device("TX-1", agreement)
        file = self._check(build_xml(JANUARY, [record("TX-1", mono=(1000, "0.009"))]))
        issue = file.issue_ids.filtered(lambda issue: issue.code == "margin_low")
        self.assertIn("10%", issue.message)
        self.assertIn("0.01 ", issue.message)
        file.action_import()
        charge = file.charge_ids
        self.assertTrue(charge.margin_low)
        self.assertEqual(charge.search([("margin_low", "=", True), ("id", "in", charge.ids)]), charge)
        self.company.xpps_margin_floor_percent = 10
        self.assertFalse(charge.margin_low or charge.search([("margin_low", "=", True), ("id", "in", charge.ids)]))

    def test_an_export_customer_pays_without_tax(self):
        for mode in MODES:
            for detail in ("device", "material"):
                with self.subTest(mode=mode, detail=detail):
                    charge = self._imported(mode, fiscal_position_id=self.position.id, xpps_invoice_detail=detail)
                    agreement = charge.subscription_id
                    agreement.generate_invoice()
                    moves = self._moves(agreement)
                    self.assertEqual(self._totals(moves), (40.0, 0.0, 40.0))
                    line = charge.invoice_line_ids
                    self.assertEqual((line.price_subtotal, round(line.price_unit, 6)), (10.0, 0.01))
                    self.assertIn("1,000 pages × 0.01 USD", line.name)

    def test_a_customer_at_home_pays_the_price(self):
        for mode in MODES:
            charge = self._imported(mode)
            agreement = charge.subscription_id
            agreement.generate_invoice()
            self.assertEqual(self._totals(self._moves(agreement)), (40.0, 8.0, 48.0), mode)
            self.assertEqual((charge.invoice_line_ids.price_unit, charge.price_subtotal), (0.012, 10.0))

    def test_the_run_announces_what_is_invoiced(self):
        charges = self._imported()
        charges |= self._imported(fiscal_position_id=self.position.id)
        charges |= self._imported(pages=123, xpps_invoice_detail="material")
        charges |= self._imported(pages=37, xpps_invoice_mode="separate")
        self._charge(-7, 0.012, subscription_id=charges[-1].subscription_id.id)
        run = self._run()
        lines = {charge.subscription_id: self._line(run, charge.subscription_id) for charge in charges}
        announced = {agreement: line.amount_total for agreement, line in lines.items()}
        self.assertEqual(announced[charges[0].subscription_id], 40.0)
        self.assertEqual(announced[charges[1].subscription_id], 40.0)
        self.assertEqual({line.state for line in lines.values()}, {"ready"})
        run.action_create_drafts()
        for agreement, line in lines.items():
            self.assertEqual(sum(line.move_ids.mapped("amount_untaxed")), announced[agreement])
            self.assertEqual(line.amount_total, announced[agreement])

    def test_another_tax_that_is_included(self):
        """The price stays what the customer agreed to; what is left of it changes. The run knows."""
        charge = self._imported()
        agreement = charge.subscription_id
        self.products.taxes_id = self._included("50 % included", 50)
        run = self._run()
        self.assertEqual(self._line(run, agreement).amount_total, 32.0)
        run.action_create_drafts()
        self.assertEqual(self._totals(run.move_ids), (32.0, 16.0, 48.0))
        self.assertEqual((charge.price_subtotal, charge.unit_price_untaxed), (8.0, 0.008))

    def test_another_tax_that_is_not_included(self):
        """What is left without tax stays: 36.00 with tax is 30.00 without."""
        agreement = self._contract("draft", self.base)
        line = agreement.sale_subscription_line_ids
        self.assertEqual((line.price_unit, line.price_subtotal), (36.0, 30.0))
        self.products.taxes_id = self.nineteen
        agreement.generate_invoice()
        self.assertEqual(self._totals(self._moves(agreement)), (30.0, 5.7, 35.7))
        self.assertEqual((line.price_unit, line.tax_ids), (30.0, self.nineteen))

    def test_moving_abroad(self):
        """A running agreement gets another fiscal position: 36.00 with tax is 30.00 without, and back."""
        agreement = self._contract("draft", self.base)
        line = agreement.sale_subscription_line_ids
        self.assertEqual((line.price_unit, line.price_subtotal), (36.0, 30.0))
        with Form(agreement) as form:
            form.fiscal_position_id = self.position
        self.assertEqual((line.price_unit, line.price_subtotal, line.tax_ids), (30.0, 30.0, self.zero))
        change = self.env["xpps.charge.change"].search([("subscription_line_id", "=", line.id)], limit=1)
        self.assertEqual((change.field_name, change.old_value, change.new_value), ("price_unit", "36", "30"))
        agreement.fiscal_position_id = False
        self.assertEqual((line.price_unit, line.price_subtotal, line.tax_ids), (36.0, 30.0, self.tax))

    def test_made_for_a_customer_abroad(self):
        """Odoo finds the fiscal position of a customer by his country."""
        self.position.write({"auto_apply": True, "country_id": self.env.ref("base.ca").id})
        customer = self._partner("Abroad", country_id=self.env.ref("base.ca").id)
        charge = self._imported(partner_id=customer.id)
        line = charge.subscription_id.sale_subscription_line_ids
        self.assertEqual((line.price_unit, line.tax_ids), (30.0, self.zero))
        charge.subscription_id.generate_invoice()
        self.assertEqual(self._totals(self._moves(charge.subscription_id)), (40.0, 0.0, 40.0))

    def test_a_price_from_cost(self):
        """The markup is earned, whatever the price includes: 0.009 × 1.25 is 0.01125, and 0.0135 with tax."""
        agreement = self._contract("draft", self.base)
        default = self._default(agreement=agreement, price_method="cost_plus", markup_percent=25, unit_cost=0.009)
        self.assertEqual(default.unit_price, 0.0135)
        self._device("TX-1", agreement)
        charge = self._bill([record("TX-1", mono=(1000, "0.009"))], **JANUARY)
        self.assertEqual((charge.unit_price, charge.price_subtotal, charge.margin), (0.0135, 11.25, 2.25))
        agreement.generate_invoice()
        self.assertEqual(charge.invoice_line_ids.price_subtotal, 11.25)

    def test_the_annex_adds_up(self):
        charge = self._imported(xpps_invoice_detail="material")
        agreement = charge.subscription_id
        self._charge(500, 0.012, subscription_id=agreement.id)
        agreement.generate_invoice()
        usage = self._moves(agreement)._xpps_usage().agreements[0]
        rows = [row for site in usage.sites for row in site.rows]
        self.assertEqual(sorted(float(row.amount) for row in rows), [5.0, 10.0])
        self.assertFalse(usage.rounding or usage.adjustment)


class TestWhoImports(ImportCase):
    """The price of a page is the agreement's, wherever the importer lives and works."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Pacific/Auckland"
        cls.prices = cls._pricelist("From February", mono=0.01)
        # February begins in Auckland while it is still January in Greenwich.
        cls.prices.item_ids.date_end = "2026-01-31 10:59:59"
        later = cls.prices.item_ids.copy({"fixed_price": 0.02, "date_start": "2026-01-31 11:00:00", "date_end": False})
        later.pricelist_id = cls.prices
        cls.agreement.pricelist_id = cls.prices

    def _price(self, zone, invoice, companies=None):
        user = self._user(f"importer-{self._next_number()}", "xerox_xpps.group_xpps_billing", tz=zone)
        user.company_ids |= companies or self.company
        data = build_xml(invoice, [record("SN-1", mono=(1000, "0.005"))])
        context = {"allowed_company_ids": (companies or self.company).ids, "tz": zone}
        wizard = self.env["xpps.import.wizard"].with_user(user).with_context(**context)
        wizard = wizard.create({"file_data": self._b64(data), "file_name": "x.xml", "company_id": self.company.id})
        wizard.action_check()
        file = wizard.billing_file_id
        self.assertFalse(file.issue_ids.filtered(lambda issue: issue.severity == "error").mapped("message"))
        file.action_import()
        price = file.charge_ids.unit_price
        file.with_env(self.env).action_cancel()
        return price

    def _b64(self, data):
        return base64.b64encode(data)

    def test_in_another_zone(self):
        for zone in ("Pacific/Auckland", "UTC", "America/Los_Angeles", "Pacific/Kiritimati", False):
            self.assertEqual(self._price(zone, JANUARY), 0.01, zone)
            february = JANUARY | {"PeriodStart": "2026-02-01", "PeriodEnd": "2026-02-01", "InvoiceDate": "2026-02-02"}
            self.assertEqual(self._price(zone, february), 0.02, zone)

    def test_in_another_company(self):
        """Its currency has another rate, and the sales price is the material's in this one."""
        self.agreement.pricelist_id = self._pricelist("Sales prices")
        other = self._company("XPPS Other Reseller", self.eur)
        for company, rate in ((self.company, 0.5), (other, 7)):
            self.env["res.currency.rate"].create(
                {"name": "2026-01-01", "rate": rate, "currency_id": self.eur.id, "company_id": company.id}
            )
        euros = self._pricelist("Euros", self.eur)
        for companies in (self.company | other, other | self.company):
            self.assertEqual(self._price("UTC", JANUARY, companies), 0.01)
        self.agreement.pricelist_id = euros
        for companies in (self.company | other, other | self.company):
            self.assertEqual(self._price("UTC", JANUARY, companies), 0.005)


class TestCurrencyRounding(BillingRunCase):
    """A currency whose smallest coin is 0.05 has two decimals all the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True
        cls.coin = cls.env["res.currency"].create({"name": "XCN", "symbol": "¢", "rounding": 0.05})
        cls.env["res.currency.rate"].create({"name": "2000-01-01", "rate": 1, "currency_id": cls.coin.id})

    def test_a_charge(self):
        for detail in ("device", "material"):
            agreement = self._contract(
                "draft", self.base, pricelist_id=self._pricelist("Coins", self.coin).id, xpps_invoice_detail=detail
            )
            charge = self._charge(123, 0.01, subscription_id=agreement.id)
            # 1.23 and 0.615
            self.assertEqual((charge.price_subtotal, charge.cost_subtotal), (1.25, 0.6))
            self._charge(-123, 0.005, subscription_id=agreement.id)
            run = self._run()
            line = self._line(run, agreement)
            self.assertEqual(line.charge_amount, 0.65)
            announced = line.amount_total
            run.action_create_drafts()
            self.assertEqual((line.move_ids.amount_untaxed, line.amount_total), (announced, announced))
            usage = line.move_ids._xpps_usage().agreements[0]
            rows = [row for site in usage.sites for row in site.rows]
            self.assertEqual(sorted(float(row.amount) for row in rows), [-0.6, 1.25])
            self.assertFalse(usage.rounding or usage.adjustment)

    def test_an_import(self):
        agreement = self._contract("draft", self.base, pricelist_id=self._pricelist("Coins", self.coin, mono=0.01).id)
        self._device("CN-1", agreement)
        charge = self._bill([record("CN-1", mono=(123, "0.005"))], **JANUARY)
        self.assertEqual((charge.price_subtotal, charge.cost_subtotal, charge.xerox_cost), (1.25, 0.6, 0.62))


class TestUnitOfMeasure(ImportCase):
    """A material code may be priced by the thousand pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        unit = cls.env.ref("uom.product_uom_unit")
        cls.thousand = cls.env["uom.uom"].create(
            {"name": "Thousand Pages", "relative_factor": 1000, "relative_uom_id": unit.id}
        )
        cls.mono.write({"uom_id": cls.thousand.id, "list_price": 10})

    def test_sales_price(self):
        charge = self._load([record("SN-1", mono=(1500, "0.004"))], **JANUARY).charge_ids
        self.assertEqual((charge.quantity, charge.unit_price, charge.price_subtotal), (1500, 0.01, 15.0))
        charge.action_approve()
        for detail in ("device", "material"):
            self.agreement.xpps_invoice_detail = detail
            move = self.agreement.create_invoice()
            line = charge.invoice_line_ids
            self.assertEqual((line.quantity, line.price_unit, line.price_subtotal), (1500, 0.01, 15.0))
            self.assertEqual(line.product_uom_id, self.env.ref("uom.product_uom_unit"))
            move.unlink()

    def test_through_an_order(self):
        self.agreement.template_id = self._template("sale_and_invoice")
        charge = self._bill([record("SN-1", mono=(1500, "0.004"))], **JANUARY)
        self.agreement.generate_invoice()
        self.assertEqual(charge.invoice_line_ids.price_subtotal, 15.0)

    def test_a_pricelist_with_tiers(self):
        """2 thousand pages and more are sold at 8.00 a thousand."""
        prices = self._pricelist("Tiers", mono=9)
        prices.item_ids.copy({"pricelist_id": prices.id, "min_quantity": 2, "fixed_price": 8})
        self.agreement.pricelist_id = prices
        for pages, amount in ((999, 8.99), (1900, 17.1), (2000, 16.0)):
            file = self._load([record("SN-1", mono=(pages, "0.004"))], **JANUARY)
            self.assertEqual(file.charge_ids.price_subtotal, amount, pages)
            file.action_cancel()

    def test_one_thousand_is_a_tier_of_one(self):
        prices = self._pricelist("Tiers", mono=9)
        prices.item_ids.copy({"pricelist_id": prices.id, "min_quantity": 1, "fixed_price": 8})
        self.agreement.pricelist_id = prices
        for pages, amount in ((900, 8.1), (1000, 8.0)):
            file = self._load([record("SN-1", mono=(pages, "0.004"))], **JANUARY)
            self.assertEqual(file.charge_ids.price_subtotal, amount, pages)
            file.action_cancel()

    def test_an_agreed_price_is_for_a_page(self):
        self._default(unit_price=0.02)
        charge = self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY).charge_ids
        self.assertEqual(charge.price_subtotal, 20.0)


class TestExchangeRate(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur.rate_ids.unlink()
        cls.euros = cls._pricelist("Euros", cls.eur, mono=0.02)

    def _rate(self, day, rate=0.5):
        self.env["res.currency.rate"].create(
            {"name": day, "rate": rate, "currency_id": self.eur.id, "company_id": self.company.id}
        )

    def assertMissing(self, file, *texts):
        self.assertEqual(self._codes(file), ["currency_rate_missing"])
        for text in ("EUR", *texts):
            self.assertIn(text, file.issue_ids.filtered(lambda issue: issue.severity == "error").message)
        with self.assertRaises(UserError), self.cr.savepoint():
            file.action_import()

    def test_xerox_bills_in_a_currency_without_rate(self):
        rows = [record("SN-1", mono=(1000, "0.004"))]
        self.assertMissing(self._upload(rows, Currency="EUR", **JANUARY), "02/03/2026")
        # A later rate is none of this day.
        self._rate("2026-02-04")
        self.assertMissing(self._upload(rows, Currency="EUR", **JANUARY))
        self._rate("2026-02-03", 0.8)
        charge = self._load(rows, Currency="EUR", **JANUARY).charge_ids
        self.assertEqual(charge.unit_cost, 0.005)

    def test_an_agreement_in_a_currency_without_rate(self):
        """Its device is named; others can be imported."""
        self.company.xpps_quarantine = True
        foreign = self._agreement(pricelist_id=self.euros.id)
        self._device("SN-2", foreign)
        rows = [record("SN-1", mono=(1000, "0.004")), record("SN-2", mono=(1000, "0.004"))]
        file = self._upload(rows, **JANUARY)
        self.assertEqual(self._codes(file), ["currency_rate_missing"])
        issue = file.issue_ids.filtered(lambda issue: issue.severity == "error")
        self.assertEqual((issue.serial, issue.line_id.serial), ("SN-2", "SN-2"))
        self.assertIn("EUR", issue.message)
        action = issue.action_fix()
        self.assertEqual((action["res_model"], action["res_id"]), ("res.currency", self.eur.id))
        self._rate("2026-01-01")
        file.action_check()
        self.assertFalse(self._codes(file))

    def test_a_price_that_is_converted_on_its_own_day(self):
        """Sales prices are converted at the end of the period, when there was no rate yet."""
        self.agreement.pricelist_id = self._pricelist("Sales prices in euros", self.eur)
        self._rate("2026-02-03")
        rows = [record("SN-1", mono=(1000, "0.004"))]
        self.assertMissing(self._upload(rows, **JANUARY), "01/31/2026", "SN-1")
        self._rate("2026-01-31", 0.25)
        charge = self._load(rows, **JANUARY).charge_ids
        self.assertEqual((charge.unit_price, charge.unit_cost), (0.0025, 0.002))

    def test_a_price_of_another_pricelist(self):
        """It is converted from the other one's currency."""
        euros = self._pricelist("Euros from dollars", self.eur)
        euros.item_ids = [
            Command.create(
                {
                    "applied_on": "3_global",
                    "compute_price": "formula",
                    "base": "pricelist",
                    "base_pricelist_id": self._pricelist("Dollars", mono=0.04).id,
                }
            )
        ]
        self.agreement.pricelist_id = euros
        self._rate("2026-02-03")
        rows = [record("SN-1", mono=(1000, "0.004"))]
        self.assertMissing(self._upload(rows, **JANUARY), "01/31/2026", "SN-1")
        self._rate("2026-01-31", 0.25)
        self.assertEqual(self._load(rows, **JANUARY).charge_ids.unit_price, 0.01)

    def test_the_company_s_own_currency_needs_none(self):
        self.usd.rate_ids.unlink()
        self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)

    def test_no_invoice_at_one_to_one(self):
        foreign = self._agreement(pricelist_id=self.euros.id)
        charge = self._charge(100, 0.02, subscription_id=foreign.id)
        move = foreign.create_invoice()
        self.assertRaisesMessage("EUR has no exchange rate of 02/01/2026", move.action_post)
        self._rate("2026-02-02")
        self.assertRaisesMessage("EUR", move.action_post)
        self._rate("2026-02-01", 0.4)
        move.action_post()
        self.assertEqual((move.state, charge.invoice_status), ("posted", "invoiced"))
