# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Xerox's bill: drafted from a billing file to the cent, or compared with the bill that is there."""

import json

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..support.access import BILLING, MANAGER, USER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase

NUMBER = "XRX-77"


class VendorBillCase(ImportCase):
    """Two customers with a device each, and one file of both.

    By hand: SN-1 costs 20.00 + 10.00 + 1000 × 0.0045 = 4.50 + 50 × 0.0401 = 2.005, half up 2.01;
    SN-2 costs 31.50, which Xerox does not split, + 333 × 0.0045 = 1.4985, rounded 1.50. All of it is 69.51.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_quarantine = True
        cls.xerox = cls._partner("Xerox Corporation")
        cls.company.xpps_vendor_id = cls.xerox
        cls.second_customer = cls._partner("XPPS Other Customer")
        cls.second_agreement = cls._agreement(partner_id=cls.second_customer.id)
        cls.second = cls._device("SN-2", cls.second_agreement)
        cls.rows = [
            record("SN-1", BaseServiceFee=20, BaseSupplyFee=10, mono=(1000, "0.0045"), color=(50, "0.0401")),
            record("SN-2", MonthlyBasePrice="31.50", mono=(333, "0.0045")),
        ]

    def _file(self, rows=None, number=NUMBER, kind="regular", **invoice):
        file = self._upload(rows or self.rows, kind, InvoiceNumber=number, **invoice)
        file.action_import()
        self.assertEqual(file.state, "imported")
        return file

    def _draft(self, file):
        action = file.action_create_vendor_bill()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", file.vendor_bill_id.id))
        return file.vendor_bill_id

    def _expense(self, code):
        return self.env["account.account"].create({"name": code, "code": code, "account_type": "expense_direct_cost"})

    def _tax(self, name, amount, **values):
        return self.env["account.tax"].create(
            {"name": name, "amount": amount, "type_tax_use": "purchase", "company_id": self.company.id, **values}
        )

    def _setting(self, component, **values):
        return self.env["xpps.component.account"].create({"component": component, **values})

    def _enter(self, *amounts, ref=NUMBER, **values):
        """A bill of Xerox's that somebody entered: (label, amount) or (label, amount, account) a line."""
        lines = []
        for label, amount, *account in amounts:
            line = {"name": label, "price_unit": amount, "tax_ids": [Command.clear()]}
            lines.append(Command.create(line | ({"account_id": account[0].id} if account else {})))
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.xerox.id,
                "ref": ref,
                "invoice_date": "2026-02-03",
                "invoice_line_ids": lines,
                **values,
            }
        )

    def _amounts(self, bill):
        return [(line.xpps_component, round(line.price_subtotal, 2)) for line in bill.invoice_line_ids]

    def _differences(self, file):
        return {
            row.component: round(row.difference, 2)
            for row in file.vendor_bill_component_ids
            if round(row.difference, 2)
        }


