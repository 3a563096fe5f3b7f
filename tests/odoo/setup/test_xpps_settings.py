# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""XPPS administrators set XPPS up, and nothing else of their companies."""

from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..support.access import BILLING, MANAGER
from ..support.common import XppsCase

MUTED = mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")


class TestXppsSettings(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._company("XPPS Other Reseller")
        cls.manager = cls._user("xpps_test_manager", MANAGER)
        cls.clerk = cls._user("xpps_test_clerk", BILLING)

    def _settings(self, user=None):
        return self.env["xpps.settings"].with_user(user or self.manager)

    def test_same_settings_as_odoo_has(self):
        ours = self.env["xpps.settings"]._xpps_names()
        odoos = {name for name in self.env["res.config.settings"]._fields if name.startswith("xpps_")}
        self.assertEqual(ours, odoos)
        for name in sorted(ours):
            field, same = self.env["xpps.settings"]._fields[name], self.env["res.config.settings"]._fields[name]
            self.assertEqual((field.type, field.related), (same.type, same.related))

    def test_all_of_them_are_shown(self):
        arch = etree.fromstring(self._settings().get_view(view_type="form")["arch"])
        shown = {node.get("name") for node in arch.iter("field")}
        self.assertLessEqual(self.env["xpps.settings"]._xpps_names(), shown)
        self.assertIn("PageConnect/XPPS: Invoicing", [node.text for node in arch.iter("h2")])

    def test_an_administrator_sets(self):
        vendor = self._partner("XPPS Test Vendor")
        self.assertFalse(self.manager.has_group("base.group_system"))
        with Form(self._settings()) as form:
            self.assertEqual(form.xpps_background_threshold, 2000)
            form.xpps_quarantine = True
            form.xpps_background_threshold = 10
            form.xpps_vendor_id = vendor
            form.xpps_base_timing = "advance"
            form.xpps_responsible_id = self.clerk
        company = self.company
        self.assertEqual(
            (company.xpps_quarantine, company.xpps_background_threshold, company.xpps_vendor_id),
            (True, 10, vendor),
        )
        self.assertEqual((company.xpps_base_timing, company.xpps_responsible_id), ("advance", self.clerk))
        self.assertFalse(self.other.xpps_quarantine)
        self.assertFalse(company.xpps_alias_id, "An alias is made when it gets a name.")
        with Form(form.record) as form:
            form.xpps_quarantine = False
        self.assertFalse(company.xpps_quarantine)

    def test_alias(self):
        domain = self.env["mail.alias.domain"].create({"name": "xpps-settings.example.com"})
        self.company.alias_domain_id = domain
        with Form(self._settings()) as form:
            form.xpps_alias_name = "xerox-settings"
            form.xpps_sender_addresses = "@xerox.com"
        self.assertEqual(self.company.xpps_sender_addresses, "@xerox.com")
        self.assertEqual(self.company.xpps_alias_id.alias_full_name, "xerox-settings@xpps-settings.example.com")

    def test_limits_hold(self):
        self.assertRaisesMessage(
            "margin floor", self._settings().create, {"xpps_margin_floor_percent": 100}, exception=ValidationError
        )

    def test_nothing_else_of_the_company(self):
        company = self.company.with_user(self.manager)
        for values in (
            {"name": "Mine"},
            {"currency_id": self.eur.id},
            {"xpps_quarantine": True, "name": "Mine"},
            {"xpps_alias_id": False},
            {"email": "mine@example.com"},
        ):
            with self.subTest(values=values), MUTED, self.assertRaises(AccessError):
                company.write(values)
        self.assertEqual(company.name, "XPPS Test Reseller")

    def test_no_other_company(self):
        with MUTED, self.assertRaises(AccessError):
            self.other.with_user(self.manager).write({"xpps_quarantine": True})
        with MUTED, self.assertRaises(AccessError):
            self._settings().create({"company_id": self.other.id, "xpps_quarantine": True})
        with MUTED, self.assertRaises(AccessError):
            self._settings().with_context(allowed_company_ids=self.other.ids).create({"xpps_quarantine": True})
        self.assertFalse(self.other.xpps_quarantine)
        with MUTED, self.assertRaises(AccessError):
            self._settings().with_context(default_company_id=self.other.id).create({})

    def test_no_record_that_nobody_may_read(self):
        hidden = self._partner("XPPS Test Hidden", company_id=self.other.id)
        with MUTED, self.assertRaises(AccessError):
            self._settings().create({"xpps_vendor_id": hidden.id})

    def test_others(self):
        for user in (self.clerk, self._user("xpps_test_employee", "base.group_user")):
            with MUTED, self.assertRaises(AccessError):
                self._settings(user).create({"xpps_quarantine": True})
            with MUTED, self.assertRaises(AccessError):
                self.company.with_user(user).write({"xpps_quarantine": True})

    def test_menu(self):
        menus = self.env["ir.ui.menu"]
        menu = self.env.ref("xerox_xpps.menu_xpps_settings")
        self.assertIn(menu.id, menus.with_user(self.manager)._visible_menu_ids())
        self.assertNotIn(menu.id, menus.with_user(self.clerk)._visible_menu_ids())
