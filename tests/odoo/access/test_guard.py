# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What only the program says, nobody else does; and nobody names what he may not read."""

from contextlib import suppress

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import mute_logger

from ..support.access import BILLING, MANAGER, USER, AccessCase

#: A value of each type that no record has by itself.
VALUES = {
    "boolean": True,
    "integer": 4711,
    "float": 47.11,
    "monetary": 47.11,
    "date": "1999-09-09",
    "datetime": "1999-09-09 09:09:09",
    "json": {},
    "binary": b"YQ==",
    "one2many": [Command.clear()],
    "many2many": [Command.clear()],
}
#: What a client may bring when it makes a record; see TestAttachments.
BROUGHT = {("xpps.billing.file", name) for name in ("attachment_id", "company_id", "file_name")}


class GuardCase(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.billing = cls._user("xpps_test_billing", BILLING)
        cls.manager = cls._user("xpps_test_manager", MANAGER)
        cls.move = cls.env["account.move"].create({"move_type": "out_invoice", "partner_id": cls.customer.id})

    def _own_models(self, transient):
        return [
            model
            for model in self.env.values()
            if model._original_module == "xerox_xpps"
            and model._transient == transient
            and not model._abstract
            and model._auto
        ]

    def _value(self, field):
        if field.type == "selection":
            return field.get_values(self.env)[-1]
        if field.type == "many2one":
            return self.env[field.comodel_name].search([], limit=1).id
        return VALUES.get(field.type, "forged")

    def _make_foreign_world(self):
        """Another reseller, with a customer, an agreement and a device of its own."""
        company = self._company("XPPS Other Reseller")
        others = self.env["res.partner"].with_company(company)
        customer = others.create({"name": "Secret Customer", "company_id": company.id})
        agreement = self.env["sale.subscription"].create(
            {
                "is_xpps": True,
                "company_id": company.id,
                "partner_id": customer.id,
                "template_id": self.template.id,
                "pricelist_id": self.env["product.pricelist"].create({"name": "Secret", "company_id": company.id}).id,
            }
        )
        device = self.env["stock.lot"].create(
            {
                "name": "SECRET-1",
                "product_id": self.printer.id,
                "company_id": company.id,
                "is_xpps_device": True,
                "xpps_partner_id": customer.id,
                "xpps_subscription_id": agreement.id,
            }
        )
        return company, agreement, device


class TestProgramFields(GuardCase):
    def test_every_model_is_guarded(self):
        """A new model without the guard fails here."""
        guards = [(False, "_xpps_is_program_field"), (True, "_xpps_check_references")]
        unguarded = [
            model._name
            for transient, guard in guards
            for model in self._own_models(transient)
            if not hasattr(model, guard)
        ]
        self.assertFalse(unguarded)

    def test_every_read_only_field_of_every_model(self):
        """By write, create, the defaults of a context and those of the user, also of an administrator."""
        tried = 0
        self._import(self.rows)
        for model in self.env.values():
            if model._abstract or model._transient or not hasattr(model, "_xpps_is_program_field"):
                continue
            model = model.with_user(self.manager)
            for field in filter(model._xpps_is_program_field, model._fields.values()):
                tried += 1
                with self.subTest(field=str(field)):
                    values = {field.name: self._value(field)}
                    record = model.sudo().search([], limit=1).with_user(self.manager)
                    if record:
                        self.assertDenied(record.write, values)
                    # Odoo looks for the invoice of a line before anything else.
                    needed = {"move_id": self.move.id} if model._name == "account.move.line" else {}
                    context = {f"default_{field.name}": self._value(field)}
                    if (model._name, field.name) not in BROUGHT:
                        self.assertDenied(model.create, [needed | values])
                    if model._name != "xpps.billing.file":
                        self.assertDenied(model.with_context(**context).create, [dict(needed)])
                    default = model.with_context(**context).default_get([field.name]).get(field.name)
                    own = model.default_get([field.name]).get(field.name)
                    self.assertEqual(default, own)
        self.assertGreater(tried, 150)

    def test_the_program_follows_no_default_of_a_client(self):
        """What a client puts into its context reaches records that the program makes as superuser."""
        files = self.env["xpps.billing.file"].with_user(self.billing)
        files = files.with_context(default_state="imported", default_kind="correction", default_amount_total=1e6)
        file = files._create_from_upload(self.data, "a.xml", self.company)
        self.assertEqual((file.state, file.kind, file.amount_total), ("draft", "regular", 0))

    def test_defaults_of_a_user(self):
        """What a user keeps as the default of a form is none of the program's."""
        defaults = self.env["ir.default"].with_user(self.billing)
        defaults.set("xpps.billing.run", "state", "posted", user_id=self.billing.id)
        run = self.env["xpps.billing.run"].with_user(self.billing).create({})
        self.assertEqual(run.state, "draft")

    def test_import_of_records(self):
        """``load`` is how Odoo imports CSV files."""
        runs = self.env["xpps.billing.run"].with_user(self.manager)
        with mute_logger("odoo.models", "odoo.addons.base.models.ir_model"):
            result = runs.load(["invoice_date", "state"], [["2026-02-01", "posted"]])
        self.assertFalse(result["ids"])
        self.assertIn("cannot be set manually", result["messages"][0]["message"])

    def test_what_a_form_sends_is_not_taken(self):
        """A new file of any attachment would show its content: without ever being created."""
        secret = self.env["ir.attachment"].create({"name": "secret", "raw": b"secret of somebody"})
        files = self.env["xpps.billing.file"].with_user(self.billing)
        spec = {"attachment_id": {}, "file_data": {}, "kind": {}}
        for names in ([], ["attachment_id"], ["attachment_id", "kind"], ["kind"]):
            with self.subTest(names=names):
                result = files.onchange({"attachment_id": secret.id, "kind": "regular"}, names, spec)
                self.assertFalse((result.get("value") or {}).get("file_data"))

    def test_copy(self):
        """A copy is a clean draft, or there is none."""
        file = self._import(self.rows).with_user(self.billing)
        with self.assertRaisesRegex(UserError, "cannot be duplicated"):
            file.copy()
        self.assertDenied(file.copy, {"attachment_id": file.attachment_id.id, "file_name": "b.xml"})
        run = self.env["xpps.billing.run"].create({})
        run.write({"state": "posted", "prepared_on": fields.Datetime.now()})
        copy = run.with_user(self.billing).copy()
        self.assertEqual((copy.state, copy.prepared_on, copy.period_end), ("draft", False, run.period_end))


class TestAttachments(GuardCase):
    def setUp(self):
        super().setUp()
        self.file = self._check(self.data)
        self.attachment = self.file.attachment_id

    def test_files_of_any_attachment(self):
        secret = self.env["ir.attachment"].create({"name": "secret", "raw": b"secret of somebody"})
        files = self.env["xpps.billing.file"].with_user(self.billing)
        self.assertDenied(files.create, {"attachment_id": secret.id, "file_name": "a.xml"})
        self.assertDenied(self.file.with_user(self.billing).write, {"attachment_id": secret.id})
        own = (
            self.env["ir.attachment"].with_user(self.billing).create({"name": "a.xml", "raw": b"<a/>", "public": True})
        )
        values = {"attachment_id": own.id, "file_name": "a.xml"}
        self.assertDenied(files.create, values | {"amount_total": 1})
        self.assertDenied(files.create, values | {"state": "imported"})
        file = files.create(values)
        self.assertEqual((own.res_id, own.public, file.state), (file.id, False, "draft"))
        self.assertDenied(files.create, values)
        self.assertDenied(own.write, {"raw": b"<b/>"})

    def test_upload_of_any_attachment(self):
        """Only what the user has just uploaded becomes a file."""
        files = self.env["xpps.billing.file"].with_user(self.billing)
        attachments = self.env["ir.attachment"].with_user(self.billing)
        place = {"res_model": "sale.subscription", "res_id": self.agreement.id}
        bound = attachments.create({"name": "bound.xml", "raw": self.data, **place})
        url = attachments.create({"name": "url.xml", "type": "url", "url": "http://127.0.0.1/"})
        other = self.env["ir.attachment"].create({"name": "public.xml", "raw": self.data, "public": True})
        old = attachments.create({"name": "old.xml", "raw": self.data})
        old.flush_recordset()
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = create_date - interval '2 hours' WHERE id = %s", [old.id]
        )
        old.invalidate_recordset()
        for attachment in (bound, url, other, old, self.attachment):
            with self.subTest(name=attachment.name):
                self.assertDenied(files.create_document_from_attachment, attachment.ids)
        fresh = attachments.create({"name": "fresh.xml", "raw": self.data + b"\n"})
        self.assertTrue(files.create_document_from_attachment(fresh.ids)["res_id"])

    def test_content_stays(self):
        """By nobody, draft or imported; it stays private, and where it is."""
        changes = (
            {"raw": b"forged"},
            {"datas": b"Zm9yZ2Vk"},
            {"name": "forged.xml"},
            {"public": True},
            {"res_id": 0},
            {"res_model": "res.partner"},
            {"type": "url", "url": "http://127.0.0.1/"},
            {"access_token": "x"},
        )
        system = self._user("xpps_test_system", "base.group_system", MANAGER)
        for state in ("draft", "imported"):
            if state == "imported":
                self.file.action_import()
            for user in (self.billing, self.manager, system):
                attachment = self.attachment.with_user(user)
                for values in changes:
                    with self.subTest(state=state, user=user.login, values=values):
                        self.assertDenied(attachment.write, values)
                self.assertDenied(attachment.unlink)
        self.assertDenied(self.attachment.unlink)
        self.assertEqual(self.attachment.raw, self.data)

    def test_a_draft_may_be_deleted(self):
        self.file.with_user(self.billing).unlink()
        self.assertFalse(self.attachment.exists())

    def test_changed_content_is_not_read(self):
        """Whoever gets at the database or the disk does not get at what is billed."""
        self.env.flush_all()
        forged = self.data.replace(b"100", b"900")
        self.env.cr.execute(
            "UPDATE ir_attachment SET db_datas = %s, store_fname = NULL WHERE id = %s", [forged, self.attachment.id]
        )
        self.env.invalidate_all()
        for action in (self.file.action_check, self.file.action_import, self.file._import):
            with self.assertRaisesRegex(UserError, "differs from the uploaded file"):
                action()
        self.assertEqual(self.file.state, "draft")
        self.assertFalse(self.file.charge_ids)


