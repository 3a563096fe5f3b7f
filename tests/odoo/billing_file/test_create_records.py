# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Printer models, customers and agreements that only the file knows, made in the dialog that creates devices."""

from odoo.exceptions import AccessError

from ..support.access import BILLING, MANAGER
from ..support.common import record
from ..support.importing import FEBRUARY, ImportCase

BRIGHT = {"CustomerName": "XPPS Bright", "CustomerNumber": "C-1"}
DARK = {"CustomerName": "XPPS Dark", "CustomerNumber": "C-2"}


class CreateCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("xpps_test_manager", MANAGER)
        # Demo data are shared by all companies.
        cls.env["xpps.price.level"].search([]).company_id = cls.env.ref("base.main_company")
        cls.level = cls.env["xpps.price.level"].create({"name": "XPPS Test Level"})
        cls.agreement.xpps_agreement_number = "A-0"
        cls.master = cls._agreement(running=False, is_xpps_master=True, partner_id=False)
        cls.master.sale_subscription_line_ids.write({"xpps_qty_from_devices": True, "price_unit": 42})

    def _open(self, *devices, user=None):
        """:return: the dialog of a file of February with these records"""
        file = self._upload(devices, **FEBRUARY).with_user(user or self.manager)
        action = file.action_create_devices()
        return self.env[action["res_model"]].with_user(user or self.manager).browse(action["res_id"])

    def _models(self):
        return self.env["product.product"].search([("is_xpps_printer", "=", True), ("xpps_model_number", "like", "N-")])


class TestModels(CreateCase):
    def test_created_once_each(self):
        wizard = self._open(
            record("NEW-1", Model="Phaser", ModelNumber="N-1"),
            record("NEW-2", Model="Phaser", ModelNumber="n-1"),
            record("NEW-3", ModelNumber="N-2"),
            record("NEW-4"),
        )
        self.assertEqual(wizard.new_model_text, "The file names 2 printer models that are not in Odoo: Phaser, N-2.")
        action = wizard.action_create_models()
        self.assertEqual((action["res_id"], action["target"]), (wizard.id, "new"))
        models = self._models().sorted("xpps_model_number")
        self.assertEqual(models.mapped("name"), ["Phaser", "N-2"])
        self.assertEqual(wizard.row_ids.mapped("product_id"), models)
        self.assertEqual([bool(row.product_id) for row in wizard.row_ids], [True, True, True, False])
        self.assertEqual((models[0].tracking, models[0].is_storable, models[0].list_price), ("serial", True, 0))
        self.assertEqual(models.xpps_price_level_id, self.level)
        self.assertEqual(wizard.notice, "2 printer models were created. Their price level is XPPS Test Level.")
        wizard.invalidate_recordset()
        self.assertFalse(wizard.new_model_text)

    def test_no_level_is_guessed(self):
        self.env["xpps.price.level"].create({"name": "XPPS Test Other"})
        wizard = self._open(record("NEW-1", Model="Phaser", ModelNumber="N-1"))
        wizard.action_create_models()
        self.assertFalse(self._models().xpps_price_level_id)
        self.assertEqual(wizard.notice, "1 printer model was created.")

    def test_what_may_be_there_is_left_to_choose(self):
        """A number that two models have, and one that somebody has entered meanwhile."""
        for name in "AB":
            self._printer(f"XPPS Test {name}", xpps_model_number="N-1")
        wizard = self._open(
            record("NEW-1", Model="Phaser", ModelNumber="N-1"), record("NEW-2", Model="Versa", ModelNumber="N-2")
        )
        self.assertEqual(wizard.new_model_text, "The file names 1 printer model that is not in Odoo: Versa.")
        late = self._printer("XPPS Test Late", xpps_model_number="N-2")
        wizard.action_create_models()
        self.assertEqual([row.product_id for row in wizard.row_ids], [late.browse(), late])
        self.assertEqual(len(self._models()), 3)

    def test_not_by_clerks(self):
        clerk = self._user("xpps_test_clerk", BILLING)
        wizard = self._open(record("NEW-1", Model="Phaser", ModelNumber="N-1"), user=clerk)
        with self.assertRaises(AccessError):
            wizard.action_create_models()


