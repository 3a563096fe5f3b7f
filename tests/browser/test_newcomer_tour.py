# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From an empty database to the first posted invoices, by an administrator, in at most sixty clicks, none of them
outside of XPPS: xerox_xpps/static/tests/tours/newcomer_tour.js."""

from collections import Counter

from odoo.tests import HttpCase

from ..odoo.support.companies import take_company
from ..odoo.support.records import Records

#: Of the sample file: devices at 60.00 a month, and pages above the allowance at the prices of the tour.
BILLED = {
    "PC-2025-10418": ("Harbor Light Dental Group", 3 * 60, 37.41),
    "PC-2025-10527": ("Northfield Unified School District", 5 * 60, 278.94),
    "PC-2025-10528": ("Northfield Unified School District", 2 * 60, 28.47),
    "PC-2025-10663": ("Calloway & Finch LLP", 3 * 60, 266.38),
    "PC-2025-10774": ("Granite State Credit Union", 4 * 60, 143.95),
    "PC-2026-10809": ("Meridian Freight Logistics", 3 * 60, 42.52),
    "PC-2026-10935": ("Tidewater Architects", 2 * 60, 168.47),
}


class TestNewcomerTour(Records, HttpCase):
    """In a company that has nothing but what there is after installation.

    That is what the administrator of an empty database has: the demo data of this one, which all companies share, are
    given to another company before.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = take_company(cls.env, "XPPS Test Newcomer", cls.env.ref("base.USD"))
        cls.user = cls._user("xpps_newcomer", "xerox_xpps.group_xpps_manager", password="xpps_newcomer")
        cls._hide_demo_data(cls.env.ref("base.main_company"))
        # Numbers of subscriptions are the main company's alone.
        cls.env["ir.sequence"].search([("code", "=", "sale.subscription")]).company_id = False
        # As the addon makes them where there are none; see tests/odoo/setup/test_start.py.
        cls.env["res.company"]._xpps_start_templates()
        cls.env["xpps.price.level"].create({"name": "Standard"})

    @classmethod
    def _hide_demo_data(cls, main):
        products = cls.env["product.template"]
        products.search(["|", ("xpps_role", "!=", False), ("is_xpps_printer", "=", True)]).active = False
        cls.env["xpps.price.level"].search([]).company_id = main
        cls.env["res.partner"].search([("xpps_customer_number", "!=", False)]).company_id = main
        cls.env["sale.subscription.template"].search([]).recurring_interval = 3

    def test_sixty_clicks(self):
        self.start_tour("/odoo", "xpps_newcomer_tour", login=self.user.login, timeout=600)
        file = self.env["xpps.billing.file"].search([("company_id", "=", self.company.id)])
        self.assertEqual((file.state, file.file_name), ("imported", "xerox_billing_sample.xml"))
        moves = self.env["account.move"].search(
            [("company_id", "=", self.company.id), ("move_type", "=", "out_invoice")]
        )
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        billed = {move.subscription_id.xpps_agreement_number: self._billed(move) for move in moves}
        self.assertEqual(billed, BILLED)
        self.assertEqual(len(moves), len(BILLED))
        self.assertEqual(round(sum(moves.mapped("amount_untaxed")), 2), 2286.14)

    def _billed(self, move):
        """:return: (customer, base prices, pages)"""
        amounts = Counter()
        for line in move.invoice_line_ids:
            amounts[line.product_id.xpps_role] += line.price_subtotal
        self.assertEqual(set(amounts), {"base_price", "material_code"})
        return move.partner_id.name, *(round(amounts[role], 2) for role in ("base_price", "material_code"))
