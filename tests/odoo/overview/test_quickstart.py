# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The ten steps to the first month: done when the data say so, and with buttons for what the user may do."""

import ast

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools.misc import file_open

from ..support.access import BILLING, MANAGER, USER
from ..support.overviews import OverviewCase

KEYS = ["company", "format", "levels", "models", "codes", "services", "master", "agreements", "devices", "month"]


class QuickstartCase(OverviewCase):
    """A company with a printer model, a base price, a running agreement and its devices SN-1 and SN-2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Demo data are shared by all companies.
        ours = (cls.printer | cls.base | cls.mono | cls.color).product_tmpl_id
        templates = cls.env["product.template"]
        others = templates.search(["|", ("xpps_role", "!=", False), ("is_xpps_printer", "=", True)]) - ours
        others.active = False
        cls.manager = cls._user("xpps_test_manager", MANAGER)

    def _get(self, user=None):
        quickstart = self.env["xpps.quickstart"].with_user(user or self.manager)
        return quickstart.with_context(allowed_company_ids=self.company.ids).get_quickstart()

    def _step(self, key, user=None):
        (found,) = [step for step in self._get(user)["steps"] if step["key"] == key]
        return found

    def assertStep(self, key, done, count=""):
        step = self._step(key)
        self.assertEqual((step["done"], step["count"]), (done, count))
        return step

    def _master(self):
        return self._agreement(running=False, is_xpps_master=True, partner_id=False)

    def _map_all(self):
        """Have a material code for each type of pages."""
        self.env["xpps.options.row"]._of_company(self.company)._create_missing_codes()

    def _finish(self):
        """Do what is left, up to the first month."""
        self._map_all()
        self._master()
        file = self._january()
        file.charge_ids.action_approve()
        self.agreement.generate_invoice()
        self._moves().action_post()
        file.action_create_vendor_bill()
        return file


class TestSteps(QuickstartCase):
    def test_ten_steps(self):
        found = self._get()
        self.assertEqual([step["key"] for step in found["steps"]], KEYS)
        self.assertEqual((found["company"], found["total"]), (self.company.name, 10))
        self.assertEqual(found["done"], sum(step["done"] for step in found["steps"]))
        for step in found["steps"]:
            self.assertTrue(step["label"] and step["hint"] and step["buttons"], step["key"])

    def test_company(self):
        vendor = self._partner("XPPS Test Xerox")
        self.company.xpps_vendor_id = vendor
        step = self.assertStep("company", True)
        self.assertIn("USD", step["hint"])
        self.assertIn(vendor.name, step["hint"])
        self.company.xpps_vendor_id = False
        self.assertIn("Choose the vendor", self.assertStep("company", False)["hint"])

    def test_format(self):
        step = self.assertStep("format", False, "0 files read")
        self.assertIn("use_sample", [button.get("method") for button in step["buttons"]])
        self.assertEqual([link["url"].rpartition("/")[2] for link in step["links"]], ["xml", "csv", "xlsx"])
        self._check(b"<oops", "broken.xml")
        self.assertStep("format", False, "0 files read")
        quickstart = self.env["xpps.quickstart"].with_user(self.manager)
        action = quickstart.with_context(allowed_company_ids=self.company.ids).use_sample()
        draft = self.env["xpps.billing.file"].browse(action["res_id"])
        self.assertEqual((draft.company_id, draft.state), (self.company, "draft"))
        self.assertGreater(len(draft.line_ids), 20)
        step = self.assertStep("format", True, "1 file read")
        self.assertNotIn("use_sample", [button.get("method") for button in step["buttons"]])

    def test_samples_are_one_file(self):
        """In three types, and each can be read."""
        found = set()
        for file_type in ("xml", "csv", "xlsx"):
            data = self.env["xpps.quickstart"]._sample(file_type)
            with file_open(f"xerox_xpps/demo/billing_2026_10.{file_type}", "rb") as sample:
                self.assertEqual(data, sample.read())
            _format, result = self.env["xpps.file.format"]._read_file(data, f"sample.{file_type}", self.company)
            self.assertFalse([issue for issue in result.issues if issue.severity == "error"])
            found.add((result.details.invoice.number, len(result.details.devices)))
        self.assertEqual(len(found), 1)
        for name in ("pdf", "../hooks.py", ""):
            self.assertIsNone(self.env["xpps.quickstart"]._sample(name))

    def test_levels(self):
        count = self.env["xpps.price.level"].search_count([("company_id", "in", [False, self.company.id])])
        other = self._company("XPPS Other Reseller")
        self.env["xpps.price.level"].create({"name": "XPPS Test Foreign", "company_id": other.id})
        step = self._step("levels")
        self.assertEqual(step["done"], bool(count))
        self.env["xpps.price.level"].create({"name": "XPPS Test Level", "company_id": self.company.id})
        self.assertStep("levels", True, f"{count + 1} price level{'s' if count else ''}")

    def test_models(self):
        self.assertStep("models", True, "1 model")
        self._printer("XPPS Test Second")
        self.assertStep("models", True, "2 models")
        other = self._company("XPPS Other Reseller")
        self._printer("XPPS Test Foreign", company_id=other.id)
        self.assertStep("models", True, "2 models")
        self.env["product.template"].search([("is_xpps_printer", "=", True)]).active = False
        self.assertStep("models", False, "0 models")

    def test_codes(self):
        """As the options grid counts them: each type of pages of a model alone, or of a price level."""
        self.assertStep("codes", False, "2 of 5 types of pages mapped")
        self._map_all()
        step = self.assertStep("codes", True, "5 of 5 types of pages mapped")
        self.assertIn("3 prices are missing", step["hint"])
        level = self.env["xpps.price.level"].create({"name": "XPPS Test Level"})
        models = self._printer("XPPS Test Second") | self._printer("XPPS Test Third")
        models.xpps_price_level_id = level
        self.assertStep("codes", False, "5 of 10 types of pages mapped")
        self._mapping(level, mono=self.mono)
        self.assertStep("codes", False, "6 of 10 types of pages mapped")
        self._map_all()
        self.assertStep("codes", True, "10 of 10 types of pages mapped")
        other = self._company("XPPS Other Reseller")
        self._printer("XPPS Test Foreign", company_id=other.id)
        self.assertStep("codes", True, "10 of 10 types of pages mapped")

    def test_codes_of_no_models(self):
        """A price level for which there is no model needs none."""
        self.env["xpps.price.level"].create({"name": "XPPS Test Level", "company_id": self.company.id})
        self.printer.product_tmpl_id.active = False
        self.assertStep("codes", False, "0 of 0 types of pages mapped")

    def test_services(self):
        self.assertStep("services", True, "1 service")
        self._service("XPPS Test Supply", "base_supply", 5)
        self.assertStep("services", True, "2 services")
        self.env["product.template"].search([("xpps_role", "like", "base")]).active = False
        self.assertStep("services", False, "0 services")

    def test_master(self):
        self.assertStep("master", False, "0 master agreements")
        self._master()
        self.assertStep("master", True, "1 master agreement")
        self.assertStep("agreements", True, "1 of 1 agreement started")

    def test_agreements(self):
        self._agreement(running=False)
        self.assertStep("agreements", True, "1 of 2 agreements started")
        # What became of it later undoes nothing.
        self.agreement.close_subscription()
        self.assertStep("agreements", True, "1 of 2 agreements started")

    def test_agreements_by_their_stage(self):
        """Not by what else says that one is in progress."""
        draft = self._agreement(running=False)
        draft.in_progress, self.agreement.in_progress = True, False
        self.assertStep("agreements", True, "1 of 2 agreements started")
        self.agreement.stage_id = draft.stage_id
        self.assertStep("agreements", False, "0 of 2 agreements started")

    def test_devices(self):
        self.assertStep("devices", True, "2 of 2 devices billed")
        loose = self._device("SN-3", xpps_subscription_id=False, xpps_subscription_line_id=False)
        self.assertStep("devices", False, "2 of 3 devices billed")
        loose.write({"xpps_state": "removed", "xpps_removal_date": "2026-01-01"})
        self.assertStep("devices", True, "2 of 2 devices billed")

    def test_month(self):
        step = self.assertStep("month", False, "0 of 5 done")
        self.assertIn("import, approve, invoice, post, check Xerox's bill", step["hint"])
        file = self._january()
        self.assertStep("month", False, "1 of 5 done")
        file.charge_ids.action_approve()
        self.assertStep("month", False, "2 of 5 done")
        self.agreement.generate_invoice()
        step = self.assertStep("month", False, "3 of 5 done")
        self.assertIn("post, check Xerox's bill", step["hint"])
        self._moves().action_post()
        self.assertStep("month", False, "4 of 5 done")
        file.action_create_vendor_bill()
        self.assertStep("month", True, "5 of 5 done")

    def test_other_companies_do_not_count(self):
        self._finish()
        self.company = self._company("XPPS Other Reseller")
        self.manager.company_ids |= self.company
        for key, count in (
            ("format", "0 files read"),
            ("master", "0 master agreements"),
            ("agreements", "0 of 0 agreements started"),
            ("devices", "0 of 0 devices billed"),
            ("month", "0 of 5 done"),
        ):
            self.assertStep(key, False, count)

    def test_number_of_queries(self):
        self._finish()
        for number in range(20):
            printer = self._printer(f"XPPS Test Model {number}")
            self._mapping(printer, mono=self.mono)
            self._device(f"SN-Q{number}", product_id=printer.id)
        self._get()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._get()
        self.assertLessEqual(self.cr.sql_log_count - before, 15)


class TestWhoDoesWhat(QuickstartCase):
    def _opened(self, user):
        """:return: {key: [xmlid or method of each button]}"""
        return {
            step["key"]: [button.get("method") or button["action"]["xmlid"] for button in step["buttons"]]
            for step in self._get(user)["steps"]
        }

    def test_administrator(self):
        opened = self._opened(self.manager)
        self.assertTrue(all(opened.values()), opened)

    def test_billing_user(self):
        opened = self._opened(self._user("xpps_test_clerk", BILLING))
        self.assertEqual(opened["company"], [])
        self.assertEqual(opened["levels"], [])
        self.assertEqual(opened["agreements"], ["xerox_xpps.action_xpps_agreement", "xerox_xpps.action_xpps_customer"])
        self.assertIn("xerox_xpps.action_xpps_import_wizard", opened["format"])
        self.assertNotIn("xerox_xpps.action_xpps_file_format", opened["format"])

    def test_others(self):
        for group in (USER, "base.group_user"):
            quickstart = self.env["xpps.quickstart"].with_user(self._user(f"xpps_test_{group}", group))
            for method in (quickstart.get_quickstart, quickstart.use_sample):
                with self.assertRaises(AccessError):
                    method()

    def test_buttons_open_something(self):
        """With filters that the screen has."""
        env = self.env["xpps.quickstart"].with_user(self.manager).env
        for step in self._get()["steps"]:
            for button in step["buttons"]:
                if "method" in button:
                    continue
                with self.subTest(button=button["label"], step=step["key"]):
                    action = env["ir.actions.actions"]._for_xml_id(button["action"]["xmlid"])
                    filters = {name.removeprefix("search_default_") for name in button["action"]["add"]}
                    if filters:
                        search = env[action["res_model"]].get_view(action["search_view_id"][0], "search")
                        names = {node.get("name") for node in etree.fromstring(search["arch"]).iter("filter")}
                        self.assertLessEqual(filters, names)
                        self.assertIsInstance(ast.literal_eval(action["context"]), dict)


class TestMenu(QuickstartCase):
    def _app(self, user):
        """:return: (what the app opens with, xmlids of its menus)"""
        menus = self.env["ir.ui.menu"].with_user(user).with_context(allowed_company_ids=self.company.ids)
        found = menus.load_web_menus(False)
        app = found[self.env.ref("xerox_xpps.menu_xpps_root").id]
        return app["actionPath"], [found[child]["xmlid"].partition(".")[2] for child in app["children"]]

    def test_first_until_done(self):
        path, menus = self._app(self.manager)
        self.assertEqual((path, menus[:2]), ("xpps-quickstart", ["menu_xpps_quickstart", "menu_xpps_overview"]))
        self._finish()
        self.assertEqual(self._get()["done"], 10, [step for step in self._get()["steps"] if not step["done"]])
        path, menus = self._app(self.manager)
        last = ("xpps-overview", "menu_xpps_overview", "menu_xpps_quickstart")
        self.assertEqual((path, menus[0], menus[-1]), last)
        # What comes later is no set-up any more.
        self._printer("XPPS Test Unmapped")
        self._device("SN-LOOSE", xpps_subscription_id=False, xpps_subscription_line_id=False)
        self._charge(state="draft")
        self.assertLess(self._get()["done"], 10)
        self.assertTrue(self._step("month")["done"])
        path, menus = self._app(self.manager)
        self.assertEqual((path, menus[0], menus[-1]), last)

    def test_for_administrators(self):
        path, menus = self._app(self._user("xpps_test_clerk", BILLING))
        self.assertEqual(path, "xpps-overview")
        self.assertNotIn("menu_xpps_quickstart", menus)

    def test_whoever_has_no_app(self):
        employee = self._user(
            "xpps_test_employee", "base.group_user", group_ids=[Command.set(self.env.ref("base.group_user").ids)]
        )
        found = self.env["ir.ui.menu"].with_user(employee).load_web_menus(False)
        self.assertNotIn(self.env.ref("xerox_xpps.menu_xpps_root").id, found)
