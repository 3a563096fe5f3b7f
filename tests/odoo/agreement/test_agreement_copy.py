# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""*Copy to Customer*: what a customer's agreement takes from the master, and what from the customer."""

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..support.access import BILLING, USER
from ..support.common import XppsCase

WIZARD = "xpps.agreement.copy.wizard"


class TestAgreementCopy(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps_test_billing", BILLING)
        cls.env["ir.sequence"].create(
            {"name": "XPPS Test", "code": "sale.subscription", "prefix": "XT", "company_id": cls.company.id}
        )
        cls.fee = cls._service("XPPS Service Fee", "base_service", 20)
        cls.supply = cls._service("XPPS Supply Fee", "base_supply", 10)
        cls.master = cls._agreement(
            cls.fee + cls.supply + cls.base,
            running=False,
            is_xpps_master=True,
            xpps_agreement_number="MASTER",
            xpps_invoice_mode="separate",
            xpps_invoice_detail="material",
            partner_id=cls._partner("XPPS Test Masters").id,
        )
        cls.fee_line, cls.supply_line, cls.base_line = cls.master.sale_subscription_line_ids
        # Agreed prices, which no pricelist knows.
        cls.fee_line.write({"xpps_qty_from_devices": True, "price_unit": 17.125})
        cls.supply_line.write({"product_uom_qty": 3, "price_unit": 8.5})
        cls._default(cls.mono, cls.master, unit_cost=0.004, unit_price=0.0125)
        cls._default(cls.color, cls.master, unit_cost=0.03, billable=False)

    def _wizard_for(self, partners=None, source=None, **values):
        partners = self.customer if partners is None else partners
        return (
            self.env[WIZARD]
            .with_user(self.user)
            .create(
                {
                    "subscription_id": (source or self.master).id,
                    "partner_ids": [Command.set(partners.ids)],
                    "date_start": "2026-03-01",
                    **values,
                }
            )
        )

    def _copy(self, *args, **values):
        """:return: the new agreements, as the action of a billing clerk opens them"""
        action = self._wizard_for(*args, **values).action_copy()
        self.assertEqual(action["res_model"], "sale.subscription")
        if "res_id" in action:
            return self.env["sale.subscription"].browse(action["res_id"])
        return self.env["sale.subscription"].search(action["domain"])

    def test_a_copy_has_the_services_and_prices_of_the_master(self):
        copy = self._copy(xpps_agreement_number="PC-1")
        self.assertEqual(copy.partner_id, self.customer)
        self.assertTrue(copy.is_xpps)
        self.assertFalse(copy.is_xpps_master)
        self.assertEqual(
            [
                (line.product_id, line.product_uom_qty, line.price_unit, line.xpps_qty_from_devices)
                for line in copy.sale_subscription_line_ids
            ],
            [(self.fee, 0, 17.125, True), (self.supply, 3, 8.5, False), (self.base, 1, 30, False)],
        )
        self.assertEqual(copy.xpps_agreement_number, "PC-1")
        self.assertEqual(copy.xpps_invoice_mode, "separate")
        self.assertEqual(copy.xpps_invoice_detail, "material")
        self.assertEqual(copy.template_id, self.template)
        self.assertEqual(copy.recurring_total, 55.5)
        self.assertTrue(copy.code)
        self.assertNotEqual(copy.code, self.master.code)

    def test_contract_defaults_come_along(self):
        copy = self._copy()
        self.assertEqual(
            copy.charge_default_ids.sorted("unit_cost").mapped(
                lambda default: (default.product_id, default.unit_cost, default.unit_price, default.billable)
            ),
            [(self.mono, 0.004, 0.0125, True), (self.color, 0.03, 0.0, False)],
        )
        self.assertEqual(len(self.master.charge_default_ids), 2)

    def test_a_copy_of_a_running_agreement_starts_afresh(self):
        self._charge()
        self.agreement.write({"is_paused": True, "to_renew": True, "date": "2026-12-31"})
        copy = self._copy(source=self.agreement)
        self.assertFalse(copy.xpps_device_ids)
        self.assertFalse(copy.charge_ids)
        self.assertEqual((copy.stage_type, copy.in_progress, copy.is_paused), ("draft", False, False))
        self.assertEqual(
            (copy.date_start, copy.recurring_next_date, copy.date),
            (self.day("2026-03-01"), self.day("2026-03-01"), False),
        )
        self.assertFalse(copy.to_renew)
        self.assertEqual(self.agreement.xpps_device_ids, self.device)

    def test_services_are_chosen_and_changed_before_copying(self):
        wizard = self._wizard_for()
        fee, supply, base = wizard.line_ids
        base.selected = False
        fee.price_unit = 18
        supply.write({"product_uom_qty": 2, "price_unit": 9})
        wizard.action_copy()
        copy = self.env["sale.subscription"].search([("partner_id", "=", self.customer.id)], limit=1)
        self.assertEqual(
            [(line.product_id, line.product_uom_qty, line.price_unit) for line in copy.sale_subscription_line_ids],
            [(self.fee, 0, 18), (self.supply, 2, 9)],
        )
        self.assertEqual(self.fee_line.price_unit, 17.125)

    def test_the_form_shows_the_services_and_keeps_what_is_typed(self):
        action = self.master.with_user(self.user).action_xpps_copy_to_customer()
        with Form(self.env[WIZARD].with_user(self.user).with_context(**action["context"])) as form:
            self.assertEqual(len(form.line_ids), 3)
            form.partner_ids.add(self.customer)
            self.assertEqual(form.pricelist_id, self.customer.property_product_pricelist or self.pricelist)
            self.assertEqual(form.xpps_invoice_mode, "separate")
            with form.line_ids.edit(1) as line:
                line.price_unit = 7.75
        copy = self.env["sale.subscription"].browse(form.record.action_copy()["res_id"])
        self.assertEqual(copy.sale_subscription_line_ids.mapped("price_unit"), [17.125, 7.75, 30])

    def test_a_copy_belongs_to_its_customer(self):
        other_fiscal = self.env["account.fiscal.position"].create(
            {
                "name": "XPPS Test Abroad",
                "auto_apply": True,
                "country_id": self.env.ref("base.be").id,
                "company_id": self.company.id,
            }
        )
        tax = self.env["account.tax"].create(
            {"name": "XPPS Test Tax", "amount": 10, "company_id": self.company.id, "type_tax_use": "sale"}
        )
        abroad = tax.copy(
            {
                "name": "XPPS Test Tax Abroad",
                "amount": 0,
                "fiscal_position_ids": [Command.set(other_fiscal.ids)],
                "original_tax_ids": [Command.set(tax.ids)],
            }
        )
        self.fee.taxes_id = tax
        self.assertTrue(
            self.env["account.fiscal.position"]._get_fiscal_position(self._partner("XPPS Home")) != other_fiscal
        )
        prices = self._pricelist("XPPS Test Own", fee=99)
        customer = self._partner(
            "XPPS Test Abroad",
            country_id=self.env.ref("base.be").id,
            property_product_pricelist=prices.id,
            xpps_invoice_mode="combined",
        )
        invoiced = self._partner("XPPS Test Accounting", parent_id=customer.id, type="invoice")
        copy = self._copy(customer)
        self.assertEqual(copy.fiscal_position_id, other_fiscal)
        self.assertEqual(copy.partner_invoice_id, invoiced)
        self.assertEqual(copy.pricelist_id, prices)
        self.assertEqual(copy.xpps_invoice_mode, "combined")
        line = copy.sale_subscription_line_ids[0]
        self.assertEqual(line.price_unit, 17.125, "The agreed price gave way to the customer's pricelist.")
        self.assertEqual(line.tax_ids, abroad)

    def test_one_agreement_for_each_customer(self):
        second = self._partner("XPPS Test Second", xpps_invoice_mode="combined")
        wizard = self._wizard_for(self.customer + second)
        self.assertFalse(wizard.xpps_invoice_mode)
        action = wizard.action_copy()
        copies = self.env["sale.subscription"].search(action["domain"])
        self.assertEqual(copies.partner_id, self.customer + second)
        self.assertEqual(len(copies), 2)
        modes = {copy.partner_id: copy.xpps_invoice_mode for copy in copies}
        self.assertEqual(modes, {self.customer: "separate", second: "combined"})
        self.assertEqual(len(set(copies.mapped("code"))), 2)
        self.assertEqual(copies.mapped("charge_default_ids.subscription_id"), copies)

    def test_a_number_is_of_one_agreement(self):
        wizard = self._wizard_for(self.customer + self._partner("XPPS Second"), xpps_agreement_number="PC-1")
        self.assertRaisesMessage("one agreement", wizard.action_copy)

    def test_prices_keep_their_currency(self):
        euros = self._pricelist("XPPS Test Euros", currency=self.eur)
        customer = self._partner("XPPS Test Euro", property_product_pricelist=euros.id)
        self.assertEqual(self._copy(customer).pricelist_id, self.pricelist)
        wizard = self._wizard_for(customer, pricelist_id=euros.id)
        self.assertRaisesMessage("are in USD", wizard.action_copy)

    def test_descriptions_are_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.supply.with_context(lang="fr_FR").name = "Frais de consommables"
        self.fee_line.name = "Typed by hand"
        copy = self._copy(self._partner("XPPS Test Français", lang="fr_FR"))
        self.assertEqual(copy.sale_subscription_line_ids[:2].mapped("name"), ["Typed by hand", "Frais de consommables"])

    def test_chatter_links_both_ways(self):
        copy = self._copy()
        self.assertIn(f'data-oe-id="{self.master.id}"', copy.message_ids.mapped("body")[0])
        self.assertIn(f'data-oe-id="{copy.id}"', self.master.message_ids.mapped("body")[0])

    def test_a_copy_starts_when_wanted(self):
        day = fields.Date.subtract(fields.Date.context_today(self.master), days=10)
        copy = self._copy(start=True, date_start=day)
        self.assertEqual((copy.stage_type, copy.in_progress, copy.date_start), ("in_progress", True, day))

    def test_a_copy_starts_by_itself_on_a_later_day(self):
        day = fields.Date.add(fields.Date.context_today(self.master), days=10)
        copy = self._copy(start=True, date_start=day)
        self.assertEqual((copy.stage_type, copy.in_progress, copy.date_start), ("pre", False, day))

    def test_who_may_copy(self):
        reader = self._user("xpps_test_reader", USER)
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            self.env[WIZARD].with_user(reader).create({"subscription_id": self.master.id})

    def test_a_master_of_another_company_is_refused(self):
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", BILLING, company=other)
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            self.env[WIZARD].with_user(stranger).with_context(allowed_company_ids=other.ids).create(
                {"subscription_id": self.master.id, "partner_ids": [Command.set(self.customer.ids)]}
            ).action_copy()

    def test_customers_of_another_company_are_refused(self):
        other = self._company("XPPS Other Reseller")
        with self.assertRaises(UserError):
            self._wizard_for(self._partner("XPPS Theirs", company_id=other.id))

    def test_services_of_another_agreement_are_refused(self):
        wizard = self._wizard_for()
        wizard.line_ids[0].subscription_line_id = self.agreement.sale_subscription_line_ids[0]
        self.assertRaisesMessage("does not belong to agreement", wizard.action_copy)

    def test_only_xpps_agreements_are_copied(self):
        plain = self._agreement(running=False, is_xpps=False)
        self.assertRaisesMessage("not an XPPS agreement", plain.action_xpps_copy_to_customer)
        self.assertRaisesMessage("not an XPPS agreement", self._wizard_for(source=plain).action_copy)