class TestDraft(VendorBillCase):
    def test_to_the_cent(self):
        file = self._file()
        self.assertEqual((file.amount_total, file.vendor_bill_state), (69.51, "none"))
        bill = self._draft(file)
        self.assertEqual(
            (bill.move_type, bill.state, bill.partner_id, bill.ref, bill.currency_id, bill.company_id),
            ("in_invoice", "draft", self.xerox, NUMBER, self.usd, self.company),
        )
        self.assertEqual(bill.invoice_date, self.day("2026-02-03"))
        self.assertEqual(
            self._amounts(bill), [("base_service", 51.5), ("base_supply", 10), ("mono", 6), ("color", 2.01)]
        )
        self.assertEqual(bill.amount_untaxed, 69.51)
        self.assertEqual((file.vendor_bill_state, file.vendor_bill_difference), ("equal", 0))
        self.assertEqual(
            {row.component: row.file_amount for row in file.vendor_bill_component_ids if row.file_amount},
            {"base_service": 51.5, "base_supply": 10, "mono": 6, "color": 2.01},
        )
        self.assertFalse(self._differences(file))

    def test_labels(self):
        bill = self._draft(self._file())
        service, _supply, mono, _color = bill.invoice_line_ids.mapped("name")
        for text in ("Base Service Fee", "2 devices", "January 2026"):
            self.assertIn(text, service)
        for text in ("Mono", "1,333 pages", "2 devices"):
            self.assertIn(text, mono)

    def test_notes_link_both(self):
        file = self._file()
        bill = self._draft(file)
        self.assertIn(f'data-oe-model="account.move" data-oe-id="{bill.id}"', file.message_ids[0].body)
        self.assertIn(f'data-oe-model="xpps.billing.file" data-oe-id="{file.id}"', bill.message_ids[0].body)

    def test_it_can_be_posted(self):
        file = self._file()
        bill = self._draft(file)
        bill.action_post()
        self.assertEqual(bill.state, "posted")
        self.assertEqual(file.vendor_bill_state, "equal")

    def test_odoo_sees_no_duplicate(self):
        bill = self._draft(self._file())
        self.assertFalse(bill.duplicated_ref_ids)

    def test_fractions_of_a_cent(self):
        """Three base fees of 10.005 are 30.015 in total, half up 30.02, but 3 × 10.01 one by one."""
        self._device("SN-3")
        file = self._file([record(f"SN-{number}", BaseServiceFee="10.005") for number in (1, 2, 3)])
        self.assertEqual(file.amount_total, 30.02)
        bill = self._draft(file)
        self.assertEqual(self._amounts(bill), [("base_service", 30.03), ("base_service", -0.01)])
        self.assertEqual((bill.amount_untaxed, file.vendor_bill_state), (30.02, "equal"))

    def test_accounts_and_taxes(self):
        service, pages = self._expense("XPPS1"), self._expense("XPPS2")
        ten, five = self._tax("Ten", 10), self._tax("Five", 5)
        self._setting("base_service", account_id=service.id, tax_ids=ten.ids)
        self._setting("mono", account_id=pages.id, tax_ids=five.ids)
        self._setting("color", account_id=pages.id)
        bill = self._draft(self._file())
        own = {line.xpps_component: (line.account_id, line.tax_ids) for line in bill.invoice_line_ids}
        none = self.env["account.tax"]
        self.assertEqual(own["base_service"], (service, ten))
        self.assertEqual(own["mono"], (pages, five))
        self.assertEqual(own["color"], (pages, none))
        self.assertEqual(own["base_supply"][0], bill.journal_id.default_account_id)
        # 10 % of 51.50 and 5 % of 6.00; the supply fee has what its account has.
        supply = sum(own["base_supply"][1].mapped("amount")) * 10 / 100
        self.assertEqual(bill.amount_tax, 5.15 + 0.30 + supply)
        self.assertEqual(bill.amount_untaxed, 69.51)

    def test_fiscal_position(self):
        domestic, foreign = self._expense("XPPS1"), self._expense("XPPS2")
        ten = self._tax("Ten", 10)
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "company_id": self.company.id,
                "account_ids": [Command.create({"account_src_id": domestic.id, "account_dest_id": foreign.id})],
            }
        )
        zero = self._tax("Zero", 0, fiscal_position_ids=position.ids, original_tax_ids=ten.ids)
        self.xerox.property_account_position_id = position
        self._setting("mono", account_id=domestic.id, tax_ids=ten.ids)
        bill = self._draft(self._file())
        mono = bill.invoice_line_ids.filtered(lambda line: line.xpps_component == "mono")
        self.assertEqual((mono.account_id, mono.tax_ids), (foreign, zero))

    def test_taxes_that_are_included_in_prices(self):
        included = self._tax("Included", 10, price_include_override="tax_included")
        account = self._expense("XPPS1")
        account.tax_ids = included
        self._setting("mono", account_id=account.id)
        file = self._file()
        self.assertRaisesMessage("Included", file.action_create_vendor_bill)
        self.assertFalse(file.vendor_bill_id)

    def test_foreign_currency(self):
        self.env["res.currency.rate"].create(
            {"currency_id": self.eur.id, "company_id": self.company.id, "name": "2026-01-01", "rate": 0.5}
        )
        self.agreement.pricelist_id = self.second_agreement.pricelist_id = self._pricelist("Euro", self.eur)
        file = self._file(Currency="EUR")
        bill = self._draft(file)
        self.assertEqual((bill.currency_id, bill.amount_untaxed), (self.eur, 69.51))
        self.assertEqual(sum(bill.invoice_line_ids.mapped("balance")), 139.02)
        self.assertEqual(file.vendor_bill_state, "equal")

    def test_held_and_left_out_records(self):
        """Xerox bills them all the same."""
        unknown = [
            record("SN-8", BaseServiceFee=7),
            record("SN-9", BaseServiceFee=5, mono=(10, "0.01")),
        ]
        file = self._file([*self.rows, *unknown])
        self.assertEqual((file.held_count, file.amount_total), (2, 81.61))
        file.line_ids.filtered(lambda line: line.serial == "SN-8").action_leave_out()
        bill = self._draft(file)
        self.assertEqual(
            self._amounts(bill),
            [
                ("base_service", 51.5),
                ("base_service", 5),
                ("base_service", 7),
                ("base_supply", 10),
                ("mono", 6),
                ("mono", 0.1),
                ("color", 2.01),
            ],
        )
        names = bill.invoice_line_ids.mapped("name")
        self.assertNotIn("held", names[0])
        self.assertIn("held back, not imported", names[1])
        self.assertIn("left out", names[2])
        self.assertEqual((bill.amount_untaxed, file.vendor_bill_state), (81.61, "equal"))

    def test_a_credit_becomes_a_refund(self):
        file = self._file([record("SN-1", BaseServiceFee="-12.50", mono=(100, "0.01"))])
        self.assertEqual(file.amount_total, -11.5)
        bill = self._draft(file)
        self.assertEqual((bill.move_type, bill.amount_untaxed), ("in_refund", 11.5))
        self.assertEqual(self._amounts(bill), [("base_service", 12.5), ("mono", -1)])
        self.assertEqual((file.vendor_bill_amount, file.vendor_bill_state), (-11.5, "equal"))

    def test_nothing_to_bill(self):
        file = self._file([record("SN-1", mono=(0, "0.01"))])
        self.assertRaisesMessage("has nothing to bill", file.action_create_vendor_bill)

    def test_several_files_at_once(self):
        files = self._file() | self._file(number="XRX-78", **FEBRUARY)
        action = files.action_create_vendor_bill()
        bills = files.vendor_bill_id
        self.assertEqual(len(bills), 2)
        self.assertEqual(self.env["account.move"].search(action["domain"]), bills)


