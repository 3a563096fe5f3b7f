# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Attacks that succeeded once, each as it was done; the kinds that they are of are in ``test_access_matrix``."""

import base64

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import TransactionCase

from ..support.access_probe import FAILED, GRANTED, Probes
from ..support.access_recipes import recipe
from ..support.access_rights import ACCOUNTANT, BILLING, EMPLOYEE, MANAGER, PORTAL, SALESMAN, STOCK, USER
from ..support.access_world import AccessWorld

#: What a client is told in words; Odoo turns what a constraint of the database refuses into some.
SENTENCES = (UserError, IntegrityError)
OTHER = base64.b64encode(b"not what Xerox sent")
CLERK_OF_B = f"{BILLING} of B"


class AttackCase(Probes, AccessWorld, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()

    def as_user(self, records, user, **context):
        env = self._env_of(user, **context)
        return records.with_env(env)

    def model(self, name, user, **context):
        return self._env_of(user, **context)[name]

    def assertRefused(self, function, *args, **kwargs):
        """Refused with a sentence, and nothing is told of the other company."""

        def call():
            function(*args, **kwargs)

        self._assert_not_granted(call, f"{function} {args} {kwargs}")

    def _assert_not_granted(self, function, message=None):
        outcome, what = self.attempt(function)
        self.assertNotEqual(outcome, GRANTED, message)
        if outcome == FAILED:
            self.assertIsInstance(what, SENTENCES, message)
        self.assertNotIn(self.b.name, str(what))

    def assertGranted(self, function, *args, **kwargs):
        outcome, what = self.attempt(function, *args, **kwargs)
        self.assertEqual(outcome, GRANTED, what)


class ReadingOthers:
    """What is not yours."""

    def _attachments(self):
        """Attachments that no clerk of A brings, by what is wrong with them."""
        attachments = self.env["ir.attachment"].sudo()
        secret = {"name": "secret.xml", "raw": b"<secret/>"}
        bound = attachments.create({**secret, "res_model": "res.partner", "res_id": self.a.customer.id})
        hers = self.model("ir.attachment", MANAGER).create(secret)
        mine = self.env(user=self.a.users[BILLING], su=True)["ir.attachment"].create(
            {**secret, "res_model": "res.partner", "res_id": self.a.customer.id}
        )
        return {
            "of the other company's file": self.b.files[1].attachment_id,
            "of the own company's other file": self.a.files[1].attachment_id,
            "of a partner": bound,
            "just uploaded by another user": hers,
            "one's own, of a record": mine,
            "of nobody": attachments.create({**secret, "company_id": self.b.company.id}),
        }

    def test_attachments_of_others_are_no_billing_file(self):
        files = self.model("xpps.billing.file", BILLING)
        for what, attachment in self._attachments().items():
            with self.subTest(what):
                values = {"file_name": "mine.xml", "attachment_id": attachment.id}
                self.assertRefused(files.create, values)
                self.assertRefused(
                    files.with_context(default_attachment_id=attachment.id).create, {"file_name": "mine.xml"}
                )
                draft = self.as_user(self.a.draft, BILLING)
                self.assertRefused(draft.write, {"attachment_id": attachment.id})

    def test_an_import_chooses_no_attachment(self):
        files = self.model("xpps.billing.file", BILLING)
        for what, attachment in self._attachments().items():
            with self.subTest(what):

                def load(attachment=attachment):
                    result = files.load(["file_name", "attachment_id/.id"], [["mine.xml", str(attachment.id)]])
                    return bool(result["ids"])

                self._assert_not_granted(load)

    def test_foreign_attachments_are_not_dropped_onto_the_list(self):
        files = self.model("xpps.billing.file", BILLING)
        self.assertRefused(files.create_document_from_attachment, self.b.files[1].attachment_id.ids)

    def test_records_start_at_their_beginning(self):
        clerk = self._env_of(BILLING)
        for name, values in (
            ("xpps.billing.file", {"state": "imported"}),
            ("xpps.billing.file", {"queued_by_id": clerk.uid, "state": "queued"}),
            ("xpps.billing.file", {"line_digest": "1"}),
            ("xpps.billing.file", {"vendor_bill_id": self.a.files[1].vendor_bill_id.id}),
            ("xpps.billing.run", {"state": "posted"}),
            ("xpps.billing.run", {"task": "post", "task_count": 3}),
            ("xpps.dispute", {"state": "sent"}),
            ("xpps.dispute", {"sent_on": "2026-01-01"}),
            ("xpps.dispute", {"name": "D1"}),
        ):
            with self.subTest(model=name, values=values):
                given = recipe(self.a, clerk, name)
                self.assertRefused(clerk[name].create, {**given, **values})

    def test_an_open_wizard_is_its_owners(self):
        """Nobody else reads the file in it, exchanges it before it is imported, or takes the wizard away."""
        wizard = self.a.wizards["xpps.import.wizard"]
        mapping = self.a.wizards["xpps.import.wizard.mapping"]
        for user in (CLERK_OF_B, f"{MANAGER} of B", MANAGER, f"{BILLING} of both", USER, ACCOUNTANT, EMPLOYEE):
            with self.subTest(user):
                theirs, row = self.as_user(wizard, user), self.as_user(mapping, user)
                self.assertRefused(theirs.read, ["file_data"])
                self.assertRefused(theirs.write, {"file_data": OTHER})
                self.assertRefused(row.write, {"mono_product_id": False})
                self.assertRefused(theirs.unlink)
                self.assertRefused(theirs.action_import)
                self.assertRefused(theirs.action_check)
                outcome, found = self.attempt_reading(theirs.search, [])
                self.assertFalse(outcome == GRANTED and wizard in found.sudo())
        mine = self.as_user(wizard, BILLING)
        self.assertGranted(mine.read, ["file_name"])
        self.assertGranted(mine.write, {"kind": "correction"})

    def test_wizards_name_no_foreign_record(self):
        """Neither when they are made, nor by what fields of theirs follow, nor in a preview of that."""
        b = self.b
        foreign = {
            "xpps.agreement.copy.wizard": {
                "subscription_id": b.agreement.id,
                "partner_ids": [Command.set(b.customer.ids)],
                "pricelist_id": b.pricelist.id,
            },
            "xpps.device.add.wizard": {
                "subscription_id": b.agreement.id,
                "subscription_line_id": b.base_line.id,
                "partner_id": b.customer.id,
            },
            "xpps.device.swap.wizard": {"device_id": b.device.id},
            "xpps.device.move.wizard": {
                "device_ids": [Command.set(b.device.ids)],
                "subscription_id": b.agreement.id,
                "subscription_line_id": b.base_line.id,
                "partner_id": b.customer.id,
            },
            "xpps.device.remove.wizard": {"device_ids": [Command.set(b.device.ids)]},
            "xpps.device.assign.wizard": {
                "billing_file_id": b.draft.id,
                "fill_subscription_id": b.agreement.id,
                "import_wizard_id": b.wizards["xpps.import.wizard"].id,
            },
            "xpps.device.create.wizard": {"billing_file_id": b.draft.id, "fill_partner_id": b.customer.id},
            "xpps.import.wizard": {
                "billing_file_id": b.files[1].id,
                "replaces_id": b.draft.id,
                "company_id": b.company.id,
            },
            "xpps.billing.run.release": {"line_ids": [Command.set(b.run.line_ids.ids)]},
            "xpps.vendor.report.wizard": {"company_id": b.company.id},
            "xpps.file.format.wizard": {"billing_file_id": b.draft.id, "company_id": b.company.id},
        }
        for name, values in foreign.items():
            user = MANAGER if name.startswith("xpps.file.format") else BILLING
            own = self.as_user(self.a.wizards[name], user)
            for field, value in values.items():
                with self.subTest(model=name, field=field):
                    self._assert_names_nothing(own, field, value, user)

    def _assert_names_nothing(self, own, field, value, user):
        model = own.browse()
        given = recipe(self.a, model.env, model._name)
        others = {name: its for name, its in given.items() if name != field}

        def names_it(made):
            made.invalidate_recordset()
            foreign = self.b.records_of(made._fields[field].comodel_name).ids
            return bool(set(self.stored(made, field)[0]).intersection(foreign)) or self.b.name in str(made.read())

        spec = {name: {} for name, its in model._fields.items() if its.type not in ("properties", "many2one_reference")}
        for function in (
            lambda: names_it(model.create({**given, field: value})),
            lambda: names_it(model.with_context(**{f"default_{field}": value}).create(others)),
            lambda: names_it(own if own.write({field: value}) else own),
            lambda: bool(model.onchange({field: value}, [field], spec).get("value")),
        ):
            self._assert_not_granted(function)

    def test_a_user_learns_no_cost_by_searching(self):
        charges = self.model("sale.subscription.charge", USER)
        for domain in (
            [("margin_low", "=", True)],
            [("margin_low", "!=", False)],
            [("credit_state", "=", "none")],
            ["|", ("id", "=", 0), ("margin_low", "=", True)],
        ):
            with self.subTest(domain):
                self.assertRefused(charges.search, domain)
                self.assertRefused(charges.search_count, domain)
                self.assertRefused(charges.web_search_read, domain, {"id": {}})
                self.assertRefused(charges.formatted_read_group, domain, [], ["__count"])
        agreements = self.model("sale.subscription", USER)
        self.assertRefused(agreements.search, [("charge_ids.margin_low", "=", True)])
        self.assertRefused(agreements.search, [("charge_ids", "any", [("margin_low", "=", True)])])
        lots = self.model("stock.lot", STOCK)
        self.assertRefused(lots.search, [("xpps_charge_ids.credit_state", "=", "none")])

    def test_settings_of_a_company(self):
        for user in (PORTAL, EMPLOYEE, STOCK, ACCOUNTANT, SALESMAN):
            company = self.as_user(self.a.company, user)
            settings = [name for name in company._fields if name.startswith("xpps_")]
            self.assertIn("xpps_margin_floor_percent", settings)
            for name in settings:
                with self.subTest(user=user, field=name):
                    self.assertRefused(company.read, [name])
            self.assertFalse(set(settings) & set(company.fields_get()))
            self.assertRefused(company.search, [("xpps_margin_floor_percent", ">", 10)])

    def test_a_customer_sees_no_bill_of_xerox(self):
        reads = self.a.files[1].meter_read_ids.filtered(lambda read: read.device_id == self.a.device)
        mine = self.as_user(reads, PORTAL)
        self.assertTrue(mine.read(["current_read"]))
        self.assertNotIn(self.a.files[1].name, str(mine.read()))
        self.assertRefused(mine.read, ["billing_file_id"])
        self.assertRefused(mine.search, [("billing_file_id.name", "like", "North")])
        theirs = self.as_user(self.a.files[1].meter_read_ids - reads, PORTAL)
        self.assertRefused(theirs.read, ["current_read"])
        self.assertFalse(theirs.search([("device_id", "=", self.a.device_2.id)]))


class ChangingUnseen:
    """What must leave a trace, or must stay."""

    ATTACHMENT_VALUES = (
        {"raw": b"<other/>"},
        {"datas": OTHER},
        {"name": "other.xml"},
        {"mimetype": "text/html"},
        {"public": True},
        {"access_token": "known"},
        {"res_model": "res.partner"},
        {"res_id": 1},
        {"res_model": False, "res_id": False},
        {"company_id": False},
        {"type": "url", "url": "https://example.com"},
    )

    def _assert_stays(self, attachment, users):
        for user in users:
            mine = self.as_user(attachment, user)
            for values in self.ATTACHMENT_VALUES:
                with self.subTest(user=user, values=values):
                    self.assertRefused(mine.write, values)
            with self.subTest(user=user):
                self.assertRefused(mine.unlink)
                self.assertRefused(mine.generate_access_token)

    def test_the_stored_file_stays(self):
        for file in (self.a.draft, self.a.files[1], self.a.files[3]):
            self._assert_stays(file.attachment_id, (BILLING, MANAGER, ACCOUNTANT, EMPLOYEE, CLERK_OF_B))

    def test_bytes_that_changed_are_not_imported(self):
        """However they did: the digest of the file is kept, and looked at by each check and import."""
        for file in (self.a.draft, self.a.files[3]):
            attachment = file.attachment_id.sudo()
            attachment._file_delete(attachment.store_fname)
            self.cr.execute(
                "UPDATE ir_attachment SET db_datas = %s, store_fname = NULL WHERE id = %s", [b"<other/>", attachment.id]
            )
            self.env.invalidate_all()
            mine = self.as_user(file, BILLING)
            for method in (mine.action_check, mine.action_import):
                with self.subTest(file=file.name, method=method.__name__):
                    outcome, _what = self.attempt(lambda method=method, file=file: method() and not file.error_count)
                    self.assertNotEqual(outcome, GRANTED)

    def test_the_annex_stays(self):
        move = self.a.invoice
        annex = self.a.annex
        self._assert_stays(annex, (ACCOUNTANT, BILLING, MANAGER, EMPLOYEE))
        for user in (ACCOUNTANT, BILLING, MANAGER):
            mine = self.as_user(move, user)
            for name in ("xpps_usage_xlsx_file", "xpps_usage_pdf_file"):
                with self.subTest(user=user, field=name):
                    self.assertRefused(mine.write, {name: OTHER})
                    self.assertRefused(
                        mine.env["ir.attachment"].create,
                        {
                            "name": "x",
                            "raw": b"x",
                            "res_model": "account.move",
                            "res_id": move.id,
                            "res_field": name,
                        },
                    )
            self.assertRefused(mine.write, {"xpps_usage_xlsx_file": False})

    def test_what_an_invoice_line_bills_stays(self):
        lines = self.a.invoice.invoice_line_ids[:1]
        other = self.a.invoice_2.invoice_line_ids[:1]
        for user in (ACCOUNTANT, BILLING, MANAGER):
            mine = self.as_user(lines, user)
            for values in (
                {"xpps_period_start": "2020-01-01"},
                {"xpps_period_end": "2020-01-31"},
                {"xpps_subscription_id": self.a.agreement_2.id},
                {"xpps_subscription_line_id": False},
                {"xpps_component": "mono"},
                {"xpps_source_line_id": other.id},
            ):
                with self.subTest(user=user, values=values):
                    self.assertRefused(mine.write, values)
                    self.assertRefused(
                        self.as_user(self.a.invoice, user).write,
                        {"invoice_line_ids": [Command.update(lines.id, values)]},
                    )

    def test_whoever_handles_stock_changes_no_agreement_of_a_device(self):
        device = self.as_user(self.a.device, STOCK)
        loose = self.as_user(self.a.loose_device, STOCK)
        for values in (
            {"xpps_subscription_id": self.a.agreement_2.id, "xpps_subscription_line_id": False},
            {"xpps_subscription_line_id": False},
            {"xpps_partner_id": self.a.partner_2.id},
            {"xpps_removal_date": "2026-01-01"},
            {"is_xpps_device": False},
        ):
            with self.subTest(values):
                self.assertRefused(device.write, values)
        self.assertRefused(
            loose.write,
            {"xpps_subscription_id": self.a.agreement.id, "xpps_subscription_line_id": self.a.base_line.id},
        )
        self.assertRefused(
            device.env["stock.lot"].create,
            {
                "name": "SN-88",
                "product_id": self.a.printer.id,
                "company_id": self.a.company.id,
                "is_xpps_device": True,
                "xpps_partner_id": self.a.customer.id,
                "xpps_subscription_id": self.a.agreement.id,
            },
        )
        self.assertGranted(device.write, {"xpps_location": "First floor"})

    # Charges

    def _imported(self):
        return self.a.files[3].charge_ids.filtered(lambda charge: charge.state == "draft")[:1]

    def test_what_a_file_says_of_a_charge_stays(self):
        """Also with a reason, and without the chatter's knowing."""
        for user in (BILLING, MANAGER):
            for context in ({}, {"tracking_disable": True}):
                charge = self.as_user(self._imported(), user, **context)
                for values in (
                    {"unit_cost": 1},
                    {"product_id": self.a.color.id},
                    {"device_id": self.a.loose_device.id},
                    {"period_start": "2020-01-01"},
                    {"period_end": "2031-01-01"},
                    {"output_type": "color"},
                    {"billing_file_id": False},
                    {"billing_file_id": self.a.files[1].id},
                    {"meter_read_id": False},
                    {"price_subtotal": 0},
                    {"cost_subtotal": 0},
                    {"margin": 0},
                    {"state": "approved"},
                    {"state": "rejected"},
                    {"partner_id": self.a.vendor.id},
                ):
                    with self.subTest(user=user, values=values):
                        self.assertRefused(charge.write, values)
                        self.assertRefused(charge.write, {**values, "reason": "Because"})

    def test_a_correction_needs_a_reason_and_leaves_a_record(self):
        changes = self.env["xpps.charge.change"].sudo()
        other = (self.a.agreement | self.a.agreement_2) - self._imported().subscription_id
        for name, value in (
            ("name", "Other pages"),
            ("quantity", 7),
            ("unit_price", 0.5),
            ("billable", False),
            ("subscription_id", other.id),
        ):
            charge = self.as_user(self._imported(), BILLING, tracking_disable=True, mail_notrack=True)
            with self.subTest(name):
                self.assertRefused(charge.write, {name: value})
                self.assertRefused(charge.write, {name: value, "reason": "  "})
                before = changes.search([])
                charge.write({name: value, "reason": f"Agreed {name}"})
                self.env.flush_all()
                made = changes.search([]) - before
                self.assertEqual(made.mapped("field_name"), [name])
                self.assertEqual((made.user_id, made.reason), (charge.env.user, f"Agreed {name}"))
                # The two agreements have the number of one template.
                if name != "subscription_id":
                    self.assertNotEqual(made.old_value, made.new_value)

    def test_a_record_of_a_change_stays(self):
        self.as_user(self._imported(), BILLING).write({"quantity": 8, "reason": "Agreed"})
        changes = self.env["xpps.charge.change"].sudo().search([("company_id", "=", self.a.company.id)])
        self.assertTrue(changes)
        for user in (BILLING, MANAGER, ACCOUNTANT):
            mine = self.as_user(changes[:1], user)
            with self.subTest(user):
                self.assertRefused(mine.write, {"reason": "Other"})
                self.assertRefused(mine.unlink)
                self.assertRefused(mine.copy)
        self.assertRefused(self.as_user(changes[:1], CLERK_OF_B).read, ["reason"])

    def test_charges_are_not_deleted(self):
        charges = {
            "imported": self._imported(),
            "approved": self.a.files[2].charge_ids[:1],
            "invoiced": self.a.files[1].charge_ids[:1],
        }
        approved = self.a._charge(10, 0.02)
        for user in (BILLING, MANAGER):
            for state, charge in {**charges, "approved by hand": approved}.items():
                with self.subTest(user=user, state=state):
                    self.assertTrue(charge)
                    self.assertRefused(self.as_user(charge, user).unlink)

    def test_a_charge_by_hand_names_no_file(self):
        values = recipe(self.a, self._env_of(BILLING), "sale.subscription.charge")
        charges = self.model("sale.subscription.charge", BILLING)
        for name, value in (
            ("billing_file_id", self.a.files[1].id),
            ("meter_read_id", self.a.files[1].meter_read_ids[:1].id),
            ("xerox_unit_cost", 1.0),
            ("state", "approved"),
        ):
            with self.subTest(name):
                self.assertRefused(charges.create, {**values, name: value})
                outcome, made = self.attempt(
                    lambda name=name, value=value: (
                        charges.with_context(**{f"default_{name}": value}).create(values).sudo()[name]
                    )
                )
                self.assertNotIn(value, (made, getattr(made, "id", None)))
        self.assertGranted(charges.create, values)

    # Prices

    def test_a_price_does_not_change_unseen(self):
        """Contract defaults and base prices: changed, deleted and made anew, with and without tracking."""
        default = self.env["sale.subscription.charge.default"].search(
            [("subscription_id", "=", self.a.agreement.id), ("product_id", "=", self.a.color.id)]
        )
        quiet = {"tracking_disable": True, "mail_notrack": True, "mail_create_nolog": True}
        other = self.a._service("Other Pages", "material_code", 0.02)
        ways = {
            "write": lambda mine: mine.write({"unit_price": 0.5}),
            "price method": lambda mine: mine.write({"price_method": "cost_plus", "markup_percent": 10}),
            "billable": lambda mine: mine.write({"billable": False}),
            "material code": lambda mine: mine.write({"product_id": other.id}),
            "other agreement": lambda mine: mine.write({"subscription_id": self.a.agreement_2.id}),
            "delete": lambda mine: mine.unlink(),
            "create": lambda mine: mine.create(
                {"subscription_id": self.a.agreement_2.id, "product_id": self.a.color.id, "unit_price": 0.5}
            ),
            "agreement": lambda mine: self.as_user(self.a.agreement, BILLING, **quiet).write(
                {"charge_default_ids": [Command.update(mine.id, {"unit_price": 0.4})]}
            ),
        }
        line = self.a.base_line
        services = {
            "base price": lambda mine: mine.write({"price_unit": 99}),
            "discount": lambda mine: mine.write({"discount": 50}),
            "agreement": lambda mine: mine.sale_subscription_id.write(
                {"sale_subscription_line_ids": [Command.update(mine.id, {"price_unit": 98})]}
            ),
        }
        for context in ({}, quiet):
            for way, change in ways.items():
                self._assert_noted(self.as_user(default, BILLING, **context), way, change)
            for way, change in services.items():
                for user in (BILLING, SALESMAN):
                    self._assert_noted(self.as_user(line, user, **context), f"{way} by {user}", change)

    def _assert_noted(self, mine, way, change):
        with self.subTest(model=mine._name, way=way, context=mine.env.context):

            def function():
                changes = self.env["xpps.charge.change"].sudo()
                before = changes.search_count([("user_id", "=", mine.env.uid)])
                change(mine)
                self.env.flush_all()
                return changes.search_count([("user_id", "=", mine.env.uid)]) > before

            outcome, what = self.attempt(function)
            self.assertEqual(outcome, GRANTED, f"no record: {what}")


class TestAttacks(ReadingOthers, ChangingUnseen, AttackCase):
    """All in one class, as the world takes longer to make than to attack."""
