# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What each group may see and do."""

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.access import BILLING, COSTS, MANAGER, USER, AccessCase
from ..support.common import record


class TestUser(AccessCase):
    """Reads devices, meter reads and charges, but no cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps_test_user", USER)

    def _set_up_once(self):
        super()._set_up_once()
        self.file = self._import(self.rows)
        self.charge = self.file.charge_ids.with_user(self.user)

    def test_reads(self):
        self.assertEqual(self.device.with_user(self.user).xpps_mono_last_overage, 100)
        self.assertEqual(self.file.meter_read_ids.with_user(self.user).overage, 100)
        self.assertEqual((self.charge.quantity, self.charge.unit_price, self.charge.price_subtotal), (100, 0.01, 1))
        self.assertEqual(self.charge.subscription_id.xpps_charge_count, 1)
        self.assertEqual(self.agreement.with_user(self.user).charge_default_ids.unit_price, 0)

    def test_reads_all_fields(self):
        """As an integration does that names no fields."""
        for records in (self.charge, self.file.meter_read_ids, self.agreement.charge_default_ids):
            values = records.with_user(self.user).read()[0]
            self.assertFalse(set(COSTS[records._name]) & set(values))

    def test_opens_the_forms(self):
        """Of agreements and devices: neither shows nor asks what only Sales, Inventory or Accounting may read."""
        for records, view in (
            (self.agreement, "subscription_oca.sale_subscription_form"),
            (self.device, "xerox_xpps.view_xpps_device_form"),
        ):
            records = records.with_user(self.user)
            form = etree.fromstring(records.get_view(self.env.ref(view).id, "form")["arch"])
            records.invalidate_recordset()
            records.web_read({field.get("name"): {} for field in form.xpath("//field[not(ancestor::field)]")})
            self.assertFalse(form.xpath("//header/button"))
            records._message_get_suggested_recipients()

    def test_no_cost(self):
        self.assertNoCost(self.charge)
        self.assertNoCost(self.file.meter_read_ids.with_user(self.user))
        self.assertNoCost(self.device.with_user(self.user))
        self.assertNoCost(self.agreement.charge_default_ids.with_user(self.user))

    def test_no_files(self):
        for records in (self.file, self.file.line_ids, self.file.issue_ids):
            self.assertDenied(records.with_user(self.user).read, [])
            self.assertDenied(records.with_user(self.user).search, [])
        self.assertDenied(self.file.attachment_id.with_user(self.user).read, ["raw"])

    def test_changes_nothing(self):
        values = {
            self.charge: {"quantity": 1, "reason": "Mine"},
            self.device: {"name": "SN-9"},
            self.agreement: {"xpps_invoice_mode": "separate"},
            self.agreement.charge_default_ids: {"unit_price": 1},
            self.file: {"kind": "regular"},
            self.mapping: {"mono_product_id": self.color.id},
            self.file.meter_read_ids: {"overage": 1},
        }
        for records, changes in values.items():
            records = records.with_user(self.user)
            self.assertDenied(records.write, changes)
            self.assertDenied(records.unlink)
        self.assertDenied(self.charge.copy)

    def test_starts_nothing(self):
        file = self._check(build_xml({"InvoiceNumber": "X-1002"}, self.rows)).with_user(self.user)
        for method in (file.action_check, file.action_import, self.file.with_user(self.user).action_approve_charges):
            self.assertDenied(method)
        for method in (self.charge.action_approve, self.charge.action_reject, self.charge.action_reset):
            self.assertDenied(method)
        self.assertDenied(self._wizard, self.data, "billing.xml", self.user)
        wizard = self._wizard(self.data).with_user(self.user)
        for method in (wizard.action_check, wizard.action_import):
            self.assertDenied(method)
        self.assertEqual(self.charge.state, "draft")

    def test_invoices_nothing(self):
        self.charge.sudo().action_approve()
        agreement = self.agreement.with_user(self.user)
        for method in (
            agreement.create_invoice,
            agreement.create_sale_order,
            agreement.generate_invoice,
            agreement.manual_invoice,
        ):
            self.assertDenied(method)
        self.assertEqual(self.charge.invoice_status, "to_invoice")
        self.assertFalse(self._moves())

    @mute_logger(
        "odoo.addons.subscription_oca.models.sale_subscription",
        "odoo.addons.xerox_xpps.models.agreement.sale_subscription",
        "odoo.addons.base.models.ir_model",
    )
    def test_invoices_nothing_through_the_nightly_billing(self):
        """The method of the scheduled action is public."""
        self.charge.sudo().action_approve()
        try:
            with self.cr.savepoint():
                self.env["sale.subscription"].with_user(self.user).cron_subscription_management()
        except AccessError:
            pass
        self.env.invalidate_all()
        self.assertEqual(self.charge.invoice_status, "to_invoice")
        self.assertFalse(self._moves())

    def test_an_employee_sees_nothing(self):
        employee = self._user("xpps_test_employee")
        for records in (self.charge, self.file, self.file.meter_read_ids, self.agreement.charge_default_ids):
            self.assertDenied(records.with_user(employee).read, ["id"])


class TestBilling(AccessCase):
    """Imports, approves, invoices, and sees cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps_test_billing", BILLING)

    def test_whole_flow(self):
        for mode in ("draft", "sale_and_invoice"):
            with self.subTest(mode=mode):
                self.cr.execute("SAVEPOINT flow")
                self._flow(mode)
                self.env.flush_all()
                self.cr.execute("ROLLBACK TO SAVEPOINT flow")
                self.env.invalidate_all()

    def _flow(self, mode):
        self.agreement.template_id = self.templates[mode]
        wizard = self._wizard(self.data, user=self.user)
        wizard.action_check()
        self.assertFalse(wizard.error_count)
        wizard.action_import()
        file = wizard.billing_file_id
        self.assertEqual(file.state, "imported")
        charge = file.charge_ids
        self.assertEqual((charge.cost_subtotal, charge.margin), (0.40, 0.60))
        charge.write({"quantity": 90, "reason": "Agreed"})
        charge.action_reject()
        charge.action_reset()
        charge.action_approve()
        self.agreement.with_user(self.user).generate_invoice()
        move = charge.invoice_line_ids.move_id
        self.assertEqual((move.env.uid, move.amount_untaxed), (self.user.id, 30.90))
        if mode == "draft":
            move.action_post()
        self.assertEqual((move.state, charge.invoice_status), ("posted", "invoiced"))

    def test_options(self):
        wizard = self._wizard(build_xml(devices=[record("SN-1", clr_lvl3=(5, "0.004"))]), user=self.user)
        wizard.action_check()
        wizard.mapping_ids.clr_lvl3_product_id = self.color
        wizard.action_check()
        self.assertFalse(wizard.error_count)
        self.assertEqual(self.mapping.clr_lvl3_product_id, self.color)

    def test_manual_invoice(self):
        charge = self._charge()
        action = self.agreement.with_user(self.user).manual_invoice()
        self.assertEqual(action["res_id"], charge.invoice_line_ids.move_id.id)

    def test_mends_what_is_wrong(self):
        wizard = self._wizard(build_xml(devices=[*self.rows, record("NEW-7")]), user=self.user)
        wizard.action_check()
        issue = wizard.issue_ids.filtered(lambda issue: issue.code == "device_unknown")
        action = issue.action_fix()
        mending = self.env[action["res_model"]].with_user(self.user).browse(action["res_id"])
        mending.write({"fill_product_id": self.printer.id, "fill_subscription_id": self.agreement.id})
        mending.action_fill()
        mending.action_apply()
        wizard.action_import()
        self.assertEqual(wizard.billing_file_id.state, "imported")

    def test_prices_of_an_agreement(self):
        default = (
            self.env["sale.subscription.charge.default"]
            .with_user(self.user)
            .create({"subscription_id": self.agreement.id, "product_id": self.mono.id, "unit_price": 0.02})
        )
        default.unit_price = 0.03
        self.assertEqual(default.unit_cost, 0)

    def test_marks_nothing_as_invoiced_by_hand(self):
        """A charge is invoiced by invoicing its agreement, or it would be lost or billed twice."""
        charge = self._charge().with_user(self.user)
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create({"name": "By hand", "price_unit": 1})],
            }
        )
        line = move.invoice_line_ids.with_user(self.user)
        self.assertDenied(line.write, {"xpps_charge_ids": [Command.set(charge.ids)]})
        self.assertDenied(charge.write, {"invoice_line_ids": [Command.set(line.ids)]})
        self.assertDenied(charge.write, {"invoice_status": "invoiced"})
        self.assertDenied(
            charge.create,
            {
                "subscription_id": self.agreement.id,
                "product_id": self.mono.id,
                "name": "By hand",
                "invoice_line_ids": [Command.set(line.ids)],
            },
        )

    def test_configures_nothing(self):
        level = self.env["xpps.price.level"].create({"name": "XPPS Test A4"})
        self.assertDenied(level.with_user(self.user).write, {"name": "Other"})
        self.assertDenied(self.printer.with_user(self.user).write, {"name": "Other"})
        file_format = self.env.ref("xerox_xpps.format_autotask_xml")
        self.assertDenied(file_format.with_user(self.user).write, {"name": "Other"})


