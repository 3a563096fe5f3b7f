# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A file with problems, mended in one go without a second upload: xerox_xpps/static/tests/tours/fix_tour.js."""

from odoo import Command
from odoo.tests import HttpCase

from .slow import SlowAnswers

LIST_ACTION = "/odoo/action-xerox_xpps.action_xpps_billing_file"


class TestFixTour(SlowAnswers, HttpCase):
    # The list below the wizard, and the check after a fix.
    slow = r"xpps\.billing\.file/web_search_read$|/action_recheck$"
    delay = 1

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        products = cls.env["product.product"]
        cls.color = products.create(
            {"name": "Fix tour color", "type": "service", "xpps_role": "material_code", "list_price": 0.09}
        )
        base = products.create(
            {"name": "Fix tour base", "type": "service", "xpps_role": "base_price", "list_price": 55}
        )
        cls.printer = products.create(
            {
                "name": "Fix tour printer",
                "is_storable": True,
                "tracking": "serial",
                "is_xpps_printer": True,
                "xpps_model_number": "FT-100",
            }
        )
        mono = products.create({"name": "Fix tour mono", "type": "service", "xpps_role": "material_code"})
        cls.mapping = cls.env["xpps.material.mapping"].create(
            {"product_tmpl_id": cls.printer.product_tmpl_id.id, "mono_product_id": mono.id}
        )
        cls.agreement = cls.env["sale.subscription"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Fix tour customer"}).id,
                "template_id": cls.env["sale.subscription.template"].create({"name": "Fix tour", "code": "FT"}).id,
                "pricelist_id": cls.env["product.pricelist"]
                .create({"name": "Fix tour prices", "currency_id": cls.env.ref("base.USD").id})
                .id,
                "is_xpps": True,
                "xpps_agreement_number": "FIX-TOUR-AGREEMENT",
                "date_start": "2026-01-01",
                "sale_subscription_line_ids": [Command.create({"product_id": base.id})],
            }
        )
        cls.agreement.action_start_subscription()

    def test_fix_and_import(self):
        self.start_tour(LIST_ACTION, "xpps_fix_tour", login="admin", timeout=600)
        file = self.env["xpps.billing.file"].search([("name", "=", "FIX-TOUR")])
        self.assertEqual((len(file), file.state), (1, "imported"))
        devices = file.line_ids.device_id
        self.assertEqual(sorted(devices.mapped("name")), ["FIX-1", "FIX-2", "FIX-3"])
        self.assertEqual(devices.product_id, self.printer)
        self.assertEqual(devices.xpps_subscription_line_id, self.agreement.sale_subscription_line_ids)
        self.assertEqual(self.mapping.clr_lvl3_product_id, self.color)
        self.assertEqual(file.charge_ids.price_subtotal, 9.0)
