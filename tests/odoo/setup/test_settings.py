# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a company decides about its imports."""

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase
from odoo.tools import mute_logger

from ..support.access import BILLING, MANAGER, USER
from ..support.common import XppsCase


class TestSettings(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._company("XPPS Other Reseller")
        cls.system = cls._user("xpps_test_system", MANAGER, "base.group_system")

    def _settings(self):
        return self.env["res.config.settings"].with_user(self.system)

    def test_defaults(self):
        company = self.company
        self.assertEqual(
            (
                company.xpps_quarantine,
                company.xpps_background_threshold,
                company.xpps_usage_spike_percent,
                company.xpps_margin_floor_percent,
            ),
            (False, 2000, 100.0, 0.0),
        )

    def test_settings_change_their_company_only(self):
        clerk = self._user("xpps_test_clerk", BILLING)
        with Form(self._settings()) as form:
            form.xpps_quarantine = True
            form.xpps_background_threshold = 10
            form.xpps_usage_spike_percent = 0
            form.xpps_margin_floor_percent = 12.5
            form.xpps_responsible_id = clerk
        form.record.execute()
        names = (
            "xpps_quarantine",
            "xpps_background_threshold",
            "xpps_usage_spike_percent",
            "xpps_margin_floor_percent",
            "xpps_responsible_id",
        )
        self.assertEqual([self.company[name] for name in names], [True, 10, 0, 12.5, clerk])
        self.assertEqual([self.other[name] for name in names], [False, 2000, 100, 0, self.env["res.users"]])

    def test_no_negatives(self):
        for name, value, message in (
            ("xpps_background_threshold", -1, "number of devices .* negative"),
            ("xpps_usage_spike_percent", -0.5, "usage spike cannot be negative"),
            ("xpps_margin_floor_percent", -1, "margin floor"),
            ("xpps_margin_floor_percent", 100, "margin floor"),
        ):
            with self.subTest(field=name, value=value):
                settings = self._settings()
                self.assertRaisesMessage(message, settings.create, {name: value}, exception=ValidationError)
        self.company.xpps_margin_floor_percent = 99.9
        self.company.xpps_background_threshold = 0

    def test_senders(self):
        for text, line in (
            ("billing@xerox.com\nxerox.com", "line 2: “xerox.com”"),
            ("nobody", "line 1: “nobody”"),
            ("@", "line 1: “@”"),
            ("@xerox", "line 1: “@xerox”"),
            ("@xerox com", "line 1"),
            ("*@xerox.com", "line 1"),
            ("a@xerox.com, b@xerox.com", "line 1"),
            ("a@xerox.com b@xerox.com", "line 1"),
            ("\n\n@@xerox.com", "line 3"),
        ):
            with self.subTest(text=text):
                self.assertRaisesMessage(
                    line, self._settings().create, {"xpps_sender_addresses": text}, exception=ValidationError
                )
        self._settings().create(
            {"xpps_sender_addresses": " Xerox <Billing@Xerox.com> \n\n@partner.example.org\n"}
        ).execute()
        self.assertIn("Billing@Xerox.com", self.company.xpps_sender_addresses)
        self.assertFalse(self.other.xpps_sender_addresses)

    def test_who_reads_the_senders(self):
        self.company.xpps_sender_addresses = "@xerox.com"
        self.assertEqual(
            self.company.with_user(self._user("xpps_test_clerk", BILLING)).xpps_sender_addresses, "@xerox.com"
        )
        self.assertEqual(self.company.with_user(self.system).xpps_sender_addresses, "@xerox.com")
        for user in (self._user("xpps_test_reader", USER), self._user("xpps_test_employee", "base.group_user")):
            with self.assertRaises(AccessError):
                self.company.with_user(user).read(["xpps_sender_addresses"])

    def test_the_responsible_can_do_the_work(self):
        for user in (
            self._user("xpps_test_reader", USER),
            self._user("xpps_test_elsewhere", BILLING, company=self.other),
        ):
            self.assertRaisesMessage(
                user.name, self.company.write, {"xpps_responsible_id": user.id}, exception=ValidationError
            )


class TestPricelistFeature(TransactionCase):
    def test_saving_keeps_the_pricelists(self):
        """Odoo archives all of them when its pricelist feature is off, whatever setting is saved."""
        pricelist = self.env["product.pricelist"].create({"name": "XPPS Test Prices"})
        self.env["res.config.settings"].create({"xpps_quarantine": True}).execute()
        self.assertTrue(self.env.company.xpps_quarantine)
        self.assertTrue(pricelist.active)


class TestBlockingWarning(XppsCase):
    def _block(self, *codes, user=None, company=None):
        warnings = self.env["xpps.blocking.warning"]
        if user:
            warnings = warnings.with_user(user)
        return warnings.create([{"code": code, "company_id": (company or self.company).id} for code in codes])

    def test_codes_are_of_one_company(self):
        other = self._company("XPPS Other Reseller")
        self._block("read_gap", "usage_spike")
        self._block("margin_low", company=other)
        clerk = self._user("xpps_test_clerk", BILLING)
        warnings = self.env["xpps.blocking.warning"].with_user(clerk)
        self.assertEqual(warnings._codes(self.company), {"read_gap", "usage_spike"})
        clerk.company_ids |= other
        warnings = warnings.with_context(allowed_company_ids=(self.company | other).ids)
        self.assertEqual(warnings._codes(other), {"margin_low"})
        self.assertEqual(self.env["xpps.blocking.warning"]._codes(self._company("XPPS Third")), set())

    def test_once_in_a_company(self):
        self._block("read_gap")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._block("read_gap")

    def test_the_name_is_for_people(self):
        self.assertEqual(self._block("read_backwards").display_name, "A meter runs backwards")

    def test_managers_decide(self):
        warning = self._block("read_gap", user=self._user("xpps_test_manager", MANAGER))
        clerk = self._user("xpps_test_clerk", BILLING)
        for method, *args in (
            (warning.with_user(clerk).create, {"code": "usage_spike"}),
            (warning.with_user(clerk).write, {"code": "margin_low"}),
            (warning.with_user(clerk).unlink,),
        ):
            with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
                method(*args)
