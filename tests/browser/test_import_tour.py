# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a billing clerk does at month's end, in a real browser: xerox_xpps/static/tests/tours/import_tour.js."""

from odoo import Command
from odoo.tests import HttpCase

from .actions import LIST_ACTION
from .slow import SlowAnswers


class TestImportTour(SlowAnswers, HttpCase):
    # The list below the wizard is loaded when the file is open.
    slow = r"xpps\.billing\.file/web_search_read$"
    delay = 1

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        products = cls.env["product.product"]
        mono = products.create(
            {"name": "Tour mono", "type": "service", "xpps_role": "material_code", "list_price": 0.008915}
        )
        base = products.create({"name": "Tour base", "type": "service", "xpps_role": "base_price", "list_price": 55})
        printer = products.create(
            {"name": "Tour printer", "is_storable": True, "tracking": "serial", "is_xpps_printer": True}
        )
        cls.env["xpps.material.mapping"].create(
            {"product_tmpl_id": printer.product_tmpl_id.id, "mono_product_id": mono.id}
        )
        customer = cls.env["res.partner"].create({"name": "Tour customer"})
        pricelist = cls.env["product.pricelist"].create(
            {"name": "Tour prices", "currency_id": cls.env.ref("base.USD").id}
        )
        template = cls.env["sale.subscription.template"].create({"name": "Tour", "code": "TOUR"})
        cls.agreement = cls.env["sale.subscription"].create(
            {
                "partner_id": customer.id,
                "template_id": template.id,
                "pricelist_id": pricelist.id,
                "is_xpps": True,
                "date_start": "2026-01-01",
                "sale_subscription_line_ids": [Command.create({"product_id": base.id})],
            }
        )
        cls.agreement.action_start_subscription()
        cls.device = cls.env["stock.lot"].create(
            {
                "name": "TOUR 0001",
                "product_id": printer.id,
                "is_xpps_device": True,
                "xpps_partner_id": customer.id,
                "xpps_subscription_id": cls.agreement.id,
                "xpps_subscription_line_id": cls.agreement.sale_subscription_line_ids.id,
            }
        )

    def test_import_to_invoice(self):
        self.start_tour(LIST_ACTION, "xpps_import_tour", login="admin", timeout=600)
        file = self.env["xpps.billing.file"].search([("name", "=", "TOUR-2")])
        self.assertEqual(file.state, "imported")
        self.assertEqual(file.charge_ids.device_id, self.device)
        line = file.charge_ids.invoice_line_ids
        self.assertEqual(line.move_id.subscription_id, self.agreement)
        self.assertEqual((line.quantity, line.price_unit, line.price_subtotal), (1000, 0.008915, 8.92))
        draft = self.env["xpps.billing.file"].search([("name", "=", "TOUR-1")])
        self.assertEqual((draft.state, draft.error_count), ("draft", 1))
        self.assertFalse(draft.charge_ids)
