# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Fix button: each code leads a billing clerk to the place where it is mended, and is gone afterwards."""

import base64

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from odoo.addons.xerox_xpps.importing import CODES

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER, USER
from ..support.common import XppsCase, record

CREATE = "xpps.device.create.wizard"
ASSIGN = "xpps.device.assign.wizard"


class FixCase(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps_test_billing", BILLING)

    def _checked(self, devices=(), data=None, file_name="billing.xml", user=None, **invoice):
        """:return: the import wizard of a billing clerk, with its checked file"""
        data = build_xml(invoice, devices) if data is None else data
        wizard = self._wizard(data, file_name, user=user or self.user)
        wizard.action_check()
        return wizard

    def _issue(self, file, code):
        issue = file.issue_ids.filtered(lambda issue: issue.code == code)
        self.assertEqual(len(issue), 1, "\n".join(file.issue_ids.mapped("message")))
        self.assertTrue(issue.can_fix)
        self.assertTrue(issue.fix_help)
        self.assertEqual(issue.problem, code)
        return issue

    def _fix(self, file, code):
        return self._issue(file, code).action_fix()

    def _follow(self, action):
        """The record or new form that a client would show."""
        self.assertEqual(action["type"], "ir.actions.act_window")
        return (
            self.env[action["res_model"]]
            .with_user(self.user)
            .with_context(**action.get("context", {}))
            .browse(action.get("res_id"))
        )

    def _form(self, action):
        return Form(self._follow(action), action["views"][0][0] or None)

    def assertMended(self, file, code):
        file.action_check()
        self.assertNotIn(code, file.issue_ids.mapped("code"))

    def assertOpens(self, action, records, target):
        self.assertEqual(
            (action["type"], action["res_model"], action["res_id"], action["target"]),
            ("ir.actions.act_window", records._name, records.id, target),
        )
        self.assertEqual(action["views"][0][1], "form")

    def assertLists(self, action, records):
        self.assertEqual((action["res_model"], action["target"]), (records._name, "current"))
        found = self.env[action["res_model"]].with_user(self.user).search(action["domain"])
        self.assertEqual(found, records)


class TestTable(FixCase):
    def test_every_method_exists_and_says_what_it_does(self):
        issues = self.env["xpps.billing.file.issue"]
        for code, entry in CODES.items():
            self.assertTrue(callable(getattr(issues, entry.fix)), code)
            self.assertIn(entry.fix, issues._fix_helps())

    def test_issues_are_grouped_by_what_they_are_called(self):
        file = self._checked([record("NEW-1"), record("NEW-2")]).billing_file_id
        groups = self.env["xpps.billing.file.issue"]._read_group(
            [("billing_file_id", "=", file.id)], ["problem"], ["__count"]
        )
        self.assertIn(("device_unknown", 2), groups)

    def test_a_code_of_another_addon_opens_its_record(self):
        file = self._checked([record("SN-1")]).billing_file_id
        values = {"billing_file_id": file.id, "severity": "warning", "code": "other", "message": "Look at it"}
        issues = self.env["xpps.billing.file.issue"]
        issue = issues.create(values | {"res_model": "res.partner", "res_id": self.customer.id})
        self.assertTrue(issue.can_fix)
        self.assertOpens(issue.with_user(self.user).action_fix(), self.customer, "current")
        bare = issues.create(values)
        self.assertFalse(bare.can_fix)
        self.assertRaisesMessage("Look at it", bare.action_fix)


class TestCreateDevices(FixCase):
    def _open(self, devices, **invoice):
        file = self._checked(devices, **invoice).billing_file_id
        action = file.issue_ids.filtered(lambda issue: issue.code == "device_unknown")[0].action_fix()
        self.assertEqual((action["res_model"], action["target"]), (CREATE, "new"))
        return file, self._follow(action)

    def test_prefilled(self):
        self.printer.xpps_model_number = "C8145"
        self.agreement.xpps_agreement_number = "AG-77"
        row = record("NEW-7", ModelNumber="c8145", AgreementNumber="AG-77", Location="Room 4")
        file, wizard = self._open([record("SN-1"), row])
        self.assertFalse(wizard.row_ids.missing)
        action = wizard.action_apply()
        self.assertEqual(action, {"type": "ir.actions.act_window_close"})
        self.assertEqual(self._codes(file), [])
        device = file.line_ids[1].device_id
        self.assertEqual((device.name, device.create_uid, device.company_id), ("NEW-7", self.user, self.company))
        self.assertTrue(device.is_xpps_device)
        self.assertEqual((device.product_id, device.xpps_partner_id), (self.printer, self.customer))
        self.assertEqual(device.xpps_subscription_id, self.agreement)
        self.assertEqual(device.xpps_subscription_line_id, self.base_line)
        self.assertEqual((device.xpps_location, device.xpps_install_date), ("Room 4", file.period_start))

    def test_model_by_its_name_and_customer_by_its_number(self):
        self.customer.xpps_customer_number = "CN-5"
        _file, wizard = self._open([record("NEW-7", Model="xpps test PRINTER", CustomerNumber="CN-5")])
        row = wizard.row_ids
        self.assertEqual((row.product_id, row.partner_id), (self.printer, self.customer))
        self.assertFalse(row.missing)

    def test_guesses_nothing(self):
        """No number in the record, or a number that several have."""
        self._printer("Same A", xpps_model_number="SAME")
        self._printer("Same B", xpps_model_number="SAME")
        for number in (1, 2):
            self._partner(f"Twin {number}", xpps_customer_number="TWIN")
            self._agreement(xpps_agreement_number="AG-TWIN")
        _file, wizard = self._open(
            [record("NEW-1"), record("NEW-2", ModelNumber="SAME", CustomerNumber="TWIN", AgreementNumber="AG-TWIN")]
        )
        for row in wizard.row_ids:
            self.assertFalse(row.product_id or row.partner_id or row.subscription_id or row.subscription_line_id)
            self.assertEqual(row.missing, "Printer Model, Agreement, Service")

    def test_nothing_of_another_company(self):
        other = self._company("XPPS Other Reseller")
        self._printer("Foreign", company_id=other.id, xpps_model_number="C8145")
        foreign = self._partner("Foreign", company_id=other.id, xpps_customer_number="CN-6")
        _file, wizard = self._open(
            [record("NEW-1", ModelNumber="C8145", CustomerNumber=foreign.xpps_customer_number, AgreementNumber="AG-1")]
        )
        row = wizard.row_ids
        self.assertFalse(row.product_id or row.partner_id or row.subscription_id)

    def test_an_upload_for_another_of_ones_companies(self):
        """Devices are made in the file's company, not in the one that the user works in."""
        other = self._company("XPPS Other Reseller")
        self.user.company_ids = self.company | other
        wizard = self._wizard(build_xml(devices=[record("NEW-1")]), user=self.user)
        wizard = wizard.with_context(allowed_company_ids=[other.id, self.company.id])
        wizard.action_check()
        fix = self._follow(self._fix(wizard.billing_file_id, "device_unknown"))
        fix = fix.with_context(allowed_company_ids=[other.id, self.company.id])
        fix.write({"fill_product_id": self.printer.id, "fill_subscription_id": self.agreement.id})
        fix.action_fill()
        fix.action_apply()
        device = wizard.billing_file_id.line_ids.device_id
        self.assertEqual((device.name, device.company_id), ("NEW-1", self.company))

    def test_the_issues_own_row_comes_first(self):
        file = self._checked([record("NEW-1"), record("NEW-2"), record("NEW-3")]).billing_file_id
        action = file.issue_ids.filtered(lambda issue: issue.serial == "NEW-2").action_fix()
        self.assertEqual(self._follow(action).row_ids.mapped("serial"), ["NEW-2", "NEW-1", "NEW-3"])
        self.assertEqual(file.device_create_count, 3)
        action = file.action_create_devices()
        self.assertEqual(self._follow(action).row_ids.mapped("serial"), ["NEW-1", "NEW-2", "NEW-3"])

    def test_a_serial_number_twice_makes_one_device(self):
        _file, wizard = self._open([record("NEW-1"), record("new -1")])
        self.assertEqual(wizard.row_ids.mapped("serial"), ["NEW-1"])

    def test_complete_rows_are_created_and_the_others_kept(self):
        self.printer.xpps_model_number = "C8145"
        self.agreement.xpps_agreement_number = "AG-77"
        known = {"ModelNumber": "C8145", "AgreementNumber": "AG-77"}
        file, wizard = self._open([record("NEW-1", **known), record("NEW-2", AgreementNumber="AG-77")])
        self.assertEqual((wizard.row_count, wizard.incomplete_count), (2, 1))
        action = wizard.action_apply()
        self.assertOpens(action, wizard, "new")
        self.assertEqual(wizard.row_ids.mapped("serial"), ["NEW-2"])
        self.assertEqual(wizard.row_ids.missing, "Printer Model")
        self.assertIn("1 device was created", wizard.notice)
        self.assertEqual([issue.serial for issue in file.issue_ids if issue.code == "device_unknown"], ["NEW-2"])
        self.assertRaisesMessage("NEW-2: Printer Model", wizard.action_apply)
        with self._form(action) as form, form.row_ids.edit(0) as row:
            row.product_id = self.printer
        wizard.action_apply()
        self.assertMended(file, "device_unknown")

    def test_fill_in(self):
        """One model for all rows that lack one; an agreement only where the customer is its own, or unknown."""
        other = self._partner("Another Customer", xpps_customer_number="CN-9")
        rows = [record("NEW-1"), record("NEW-2", CustomerNumber="CN-9"), record("NEW-3", Model="Kept")]
        kept = self._printer("Kept")
        _file, wizard = self._open(rows)
        with Form(wizard) as form:
            form.fill_product_id = self.printer
            form.fill_subscription_id = self.agreement
            self.assertEqual(form.fill_subscription_line_id, self.base_line)
        wizard.action_fill()
        self.assertEqual(wizard.row_ids.mapped("product_id.id"), [self.printer.id, kept.id])
        self.assertEqual([row.missing for row in wizard.row_ids], ["", "Agreement, Service", ""])
        self.assertEqual(wizard.row_ids[0].partner_id, self.customer)
        self.assertEqual(wizard.row_ids[1].partner_id, other)
        self.assertFalse(wizard.fill_product_id)

    def test_fill_in_selected_rows(self):
        _file, wizard = self._open([record("NEW-1", Model="XPPS Test Printer"), record("NEW-2")])
        other = self._printer("Other Model")
        wizard.row_ids[0].selected = True
        wizard.fill_product_id = other
        wizard.action_fill()
        self.assertEqual([row.product_id for row in wizard.row_ids], [other, self.printer.browse()])
        self.assertFalse(any(wizard.row_ids.mapped("selected")))

    def test_an_agreement_brings_its_customer_and_service(self):
        _file, wizard = self._open([record("NEW-1", Model="XPPS Test Printer")])
        with Form(wizard) as form, form.row_ids.edit(0) as row:
            row.subscription_id = self.agreement
            self.assertEqual(row.partner_id, self.customer)
            self.assertEqual(row.subscription_line_id, self.base_line)
        self.assertFalse(wizard.row_ids.missing)

    def test_the_base_price_among_several_services(self):
        other = self._service("XPPS Supplies", "base_supply", 5)
        two = self._agreement(self.base | other, xpps_agreement_number="AG-2")
        unclear = self._agreement(other | self._service("XPPS Toner", "base_supply"), xpps_agreement_number="AG-3")
        _file, wizard = self._open([record("NEW-1", AgreementNumber="AG-2"), record("NEW-2", AgreementNumber="AG-3")])
        self.assertEqual([row.subscription_id for row in wizard.row_ids], [two, unclear])
        self.assertEqual(wizard.row_ids[0].subscription_line_id.product_id, self.base)
        self.assertFalse(wizard.row_ids[1].subscription_line_id)

    def test_another_customers_agreement_is_no_complete_row(self):
        self._partner("Another Customer", xpps_customer_number="CN-9")
        self.agreement.xpps_agreement_number = "AG-1"
        row = record("NEW-1", Model="XPPS Test Printer", CustomerNumber="CN-9", AgreementNumber="AG-1")
        _file, wizard = self._open([row])
        self.assertIn("XPPS Test Customer", wizard.row_ids.missing)
        self.assertRaisesMessage("XPPS Test Customer", wizard.action_apply)

    def test_a_plain_lot_becomes_the_device(self):
        lot = self._device("LOT-1", is_xpps_device=False, xpps_subscription_id=False, xpps_subscription_line_id=False)
        self.agreement.xpps_agreement_number = "AG-1"
        file, wizard = self._open([record("LOT-1", Model="XPPS Test Printer", AgreementNumber="AG-1")])
        wizard.action_apply()
        self.assertEqual(file.line_ids.device_id, lot)
        self.assertEqual((lot.is_xpps_device, lot.xpps_subscription_id), (True, self.agreement))
        self.assertMended(file, "device_unknown")

    def test_a_device_that_somebody_else_made_meanwhile(self):
        self.agreement.xpps_agreement_number = "AG-1"
        known = {"Model": "XPPS Test Printer", "AgreementNumber": "AG-1"}
        file, wizard = self._open([record("NEW-1", **known), record("NEW-2", **known)])
        theirs = self._device("new-1")
        wizard.action_apply()
        self.assertEqual(file.line_ids[0].device_id, theirs)
        self.assertEqual(self._codes(file), [])

    def test_from_the_import_wizard_and_back(self):
        self.agreement.xpps_agreement_number = "AG-1"
        rows = [record(f"NEW-{number}", Model="XPPS Test Printer", AgreementNumber="AG-1") for number in range(3)]
        importer = self._checked([*rows, record("SN-1")])
        self.assertEqual((importer.device_create_count, importer.error_count), (3, 3))
        wizard = self._follow(importer.action_create_devices())
        action = wizard.action_apply()
        self.assertOpens(action, importer, "new")
        self.assertEqual((importer.device_create_count, importer.error_count), (0, 0))
        importer.action_import()
        self.assertEqual(importer.billing_file_id.state, "imported")
        self.assertRaisesMessage("no longer a draft", importer.billing_file_id.action_create_devices)

    def test_back_changes_nothing(self):
        importer = self._checked([record("NEW-1")])
        wizard = self._follow(importer.action_create_devices())
        self.assertOpens(wizard.action_back(), importer, "new")
        file, wizard = importer.billing_file_id, self._follow(importer.billing_file_id.action_create_devices())
        self.assertEqual(wizard.action_back(), {"type": "ir.actions.act_window_close"})
        self.assertEqual(self._codes(file), ["device_unknown"])

    def test_nothing_to_create(self):
        file = self._checked([record("SN-1")]).billing_file_id
        self.assertRaisesMessage("Check the file again", file.action_create_devices)

    def test_many_at_once(self):
        """The number of queries does not grow with the number of devices, but for the batches of the ORM."""
        self.agreement.xpps_agreement_number = "AG-1"
        self.printer.xpps_model_number = "C1"

        def queries(prefix, count, number):
            rows = [record(f"{prefix}-{i}", ModelNumber="C1", AgreementNumber="AG-1") for i in range(count)]
            file = self._checked(rows, InvoiceNumber=number).billing_file_id
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            wizard = file.env[CREATE]._create_for(file)
            self.assertEqual(wizard.incomplete_count, 0)
            self.env.flush_all()
            opened = self.cr.sql_log_count
            wizard._apply(wizard.row_ids)
            self.env.flush_all()
            return opened - before, self.cr.sql_log_count - opened

        few, many = queries("FEW", 5, "X-1"), queries("MANY", 100, "X-2")
        self.assertLess(many[0], few[0] + 15)
        self.assertLess(many[1], few[1] + 15)


class TestAssignDevices(FixCase):
    def _open(self, code, devices=None):
        file = self._checked(devices or [record("SN-1")]).billing_file_id
        action = file.issue_ids.filtered(lambda issue: issue.code == code)[0].action_fix()
        self.assertEqual((action["res_model"], action["target"]), (ASSIGN, "new"))
        return file, self._follow(action)

    def test_device_no_subscription(self):
        self.device.write({"xpps_subscription_id": False, "xpps_subscription_line_id": False})
        file, wizard = self._open("device_no_subscription")
        self.assertEqual(wizard.row_ids.missing, "Agreement, Service")
        self.assertRaisesMessage("SN-1: Agreement", wizard.action_apply)
        with Form(wizard) as form, form.row_ids.edit(0) as row:
            row.subscription_id = self.agreement
        self.assertEqual(wizard.action_apply(), {"type": "ir.actions.act_window_close"})
        self.assertEqual(self.device.xpps_subscription_line_id, self.base_line)
        self.assertEqual(self._codes(file), [])

    def test_device_no_service(self):
        self.device.xpps_subscription_line_id = False
        file, wizard = self._open("device_no_service")
        self.assertEqual(wizard.row_ids.subscription_line_id, self.base_line, "The agreement's only service.")
        wizard.action_apply()
        self.assertEqual(self._codes(file), [])

    def test_customer_mismatch(self):
        self.device.xpps_partner_id = self._partner("Another Customer")
        file, wizard = self._open("customer_mismatch")
        self.assertIn("XPPS Test Customer", wizard.row_ids.missing)
        self.assertEqual(wizard.differing_count, 1)
        wizard.action_use_agreement_customer()
        self.assertFalse(wizard.row_ids.missing)
        wizard.action_apply()
        self.assertEqual(self.device.xpps_partner_id, self.customer)
        self.assertEqual(self._codes(file), [])

    def test_many_at_once(self):
        bare = {"xpps_subscription_id": False, "xpps_subscription_line_id": False}
        devices = self.env["stock.lot"].union(*(self._device(f"BARE-{number}", **bare) for number in range(30)))
        self.device.xpps_subscription_line_id = False
        importer = self._checked([record("SN-1"), *(record(device.name) for device in devices)])
        self.assertEqual(importer.device_assign_count, 31)
        wizard = self._follow(importer.action_assign_devices())
        wizard.fill_subscription_id = self.agreement
        wizard.action_fill()
        self.assertOpens(wizard.action_apply(), importer, "new")
        self.assertEqual(devices.xpps_subscription_line_id, self.base_line)
        self.assertEqual((importer.error_count, importer.device_assign_count), (0, 0))

    def test_only_agreements_that_can_bill_are_offered(self):
        """Running XPPS agreements of the row's customer and company; a new one has neither master nor draft."""
        self._agreement(running=False)
        self._agreement(running=False, is_xpps_master=True)
        self._agreement(is_xpps=False)
        other = self._partner("Another Customer")
        theirs = self._agreement(partner_id=other.id)
        self.device.xpps_subscription_line_id = False
        _file, wizard = self._open("device_no_service")
        for partner, expected in ((self.customer, self.agreement), (other, theirs)):
            wizard.row_ids.partner_id = partner
            domain = self.env[wizard.row_ids._name]._fields["subscription_id"].domain
            row = wizard.row_ids
            names = {"company_id": row.company_id.id, "commercial_partner_id": row.commercial_partner_id.id}
            self.assertEqual(self.env["sale.subscription"].search(safe_eval(domain, names)), expected)


class TestRecords(FixCase):
    """Records that are changed in a dialog above the issues, and the file is checked again."""

    def assertChanges(self, action, record_):
        self.assertOpens(action, record_, "new")
        self.assertTrue(action["context"]["xpps_recheck"])

    def test_device_removed(self):
        self.device.xpps_removal_date = "2025-12-31"
        file = self._checked([record("SN-1")]).billing_file_id
        action = self._fix(file, "device_removed")
        self.assertChanges(action, self.device)
        with self._form(action) as form:
            form.xpps_removal_date = "2026-01-31"
        self.assertMended(file, "device_removed")

    def test_subscription_not_running(self):
        agreement = self._agreement(running=False)
        self.device.write(
            {
                "xpps_subscription_id": agreement.id,
                "xpps_subscription_line_id": agreement.sale_subscription_line_ids.id,
            }
        )
        file = self._checked([record("SN-1")]).billing_file_id
        action = self._fix(file, "subscription_not_running")
        self.assertChanges(action, agreement)
        self._follow(action).action_start_subscription()
        self.assertMended(file, "subscription_not_running")

    def _fix_mapping(self):
        file = self._checked([record("SN-1", clr_lvl3=(5, "0.02"))]).billing_file_id
        action = self._fix(file, "mapping_missing")
        self.assertEqual((action["res_model"], action["target"]), ("xpps.material.mapping", "new"))
        self.assertTrue(action["context"]["xpps_recheck"])
        with self._form(action) as form:
            form.clr_lvl3_product_id = self.color
        self.assertMended(file, "mapping_missing")
        return action, form.record

    def test_mapping_missing_on_the_models_own_mapping(self):
        action, mapping = self._fix_mapping()
        self.assertEqual((action["res_id"], mapping), (self.mapping.id, self.mapping))

    def test_mapping_missing_on_the_price_level(self):
        level = self.env["xpps.price.level"].create({"name": "XPPS Test A4"})
        self.printer.xpps_price_level_id = level
        self.mapping.unlink()
        kept = self._mapping(level, mono=self.mono)
        action, mapping = self._fix_mapping()
        self.assertEqual((action["res_id"], mapping), (kept.id, kept))

    def test_mapping_missing_without_any_mapping(self):
        self.mapping.unlink()
        action, mapping = self._fix_mapping()
        self.assertFalse(action["res_id"])
        self.assertEqual(mapping.product_tmpl_id, self.printer.product_tmpl_id)
        self.assertEqual((mapping.company_id, mapping.create_uid), (self.company, self.user))

    def test_mapping_missing_of_a_price_level_without_mapping(self):
        level = self.env["xpps.price.level"].create({"name": "XPPS Test A4"})
        self.printer.xpps_price_level_id = level
        self.mapping.unlink()
        _action, mapping = self._fix_mapping()
        self.assertEqual((mapping.price_level_id, mapping.product_tmpl_id.id), (level, False))

    def test_the_missing_code_is_focused(self):
        row = record("SN-1", clr_lvl12=(5, "0.02"), clr_lvl3=(5, "0.02"))
        file = self._checked([row]).billing_file_id
        issues = file.issue_ids.filtered(lambda issue: issue.code == "mapping_missing")
        self.assertEqual(sorted(issues.mapped("output_type")), ["clr_lvl12", "clr_lvl3"])
        mappings = self.env["xpps.material.mapping"]

        def focused(context):
            # The client asks for a view with no other context than these keys.
            sent = {key: value for key, value in context.items() if key.endswith("_view_ref")}
            view = mappings.with_context(**sent).get_view(action["views"][0][0], "form")
            return [node.get("name") for node in etree.fromstring(view["arch"]).iterfind(".//field[@default_focus]")]

        for issue in issues:
            action = issue.action_fix()
            self.assertEqual(focused(action["context"]), [f"{issue.output_type}_product_id"])
        self.assertEqual(focused({}), [])

    def test_the_missing_code_of_an_issue_that_names_no_output_type(self):
        file = self._checked([record("SN-1", mono=(5, "0.01"), clr_lvl3=(5, "0.02"))]).billing_file_id
        issue = self._issue(file, "mapping_missing")
        issue.sudo().output_type = False
        self.assertEqual(issue.action_fix()["context"]["xpps_focus_view_ref"], "clr_lvl3_product_id")

    def test_price_missing(self):
        self.mono.list_price = 0
        file = self._checked([record("SN-1", mono=(5, "0.004"))]).billing_file_id
        action = self._fix(file, "price_missing")
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.subscription.charge.default", False))
        self.assertEqual((action["target"], action["context"]["xpps_recheck"]), ("new", True))
        with self._form(action) as form:
            self.assertEqual((form.subscription_id, form.product_id), (self.agreement, self.mono))
            form.unit_price = 0.02
        self.assertMended(file, "price_missing")
        self.assertEqual(self.agreement.charge_default_ids.unit_price, 0.02)

    def test_price_missing_with_a_default_of_zero(self):
        self.mono.list_price = 0
        default = self._default(unit_price=0)
        file = self._checked([record("SN-1", mono=(5, "0.004"))]).billing_file_id
        self.assertChanges(self._fix(file, "price_missing"), default)

    def test_margin_low(self):
        file = self._checked([record("SN-1", mono=(5, "0.02"), color=(5, "0.09"))]).billing_file_id
        issues = file.issue_ids.filtered(lambda issue: issue.code == "margin_low")
        products = [self._form(issue.action_fix()).product_id for issue in issues.sorted("output_type")]
        self.assertEqual(products, [self.color, self.mono])
        with self._form(issues[0].action_fix()) as form:
            form.unit_price = 0.5
        file.action_check()
        self.assertEqual(self._codes(file, "warning"), ["margin_low"])

    def test_model_mismatch(self):
        self.printer.xpps_model_number = "C8145"
        file = self._checked([record("SN-1", ModelNumber="B8155")]).billing_file_id
        action = self._fix(file, "model_mismatch")
        self.assertChanges(action, self.device)
        other = self._printer("Other", xpps_model_number="B8155")
        with self._form(action) as form:
            form.product_id = other
        self.assertMended(file, "model_mismatch")

    def test_device_absent(self):
        absent = self._device("SN-2")
        file = self._checked([record("SN-1")]).billing_file_id
        action = self._fix(file, "device_absent")
        self.assertChanges(action, absent)
        with self._form(action) as form:
            form.xpps_removal_date = "2025-12-31"
        self.assertMended(file, "device_absent")

    def test_currency_that_is_not_active(self):
        currency = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q", "active": False})
        file = self._checked([record("SN-1")], Currency="QQQ").billing_file_id
        issue = self._issue(file, "currency_unknown")
        self.assertRaisesMessage("not allowed to activate currencies", issue.action_fix, exception=AccessError)
        self.user.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        action = issue.action_fix()
        self.assertChanges(action, currency)
        self._follow(action).active = True
        self.assertMended(file, "currency_unknown")

    def test_currency_that_does_not_exist(self):
        self.user.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        file = self._checked([record("SN-1")], Currency="QQQ").billing_file_id
        action = self._fix(file, "currency_unknown")
        self.assertEqual((action["res_model"], action["target"]), ("res.currency", "current"))
        self.assertEqual(action["context"], {"active_test": False, "search_default_name": "QQQ"})
        self.env["res.currency"].with_user(self.user).create({"name": "QQQ", "symbol": "Q"})
        self.assertMended(file, "currency_unknown")

    def test_the_import_wizards_choices_survive(self):
        """A code chosen on the Options tab is kept when a fix opens the same mapping, and what it adds, too."""
        importer = self._checked([record("SN-1", clr_lvl3=(5, "0.02"))])
        importer.mapping_ids.clr_lvl12_product_id = self.mono
        issue = self._issue(importer.billing_file_id, "mapping_missing")
        action = issue.with_context(xpps_import_wizard_id=importer.id).action_fix()
        self.assertEqual(self.mapping.clr_lvl12_product_id, self.mono)
        with self._form(action) as form:
            form.clr_lvl3_product_id = self.color
        importer.action_recheck()
        self.assertEqual(importer.mapping_ids.clr_lvl3_product_id, self.color)
        self.assertFalse(importer.error_count)
        importer.action_import()
        self.assertEqual((self.mapping.clr_lvl3_product_id, self.mapping.clr_lvl12_product_id), (self.color, self.mono))


class TestLooks(FixCase):
    """Problems with nothing to change, but something to look at."""

    def test_file_duplicate(self):
        rows = [record("SN-1", mono=(10, "0.004"))]
        first = self._import(rows)
        file = self._checked(rows, file_name="again.xml").billing_file_id
        self.assertOpens(self._fix(file, "file_duplicate"), first, "current")

    def test_invoice_duplicate(self):
        first = self._import([record("SN-1")])
        file = self._checked([record("SN-1", Location="2")]).billing_file_id
        self.assertOpens(self._fix(file, "invoice_duplicate"), first, "current")

    def test_period_duplicate(self):
        first = self._import([record("SN-1")])
        file = self._checked([record("SN-1")], InvoiceNumber="X-1002").billing_file_id
        self.assertOpens(self._fix(file, "period_duplicate"), first, "current")

    def test_unit_cost_changed(self):
        default = self._default(unit_cost=0.001)
        self._default(agreement=self._agreement(), unit_cost=0.001)
        file = self._checked([record("SN-1", mono=(5, "0.004"))]).billing_file_id
        action = self._fix(file, "unit_cost_changed")
        self.assertLists(action, default)
        self.assertEqual(action["context"], {"default_subscription_id": self.agreement.id})

    def test_base_fee_changed(self):
        first = self._import([record("SN-1", BaseServiceFee=20)])
        february = {"InvoiceNumber": "X-1002", "PeriodStart": "2026-02-01", "PeriodEnd": "2026-02-28"}
        file = self._checked([record("SN-1", BaseServiceFee=21)], **february).billing_file_id
        action = self._fix(file, "base_fee_changed")
        self.assertLists(action, (first | file).line_ids.sorted())

    def test_meter_reads(self):
        self._device("SN-2")
        reads = {"MonoPrevious": 1000, "MonoCurrent": 1500}
        first = self._import([record("SN-1", **reads), record("SN-2", **reads)])
        mine = first.meter_read_ids.filtered(lambda read: read.device_id == self.device)
        february = {"InvoiceNumber": "X-1002", "PeriodStart": "2026-02-01", "PeriodEnd": "2026-02-28"}
        rows = {
            "read_backwards": {"MonoPrevious": 1500, "MonoCurrent": 1400},
            "read_gap": {"MonoPrevious": 1501, "MonoCurrent": 1600},
            "overage_mismatch": {"MonoPrevious": 1500, "MonoCurrent": 1600, "mono": (7, "0.004")},
            "read_estimated": {"MonoPrevious": 1500, "MonoCurrent": 1600, "ReadType": "Estimated"},
        }
        for code, values in rows.items():
            with self.subTest(code=code):
                file = self._checked([record("SN-1", **values), record("SN-2")], **february).billing_file_id
                self.assertLists(self._fix(file, code), mine)

    def test_usage_spike(self):
        file = self._import([record("SN-1", MonoPrevious=1000, MonoCurrent=1500)])
        issue = self.env["xpps.billing.file.issue"].create(
            {
                "billing_file_id": file.id,
                "severity": "warning",
                "code": "usage_spike",
                "message": "Far above",
                "line_id": file.line_ids.id,
            }
        )
        self.assertLists(issue.with_user(self.user).action_fix(), file.meter_read_ids)

    def test_what_is_imported_is_not_checked_again(self):
        absent = self._device("SN-2")
        file = self._import([record("SN-1")])
        action = self._issue(file, "device_absent").with_user(self.user).action_fix()
        self.assertOpens(action, absent, "new")
        self.assertFalse(action["context"]["xpps_recheck"])


class TestCorrectedFile(FixCase):
    """What only Xerox can mend: the corrected file takes the place of the faulty draft."""

    GOOD = build_xml(devices=[record("SN-1", mono=(10, "0.004"))])

    def _faulty(self):
        row = record("SN-1", mono=(10, "0.004"))
        return {
            "file_type": (self.GOOD, "billing.pdf"),
            "file_empty": (b" ", "billing.xml"),
            "file_syntax": (self.GOOD.replace(b"</SerialNumber>", b"</Serial>"), "billing.xml"),
            "file_forbidden": (self.GOOD.replace(b"<XPPS", b"<!DOCTYPE x [<!ENTITY e 'x'>]><XPPS", 1), "billing.xml"),
            "file_too_large": (b"<" * (8 * 1024 * 1024 + 1), "billing.xml"),
            "file_schema": (build_xml(devices=[record("SN-1", Colour="red")]), "billing.xml"),
            "total_mismatch": (build_xml({"InvoiceTotal": "9.99"}, [row]), "billing.xml"),
            "device_count_mismatch": (build_xml({"DeviceCount": 9}, [row]), "billing.xml"),
            "period_invalid": (build_xml({"PeriodStart": "2026-02-01"}, [row]), "billing.xml"),
            "value_invalid": (build_xml({"PeriodEnd": "31.01.2026"}, [row]), "billing.xml"),
            "serial_missing": (build_xml(devices=[record(" "), row]), "billing.xml"),
            "serial_duplicate": (build_xml(devices=[row, record("sn-1")]), "billing.xml"),
        }

    def _corrected(self, action):
        """The wizard, with the corrected file as its only input."""
        values = {"file_name": "corrected.xml", "file_data": base64.b64encode(self.GOOD)}
        return self._follow(action).create(values)

    def test_each_code(self):
        for code, (data, file_name) in self._faulty().items():
            with self.subTest(code=code):
                self.cr.execute("SAVEPOINT faulty")
                self._replace(code, data, file_name)
                self.env.flush_all()
                self.cr.execute("ROLLBACK TO SAVEPOINT faulty")
                self.env.invalidate_all()

    def _replace(self, code, data, file_name):
        file = self._checked(data=data, file_name=file_name).billing_file_id
        faulty = file.attachment_id
        action = self._fix(file, code)
        self.assertEqual((action["res_model"], action["target"]), ("xpps.import.wizard", "new"))
        wizard = self._corrected(action)
        self.assertEqual((wizard.replaces_id, wizard.company_id), (file, self.company))
        wizard.action_check()
        self.assertEqual(wizard.billing_file_id, file, "No second draft.")
        self.assertEqual((file.file_name, file.attachment_id.raw), ("corrected.xml", self.GOOD))
        self.assertEqual((self._codes(file), file.name), ([], "X-1001"))
        self.assertIn(faulty, file.message_ids.attachment_ids, "Nothing is lost.")
        self.assertEqual(faulty.raw, data)
        wizard.action_import()
        self.assertEqual((file.state, file.charge_ids.quantity), ("imported", 10))

    def test_a_file_that_is_worse(self):
        """Nothing that the first file said stands on the draft any more."""
        wizard = self._checked([record("SN-1")], InvoiceTotal="9.99")
        file = wizard.billing_file_id
        self.assertEqual((file.name, file.device_count), ("X-1001", 1))
        file._replace_upload(b"<not XML", "worse.xml")
        file.action_check()
        self.assertEqual((file.name, file.device_count, file.amount_total, file.period_end), (False, 0, 0, False))
        self.assertFalse(file.line_ids)

    def test_checking_again_replaces_nothing(self):
        file = self._checked([record("SN-1")], InvoiceTotal="9.99").billing_file_id
        wizard = self._corrected(self._fix(file, "total_mismatch"))
        wizard.action_check()
        attachment = file.attachment_id
        wizard.action_check()
        self.assertEqual(file.attachment_id, attachment)

    def test_an_imported_file_is_not_replaced(self):
        file = self._import([record("SN-1")])
        self.assertRaisesMessage(
            "no longer a draft", file.with_user(self.user)._replace_upload, self.GOOD, "corrected.xml"
        )


class TestRights(FixCase):
    def setUp(self):
        super().setUp()
        self.device.xpps_removal_date = "2025-12-31"
        self.file = self._checked([record("SN-1"), record("NEW-1")]).billing_file_id

    def test_an_xpps_user_fixes_nothing(self):
        user = self._user("xpps_test_user", USER)
        with mute_logger("odoo.addons.base.models.ir_model"):
            for method in (
                self.file.issue_ids[0].with_user(user).action_fix,
                self.file.with_user(user).action_create_devices,
                self.file.with_user(user).action_assign_devices,
            ):
                self.assertRaisesMessage("", method, exception=AccessError)
            wizard = self.file.env[CREATE].sudo().create({"billing_file_id": self.file.id})
            self.assertRaisesMessage("", wizard.with_user(user).sudo(False).action_apply, exception=AccessError)

    def test_a_clear_sentence_for_who_may_not_change_devices(self):
        rights = self.env["ir.model.access"].search(
            [("model_id.model", "=", "stock.lot"), ("group_id", "in", self.user.all_group_ids.ids)]
        )
        rights.write({"perm_write": False, "perm_create": False})
        self.env.registry.clear_cache()
        removed = self._issue(self.file, "device_removed")
        self.assertRaisesMessage("not allowed to change this.*SN-1.*administrator", removed.action_fix)
        unknown = self._issue(self.file, "device_unknown")
        self.assertRaisesMessage("not allowed to create or change devices", unknown.action_fix)

    def test_a_stranger(self):
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", MANAGER, company=other)
        issues = self.file.issue_ids.with_user(stranger).with_context(allowed_company_ids=other.ids)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            self.assertRaisesMessage("", issues[0].action_fix, exception=AccessError)

    def test_what_is_gone(self):
        issue = self._issue(self.file, "device_removed")
        issue.sudo().res_id = self.device.id + 10_000
        self.assertRaisesMessage("no longer exists", issue.action_fix)
