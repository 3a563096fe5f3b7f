# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every screen behind the menus of the app, with each of its filters and groupings, for each kind of user.

The browser clicks through the same ones (``tests/browser/test_click_everywhere.py``); here it is the server that is
asked, with records in them, about all combinations.
"""

from odoo.tests import Form, TransactionCase
from odoo.tools import mute_logger

from ..support.access_rights import BILLING, MANAGER, USER
from ..support.access_world import Reseller
from ..support.screens import screens_of

ADMINISTRATOR = "administrator"
SEARCHABLE = {"char", "text", "many2one", "one2many", "many2many"}
#: What a text is searched in at least, by the name of the menu.
SEARCHED = {
    "Agreements": {"name", "partner_id", "xpps_agreement_number", "xpps_device_ids"},
    "Master Agreements": {"name", "partner_id", "xpps_agreement_number"},
    "Printer Models": {"name", "xpps_model_number", "xpps_price_level_id"},
    "Base Prices and Material Codes": {"name", "default_code", "xpps_role"},
    "Devices": {"name", "xpps_partner_id", "xpps_subscription_id"},
}


class TestScreens(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reseller = Reseller.make(cls.env, "North")
        administrator = cls.env.ref("base.user_admin")
        administrator.company_ids |= cls.reseller.company
        cls.users = {kind: cls.reseller.users[kind] for kind in (USER, BILLING, MANAGER)}
        cls.users[ADMINISTRATOR] = administrator

    def _screens(self, kind):
        companies = self.reseller.company.ids
        context = {"allowed_company_ids": companies, "lang": "en_US", "tz": "UTC"}
        return screens_of(self.reseller.env(user=self.users[kind], su=False, context=context))

    def _each(self):
        for kind in self.users:
            for screen in self._screens(kind):
                yield kind, screen

    def test_every_kind_of_user_has_screens(self):
        counts = {kind: len(self._screens(kind)) for kind in self.users}
        self.assertGreater(counts[USER], 5)
        self.assertLess(counts[USER], counts[BILLING])
        self.assertLess(counts[BILLING], counts[MANAGER])

    def test_filters_and_groupings(self):
        for kind, screen in self._each():
            with self.subTest(user=kind, screen=screen.name):
                screen.ask([])
            for name, domain in screen.filters.items():
                with self.subTest(user=kind, screen=screen.name, filter=name):
                    screen.ask(domain)
            for name, grouping in screen.groupings.items():
                with self.subTest(user=kind, screen=screen.name, grouping=name):
                    screen.ask([], grouping)

    def test_a_text_is_searched_for(self):
        """Each screen with a list has fields that a text can be searched in, and each of them can be."""
        for kind, screen in self._each():
            if "list" not in screen.views:
                continue
            with self.subTest(user=kind, screen=screen.name):
                types = {screen.model._fields[name].type for name in screen.search_fields}
                self.assertTrue(types & (SEARCHABLE | {"selection"}), screen.search_fields)
                self.assertLessEqual(SEARCHED.get(screen.name, set()), set(screen.search_fields))
            for name in screen.search_fields:
                if screen.model._fields[name].type in SEARCHABLE:
                    with self.subTest(user=kind, screen=screen.name, field=name):
                        screen.ask([(name, "ilike", "SN")])

    @mute_logger("odoo.tests.form.onchange")
    def test_forms_open(self):
        for kind, screen in self._each():
            if "form" not in screen.views or screen.model._transient:
                continue
            with self.subTest(user=kind, screen=screen.name):
                record = screen.model.search(screen.domain, limit=1)
                if record:
                    arch = screen.views["form"]
                    record.web_read(screen._specification(arch))
                    view = record.env["ir.ui.view"].browse(screen.view_ids["form"])
                    self.assertEqual(Form(record, view).id, record.id)
