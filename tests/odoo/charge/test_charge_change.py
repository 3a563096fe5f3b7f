# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What nobody may change of a charge or price unseen, and what is kept of what is changed."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from ..support.access import BILLING, MANAGER, USER, AccessCase
from ..support.common import record

#: What the client sends to hide something, and what it means to Odoo's chatter.
HIDING = {"tracking_disable": True, "mail_notrack": True, "mail_create_nolog": True, "xpps_program_values": True}


class ChangeCase(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_test_clerk", BILLING)
        cls.manager = cls._user("xpps_test_manager", MANAGER)
        cls.changes = cls.env["xpps.charge.change"]

    def setUp(self):
        super().setUp()
        self.known = self.changes.search([])

    def _noted(self, *names):
        """:return: [values of the changes since the last call], the oldest first"""
        self.env.flush_all()
        new = self.changes.search([("id", "not in", self.known.ids)], order="id")
        self.known |= new
        names = names or ("field_name", "old_value", "new_value", "reason")
        return [tuple(change[name] for name in names) for change in new]


class TestImportedCharge(ChangeCase):
    def _set_up_once(self):
        super()._set_up_once()
        self.file = self._import(self.rows)
        self.charge = self.file.charge_ids.with_user(self.clerk)

    def test_nobody_writes_what_the_file_says(self):
        other = self._import(
            [record("SN-2", mono=(5, "0.004"))], InvoiceNumber="X-2", PeriodStart="2026-02-01", PeriodEnd="2026-02-28"
        )
        values = {
            "unit_cost": 0.1,
            "xerox_unit_cost": 0.1,
            "xerox_cost": 1,
            "xerox_currency_id": self.eur.id,
            "product_id": self.color.id,
            "device_id": self.second.id,
            "output_type": "color",
            "period_start": "2025-01-01",
            "period_end": "2025-01-31",
            "billing_file_id": other.id,
            "meter_read_id": other.meter_read_ids.id,
            "cost_subtotal": 1,
            "price_subtotal": 1,
            "margin": 1,
            "margin_percent": 1,
            "is_manual": True,
            "kind": "cost_correction",
            "state": "approved",
            "invoice_status": "invoiced",
            "partner_id": self.env.user.partner_id.id,
            "company_id": self.env.ref("base.main_company").id,
            "currency_id": self.eur.id,
        }
        for user in (self.clerk, self.manager):
            for context in ({}, HIDING):
                charge = self.charge.with_user(user).with_context(**context)
                for name, value in values.items():
                    with self.subTest(field=name, user=user.login):
                        self.assertDenied(charge.write, {name: value})
                        self.assertDenied(charge.write, {name: value, "reason": "Mine"})
                        self.assertDenied(charge.write, {name: value, "quantity": 1, "reason": "Mine"})
                        self.assertDenied(charge.web_save, {name: value}, {})
        self.assertFalse(self._noted())

    def test_a_file_with_values_says_them_no_more(self):
        self.charge.env["ir.model.data"].sudo().create(
            {"module": "__test__", "name": "charge", "model": self.charge._name, "res_id": self.charge.id}
        )
        for name, value in (("unit_cost", "0.1"), ("state", "Approved"), ("output_type", "Color")):
            result = self.charge.load(["id", name, "reason"], [["__test__.charge", value, "Mine"]])
            self.assertFalse(result["ids"], name)
            self.assertTrue(result["messages"])
        self.assertEqual((self.charge.unit_cost, self.charge.state, self.charge.output_type), (0.004, "draft", "mono"))

    def test_a_reason_alone(self):
        self.charge.write({"quantity": 90, "reason": "Agreed"})
        self.assertRaisesMessage("reason", self.charge.write, {"reason": "Something else"})
        self.assertRaisesMessage("reason", self.charge.write, {"reason": False})
        self.assertRaisesMessage("reason", self.charge.write, {"reason": "Something else", "quantity": 90})
        self.assertEqual(self.charge.reason, "Agreed")

    def test_a_reason_goes_to_what_it_changes(self):
        """A charge that has the value already keeps the reason for which it got it."""
        other = self._charge(100).with_user(self.clerk)
        self.charge.write({"quantity": 90, "reason": "Agreed"})
        (self.charge | other).write({"quantity": 90, "reason": "Test prints"})
        self.assertEqual((self.charge.reason, other.reason), ("Agreed", "Test prints"))

    def test_corrections(self):
        agreement = self._agreement()
        self._noted()
        cases = [
            ({"quantity": 90}, "quantity", "100", "90"),
            ({"unit_price": 0.012345}, "unit_price", "0.01", "0.012345"),
            ({"name": "Pages"}, "name", self.charge.name, "Pages"),
            ({"billable": False}, "billable", "yes", "no"),
            ({"subscription_id": agreement.id}, "subscription_id", self.agreement.display_name, agreement.display_name),
        ]
        for values, name, old, new in cases:
            for context in ({}, HIDING):
                with self.subTest(field=name), self.cr.savepoint() as savepoint:
                    charge = self.charge.with_context(**context)
                    self.assertRaisesMessage("reason", charge.write, values)
                    charge.write({**values, "reason": f"Why {name}"})
                    self.assertEqual(self._noted(), [(name, old, new, f"Why {name}")])
                    change = self.changes.search([("charge_id", "=", charge.id)], limit=1)
                    self.assertEqual(
                        (change.user_id, change.subscription_id, change.company_id, change.serial, change.subject),
                        (self.clerk, self.agreement, self.company, "SN-1", "charge"),
                    )
                    self.known -= change
                    savepoint.rollback()

    def test_states(self):
        approver = self._user("xpps_test_approver", BILLING)
        self.charge.with_user(approver).action_approve()
        self.charge.action_reject("Test prints")
        self.assertEqual((self.charge.state, self.charge.reason), ("rejected", "Test prints"))
        self.charge.action_reset()
        self.assertEqual(
            self._noted("user_id", "field_name", "old_value", "new_value", "reason"),
            [
                (approver, "state", "To Approve", "Approved", False),
                (self.clerk, "state", "Approved", "Rejected", "Test prints"),
                (self.clerk, "state", "Rejected", "To Approve", False),
            ],
        )
        self.assertEqual(self.charge.change_count, 3)

    def test_reject_wizard(self):
        action = self.charge.action_open_reject()
        wizard = Form(self.env[action["res_model"]].with_user(self.clerk).with_context(**action["context"]))
        wizard.reason = "Xerox counted a test print"
        wizard.save().action_reject()
        self.assertEqual((self.charge.state, self.charge.reason), ("rejected", "Xerox counted a test print"))
        self.assertEqual(self._noted("new_value", "reason"), [("Rejected", "Xerox counted a test print")])

    def test_a_user_rejects_nothing(self):
        user = self._user("xpps_test_user", USER)
        self.assertDenied(self.charge.with_user(user).action_reject, "Mine")
        wizards = self.env["xpps.charge.reject.wizard"].with_user(user)
        self.assertDenied(wizards.create, {"reason": "Mine"})
        self.assertEqual(self.charge.state, "draft")

    def test_stays(self):
        for user in (self.clerk, self.manager):
            self.assertRaisesMessage("billing file", self.charge.with_user(user).unlink)
            agreement = self.agreement.with_user(user)
            deletion = {"charge_ids": [Command.delete(self.charge.id)]}
            self.assertRaisesMessage("cannot be set manually", agreement.write, deletion)

    def test_outlives_an_undo(self):
        self.charge.write({"quantity": 90, "reason": "Agreed"})
        self.file.with_user(self.manager).action_cancel()
        self.assertFalse(self.charge.exists())
        change = self.changes.search([("id", "not in", self.known.ids)])
        self.assertEqual(
            (change.name, change.serial, change.agreement_name, change.new_value, change.reason),
            ("Mono Pages", "SN-1", self.agreement.name, "90", "Agreed"),
        )
        self.assertFalse(change.charge_id)

    def test_undo_asks_for_rights(self):
        """It deletes as the program does, and yet only for whoever may."""
        self.env["ir.model.access"].search(
            [("model_id.model", "=", "sale.subscription.charge"), ("group_id", "!=", False)]
        ).perm_unlink = False
        self.assertDenied(self.file.with_user(self.manager).action_cancel)

    def test_copy_is_made_by_hand(self):
        copy = self.charge.copy()
        self.assertTrue(copy.is_manual)
        self.assertFalse(copy.billing_file_id or copy.meter_read_id)
        self.assertEqual(copy.state, "draft")


class TestManualCharge(ChangeCase):
    def setUp(self):
        super().setUp()
        self.charges = self.env["sale.subscription.charge"].with_user(self.clerk)

    def _values(self, **values):
        return {
            "subscription_id": self.agreement.id,
            "product_id": self.mono.id,
            "device_id": self.device.id,
            "output_type": "mono",
            "name": "Mono Pages",
            "quantity": 10,
            "unit_price": 0.01,
            **values,
        }

    def test_is_marked_and_names_no_file(self):
        file = self._import(self.rows)
        charge = self.charges.create(self._values())
        self.assertTrue(charge.is_manual)
        self.assertFalse(file.charge_ids.is_manual)
        values = {
            "billing_file_id": file.id,
            "meter_read_id": file.meter_read_ids[0].id,
            "is_manual": False,
            "state": "approved",
            "invoice_status": "to_invoice",
            "xerox_unit_cost": 1,
            "price_subtotal": 7,
        }
        for name, value in values.items():
            with self.subTest(field=name):
                self.assertDenied(self.charges.create, self._values(**{name: value}))
                self.assertDenied(self.charges.with_context(**{f"default_{name}": value}).create, self._values())
                self.assertDenied(
                    self.agreement.with_user(self.clerk).write,
                    {"charge_ids": [Command.create(self._values(**{name: value}))]},
                )
                result = self.charges.load(
                    ["subscription_id/.id", "product_id/.id", "name", name],
                    [[str(self.agreement.id), str(self.mono.id), "Pages", str(value)]],
                )
                self.assertFalse(result["ids"])
        form = Form(self.charges.with_context(default_name="Pages"))
        form.subscription_id = self.agreement
        form.product_id = self.mono
        self.assertEqual(form.save().state, "draft")

    def test_facts_until_it_is_approved(self):
        charge = self.charges.create(self._values(unit_cost=0.004))
        cases = [
            ({"unit_cost": 0.005}, ("unit_cost", "0.004", "0.005")),
            ({"product_id": self.color.id}, ("product_id", "Mono Pages", "Color Pages")),
            ({"device_id": self.second.id}, ("device_id", "SN-1", "SN-2")),
            ({"output_type": "color"}, ("output_type", "Mono", "Color")),
            ({"period_start": "2026-01-01"}, ("period_start", "", "2026-01-01")),
        ]
        for values, (name, old, new) in cases:
            with self.subTest(field=name):
                self.assertRaisesMessage("reason", charge.write, values)
                charge.write({**values, "reason": "Typed wrongly"})
                self.assertEqual(self._noted(), [(name, old, new, "Typed wrongly")])
        charge.action_approve()
        for values, _change in cases:
            self.assertRaisesMessage("To Approve", charge.write, {**values, "reason": "Again"})

    def test_deleted_and_made_again(self):
        charge = self.charges.create(self._values())
        self._noted()
        charge.unlink()
        self.assertEqual(
            self._noted("kind", "field_name", "old_value", "name", "serial"),
            [
                ("deleted", "quantity", "10", "Mono Pages", "SN-1"),
                ("deleted", "unit_price", "0.01", "Mono Pages", "SN-1"),
                ("deleted", "subscription_id", self.agreement.display_name, "Mono Pages", "SN-1"),
            ],
        )

    def test_an_approved_one_stays(self):
        charge = self.charges.create(self._values())
        charge.action_approve()
        self.assertRaisesMessage("approved", charge.unlink)
        self.assertRaisesMessage("approved", charge.with_user(self.manager).unlink)
        charge.action_reject("Not agreed")
        charge.unlink()
        self.assertFalse(charge.exists())


class TestPrices(ChangeCase):
    """Contract defaults and base prices."""

    def test_defaults(self):
        for context in ({}, HIDING):
            with self.subTest(context=context):
                defaults = self.env["sale.subscription.charge.default"].with_user(self.clerk).with_context(**context)
                default = defaults.create(
                    {"subscription_id": self.agreement.id, "product_id": self.mono.id, "unit_price": 0.02}
                )
                self.assertEqual(
                    self._noted("kind", "field_name", "old_value", "new_value", "name", "user_id"),
                    [("created", "unit_price", False, "0.02", "Mono Pages", self.clerk)],
                )
                default.write({"unit_price": 0.030001, "change_reason": "New contract"})
                self.assertEqual(self._noted(), [("unit_price", "0.02", "0.030001", "New contract")])
                default.write({"unit_price": 0.030001, "billable": False})
                self.assertEqual(self._noted(), [("billable", "yes", "no", False)])
                default.write({"unit_cost": 0.004, "price_method": "cost_plus", "markup_percent": 25})
                self.assertEqual(
                    sorted(self._noted()),
                    [
                        ("markup_percent", "0", "25", False),
                        ("price_method", "Fixed Price", "Xerox's Cost Plus", False),
                        ("unit_cost", "0", "0.004", False),
                        ("unit_price", "0.030001", "0.005", False),
                    ],
                )
                default.unlink()
                self.assertIn(
                    ("deleted", "unit_price", "0.005", False),
                    self._noted("kind", "field_name", "old_value", "new_value"),
                )

    def test_defaults_on_the_agreement(self):
        agreement = self.agreement.with_user(self.clerk)
        agreement.charge_default_ids = [Command.create({"product_id": self.mono.id, "unit_price": 0.02})]
        default = agreement.charge_default_ids
        agreement.charge_default_ids = [Command.update(default.id, {"unit_price": 0.03})]
        agreement.charge_default_ids = [Command.delete(default.id)]
        self.assertEqual(
            self._noted("kind", "old_value", "new_value"),
            [("created", False, "0.02"), ("changed", "0.02", "0.03"), ("deleted", "0.03", False)],
        )

    def test_imports_keep_their_own_record(self):
        self._default(price_method="cost_plus", markup_percent=25)
        self._noted()
        file = self._import([record("SN-1", mono=(10, "0.004"), color=(10, "0.04"))])
        self.assertEqual(len(file.cost_change_ids), 2)
        file.action_cancel()
        self.assertFalse(self._noted())

    def test_base_prices(self):
        for context in ({}, HIDING):
            with self.subTest(context=context):
                line = self.base_line.with_user(self.clerk).with_context(**context)
                line.write({"price_unit": 31.5})
                self.assertEqual(self._noted(), [("price_unit", "30", "31.5", False)])
                line.write({"discount": 10, "product_uom_qty": 2, "change_reason": "Agreed"})
                self.assertEqual(
                    sorted(self._noted()),
                    [("discount", "0", "10", "Agreed"), ("product_uom_qty", "1", "2", "Agreed")],
                )
                line.write({"price_unit": 30, "discount": 0, "product_uom_qty": 1})
                self._noted()

    def test_another_product_has_another_price(self):
        other = self._service("XPPS Other Base", "base_price", 12)
        self.base_line.with_user(self.clerk).product_id = other
        noted = dict(self._noted("field_name", "new_value"))
        self.assertEqual((noted["product_id"], noted["price_unit"]), (other.display_name, "12"))

    def test_another_pricelist_gives_another_price(self):
        cheap = self._pricelist("Cheap", base=11)
        self.agreement.with_user(self.clerk).write(
            {
                "pricelist_id": cheap.id,
                "sale_subscription_line_ids": [Command.update(self.base_line.id, {"discount": 5})],
            }
        )
        self.assertEqual(sorted(self._noted()), [("discount", "0", "5", False), ("price_unit", "30", "11", False)])

    def test_services_come_and_go(self):
        agreement = self.agreement.with_user(self.clerk)
        agreement.sale_subscription_line_ids = [Command.create({"product_id": self.base.id, "price_unit": 7})]
        line = agreement.sale_subscription_line_ids - self.base_line
        line.unlink()
        self.assertEqual(
            self._noted("kind", "subject", "field_name", "old_value", "new_value", "name"),
            [
                ("created", "service", "price_unit", False, "7", self.base.display_name),
                ("deleted", "service", "price_unit", "7", False, self.base.display_name),
            ],
        )

    def test_a_deleted_agreement(self):
        agreement = self._agreement(running=False)
        self._default(agreement=agreement, unit_price=0.02)
        self._noted()
        agreement.unlink()
        noted = self._noted("kind", "subject", "old_value", "agreement_name")
        self.assertEqual({row[:3] for row in noted}, {("deleted", "default", "0.02"), ("deleted", "service", "30")})
        self.assertTrue(all(name for *_rest, name in noted))

    def test_number_of_devices_is_no_change_by_hand(self):
        self.base_line.xpps_qty_from_devices = True
        self._noted()
        self._device("SN-77")
        self.env.flush_all()
        self.assertEqual(self.base_line.product_uom_qty, len(self.agreement.xpps_device_ids))
        self.assertFalse(self._noted())

    def test_other_subscriptions(self):
        """Of what is no XPPS agreement nothing is kept."""
        other = self._agreement(is_xpps=False, running=False)
        other.sale_subscription_line_ids.write({"price_unit": 3})
        other.write({"pricelist_id": self._pricelist("Cheap", base=11).id})
        other.sale_subscription_line_ids.unlink()
        other.unlink()
        self.assertFalse(self._noted())

    def test_queries_of_many(self):
        """What is kept is written in one go."""
        products = [self._service(f"Material {number}", "material_code") for number in range(40)]
        counts = []
        for group in (products[:2], products[2:]):
            defaults = self.env["sale.subscription.charge.default"].create(
                [{"subscription_id": self.agreement.id, "product_id": product.id} for product in group]
            )
            self.env.flush_all()
            before = self.cr.sql_log_count
            defaults.write({"unit_price": 0.02})
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 40, "the chatter, a message each")