class TestReferences(GuardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company, cls.other_agreement, cls.other_device = cls._make_foreign_world(cls)

    def test_every_reference_of_every_model(self):
        """Nobody names a record of another company: by create, write, a context or in a form."""
        foreign = {
            "stock.lot": self.other_device,
            "sale.subscription": self.other_agreement,
            "res.partner": self.other_agreement.partner_id,
            "res.company": self.other_company,
            "product.pricelist": self.other_agreement.pricelist_id,
        }
        tried = 0
        for model in self.env.values():
            if model._abstract or not hasattr(model, "_xpps_guarded_relations"):
                continue
            model = model.with_user(self.manager)
            for name in model._xpps_guarded_relations():
                field = model._fields[name]
                record = foreign.get(field.comodel_name)
                if not record or not model.has_access("create") or not model._has_field_access(field, "write"):
                    continue
                tried += 1
                value = record.id if field.type == "many2one" else [Command.link(record.id)]
                with self.subTest(field=str(field)):
                    self.assertDenied(model.create, [{name: value}])
                    with suppress(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                        # Some models take no such default.
                        found = model.with_context(**{f"default_{name}": value}).default_get([name])
                        self.assertNotIn(found.get(name), (value, [Command.set(record.ids)]))
                    self.assertDenied(model.onchange, {name: value}, [name], {name: {}})
                    if field.type != "many2one":
                        self.assertDenied(model.create, [{name: [Command.set(record.ids)]}])
        self.assertGreater(tried, 40)

    def test_rows_inside_a_form(self):
        """A row that is edited brings its form along, and a form its rows."""
        wizards = self.env["xpps.device.add.wizard"].with_user(self.billing)
        row = [Command.create({"lot_id": self.other_device.id})]
        self.assertDenied(wizards.onchange, {"row_ids": row}, ["row_ids"], {"row_ids": {"fields": {"lot_id": {}}}})
        rows = self.env["xpps.device.add.wizard.row"].with_user(self.billing)
        parent = {"subscription_id": self.other_agreement.id}
        self.assertDenied(rows.onchange, {"wizard_id": parent}, ["wizard_id"], {"wizard_id": {}})

    def test_what_a_record_names_may_stay(self):
        """Whoever may write a record need not see all that it names."""
        partner = self._partner("Xerox")
        values = {"company_id": self.company.id, "currency_id": self.usd.id, "reason": "Wrong"}
        dispute = self.env["xpps.dispute"].create(values | {"partner_id": partner.id})
        other = self.env["xpps.dispute"].create(values)
        self.env["ir.rule"].create(
            {
                "name": "XPPS test: a partner that nobody sees",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", partner.id)],
            }
        )
        dispute.with_user(self.billing).write({"reason": "Very wrong", "partner_id": partner.id})
        values = {"reason": "Wrong", "partner_id": partner.id}
        dispute.with_user(self.billing).onchange(values, ["reason"], {"reason": {}})
        self.assertDenied(other.with_user(self.billing).write, {"partner_id": partner.id})


class TestWizards(GuardCase):
    def test_every_wizard_is_its_creators(self):
        """A new wizard without the rule fails here."""
        rules = self.env["ir.rule"].search([("global", "=", True)]).grouped(lambda rule: rule.model_id.model)
        missing = [
            model._name
            for model in self._own_models(True)
            if "[('create_uid', '=', user.id)]"
            not in rules.get(model._name, self.env["ir.rule"]).mapped("domain_force")
        ]
        self.assertFalse(missing)

    def test_open_wizard_of_a_colleague(self):
        """It holds the whole file, and what is about to be imported."""
        wizard = self._wizard(self.data, user=self.billing)
        wizard.action_check()
        colleague = self._user("xpps_test_colleague", MANAGER)
        theirs = wizard.with_user(colleague)
        self.assertFalse(theirs.search([]))
        self.assertDenied(theirs.read, ["file_data"])
        stored = self.env["ir.attachment"].search(
            [("res_model", "=", wizard._name), ("res_field", "=", "file_data"), ("res_id", "=", wizard.id)]
        )
        self.assertEqual((stored.raw, stored.index_content), (self.data, False))
        self.assertDenied(stored.with_user(colleague).read, ["raw"])
        self.assertDenied(theirs.write, {"file_data": b"Zm9yZ2Vk"})
        self.assertDenied(theirs.unlink)
        self.assertDenied(theirs.action_import)
        wizard.action_import()
        self.assertEqual(wizard.billing_file_id.state, "imported")


class TestSettings(GuardCase):
    def test_only_billing_reads_what_a_company_decides(self):
        portal = self._user("xpps_test_portal", group_ids=[Command.set(self.env.ref("base.group_portal").ids)])
        names = [name for name in self.env["res.company"]._fields if name.startswith("xpps_")]
        self.assertGreater(len(names), 8)
        for user in (portal, self._user("xpps_test_employee"), self._user("xpps_test_user", USER)):
            for name in names:
                with self.subTest(user=user.login, name=name):
                    company = self.company.with_user(user)
                    self.assertDenied(company.read, [name])
                    # Odoo does not ask the database what always holds.
                    if not company._fields[name].required:
                        self.assertDenied(company.search, [(name, "!=", False)])
        self.company.with_user(self.billing).read(names)

    def test_settings_tell_nothing(self):
        settings = self.env["res.config.settings"]
        names = [name for name in settings._fields if name.startswith("xpps_")]
        for name in names:
            with self.subTest(name=name), self.assertRaises(AccessError), mute_logger("odoo.models"):
                settings.with_user(self._user(f"xpps_test_{name}")).new({"company_id": self.company.id})[name]


class TestSearch(GuardCase):
    def test_no_search_by_what_one_may_not_read(self):
        """Odoo asks that of stored fields; a method that searches a computed one has to."""
        user = self._user("xpps_test_user", USER)
        tried = 0
        for model in self.env.values():
            for field in model._fields.values():
                searched = (field._module or "").startswith("xerox_xpps") and field.search and field.groups
                if not searched or model._abstract or model.with_user(user)._has_field_access(field, "read"):
                    continue
                tried += 1
                value = False if field.type == "boolean" else "full"
                for operator, operand in (("=", value), ("in", [value]), ("!=", value)):
                    with self.subTest(field=str(field), operator=operator):
                        self.assertDenied(model.with_user(user).search, [(field.name, operator, operand)])
        self.assertGreaterEqual(tried, 2)

    def test_by_way_of_attachments(self):
        """Odoo looks for them as superuser."""
        employee = self._user("xpps_test_employee")
        attachments = self.env["ir.attachment"].with_user(employee)
        attachments.create({"name": "own", "raw": b"own"})
        path = "company_id.xpps_margin_floor_percent"
        nested = ("company_id", "any", [("xpps_margin_floor_percent", "=", 0)])
        for condition in ((path, "=", 0), (path, ">", 0), nested, ("company_id", "any", Domain(path[11:], "=", 0))):
            for domain in ([condition], ["!", condition], ["|", condition, ("id", "=", 0)]):
                with self.subTest(domain=domain):
                    self.assertDenied(attachments.search, domain)
        self.assertTrue(attachments.search([("company_id.name", "!=", False), ("name", "=", "own")]))

    def test_by_way_of_other_models(self):
        user = self._user("xpps_test_user", USER, "account.group_account_invoice")
        for model, path in (("stock.lot", "xpps_charge_ids"), ("sale.subscription", "charge_ids")):
            for name, value in (("margin_low", True), ("credit_state", "full"), ("unit_cost", 1)):
                with self.subTest(model=model, name=name):
                    self.assertDenied(self.env[model].with_user(user).search, [(f"{path}.{name}", "=", value)])
