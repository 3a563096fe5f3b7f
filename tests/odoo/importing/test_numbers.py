# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Xerox's numbers of partner, customers and agreements against ours, and what is taken over where we have none."""

from odoo import Command
from odoo.exceptions import AccessError

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase
from ..support.refusals import RefusalCase

OURS = {"PartnerNumber": "0700318862"}


class NumberCase(ImportCase):
    def _issue(self, file, code):
        return file.issue_ids.filtered(lambda issue: issue.code == code)

    def _said(self, file):
        return "".join(file.message_ids.mapped("body"))

    def _numbered(self, serial="SN-1", customer=None, agreement=None):
        return record(serial, CustomerNumber=customer, AgreementNumber=agreement)


class TestForeignPartner(RefusalCase):
    def setUp(self):
        super().setUp()
        self.company.xpps_partner_number = "700318862, AB-1"

    def test_another_partner(self):
        issue = self.assertRefused(
            "foreign_partner",
            [record("SN-1")],
            {"PartnerNumber": "0700318863"},
            names=["0700318863", "700318862, AB-1", self.company.name],
        )
        self.assertEqual((issue.value, issue.fix_label), ("0700318863", "Fix"))
        action = issue.action_fix()
        self.assertEqual((action["res_model"], action["context"]["xpps_recheck"]), ("xpps.settings", True))
        self.assertEqual(action["context"]["allowed_company_ids"], self.company.ids)

    def test_it_is_refused_whatever_is_held_back(self):
        self.company.xpps_quarantine = True
        self.assertRefused("foreign_partner", [record("SN-1")], {"PartnerNumber": "AB-2"})

    def test_ours(self):
        for stated in ("0700318862", " 700318862 ", "ab-1", "", "0", None):
            file = self._check(build_xml({"PartnerNumber": stated}, [record("SN-1")]))
            self.assertFalse(file.issue_ids, stated)

    def test_it_is_kept(self):
        file = self._import([record("SN-1")], PartnerNumber="0700318862")
        self.assertEqual(file.partner_number, "0700318862")
        self.assertEqual(file.line_ids.xerox_partner_number, "0700318862")

    def test_only_an_administrator_opens_the_settings(self):
        issue = self._check(build_xml({"PartnerNumber": "AB-2"}, [record("SN-1")])).issue_ids
        clerk = self._user("numbers_clerk", BILLING)
        self.assertRaisesMessage("administrator", issue.with_user(clerk).action_fix, exception=AccessError)

    def test_a_branch_has_the_number_of_its_parent(self):
        self.company.write({"child_ids": [Command.create({"name": "XPPS Branch", "currency_id": self.usd.id})]})
        branch = self.company.child_ids
        self.env.user.company_ids |= branch
        file = self._check(build_xml({"PartnerNumber": "AB-2"}, [record("SN-1")]), company=branch)
        self.assertIn("foreign_partner", self._codes(file))
        branch.xpps_partner_number = "AB-2"
        file.action_check()
        self.assertNotIn("foreign_partner", self._codes(file))

    def test_companies_have_numbers_of_their_own(self):
        other = self._company("XPPS Other Reseller")
        self.env.user.company_ids |= other
        file = self._check(build_xml({"PartnerNumber": "AB-2"}, [record("SN-1")]), company=other)
        self.assertEqual(self._codes(file, "info"), ["partner_number_missing"])


class TestPartnerNumberMissing(NumberCase):
    def test_take_over(self):
        file = self._upload([record("SN-1")], **OURS)
        issue = file.issue_ids
        self.assertEqual((issue.code, issue.severity), ("partner_number_missing", "info"))
        self.assertEqual((issue.can_fix, issue.is_proposal, issue.fix_label), (True, True, "Take Over"))
        self.assertIn("0700318862", issue.message)
        issue.action_fix()
        self.assertEqual(self.company.xpps_partner_number, "0700318862")
        self.assertFalse(file.issue_ids)
        self.assertIn("Taken over as Xerox partner number of the company: 0700318862", self._said(file))
        self.assertEqual(self._codes(self._upload([record("SN-1")], PartnerNumber="X-9")), ["foreign_partner"])

    def test_of_a_file_that_is_imported(self):
        file = self._load([record("SN-1")], **OURS)
        file.issue_ids.action_fix()
        self.assertEqual((self.company.xpps_partner_number, file.state), ("0700318862", "imported"))
        self.assertFalse(file.issue_ids)

    def test_somebody_was_quicker(self):
        issue = self._upload([record("SN-1")], **OURS).issue_ids
        self.company.xpps_partner_number = "AB-1"
        self.assertRaisesMessage("nothing to take over", issue.action_fix)

    def test_rights(self):
        issue = self._upload([record("SN-1")], **OURS).issue_ids
        clerk = self._user("numbers_clerk", BILLING)
        self.assertRaisesMessage("administrator", issue.with_user(clerk).action_fix, exception=AccessError)
        self.assertFalse(self.company.xpps_partner_number)
        issue.with_user(self._user("numbers_manager", MANAGER)).action_fix()
        self.assertEqual(self.company.xpps_partner_number, "0700318862")


