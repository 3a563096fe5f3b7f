# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A master agreement needs no customer; every other subscription does."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form

from ..support.access import MANAGER
from ..support.common import XppsCase


class TestMaster(XppsCase):
    def _create(self, **values):
        return self.env["sale.subscription"].create(
            {"is_xpps": True, "template_id": self.template.id, "pricelist_id": self.pricelist.id, **values}
        )

    def _master(self, **values):
        return self._create(is_xpps_master=True, **values)

    def assertNeedsCustomer(self, function, *args):
        self.assertRaisesMessage("Choose a customer", function, *args, exception=ValidationError)

    def test_master_without_customer(self):
        self.pricelist.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.base.id,
                    "compute_price": "fixed",
                    "fixed_price": 27.5,
                }
            )
        ]
        master = self._master(sale_subscription_line_ids=[Command.create({"product_id": self.base.id})])
        self.assertFalse(master.partner_id)
        self.assertEqual(master.sale_subscription_line_ids.price_unit, 27.5)
        self.assertEqual(master.recurring_total, 27.5)
        self.assertEqual(master.display_name, master._xpps_number())
        self.assertFalse(master.copy().partner_id)

    def test_tax_of_a_master(self):
        """The price of a service is there, too, where prices include a tax."""
        tax = self.env["account.tax"].create(
            {"name": "Included", "amount": 10, "price_include_override": "tax_included"}
        )
        self.base.taxes_id = tax
        master = self._master(sale_subscription_line_ids=[Command.create({"product_id": self.base.id})])
        self.assertEqual(master.sale_subscription_line_ids.price_unit, 30)

    def test_copied_to_a_customer(self):
        master = self._master(sale_subscription_line_ids=[Command.create({"product_id": self.base.id})])
        wizard = self.env["xpps.agreement.copy.wizard"].create(
            {"subscription_id": master.id, "partner_ids": self.customer.ids}
        )
        wizard.action_copy()
        copy = self.env["sale.subscription"].search([("partner_id", "=", self.customer.id)], order="id desc", limit=1)
        self.assertEqual(copy.sale_subscription_line_ids.product_id, self.base)
        self.assertEqual(copy.sale_subscription_line_ids.price_unit, 30)
        self.assertFalse(copy.is_xpps_master)

    def test_others_need_one(self):
        self.assertNeedsCustomer(lambda: self._create())
        self.assertNeedsCustomer(lambda: self._create(partner_id=False))
        self.assertNeedsCustomer(lambda: self._create(is_xpps=False))
        self.assertNeedsCustomer(lambda: self._create(is_xpps=False, is_xpps_master=True))
        self.assertNeedsCustomer(self.agreement.write, {"partner_id": False})
        self.assertNeedsCustomer(lambda: self.agreement.copy({"partner_id": False}))
        master = self._master()
        self.assertNeedsCustomer(master.write, {"is_xpps_master": False})
        master.write({"is_xpps_master": False, "partner_id": self.customer.id})
        self.assertEqual(master.partner_id, self.customer)

    def test_form(self):
        """From the menu: the pricelist of the company is there, and nobody asks for a customer."""
        default = self.env["product.pricelist"].search([("company_id", "=", self.company.id)], limit=1)
        masters = self.env["sale.subscription"].with_user(self._user("xpps_test_manager", MANAGER))
        with Form(masters.with_context(default_is_xpps=True, default_is_xpps_master=True)) as form:
            self.assertEqual(form.pricelist_id, default)
            form.template_id = self.template
            with form.sale_subscription_line_ids.new() as line:
                line.product_id = self.base
        master = form.record
        self.assertFalse(master.partner_id)
        self.assertEqual(master.sale_subscription_line_ids.price_unit, 30)
        with (
            self.assertRaisesRegex(AssertionError, "partner_id"),
            Form(masters.with_context(default_is_xpps=True)) as form,
        ):
            form.template_id = self.template
