# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A device that is swapped on its form: xerox_xpps/static/tests/tours/swap_tour.js."""

from datetime import date

from odoo import Command
from odoo.tests import HttpCase


class TestSwapTour(HttpCase):
    def test_swap(self):
        products = self.env["product.product"]
        base = products.create({"name": "Swap tour base", "type": "service", "xpps_role": "base_price"})
        printer = products.create(
            {"name": "Swap tour printer", "is_storable": True, "tracking": "serial", "is_xpps_printer": True}
        )
        agreement = self.env["sale.subscription"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Swap tour customer"}).id,
                "template_id": self.env["sale.subscription.template"].create({"name": "Swap tour", "code": "SW"}).id,
                "pricelist_id": self.env["product.pricelist"].create({"name": "Swap tour prices"}).id,
                "is_xpps": True,
                "sale_subscription_line_ids": [Command.create({"product_id": base.id})],
            }
        )
        old = self.env["stock.lot"].create(
            {
                "name": "SWAP-OLD",
                "product_id": printer.id,
                "is_xpps_device": True,
                "xpps_partner_id": agreement.partner_id.id,
                "xpps_subscription_id": agreement.id,
                "xpps_subscription_line_id": agreement.sale_subscription_line_ids.id,
                "xpps_location": "Hall",
            }
        )
        self.env["xpps.meter.read"]._note("opening", old, date(2026, 1, 1), {"mono": 1500})
        self.start_tour(f"/odoo/xpps-devices/{old.id}", "xpps_swap_tour", login="admin", timeout=600)
        new = self.env["stock.lot"].search([("name", "=", "SWAP-NEW")])
        self.assertEqual((new.xpps_subscription_id, new.xpps_state), (agreement, "active"))
        self.assertEqual((old.xpps_state, old.xpps_mono_last_read), ("removed", 1600))
        self.assertEqual(new.xpps_mono_last_read, 70)