class TestWrongCustomer(NumberCase):
    def setUp(self):
        super().setUp()
        self.customer.xpps_customer_number = "0721"

    def _line(self, stated, **invoice):
        file = self._load([self._numbered(customer=stated)], **invoice)
        return file.line_ids

    def test_it_is_said_and_kept(self):
        file = self._load([self._numbered(customer="0722")])
        issue = file.issue_ids
        self.assertEqual((issue.code, issue.severity, issue.serial), ("wrong_customer", "warning", "SN-1"))
        for name in ("0722", "0721", self.customer.name, "10"):
            self.assertIn(name, issue.message)
        self.assertEqual(issue.action_fix()["res_id"], self.device.id)
        self.assertEqual(file.line_ids.expected_customer_number, "0721")
        self.customer.xpps_customer_number = "0722"
        self.env.invalidate_all()
        self.assertEqual(file.line_ids.expected_customer_number, "0721", "What was found stays.")

    def test_every_month(self):
        for invoice in (JANUARY, FEBRUARY):
            self.assertEqual(self._line("0722", **invoice).expected_customer_number, "0721")

    def test_the_same_number_written_otherwise(self):
        for number, stated in enumerate(("0721", "721", " 0721", "", None, "0")):
            start = f"2026-{number + 1:02}-01"
            dates = {"InvoiceDate": start, "PeriodStart": start, "PeriodEnd": f"2026-{number + 1:02}-28"}
            line = self._line(stated, **dates)
            self.assertFalse(line.expected_customer_number, stated)
            self.assertFalse(line.billing_file_id.issue_ids, stated)

    def test_hierarchy(self):
        """The number may stand on the address with the device, on any above it, or on the agreement's customer."""
        site = self._partner("Site", parent_id=self.customer.id, type="other", xpps_customer_number="0800")
        room = self._partner("Room", parent_id=site.id, type="other")
        branch = self._partner("Branch", parent_id=self.customer.id, type="other")
        cases = (
            (room, "0800", False),
            (room, "0721", False),
            (room, "0900", "0800"),
            (branch, "0721", False),
            (branch, "0800", "0721"),
        )
        for place, stated, expected in cases:
            self.device.xpps_partner_id = place
            file = self._upload([self._numbered(customer=stated)])
            self.assertEqual(file.line_ids.expected_customer_number, expected, (place.name, stated))
            self.assertEqual(self._codes(file, "warning"), ["wrong_customer"] if expected else [])
            file.unlink()

    def test_it_may_block(self):
        self.env["xpps.blocking.warning"].create({"code": "wrong_customer", "company_id": self.company.id})
        file = self._upload([self._numbered(customer="0722")])
        self.assertEqual(self._codes(file), ["wrong_customer"])

    def test_a_record_that_is_held_back_keeps_it(self):
        self.company.xpps_quarantine = True
        self.mapping.color_product_id = False
        self._device("SN-2")
        rows = [record("SN-1", color=(5, "0.04"), CustomerNumber="0722"), record("SN-2", CustomerNumber="0721")]
        file = self._upload(rows)
        file.action_import()
        held = file.line_ids.filtered(lambda line: line.state == "held")
        self.assertEqual((held.serial, held.expected_customer_number), ("SN-1", "0721"))

    def test_a_correction_is_compared_with_what_was_billed(self):
        self._load([self._numbered(customer="0721")])
        other = self._agreement(partner_id=self._partner("Other", xpps_customer_number="0900").id)
        self.device.write(
            {
                "xpps_partner_id": other.partner_id.id,
                "xpps_subscription_id": other.id,
                "xpps_subscription_line_id": other.sale_subscription_line_ids.id,
            }
        )
        for stated, expected in (("0721", False), ("0900", "0721")):
            file = self._upload([self._numbered(customer=stated)], "correction")
            self.assertEqual(file.line_ids.expected_customer_number, expected)
            file.unlink()

    def test_reads_have_the_numbers(self):
        row = record("SN-1", mono=(10, "0.004"), CustomerNumber="0721", AgreementNumber="AG-7")
        read = self._load([row]).meter_read_ids
        self.assertEqual((read.xerox_customer_number, read.xerox_agreement_number), ("0721", "AG-7"))


