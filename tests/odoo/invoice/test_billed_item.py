# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What invoice lines say of an agreement: nobody but the program says it."""

from odoo import Command
from odoo.exceptions import UserError

from ..support.access import BILLING, MANAGER, AccessCase
from ..support.common import record


class TestBilledItem(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._user("xpps_test_accountant", "account.group_account_manager")
        cls.salesman = cls._user("xpps_test_salesman", "sales_team.group_sale_manager")
        cls.manager = cls._user("xpps_test_manager", MANAGER, "account.group_account_manager")

    def _values(self, charge, line):
        """What a client would have a line say, and a value that Odoo would take."""
        return {
            "xpps_subscription_id": self._agreement().id,
            "xpps_subscription_line_id": self.base_line.id,
            "xpps_period_start": "2020-01-01",
            "xpps_period_end": False,
            "xpps_component": "mono",
            "xpps_source_line_id": line.id,
            "xpps_charge_ids": [Command.clear()],
            "xpps_credited_charge_ids": [Command.link(charge.id)],
            # As the program passes its own on; from elsewhere it is no field.
            "xpps_program_values": {"xpps_period_start": "2020-01-01"},
        }

    def assertRefused(self, function, *args):
        with self.assertRaises(Exception) as caught, self.cr.savepoint():
            function(*args)
            self.env.flush_all()
        self.env.invalidate_all()
        # Odoo itself refuses new lines of a posted invoice, in its own words.
        self.assertIsInstance(caught.exception, UserError)

    def test_nobody_rewrites_them(self):
        for posted in (False, True):
            charge = self._charge()
            self.agreement.generate_invoice()
            line = charge.invoice_line_ids
            if posted:
                line.move_id.action_post()
            said = line.read(["xpps_period_start", "xpps_period_end", "xpps_subscription_id", "xpps_charge_ids"])
            for user in (self.accountant, self.manager):
                theirs, move = line.with_user(user), line.move_id.with_user(user)
                for name, value in self._values(charge, line).items():
                    with self.subTest(field=name, user=user.login, posted=posted):
                        self.assertRefused(theirs.write, {name: value})
                        update = [Command.update(line.id, {name: value})]
                        self.assertRefused(move.write, {"invoice_line_ids": update})
                        self.assertRefused(move.write, {"line_ids": update})
                        new = {"name": "Mine", "price_unit": 1, "tax_ids": False, name: value}
                        self.assertRefused(move.write, {"invoice_line_ids": [Command.create(new)]})
                        self.assertRefused(
                            move.create,
                            {
                                "move_type": "out_invoice",
                                "partner_id": self.customer.id,
                                "invoice_line_ids": [Command.create(new)],
                            },
                        )
                        self.assertRefused(theirs.copy, {name: value})
                for name in ("xpps_billing_run_id", "xpps_billing_file_ids", "xpps_usage_pdf_file"):
                    self.assertRefused(move.write, {name: False})
            self.assertEqual(
                line.read(["xpps_period_start", "xpps_period_end", "xpps_subscription_id", "xpps_charge_ids"]), said
            )

    def test_copies_of_accountants_say_what_they_copy(self):
        charge = self._charge()
        self.agreement.generate_invoice()
        lines = charge.invoice_line_ids.move_id.invoice_line_ids
        lines.move_id.action_post()
        self.env.invalidate_all()
        move = lines.move_id.with_user(self.accountant)
        names = ["xpps_subscription_id", "xpps_subscription_line_id", "xpps_period_start", "xpps_period_end"]
        credit = move._reverse_moves()
        copy = move.copy()
        for new in (credit, copy):
            self.assertEqual(
                [[line[name] for name in names] for line in new.sudo().invoice_line_ids],
                [[line[name] for name in names] for line in lines],
            )
        # Only what has to do with charges is followed back.
        billing = credit.sudo().invoice_line_ids.filtered("xpps_source_line_id")
        self.assertEqual(billing.xpps_source_line_id, charge.invoice_line_ids)
        self.assertEqual(billing.xpps_credited_charge_ids, charge)
        self.assertFalse(copy.sudo().invoice_line_ids.xpps_source_line_id)

    def test_refund_and_modify_by_an_accountant(self):
        charge = self._charge()
        self.agreement.generate_invoice()
        move = charge.invoice_line_ids.move_id
        move.action_post()
        self.env.invalidate_all()
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "reason": "Wrong"})
        )
        wizard.reverse_moves(is_modify=True)
        new = charge.invoice_line_ids.move_id
        self.assertEqual(new, wizard.sudo().new_move_ids)
        self.assertEqual(charge.invoice_line_ids.xpps_subscription_id, self.agreement)
        self.assertEqual(charge.credit_line_ids.move_id.reversed_entry_id, move)

    def test_orders(self):
        self.agreement.template_id = self._template("sale_and_invoice")
        charge = self._charge()
        self.agreement.generate_invoice()
        line = charge.sale_line_ids
        theirs = line.with_user(self.salesman)
        for name in ("xpps_subscription_id", "xpps_period_start", "xpps_charge_ids", "xpps_subscription_line_id"):
            self.assertRefused(theirs.write, {name: False})
            self.assertRefused(theirs.order_id.write, {"order_line": [Command.update(line.id, {name: False})]})
        self.env.invalidate_all()
        copy = theirs.order_id.copy()
        self.assertEqual(
            copy.sudo().order_line.mapped("xpps_subscription_id"), line.order_id.order_line.xpps_subscription_id
        )
        self.assertFalse(copy.sudo().order_line.xpps_charge_ids)

    def test_vendor_bill_of_a_clerk(self):
        """Its lines say what Xerox bills with them, and the clerk cannot have them say something else."""
        clerk = self._user("xpps_test_clerk", BILLING)
        self.env["res.partner"].create({"name": "Xerox"})
        file = self._import([record("SN-1", mono=(100, "0.004"), BaseServiceFee=20)])
        self.company.xpps_vendor_id = self._partner("Xerox Inc.")
        file.with_user(clerk).action_create_vendor_bill()
        lines = file.vendor_bill_id.invoice_line_ids
        self.assertEqual(sorted(lines.mapped("xpps_component")), ["base_service", "mono"])
        self.assertRefused(lines[0].with_user(clerk).write, {"xpps_component": "color"})
        self.assertRefused(
            file.vendor_bill_id.with_user(clerk).write, {"xpps_billing_file_ids": [Command.unlink(file.id)]}
        )
        self.assertEqual(file.vendor_bill_id.xpps_billing_file_ids, file)