class TestChange(ChangeCase):
    """The record itself."""

    def setUp(self):
        super().setUp()
        self._charge().write({"quantity": 90, "reason": "Agreed"})
        self.change = self.changes.search([("id", "not in", self.known.ids)])

    def test_nobody_writes_or_deletes_it(self):
        admin = self._user("xpps_test_admin", MANAGER, "base.group_system")
        for user in (self.clerk, self.manager, admin):
            change = self.change.with_user(user)
            for name in ("reason", "old_value", "new_value", "user_id", "date", "charge_id"):
                self.assertDenied(change.write, {name: False})
            self.assertDenied(change.unlink)
            self.assertDenied(change.copy)
            self.assertDenied(change.create, {"name": "Mine", "subject": "charge", "field_name": "name"})
        self.assertRaisesMessage("cannot be edited", self.change.write, {"reason": "Mine"}, exception=UserError)
        self.assertRaisesMessage("cannot be deleted", self.change.unlink, exception=UserError)

    def test_who_reads_it(self):
        """It tells costs."""
        user = self._user("xpps_test_user", USER)
        accountant = self._user("xpps_test_accountant", "account.group_account_invoice")
        for reader in (user, accountant):
            self.assertDenied(self.change.with_user(reader).read, ["old_value"])
            self.assertDenied(self.changes.with_user(reader).search, [])
        self.assertEqual(self.change.with_user(self.clerk).old_value, "100")

    def test_another_company(self):
        other = self._company("Another Reseller")
        clerk = self._user("xpps_test_other", MANAGER, company=other)
        theirs = self.change.with_user(clerk).with_context(allowed_company_ids=other.ids)
        self.assertNotIn(self.change, theirs.search([]))
        self.assertDenied(theirs.read, ["reason"])

    def test_places_to_look(self):
        charge = self.change.charge_id.with_user(self.clerk)
        default = self._default(unit_price=0.02)
        for record_, expected in (
            (charge, self.change),
            (default, self.changes.search([("default_id", "=", default.id)])),
        ):
            action = record_.with_user(self.clerk).action_open_changes()
            self.assertEqual(self.changes.with_user(self.clerk).search(action["domain"]), expected)
        action = self.agreement.with_user(self.clerk).action_open_xpps_changes()
        found = self.changes.with_user(self.clerk).search(action["domain"])
        self.assertLessEqual(self.change, found)
        other = self._agreement()
        charge.write({"subscription_id": other.id, "reason": "Wrong agreement"})
        action = other.with_user(self.clerk).action_open_xpps_changes()
        self.assertLessEqual(self.change, self.changes.with_user(self.clerk).search(action["domain"]))
