# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is no XPPS agreement behaves as without the addon. See ``tests/odoo/upstream``, too."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..support.invoicing import InvoicingCase


class TestOtherSubscriptions(InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "Included",
                "amount": 10,
                "price_include_override": "tax_included",
                "company_id": cls.company.id,
            }
        )
        cls.free = cls.env["account.tax"].create({"name": "Free", "amount": 0, "company_id": cls.company.id})
        cls.abroad = cls.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "auto_apply": True,
                "country_id": cls.env.ref("base.be").id,
                "company_id": cls.company.id,
            }
        )
        cls.free.write(
            {"fiscal_position_ids": [Command.set(cls.abroad.ids)], "original_tax_ids": [Command.set(cls.tax.ids)]}
        )
        cls.tea = cls._service(
            "Tea",
            price=30.75,
            taxes_id=[Command.set(cls.tax.ids)],
            property_account_income_id=cls.env["account.account"]
            .search([("company_ids", "in", cls.company.ids), ("account_type", "=", "income")], limit=1)
            .id,
        )
        cls.plain = cls._contract(services=cls.tea, is_xpps=False)
        cls.plain.sale_subscription_line_ids.mapped("tax_ids")
        cls.belgian = cls._partner("Client", country_id=cls.env.ref("base.be").id)
        cls.portal = cls.env["res.users"].create(
            {
                "name": "Portal",
                "login": "xpps_test_portal",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
            }
        )

    def test_its_taxes_stay_when_the_customer_changes(self):
        """Upstream has them follow the product and the fiscal position, which a form changes with the customer."""
        line = self.plain.sale_subscription_line_ids
        self.plain.create_invoice()
        for values in (
            {"partner_id": self.belgian.id},
            {"partner_invoice_id": self.belgian.id},
            {"partner_shipping_id": self.belgian.id},
        ):
            self.plain.write(values)
            self.env.flush_all()
            self.assertEqual(line.tax_ids, self.tax, values)
        self.plain.create_invoice()
        self.assertEqual(self._moves(self.plain).mapped("amount_total"), [30.75, 30.75])
        total = self.plain.amount_total
        line.price_unit = 10
        self.env.flush_all()
        self.assertEqual(self.plain.amount_total, total, "Upstream's totals follow which lines there are.")
        self.plain.fiscal_position_id = self.abroad
        self.assertEqual(line.tax_ids, self.free)

    def test_taxes_of_ours_follow_the_addresses(self):
        self.base.taxes_id = self.tax
        self.customer.country_id = self.env.ref("base.us")
        for name in ("partner_id", "partner_shipping_id"):
            values = {name: self.belgian.id}
            agreement = self._contract(services=self.base)
            line = agreement.sale_subscription_line_ids
            self.assertEqual(line.tax_ids, self.tax)
            agreement.write(values)
            self.env.flush_all()
            self.assertEqual(line.tax_ids, self.free, values)

    def test_what_is_typed_with_the_customer_stays(self):
        self.base.taxes_id = self.tax
        agreement = self._contract(services=self.base)
        line = agreement.sale_subscription_line_ids
        agreement.write(
            {
                "partner_id": self.belgian.id,
                "sale_subscription_line_ids": [Command.update(line.id, {"tax_ids": [Command.clear()]})],
            }
        )
        self.env.flush_all()
        self.assertFalse(line.tax_ids)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_who_may_not_see_it_is_told_what_upstream_tells_him(self):
        """An empty result where there is one, refused where something is written."""
        plain = self.plain.with_user(self.portal)
        self.assertFalse(plain.create_invoice())
        self.assertFalse(plain.create_sale_order())
        for method in (plain.manual_invoice, plain.generate_invoice, plain.close_subscription):
            with self.assertRaises(AccessError), self.cr.savepoint():
                method()
        with self.assertRaises(AccessError), self.cr.savepoint():
            plain.stage_id = self.agreement.stage_id

    def test_nothing_of_ours_is_kept_of_it(self):
        self.plain.close_subscription()
        self.assertFalse(self.plain.xpps_closed_on)
        self.plain.sale_subscription_line_ids.unlink()
        copy = self.plain.copy()
        self.assertEqual((copy.date_start, copy.code), (self.plain.date_start, self.plain.code))
        copy.active = False
        copy.unlink()


class TestOtherInvoices(InvoicingCase):
    def test_posting_takes_no_savepoint(self):
        """Each would cost what Odoo saves by posting many at once."""
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-02-01",
                    "invoice_line_ids": [Command.create({"product_id": self.coffee.id, "price_unit": 5})],
                }
                for _number in range(2)
            ]
        )
        taken = []
        savepoint = type(self.cr).savepoint

        def count(cr, *args, **kwargs):
            taken.append(cr)
            return savepoint(cr, *args, **kwargs)

        self.patch(type(self.cr), "savepoint", count)
        moves.line_ids._xpps_check_postable()
        moves.line_ids._xpps_check_not_rebilled()
        self.assertFalse(taken)