class TestByCustomer(VendorBillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_vendor_bill_analytic = True
        plan = cls.env["account.analytic.plan"].create({"name": "XPPS Customers"})
        cls.first_account, cls.second_account, cls.xerox_account = cls.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("First", "Second", "Xerox")]
        )
        models = cls.env["account.analytic.distribution.model"]
        for partner, account in ((cls.second_customer, cls.second_account), (cls.xerox, cls.xerox_account)):
            models.create({"partner_id": partner.id, "analytic_distribution": {account.id: 100}})
        cls.base_line.analytic_distribution = {cls.first_account.id: 100}

    def test_distribution(self):
        file = self._file([*self.rows, record("SN-9", mono=(10, "0.01"))])
        bill = self._draft(file)
        found = [
            (line.xpps_component, round(line.price_subtotal, 2), line.analytic_distribution)
            for line in bill.invoice_line_ids
        ]
        first, second, xerox = (
            {str(account.id): 100} for account in (self.first_account, self.second_account, self.xerox_account)
        )
        self.assertEqual(
            found,
            [
                ("base_service", 31.5, second),
                ("base_service", 20, first),
                ("base_supply", 10, first),
                ("mono", 1.5, second),
                ("mono", 4.5, first),
                # Whose pages these are nobody knows yet.
                ("mono", 0.1, xerox),
                ("color", 2.01, first),
            ],
        )
        names = bill.invoice_line_ids.mapped("name")
        self.assertIn("XPPS Other Customer", names[0])
        self.assertIn("XPPS Test Customer", names[1])
        self.assertEqual(bill.amount_untaxed, file.amount_total)
        bill.action_post()
        booked = self.env["account.analytic.line"]._read_group(
            [("move_line_id.move_id", "=", bill.id)], [self.first_account.plan_id._column_name()], ["amount:sum"]
        )
        self.assertEqual(
            {account: round(amount, 2) for account, amount in booked},
            {self.first_account: -36.51, self.second_account: -33.0, self.xerox_account: -0.1},
        )

    def test_service_of_another_agreement(self):
        """A device that moved away is not distributed as its new agreement's service is."""
        self.second_agreement.sale_subscription_line_ids.analytic_distribution = {self.xerox_account.id: 100}
        file = self._file()
        self.second.write({"xpps_subscription_id": self.agreement.id, "xpps_subscription_line_id": self.base_line.id})
        bill = self._draft(file)
        distributions = {
            line.xpps_component: line.analytic_distribution
            for line in bill.invoice_line_ids
            if "Other Customer" in line.name
        }
        self.assertEqual(distributions["mono"], {str(self.second_account.id): 100})


