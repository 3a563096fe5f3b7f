# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An agreement copied for a customer, and its devices scanned: xerox_xpps/static/tests/tours/setup_tour.js."""

from odoo import Command
from odoo.tests import HttpCase


class TestSetupTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        products = cls.env["product.product"]
        cls.base = products.create(
            {"name": "Setup tour base", "type": "service", "xpps_role": "base_price", "list_price": 55}
        )
        other = products.create({"name": "Setup tour support", "type": "service", "list_price": 10})
        cls.printer = products.create(
            {"name": "Setup tour printer", "is_storable": True, "tracking": "serial", "is_xpps_printer": True}
        )
        cls.customer = cls.env["res.partner"].create({"name": "Setup tour customer"})
        cls.source = cls._agreement(cls.base + other, is_xpps_master=True)

    @classmethod
    def _agreement(cls, services, **values):
        return cls.env["sale.subscription"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Setup tour first"}).id,
                "template_id": cls.env["sale.subscription.template"].create({"name": "Setup tour", "code": "ST"}).id,
                "pricelist_id": cls.env["product.pricelist"]
                .create({"name": "Setup tour prices", "currency_id": cls.env.ref("base.USD").id})
                .id,
                "is_xpps": True,
                "sale_subscription_line_ids": [Command.create({"product_id": service.id}) for service in services],
                **values,
            }
        )

    def test_copy(self):
        self.start_tour(f"/odoo/xpps-agreements/{self.source.id}", "xpps_copy_tour", login="admin")
        copy = self.env["sale.subscription"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(copy.sale_subscription_line_ids.product_id, self.base)
        self.assertEqual(copy.sale_subscription_line_ids.price_unit, 41.25)

    def test_add_devices(self):
        agreement = self._agreement(self.base, partner_id=self.customer.id)
        taken = self.env["stock.lot"].create(
            {
                "name": "SETUP-9",
                "product_id": self.printer.id,
                "is_xpps_device": True,
                "xpps_subscription_id": self._agreement(self.base).id,
            }
        )
        self.start_tour(f"/odoo/xpps-agreements/{agreement.id}", "xpps_add_devices_tour", login="admin")
        devices = agreement.xpps_device_ids
        self.assertEqual(sorted(devices.mapped("name")), ["SETUP-1", "SETUP-2", "SETUP-3"])
        self.assertEqual(devices.xpps_subscription_line_id, agreement.sale_subscription_line_ids)
        self.assertEqual(devices.product_id, self.printer)
        self.assertNotEqual(taken.xpps_subscription_id, agreement)