class TestWrongAgreement(NumberCase):
    def setUp(self):
        super().setUp()
        self.agreement.xpps_agreement_number = "PC-1"

    def test_it_is_said_and_kept(self):
        for invoice in (JANUARY, FEBRUARY):
            file = self._load([self._numbered(agreement="PC-2")], **invoice)
            issue = file.issue_ids
            self.assertEqual((issue.code, issue.severity, issue.serial), ("wrong_agreement", "warning", "SN-1"))
            for name in ("PC-2", "PC-1", self.agreement._xpps_number()):
                self.assertIn(name, issue.message)
            self.assertEqual(issue.action_fix()["res_id"], self.device.id)
            self.assertEqual(file.line_ids.expected_agreement_number, "PC-1")

    def test_the_same_number(self):
        for stated in ("PC-1", "pc-1", " PC -1", None):
            file = self._upload([self._numbered(agreement=stated)])
            self.assertFalse(file.issue_ids, stated)
            self.assertFalse(file.line_ids.expected_agreement_number)


class TestTakeOver(NumberCase):
    def _take(self, rows, code="customer_number_missing", user=None):
        """:return: the issue's message, after its click"""
        issue = self._issue(self._upload(rows), code)
        message = issue.message
        issue.with_user(user or self.env.user).action_fix()
        return message

    def test_customers(self):
        second = self._partner("Second")
        agreement = self._agreement(partner_id=second.id)
        for number in (2, 3):
            self._device(f"SN-{number}", agreement)
        rows = [self._numbered("SN-1", "0721"), self._numbered("SN-2", "0722"), self._numbered("SN-3", "722")]
        message = self._take(rows)
        self.assertIn("2 customers", message)
        self.assertEqual((self.customer.xpps_customer_number, second.xpps_customer_number), ("0721", "0722"))
        self.assertFalse(self._upload(rows).issue_ids)

    def test_an_address_gets_its_own_number(self):
        places = [self._partner(name, parent_id=self.customer.id, type="other") for name in ("North", "South")]
        self.device.xpps_partner_id = places[0]
        self._device("SN-2").xpps_partner_id = places[1]
        self._take([self._numbered("SN-1", "11"), self._numbered("SN-2", "22")])
        self.assertEqual([place.xpps_customer_number for place in places], ["11", "22"])
        self.assertFalse(self.customer.xpps_customer_number)

    def test_one_number_of_several_addresses_is_the_customers(self):
        for number in (2, 3):
            device = self._device(f"SN-{number}")
            device.xpps_partner_id = self._partner(f"Site {number}", parent_id=self.customer.id, type="other")
        rows = [self._numbered("SN-2", "11"), self._numbered("SN-3", "0011")]
        self._take(rows)
        self.assertEqual(self.customer.xpps_customer_number, "0011")
        self.assertFalse(
            self.env["res.partner"].search([("name", "like", "Site "), ("xpps_customer_number", "!=", False)])
        )
        self.assertEqual(self._codes(self._upload(rows), "info"), [])

    def assertUnclear(self, rows, *names, code="customer_number_missing"):
        issue = self._issue(self._upload(rows), code)
        self.assertEqual((issue.can_fix, issue.is_proposal, issue.severity), (False, False, "info"))
        for name in names:
            self.assertIn(name, issue.message)

    def test_several_numbers_of_one_customer(self):
        self._device("SN-2")
        rows = [self._numbered("SN-1", "11"), self._numbered("SN-2", "22")]
        self.assertUnclear(rows, "1 customer has", self.customer.name)
        second = self._agreement(partner_id=self._partner("Second").id)
        self._device("SN-3", second)
        message = self._take([*rows, self._numbered("SN-3", "33")])
        self.assertIn("Second (33)", message)
        self.assertIn("Enter it yourself", message)
        self.assertEqual((second.partner_id.xpps_customer_number, self.customer.xpps_customer_number), ("33", False))

    def test_one_number_of_several_customers(self):
        self._device("SN-2", self._agreement(partner_id=self._partner("Second").id))
        self.assertUnclear([self._numbered("SN-1", "11"), self._numbered("SN-2", "11")], "2 customers", "Second")

    def test_a_number_that_somebody_has(self):
        """Else new devices would find no customer by it any more."""
        owner = self._partner("Owner", xpps_customer_number="0011")
        self.assertUnclear([self._numbered("SN-1", "11")], self.customer.name)
        owner.xpps_customer_number = False
        self._take([self._numbered("SN-1", "11")])
        self.assertEqual(self.customer.xpps_customer_number, "11")

    def test_agreements(self):
        other = self._agreement()
        self._device("SN-2", other)
        third = self._agreement(xpps_agreement_number="PC-3")
        self._device("SN-3", third)
        rows = [self._numbered(f"SN-{number}", agreement=f"PC-{number}") for number in (1, 2, 3)]
        message = self._take(rows, "agreement_number_missing")
        self.assertIn("2 agreements", message)
        self.assertEqual(
            [one.xpps_agreement_number for one in (self.agreement, other, third)], ["PC-1", "PC-2", "PC-3"]
        )
        self.assertFalse(self._upload(rows).issue_ids)

    def test_unclear_agreements(self):
        self._device("SN-2", self._agreement())
        code = "agreement_number_missing"
        rows = [self._numbered(f"SN-{number}", agreement="PC-1") for number in (1, 2)]
        self.assertUnclear(rows, "2 agreements", code=code)
        self._agreement(xpps_agreement_number="pc-1")
        self.assertUnclear(rows[:1], "1 agreement", code=code)

    def test_it_can_be_taken_after_the_import(self):
        file = self._load([self._numbered("SN-1", "11", "PC-1")])
        for issue in file.issue_ids:
            issue.action_fix()
        self.assertEqual((self.customer.xpps_customer_number, self.agreement.xpps_agreement_number), ("11", "PC-1"))
        self.assertFalse(file.issue_ids)
        self.assertEqual(file.line_ids.expected_customer_number, False)
        self.assertIn("(PC-1)", self._said(file))

    def test_what_was_entered_meanwhile_stays(self):
        issue = self._issue(self._upload([self._numbered("SN-1", "11")]), "customer_number_missing")
        self.customer.xpps_customer_number = "99"
        self.assertRaisesMessage("nothing to take over", issue.action_fix)
        self.assertEqual(self.customer.xpps_customer_number, "99")

    def test_rights(self):
        """Who may not change customers takes over no number of them."""
        clerk = self._user("numbers_clerk", BILLING)
        issue = self._issue(self._upload([self._numbered("SN-1", "11")]), "customer_number_missing")
        rule = self.env["ir.rule"].create(
            {
                "name": "Not theirs",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', '!=', {self.customer.id})]",
                "perm_read": False,
            }
        )
        with self.assertRaises(AccessError), self.cr.savepoint():
            issue.with_user(clerk).action_fix()
        self.env.invalidate_all()
        self.assertFalse(self.customer.xpps_customer_number)
        rule.active = False
        issue.with_user(clerk).action_fix()
        self.assertEqual(self.customer.xpps_customer_number, "11")

    def test_partners_of_other_companies_do_not_count(self):
        other = self._company("XPPS Other Reseller")
        self._partner("Theirs", company_id=other.id, xpps_customer_number="11")
        self._take([self._numbered("SN-1", "11")])
        self.assertEqual(self.customer.xpps_customer_number, "11")

    def test_nothing_is_stated(self):
        for stated in (None, "", "0"):
            self.assertFalse(self._upload([self._numbered("SN-1", stated, stated)]).issue_ids)

    def test_queries(self):
        """Their number does not grow with that of devices, customers and agreements."""

        def queries(prefix, count):
            rows = []
            for number in range(count):
                customer = self._partner(f"{prefix} {number}")
                serial = f"{prefix}-{number}"
                self._device(serial, self._agreement(partner_id=customer.id))
                rows.append(self._numbered(serial.lower(), f"C{prefix}{number}", f"A{prefix}{number}"))
            file = self._upload(rows)
            self.assertEqual(
                self._codes(file, "info"), ["agreement_number_missing", "customer_number_missing", "serial_form"]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            file._check()
            return self.cr.sql_log_count - before

        few, many = queries("FEW", 2), queries("MANY", 30)
        self.assertLessEqual(many, few + 2)


class TestSerialForm(NumberCase):
    def test_another_form(self):
        for stated in ("sn-1", "SN -1", "ＳＮ-1"):
            file = self._upload([record(stated)])
            issue = file.issue_ids
            self.assertEqual((issue.code, issue.severity, issue.problem_count), ("serial_form", "info", 1))
            self.assertIn(f"{stated} (SN-1)", issue.message)
            self.assertEqual(file.line_ids.expected_serial, "SN-1")
            self.assertEqual(self.env["xpps.billing.file.line"].search(issue.action_fix()["domain"]), file.line_ids)
            file.unlink()

    def test_one_issue_for_all(self):
        for number in range(2, 10):
            self._device(f"SN-{number}")
        file = self._load([record(f"sn-{number}") for number in range(1, 10)])
        self.assertIn("9 devices", file.issue_ids.message)
        self.assertIn("and 4 more", file.issue_ids.message)
        self.assertEqual(len(file.line_ids.filtered("expected_serial")), 9)

    def test_the_same_form(self):
        self.device.name = " SN-1"
        file = self._load([record("SN-1 ")])
        self.assertFalse(file.issue_ids)
        self.assertFalse(file.line_ids.expected_serial)

    def test_a_device_that_somebody_decided_on(self):
        file = self._upload([record("SN-I")])
        self._issue(file, "device_unknown").action_fix()
        self.assertEqual((file.issue_ids.code, file.line_ids.expected_serial), ("serial_form", "SN-1"))