class TestCorrection(VendorBillCase):
    def _correct_file(self, rows, number="XRX-78", **invoice):
        return self._file(rows, number, "correction", **{"InvoiceDate": "2026-02-10", **invoice})

    def test_difference(self):
        """SN-1: 1200 instead of 1000 pages at 0.0045 are 5.40 instead of 4.50. Nothing else is said of it."""
        self._file()
        bill = self._draft(self._correct_file([record("SN-1", mono=(1200, "0.0045"))]))
        self.assertEqual((bill.move_type, self._amounts(bill)), ("in_invoice", [("mono", 0.9)]))
        self.assertIn("correction", bill.invoice_line_ids.name)
        self.assertIn("200 pages of 1 device,", bill.invoice_line_ids.name)

    def test_less_is_a_refund(self):
        """SN-1: the service fee falls from 20.00 to 12.00; 100 more pages are 4.95 instead of 4.50."""
        self._file()
        file = self._correct_file([record("SN-1", BaseServiceFee=12, mono=(1100, "0.0045"))])
        bill = self._draft(file)
        self.assertEqual(bill.move_type, "in_refund")
        self.assertEqual(self._amounts(bill), [("base_service", 8), ("mono", -0.45)])
        self.assertEqual((bill.amount_untaxed, file.vendor_bill_expected), (7.55, -7.55))
        self.assertEqual(file.vendor_bill_state, "equal")
        self.assertFalse(self._differences(file))

    def test_a_fee_of_zero_is_taken_back(self):
        self._file()
        bill = self._draft(self._correct_file([record("SN-1", BaseServiceFee=0)]))
        self.assertEqual((bill.move_type, self._amounts(bill)), ("in_refund", [("base_service", 20)]))

    def test_split_of_a_base_price(self):
        """SN-2's 31.50 become 20.00 and 12.00."""
        self._file()
        bill = self._draft(self._correct_file([record("SN-2", BaseServiceFee=20, BaseSupplyFee=12)]))
        self.assertEqual(self._amounts(bill), [("base_service", -11.5), ("base_supply", 12)])
        self.assertEqual((bill.move_type, bill.amount_untaxed), ("in_invoice", 0.5))

    def test_unit_cost_alone(self):
        """50 pages at 0.03 are 1.50 instead of 2.01."""
        self._file()
        bill = self._draft(self._correct_file([record("SN-1", ColorOverUnitCost="0.03")]))
        self.assertEqual((bill.move_type, self._amounts(bill)), ("in_refund", [("color", 0.51)]))

    def test_a_correction_of_a_correction(self):
        """What the first correction did not state still stands when the second changes it."""
        self._file()
        self._correct_file([record("SN-1", mono=(1200, "0.0045"))])
        file = self._correct_file([record("SN-1", BaseServiceFee=21, mono=(1000, "0.0045"))], "XRX-79")
        bill = self._draft(file)
        # 21.00 instead of 20.00, and 4.50 instead of 5.40.
        self.assertEqual(self._amounts(bill), [("base_service", 1), ("mono", -0.9)])

    def test_held_records(self):
        """A device that nobody knows is corrected, too; its serial number tells what it was billed before."""
        self._file([*self.rows, record("SN-9", BaseServiceFee=5)])
        file = self._correct_file([record("SN-1", BaseServiceFee=21), record(" sn-9", BaseServiceFee=2)])
        self.assertEqual(file.held_count, 1)
        bill = self._draft(file)
        self.assertEqual(
            (bill.move_type, self._amounts(bill)), ("in_refund", [("base_service", -1), ("base_service", 3)])
        )

    def test_a_device_that_was_not_billed(self):
        self._file([self.rows[0]])
        bill = self._draft(self._correct_file([self.rows[1]]))
        self.assertEqual(self._amounts(bill), [("base_service", 31.5), ("mono", 1.5)])

    def test_another_period_is_none_of_its_business(self):
        self._file(**JANUARY)
        self._file(
            [record("SN-1", BaseServiceFee=99, mono=(5, "0.0045"))],
            "XRX-80",
            **FEBRUARY | {"InvoiceDate": "2026-02-05"},
        )
        bill = self._draft(self._correct_file([record("SN-1", BaseServiceFee=21)]))
        self.assertEqual(self._amounts(bill), [("base_service", 1)])

    def test_other_currency(self):
        self._file()
        file = self._correct_file([record("SN-1", BaseServiceFee=21)], Currency="EUR")
        self.assertRaisesMessage("two currencies", file.action_create_vendor_bill)