class TestAgreements(CreateCase):
    def _made(self):
        return self.env["sale.subscription"].search(
            [("company_id", "=", self.company.id), ("id", "not in", (self.agreement | self.master).ids)], order="id"
        )

    def test_created_and_started(self):
        clerk = self._user("xpps_test_clerk", BILLING)
        wizard = self._open(
            record("NEW-1", AgreementNumber="A-1", **BRIGHT),
            record("NEW-2", AgreementNumber="A-2", **DARK),
            record("NEW-3", AgreementNumber="A-3", **BRIGHT),
            record("NEW-4", AgreementNumber="A-1", **BRIGHT),
            user=clerk,
        )
        self.assertEqual(wizard.master_id, self.master)
        self.assertEqual(
            wizard.new_agreement_text,
            "The file names 3 agreements that are not in Odoo, of XPPS Bright, XPPS Dark.",
        )
        wizard.action_create_agreements()
        made = self._made()
        self.assertEqual(made.mapped("xpps_agreement_number"), ["A-1", "A-2", "A-3"])
        self.assertEqual(made.mapped("partner_id.name"), ["XPPS Bright", "XPPS Dark"])
        self.assertEqual(made.mapped("partner_id.xpps_customer_number"), ["C-1", "C-2"])
        self.assertEqual(set(made.mapped("stage_type")), {"in_progress"})
        self.assertEqual(set(made.mapped("date_start")), {wizard.billing_file_id.period_start})
        self.assertEqual(made.sale_subscription_line_ids.mapped("price_unit"), [42, 42, 42])
        self.assertEqual(
            [row.subscription_id.xpps_agreement_number for row in wizard.row_ids], ["A-1", "A-2", "A-3", "A-1"]
        )
        self.assertEqual(wizard.row_ids.subscription_line_id, made.sale_subscription_line_ids)
        self.assertEqual(wizard.notice, "3 agreements were created and started. 2 customers were created.")
        wizard.row_ids.product_id = self.printer
        wizard.action_apply()
        self.assertEqual(made.sale_subscription_line_ids.mapped("product_uom_qty"), [2, 1, 1])

    def test_known_customers(self):
        """One by its number, one whom the user chose."""
        self.customer.xpps_customer_number = "C-1"
        chosen = self._partner("XPPS Chosen")
        wizard = self._open(
            record("NEW-1", AgreementNumber="A-1", **BRIGHT), record("NEW-2", AgreementNumber="A-2", **DARK)
        )
        wizard.row_ids[1].partner_id = chosen
        wizard.action_create_agreements()
        self.assertEqual(self._made().partner_id, self.customer | chosen)
        self.assertEqual(wizard.notice, "2 agreements were created and started.")

    def test_what_may_be_there_is_left_to_choose(self):
        """A customer by name or number, an agreement without a number, one that is closed; or nobody says whose."""
        self._partner("XPPS Bright")
        self._partner("XPPS Twin", xpps_customer_number="C-2")
        self._partner("XPPS Twin", xpps_customer_number="C-2")
        numberless = self._partner("XPPS Numberless", xpps_customer_number="C-3")
        self._agreement(partner_id=numberless.id)
        closed = self._agreement(partner_id=self._partner("XPPS Closed").id, xpps_agreement_number="A-4")
        closed.close_subscription()
        before = self._made()
        wizard = self._open(
            record("NEW-1", AgreementNumber="A-1", CustomerName="XPPS Twin", CustomerNumber="C-2"),
            record("NEW-2", AgreementNumber="A-2", CustomerNumber="C-3"),
            record("NEW-3", AgreementNumber="A-4", CustomerName="XPPS Closed"),
            record("NEW-4", AgreementNumber="A-5"),
        )
        wizard.row_ids.subscription_id = False
        wizard.invalidate_recordset()
        self.assertFalse(wizard.new_agreement_text)
        wizard.action_create_agreements()
        self.assertEqual(self._made(), before)

    def test_however_a_known_customer_is_written(self):
        """Two of one name, in other letters and spaces: nobody knows which, and a third is not made."""
        self._partner("XPPS  bright")
        self._partner("xpps BRIGHT")
        wizard = self._open(record("NEW-1", AgreementNumber="A-1", **BRIGHT))
        self.assertFalse(wizard.new_agreement_text)
        wizard.action_create_agreements()
        self.assertFalse(self._made())

    def test_master_is_needed(self):
        wizard = self._open(record("NEW-1", AgreementNumber="A-1", **BRIGHT))
        wizard.master_id = False
        self.assertRaisesMessage("Choose the master agreement", wizard.action_create_agreements)
        wizard.master_id = self._agreement(
            services=self.mono.browse(), running=False, is_xpps_master=True, partner_id=False
        )
        self.assertRaisesMessage("Add a service that bills the base price", wizard.action_create_agreements)
        self.assertFalse(self._made() - wizard.master_id)

    def test_several_masters(self):
        self._agreement(running=False, is_xpps_master=True, partner_id=False)
        self.assertFalse(self._open(record("NEW-1", AgreementNumber="A-1", **BRIGHT)).master_id)