class TestManager(AccessCase):
    def test_configures(self):
        env = self.env(user=self._user("xpps_test_manager", MANAGER))
        level = env["xpps.price.level"].create({"name": "XPPS Test A4", "company_id": self.company.id})
        level.name = "XPPS Test A3"
        code = env["product.product"].create(
            {"name": "Pages", "type": "service", "xpps_role": "material_code", "list_price": 0.05}
        )
        mapping = env["xpps.material.mapping"].create(
            {"company_id": self.company.id, "price_level_id": level.id, "mono_product_id": code.id}
        )
        printer = env["product.product"].create(
            {
                "name": "Printer",
                "is_xpps_printer": True,
                "company_id": self.company.id,
                "xpps_price_level_id": level.id,
            }
        )
        agreement = self.agreement.with_env(env)
        agreement.xpps_invoice_detail = "material"
        device = env["stock.lot"].create({"name": "SN-3", "is_xpps_device": True, "product_id": printer.id})
        env["xpps.file.format"].browse(env.ref("xerox_xpps.format_autotask_xml").id).sequence = 5
        mapping.unlink()
        device.unlink()
        env.flush_all()

    def test_bills(self):
        user = self._user("xpps_test_manager", MANAGER)
        wizard = self._wizard(self.data, user=user)
        wizard.action_import()
        wizard.billing_file_id.action_approve_charges()
        self.agreement.with_user(user).generate_invoice()
        self.assertBilledOnce(wizard.billing_file_id.charge_ids)