class TestRefusal(VendorBillCase):
    def test_not_imported(self):
        file = self._upload(self.rows, InvoiceNumber=NUMBER)
        for method in (file.action_create_vendor_bill, file.action_match_vendor_bill):
            self.assertRaisesMessage("has not been imported", method)

    def test_live_bill(self):
        file = self._file()
        bill = self._draft(file)
        for method in (file.action_create_vendor_bill, file.action_match_vendor_bill):
            self.assertRaisesMessage("already has a vendor bill: .*Open it", method)
        bill.action_post()
        self.assertRaisesMessage("already", file.action_create_vendor_bill)

    def test_no_vendor(self):
        file = self._file()
        self.company.xpps_vendor_id = False
        for method in (file.action_create_vendor_bill, file.action_match_vendor_bill):
            self.assertRaisesMessage("Xerox's Bills", method)

    def test_reference_exists(self):
        file = self._file()
        self._enter(("Pages", 69.51), ref=f" {NUMBER.lower()} ")
        self.assertRaisesMessage("Match Vendor Bill", file.action_create_vendor_bill)

    def test_drafted_again(self):
        file = self._file()
        self._draft(file).unlink()
        self.assertEqual((file.vendor_bill_state, file.vendor_bill_difference), ("none", 0))
        cancelled = self._draft(file)
        cancelled.button_cancel()
        self.assertEqual((file.vendor_bill_state, file.vendor_bill_difference), ("none", 0))
        bill = self._draft(file)
        self.assertNotEqual(bill, cancelled)
        self.assertEqual((file.vendor_bill_state, len(file.vendor_bill_component_ids)), ("equal", 8))

    def test_nobody_sets_it_by_hand(self):
        file, bill = self._file(), self._enter(("Pages", 1))
        clerk = self._user("xpps_test_clerk", BILLING)
        with self.assertRaises(AccessError):
            file.with_user(clerk).vendor_bill_id = bill

    @mute_logger("odoo.sql_db")
    def test_a_bill_belongs_to_one_file(self):
        file, other = self._file(), self._file(number="XRX-78", **FEBRUARY)
        bill = self._draft(file)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            other.sudo().vendor_bill_id = bill
            other.flush_recordset()


