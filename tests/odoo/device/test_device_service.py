# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whom to ask about a device, how it is reached, its lease and its own properties."""

from lxml import etree

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from ..support.access import BILLING, Denials
from ..support.common import XppsCase


class TestDeviceService(Denials, XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls._partner("Reception", parent_id=cls.customer.id)
        cls.site = cls._partner("Site", parent_id=cls.customer.id, type="other")
        cls.stranger = cls._partner("Somebody Else")

    def test_addresses_have_one_form(self):
        self.device.write({"xpps_mac_address": "9c-93-4e-00-a1-b2", "xpps_ip_address": " 192.168.001.020"})
        self.assertEqual(
            (self.device.xpps_mac_address, self.device.xpps_ip_address), ("9C:93:4E:00:A1:B2", "192.168.1.20")
        )
        new = self._device("SN-2", xpps_mac_address="9c934e00a1b2")
        self.assertEqual(new.xpps_mac_address, "9C:93:4E:00:A1:B2", "Two cards may have one address in a list.")
        new.xpps_mac_address = False
        self.assertFalse(new.xpps_mac_address)

    def test_what_is_no_address(self):
        for name, text in (
            ("xpps_mac_address", "9C:93:4E:00:A1"),
            ("xpps_mac_address", "9C:93:4E:00:A1:BG"),
            ("xpps_mac_address", " "),
            ("xpps_ip_address", "192.168.1.256"),
            ("xpps_ip_address", "reception"),
        ):
            with self.subTest(text):
                self.assertRaisesMessage(
                    "SN-1: “.*” is not an? (IP|MAC) address",
                    self.device.write,
                    {name: text},
                    exception=ValidationError,
                )
                self.assertRaisesMessage(
                    "is not an? (IP|MAC) address",
                    self.env["stock.lot"].with_context(**{f"default_{name}": text}).create,
                    {"name": "SN-3", "product_id": self.printer.id},
                    exception=ValidationError,
                )

    def test_a_contact_is_the_customers(self):
        for contact in (self.contact, self.customer):
            self.device.write({"xpps_contact_id": contact.id, "xpps_partner_id": self.site.id})
            self.assertEqual(self.device.xpps_contact_id, contact)
        for values in (
            {"xpps_contact_id": self.stranger.id},
            {"xpps_contact_id": self.contact.id, "xpps_partner_id": self.stranger.id},
            {"xpps_contact_id": self.contact.id, "xpps_partner_id": False},
        ):
            self.assertRaisesMessage("is no contact of", self.device.write, values, exception=ValidationError)

    def test_a_contact_goes_with_the_customer(self):
        self.device.xpps_contact_id = self.contact
        self.device.xpps_partner_id = self.site
        self.assertEqual(self.device.xpps_contact_id, self.contact)
        with Form(self.device, "xerox_xpps.view_xpps_device_form") as form:
            form.xpps_partner_id = self.stranger
            self.assertFalse(form.xpps_contact_id)
        self.assertFalse(self.device.xpps_contact_id)

    def test_choice_of_contacts(self):
        domain = self.env["stock.lot"]._fields["xpps_contact_id"].domain
        for customer, known in ((self.site, True), (self.stranger, False)):
            found = self.env["res.partner"].search(safe_eval(domain, {"xpps_partner_id": customer.id}))
            self.assertEqual(self.contact in found, known)
        self.assertFalse(self.env["res.partner"].search(safe_eval(domain, {"xpps_partner_id": False})))

    def test_a_copy_has_none(self):
        values = {
            "xpps_contact_id": self.contact.id,
            "xpps_ip_address": "10.0.0.9",
            "xpps_mac_address": "9C:93:4E:00:A1:B2",
            "xpps_lease_number": "L-1",
            "xpps_end_of_service": "2027-12-31",
        }
        self.device.write(values)
        copy = self.device.copy({"name": "SN-9"})
        self.assertFalse(any(copy[name] for name in values))

    def test_customers_do_not_see_the_lease(self):
        self.device.write({"xpps_lease_number": "L-1", "xpps_ip_address": "10.0.0.9"})
        portal = self._user("xpps_test_portal", partner_id=self.customer.id)
        portal.group_ids = [Command.set(self.env.ref("base.group_portal").ids)]
        device = self.device.with_user(portal)
        self.assertEqual(device.xpps_ip_address, "10.0.0.9")
        self.assertDenied(device.read, ["xpps_lease_number"])
        self.assertDenied(device.search, [("xpps_lease_number", "=", "L-1")])

    def test_fields_of_the_resellers_own(self):
        """They are Odoo's properties of lots, defined for a printer model."""
        self.printer.lot_properties_definition = [{"name": "floor", "string": "Floor", "type": "integer"}]
        clerk = self._user("xpps_test_clerk", BILLING)
        device = self.device.with_user(clerk)
        device.lot_properties = {"floor": 3}
        second = self._device("SN-2")
        self.assertEqual(device.search([("lot_properties.floor", "=", 3)]), device)
        self.assertEqual(second.lot_properties["floor"], False)
        for view, view_type in (("form", "form"), ("list", "list"), ("search", "search")):
            arch = device.get_view(self.env.ref(f"xerox_xpps.view_xpps_device_{view}").id, view_type)["arch"]
            self.assertTrue(etree.fromstring(arch).xpath("//field[@name='lot_properties']"), view)