class TestDefaults(CreateCase):
    def test_template_of_new_agreements(self):
        templates = self.env["sale.subscription.template"]
        templates.search([]).recurring_interval = 3
        ours = self.env["sale.subscription"].with_context(default_is_xpps=True)
        self.assertFalse(ours.default_get(["template_id"]).get("template_id"))
        sent = self._template("invoice_send")
        self.assertEqual(ours.default_get(["template_id"])["template_id"], sent.id)
        draft = self._template("draft", name="XPPS Test z")
        self.assertEqual(ours.default_get(["template_id"])["template_id"], draft.id)
        self.assertFalse(self.env["sale.subscription"].default_get(["template_id"]).get("template_id"))

    def test_base_prices_follow_devices(self):
        lines = self.env["sale.subscription.line"]
        for product, is_xpps, expected in (
            (self.base, True, True),
            (self.mono, True, False),
            (self.base, False, False),
        ):
            agreement = self.env["sale.subscription"].new({"is_xpps": is_xpps})
            line = lines.new({"sale_subscription_id": agreement, "product_id": product.id})
            line._onchange_xpps_qty_from_devices()
            self.assertEqual(line.xpps_qty_from_devices, expected)
        kept = self.agreement.sale_subscription_line_ids
        kept._onchange_xpps_qty_from_devices()
        self.assertFalse(kept.xpps_qty_from_devices)


class TestQuickstart(CreateCase):
    def _step(self, key):
        steps = self.env["xpps.quickstart"].with_user(self.manager).get_quickstart()["steps"]
        (step,) = [step for step in steps if step["key"] == key]
        return step

    def _actions(self, key):
        return [button["action"]["xmlid"] for button in self._step(key)["buttons"] if "action" in button]

    def _buttons(self, key):
        """:return: [method of each button, None of those that open an action]"""
        return [button.get("method") for button in self._step(key)["buttons"]]

    def test_from_the_file(self):
        quickstart = self.env["xpps.quickstart"].with_user(self.manager)
        keys = ("models", "agreements", "devices")
        for key in keys:
            self.assertNotIn("create_from_file", self._buttons(key))
        self.assertRaisesMessage("names unknown devices", quickstart.create_from_file)
        file = self._upload([record("NEW-1")])
        for key in keys:
            self.assertEqual(self._buttons(key)[0], "create_from_file")
        action = quickstart.create_from_file()
        self.assertEqual(self.env[action["res_model"]].browse(action["res_id"]).billing_file_id, file)

    def test_month(self):
        quickstart = self.env["xpps.quickstart"].with_user(self.manager)
        self.assertNotIn("open_draft", self._buttons("month"))
        self.assertRaisesMessage("No billing file waits", quickstart.open_draft)
        file = self._upload([record("SN-1")])
        self.assertEqual(self._buttons("month")[0], "open_draft")
        self.device.xpps_removal_date = "2025-06-01"
        action = quickstart.open_draft()
        self.assertEqual(action["res_id"], file.id)
        # It is checked anew.
        self.assertEqual(self._codes(file), ["device_removed"])

    def test_codes(self):
        quickstart = self.env["xpps.quickstart"].with_user(self.manager)
        # Demo data are shared by all companies.
        templates = self.env["product.template"]
        (templates.search([("is_xpps_printer", "=", True)]) - self.printer.product_tmpl_id).active = False
        unpriced = [("xpps_role", "=", "material_code"), ("list_price", "=", 0)]
        templates.search(unpriced).active = False
        quickstart.create_missing_codes()
        templates.search(unpriced).list_price = 0.01
        self.assertNotIn("create_missing_codes", self._buttons("codes"))
        self.printer.product_tmpl_id.copy({"xpps_price_level_id": self.level.id, "company_id": self.company.id})
        self.assertEqual(self._buttons("codes")[0], "create_missing_codes")
        self.assertNotIn("xerox_xpps.action_xpps_code_price", self._actions("codes"))
        action = quickstart.create_missing_codes()
        self.assertIn("xerox_xpps.action_xpps_code_price", self._actions("codes"))
        codes = self.env["product.template"].search(action["domain"])
        self.assertEqual(codes.mapped("list_price"), [0] * len(codes))
        self.assertIn("Enter Their Prices", action["name"])