class TestMatch(VendorBillCase):
    def test_equal(self):
        file = self._file()
        bill = self._enter(("Everything", 69.51))
        self.assertIs(file.action_match_vendor_bill(), True)
        self.assertEqual((file.vendor_bill_id, file.vendor_bill_state), (bill, "equal"))
        self.assertFalse(bill.alerts and "xpps_vendor_bill" in bill.alerts)
        self.assertIn("69.51", file.message_ids[0].body)

    def test_different_by_component(self):
        """By label, by account, and one line that tells nothing: 75.01 instead of 69.51."""
        account = self._expense("XPPS1")
        self._setting("base_service", account_id=account.id)
        file = self._file()
        self._enter(
            ("Fees of January", 51.5, account), ("base supply fee", 9.0), ("MONO Overage", 7.5), ("Freight", 7.01)
        )
        file.action_match_vendor_bill()
        self.assertEqual(file.vendor_bill_state, "different")
        self.assertEqual((file.vendor_bill_amount, round(file.vendor_bill_difference, 2)), (75.01, 5.5))
        self.assertEqual(self._differences(file), {"base_supply": -1.0, "mono": 1.5, "color": -2.01, "other": 7.01})
        self.assertIn("Mono", file.message_ids[0].body)
        self.assertIn("5.50", file.message_ids[0].body)

    def test_an_account_of_two_components_tells_none(self):
        account = self._expense("XPPS1")
        for component in ("base_service", "base_supply"):
            self._setting(component, account_id=account.id)
        file = self._file()
        self._enter(("Fees", 61.5, account), ("Mono", 6), ("Color", 2.01))
        file.action_match_vendor_bill()
        self.assertEqual(file.vendor_bill_state, "equal")
        self.assertEqual(self._differences(file), {"base_service": -51.5, "base_supply": -10, "other": 61.5})

    def test_it_follows_the_bill(self):
        file = self._file()
        bill = self._draft(file)
        mono = bill.invoice_line_ids.filtered(lambda line: line.xpps_component == "mono")
        mono.price_unit = 8
        self.assertEqual((file.vendor_bill_state, round(file.vendor_bill_difference, 2)), ("different", 2))
        self.assertEqual(self._differences(file), {"mono": 2})
        self.assertEqual(file.search([("vendor_bill_state", "=", "different"), ("id", "=", file.id)]), file)
        mono.price_unit = 6
        self.assertEqual((file.vendor_bill_state, self._differences(file)), ("equal", {}))
        bill.currency_id = self.eur
        self.assertEqual(file.vendor_bill_state, "different")

    def test_numbers_that_match(self):
        file = self._file()
        for values in ({"ref": "xrx-77 "}, {"ref": "other", "payment_reference": NUMBER}, {"ref": "", "name": NUMBER}):
            with self.subTest(values), self.cr.savepoint() as savepoint:
                bill = self._enter(("Everything", 69.51), **values)
                file.action_match_vendor_bill()
                self.assertEqual(file.vendor_bill_id, bill)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_numbers_that_do_not_match(self):
        file = self._file()
        for values in (
            {"ref": f"{NUMBER}1"},
            {"ref": "XRX_77"},
            {"partner_id": self.customer.id},
            {"move_type": "in_receipt"},
        ):
            with self.subTest(values), self.cr.savepoint() as savepoint:
                self._enter(("Everything", 69.51), **values)
                self.assertRaisesMessage("No bill of Xerox", file.action_match_vendor_bill)
                savepoint.rollback()
                self.env.invalidate_all()
        self._enter(("Everything", 69.51)).button_cancel()
        self.assertRaisesMessage("Create Vendor Bill", file.action_match_vendor_bill)

    def test_contacts_of_xerox(self):
        office = self._partner("Xerox Billing", parent_id=self.xerox.id)
        file = self._file()
        bill = self._enter(("Everything", 69.51), partner_id=office.id)
        file.action_match_vendor_bill()
        self.assertEqual(file.vendor_bill_id, bill)

    def test_several(self):
        file = self._file()
        bills = self._enter(("A", 1)) | self._enter(("B", 2))
        with self.assertRaises(UserError) as caught:
            file.action_match_vendor_bill()
        for bill in bills:
            self.assertIn(bill.display_name, str(caught.exception))

    def test_other_currency(self):
        file = self._file()
        self._enter(("Everything", 69.51), currency_id=self.eur.id)
        self.assertRaisesMessage("another currency", file.action_match_vendor_bill)

    def test_other_company(self):
        file = self._file()
        other = self._company("XPPS Other Reseller")
        self.env.user.company_ids |= other
        journal = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", other.id)], limit=1
        )
        self._enter(("Everything", 69.51), journal_id=journal.id)
        self.assertRaisesMessage("No bill", file.action_match_vendor_bill)

    def test_refund(self):
        file = self._file([record("SN-1", BaseServiceFee="-12.50")])
        self._enter(("Base Service Fee", 12.0), move_type="in_refund")
        file.action_match_vendor_bill()
        self.assertEqual((file.vendor_bill_amount, file.vendor_bill_difference), (-12.0, 0.5))
        self.assertEqual(self._differences(file), {"base_service": 0.5})


