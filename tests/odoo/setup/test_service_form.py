# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Base prices and material codes have a small form of their own, which says what is odd about a price."""

import ast

from lxml import etree

from odoo.tests import Form

from ..support.access import BILLING, MANAGER
from ..support.common import XppsCase

BUTTONS = {
    "action_xpps_new_base_price": ("New Base Price", "base_price"),
    "action_xpps_new_material_code": ("New Material Code", "material_code"),
}


class TestServiceForm(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("xpps_test_manager", MANAGER)

    def _templates(self, user=None):
        return self.env["product.template"].with_user(user or self.manager)

    def _buttons(self, user):
        view = self.env.ref("xerox_xpps.view_xpps_service_list")
        arch = etree.fromstring(self._templates(user).get_view(view.id, "list")["arch"])
        return {int(button.get("name")): button for button in arch.findall("header/button")}

    def test_two_buttons(self):
        buttons = self._buttons(self.manager)
        self.assertEqual(len(buttons), 2)
        for name, (label, role) in BUTTONS.items():
            action = self.env.ref(f"xerox_xpps.{name}")
            button = buttons[action.id]
            self.assertEqual((button.get("string"), button.get("display")), (label, "always"))
            context = ast.literal_eval(action.context)
            with Form(self._templates().with_context(**context), action.view_id) as form:
                self.assertEqual((form.xpps_role, form.type, form.list_price), (role, "service", 0))
                form.name = label
            self.assertEqual((form.record.xpps_role, form.record.type), (role, "service"))

    def test_no_buttons_for_whoever_makes_no_services(self):
        self.assertFalse(self._buttons(self._user("xpps_test_clerk", BILLING)))

    def _note(self, price, role="material_code", **values):
        service = self._service("XPPS Test Service", role, price, **values)
        return service.product_tmpl_id.xpps_price_note

    def test_note_on_the_price(self):
        for price in (0.0001, 0.0112, 0.4999, 0.5):
            self.assertEqual(self._note(price), "", price)
        for price, text in ((0.500001, "0.500001 USD"), (0.51, "0.51 USD"), (1.12, "1.12 USD"), (30, "30.00 USD")):
            self.assertIn(f"{text} is unusually much for a page", self._note(price), price)
        self.assertIn("counts as not set", self._note(0))
        for role in ("base_price", "base_service", "base_supply"):
            self.assertIn("counts as not set", self._note(0, role))
            self.assertEqual(self._note(30, role), "")
        self.assertFalse(self._note(30, False))
        self.assertFalse(self._note(0, False))

    def test_note_by_the_thousand(self):
        """A price for a thousand pages is one of a page, too."""
        thousand = self.env["uom.uom"].create(
            {
                "name": "XPPS Thousand",
                "relative_factor": 1000,
                "relative_uom_id": self.env.ref("uom.product_uom_unit").id,
            }
        )
        self.assertEqual(self._note(11.2, uom_id=thousand.id), "")
        self.assertIn("0.60 USD", self._note(600, uom_id=thousand.id))

    def test_note_while_it_is_entered(self):
        action = self.env.ref("xerox_xpps.action_xpps_new_material_code")
        with Form(
            self._templates().with_context(default_type="service", default_xpps_role="material_code"), action.view_id
        ) as form:
            form.name = "XPPS Test Pages"
            form.list_price = 1.12
            self.assertIn("1.12 USD is unusually much", form.xpps_price_note)
            form.list_price = 0.0112
            self.assertFalse(form.xpps_price_note)
            form.xpps_role = "base_price"
            form.list_price = 0
            self.assertIn("counts as not set", form.xpps_price_note)