class TestOthers(AccessCase):
    """Users without an XPPS group do their own work, and the charges follow."""

    def test_salesman_invoices(self):
        salesman = self._user("xpps_test_salesman", "sales_team.group_sale_salesman_all_leads")
        for mode in self.templates:
            with self.subTest(mode=mode):
                agreement = self._contract(mode)
                charges = self._charges(agreement)
                agreement.with_user(salesman).generate_invoice()
                self.assertBilledOnce(charges)
                self.assertEqual(self._moves(agreement).amount_untaxed, 37.30)

    def test_salesman_sees_no_charge(self):
        salesman = self._user("xpps_test_salesman", "sales_team.group_sale_salesman_all_leads")
        charge = self._charge().with_user(salesman)
        self.assertDenied(charge.read, ["quantity"])
        self.assertDenied(charge.action_approve)

    def test_accountant_deletes_a_draft(self):
        accountant = self._user("xpps_test_accountant", "account.group_account_invoice")
        for mode in ("draft", "invoice", "sale_and_invoice"):
            agreement = self._contract(mode)
            charges = self._charges(agreement)
            agreement.generate_invoice()
            move = self._moves(agreement).with_user(accountant)
            if mode != "draft":
                move.button_draft()
            self.env.invalidate_all()
            move.with_context(force_delete=True).unlink()
            self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})

    def test_accountant_cancels_a_draft(self):
        accountant = self._user("xpps_test_accountant", "account.group_account_invoice")
        charge = self._charge()
        self.agreement.generate_invoice()
        self.env.invalidate_all()
        self._moves().with_user(accountant).button_cancel()
        self.assertEqual(charge.invoice_status, "to_invoice")

    def test_accountant_changes_and_posts(self):
        accountant = self._user("xpps_test_accountant", "account.group_account_invoice")
        charge = self._charge()
        self.agreement.generate_invoice()
        self.env.invalidate_all()
        move = self._moves().with_user(accountant)
        move.write({"ref": "PO 5", "invoice_line_ids": [Command.update(charge.invoice_line_ids.id, {"discount": 5})]})
        move.action_post()
        move.read()
        move.invoice_line_ids.read()
        self.assertBilledOnce(charge)

    def test_accountant_reverses_and_copies(self):
        accountant = self._user("xpps_test_accountant", "account.group_account_invoice")
        for mode in ("invoice", "sale_and_invoice"):
            agreement = self._contract(mode)
            charges = self._charges(agreement)
            agreement.generate_invoice()
            move = self._moves(agreement).with_user(accountant)
            self.env.invalidate_all()
            credit = move._reverse_moves(cancel=True)
            copy = move.copy()
            self.assertBilledOnce(charges)
            self.assertFalse((credit | copy).sudo().invoice_line_ids.xpps_charge_ids)