class TestUndo(VendorBillCase):
    def test_a_draft_stays_and_is_said_to(self):
        file = self._file()
        bill = self._draft(file)
        file.action_cancel()
        self.assertTrue(bill.exists())
        self.assertFalse(file.vendor_bill_id)
        self.assertFalse(file.vendor_bill_component_ids)
        self.assertEqual((file.vendor_bill_state, file.vendor_bill_expected), ("none", 0))
        self.assertIn("was undone", bill.message_ids[0].body)
        self.assertIn("is no longer linked", " ".join(file.message_ids.mapped("body")))
        file.action_draft()
        file.action_import()
        self.assertRaisesMessage("Match Vendor Bill", file.action_create_vendor_bill)
        file.action_match_vendor_bill()
        self.assertEqual((file.vendor_bill_id, file.vendor_bill_state), (bill, "equal"))

    def test_a_posted_draft_keeps_the_import(self):
        file = self._file()
        bill = self._draft(file)
        bill.action_post()
        self.assertRaisesMessage("Reset it to draft", file.action_cancel)
        bill.button_draft()
        file.action_cancel()
        self.assertEqual(file.state, "cancelled")

    def test_a_bill_that_was_matched_does_not(self):
        file = self._file()
        bill = self._enter(("Everything", 69.51))
        bill.action_post()
        file.action_match_vendor_bill()
        file.action_cancel()
        self.assertEqual((file.state, bill.state), ("cancelled", "posted"))


class TestAccess(VendorBillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_test_clerk", BILLING)
        cls.accountant = cls._user("xpps_test_accountant", "account.group_account_invoice")

    def test_a_billing_clerk_drafts_and_matches(self):
        self.company.xpps_vendor_bill_analytic = True
        account = self._expense("XPPS1")
        self._setting("mono", account_id=account.id, tax_ids=self._tax("Ten", 10).ids)
        file = self._file().with_user(self.clerk)
        self._draft(file)
        self.assertEqual(file.vendor_bill_id.amount_untaxed, 69.51)
        file.vendor_bill_id.unlink()
        bill = self._enter(("Everything", 60))
        file.action_match_vendor_bill()
        self.assertEqual((file.vendor_bill_id, file.vendor_bill_state), (bill, "different"))
        self.assertEqual(file.vendor_bill_component_ids[-1].bill_amount, 60)
        self.assertEqual(bill.with_user(self.clerk).action_open_xpps_billing_file()["res_id"], file.id)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_others_do_not(self):
        file = self._file()
        for user in (self._user("xpps_test_user", USER), self.accountant):
            for name in ("action_create_vendor_bill", "action_match_vendor_bill", "action_open_vendor_bill"):
                with self.subTest(user=user.name, method=name), self.assertRaises(AccessError):
                    getattr(file.with_user(user), name)()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_reading_files_is_not_enough(self):
        file = self._file()
        reader = self._user("xpps_test_reader", USER, "account.group_account_invoice")
        for model in ("xpps.billing.file", "xpps.billing.file.line", "xpps.component.account"):
            self.env["ir.model.access"].create(
                {
                    "name": model,
                    "model_id": self.env["ir.model"]._get_id(model),
                    "group_id": self.env.ref(USER).id,
                    "perm_read": True,
                    "perm_write": False,
                    "perm_create": False,
                    "perm_unlink": False,
                }
            )
        file = file.with_user(reader)
        self.assertEqual(file.name, NUMBER)
        for method in (file.action_create_vendor_bill, file.action_match_vendor_bill):
            with self.assertRaises(AccessError):
                method()
        self.assertFalse(self.env["account.move"].search([("ref", "=", NUMBER)]))

    def test_an_accountant_is_warned(self):
        file = self._file()
        bill = self._enter(("Mono", 75))
        file.action_match_vendor_bill()
        seen = bill.with_user(self.accountant)
        message = seen.alerts["xpps_vendor_bill"]["message"]
        for text in ("75.00", "69.51", "5.49", NUMBER):
            self.assertIn(text, message)
        self.assertNotIn("xpps_billing_file_ids", seen.fields_get())
        # Whoever changes the bill has no right to see the file that is compared with it.
        seen.invoice_line_ids.price_unit = 69.51
        self.env.flush_all()
        self.assertEqual(file.vendor_bill_state, "equal")
        seen.invalidate_recordset()
        self.assertFalse(seen.alerts and "xpps_vendor_bill" in seen.alerts)

    def test_the_bill_is_edited_in_its_form(self):
        file = self._file()
        bill = self._draft(file)
        for user, price, state in ((self.accountant, 9, "different"), (self.clerk, 6, "equal")):
            with Form(bill.with_user(user)) as form, form.invoice_line_ids.edit(2) as line:
                line.price_unit = price
            self.assertEqual(file.vendor_bill_state, state)

    def test_settings(self):
        system = self._user("xpps_test_system", MANAGER, "base.group_system")
        with Form(self.env["res.config.settings"].with_user(system)) as form:
            form.xpps_vendor_id = self.second_customer
            form.xpps_vendor_bill_analytic = True
        form.record.execute()
        self.assertEqual(self.company.xpps_vendor_id, self.second_customer)
        self.assertTrue(self.company.xpps_vendor_bill_analytic)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_only_managers_configure(self):
        settings = self.env["xpps.component.account"]
        with self.assertRaises(AccessError):
            settings.with_user(self.clerk).create({"component": "mono"})
        manager = self._user("xpps_test_manager", MANAGER)
        setting = settings.with_user(manager).create({"component": "mono"})
        self.assertEqual(setting.company_id, self.company)
        self.assertEqual(setting.display_name, "Mono")

    @mute_logger("odoo.sql_db")
    def test_one_setting_a_component(self):
        self._setting("mono")
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._setting("mono")

    def test_accounts_of_other_companies(self):
        other = self._company("XPPS Other Reseller")
        foreign = (
            self.env["account.account"]
            .with_company(other)
            .create({"name": "Foreign", "code": "XPPS9", "account_type": "expense", "company_ids": other.ids})
        )
        with self.assertRaises(UserError), self.cr.savepoint():
            self._setting("mono", account_id=foreign.id)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.company.xpps_vendor_id = self._partner("Theirs", company_id=other.id)

    def test_a_branch_has_its_parents_settings(self):
        account, own = self._expense("XPPS1"), self._expense("XPPS2")
        for component in ("mono", "color"):
            self._setting(component, account_id=account.id)
        parent = self.company
        (self.base + self.mono + self.color + self.printer).company_id = parent
        parent.write({"child_ids": [Command.create({"name": "XPPS Branch", "currency_id": self.usd.id})]})
        branch = parent.child_ids
        clerk = self._user("xpps_test_branch", BILLING, company=branch)
        self._setting("color", account_id=own.id, company_id=branch.id)
        env = self.env(user=clerk, context={"allowed_company_ids": branch.ids})
        found = env["xpps.component.account"]._by_component(env["res.company"].browse(branch.id))
        self.assertEqual(
            {code: setting.account_id.id for code, setting in found.items()}, {"mono": account.id, "color": own.id}
        )
        mine = self.env["xpps.component.account"]._by_component(parent)
        self.assertEqual(mine["color"].account_id, account)
        self.assertEqual(branch._xpps_vendor_settings(), parent)
        self.assertEqual(env["res.company"].browse(branch.id)._xpps_vendor_settings().xpps_vendor_id, self.xerox)
        branch.xpps_vendor_id = self.second_customer
        self.assertEqual(branch._xpps_vendor_settings(), branch)

    def test_actions_are_data(self):
        """As a client gets them over JSON."""
        file = self._file()
        json.dumps(file.action_create_vendor_bill())
        json.dumps(file.action_open_vendor_bill())