class TestPortal(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls._partner("Contact", parent_id=cls.customer.id)
        cls.portal = cls._user(
            "xpps_test_portal", partner_id=cls.contact.id, group_ids=[Command.set(cls.env.ref("base.group_portal").ids)]
        )
        cls.other_customer = cls._partner("Another Customer")
        cls.other_agreement = cls._agreement(partner_id=cls.other_customer.id)
        cls.other_device = cls._device("OTHER-1", cls.other_agreement)

    def _set_up_once(self):
        super()._set_up_once()
        self.file = self._import([*self.rows, record("OTHER-1", mono=(7, "0.004"))])
        self.env.invalidate_all()

    def test_own_devices(self):
        site = self._partner("Warehouse", parent_id=self.customer.id, type="delivery")
        self.second.xpps_partner_id = site
        found = self.env["stock.lot"].with_user(self.portal).search([])
        self.assertEqual(found, self.device | self.second)
        self.assertEqual(found.sorted("name").mapped("name"), ["SN-1", "SN-2"])
        self.assertEqual(found.filtered(lambda device: device.name == "SN-1").xpps_mono_last_overage, 100)

    def test_own_reads(self):
        found = self.env["xpps.meter.read"].with_user(self.portal).search([])
        self.assertEqual(found.device_id.sudo(), self.device)
        self.assertEqual(found.overage, 100)

    def test_nothing_of_others(self):
        others = self.env["stock.lot"].create({"name": "LOT", "product_id": self.printer.id})
        reads = self.file.meter_read_ids.filtered(lambda read: read.device_id == self.other_device)
        for records in (self.other_device, others, reads):
            self.assertDenied(records.with_user(self.portal).read, ["id"])

    def test_a_former_customers_reads(self):
        """A device that moved to another customer keeps its old reads from the new one."""
        self.device.write(
            {
                "xpps_partner_id": self.other_customer.id,
                "xpps_subscription_id": self.other_agreement.id,
                "xpps_subscription_line_id": self.other_agreement.sale_subscription_line_ids.id,
            }
        )
        other_portal = self._user(
            "xpps_test_other_portal",
            partner_id=self._partner("Other Contact", parent_id=self.other_customer.id).id,
            group_ids=[Command.set(self.env.ref("base.group_portal").ids)],
        )
        reads = self.env["xpps.meter.read"].with_user(other_portal).search([])
        self.assertEqual(reads.device_id.sudo(), self.other_device)

    def test_no_cost(self):
        self.assertNoCost(self.device.with_user(self.portal))
        self.assertNoCost(self.file.meter_read_ids.filtered(lambda r: r.overage == 100).with_user(self.portal))

    def test_nothing_else(self):
        charges = self.file.charge_ids
        for records in (charges, self.file, self.file.line_ids, self.other_agreement, self.mapping):
            self.assertDenied(records.with_user(self.portal).read, ["id"])
        device = self.device.with_user(self.portal)
        self.assertDenied(device.write, {"name": "X"})
        self.assertDenied(device.unlink)
        self.assertDenied(charges.with_user(self.portal).action_approve)
        self.assertDenied(self.agreement.with_user(self.portal).generate_invoice)
