# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Of a file with very many problems a thousand are listed; all of them are counted, and all of them count."""

from odoo.addons.xerox_xpps.importing.issues import FAIR_SHARE, MAX_ISSUES, Findings

from ...billing_file.builder import build_xml
from ..support.common import XppsCase, record


class TestFindings(XppsCase):
    def setUp(self):
        super().setUp()
        self.findings = Findings(self.env, blocking=("usage_spike",))
        self.told = 0

    def _find(self, count, code="read_gap", start=0):
        def message():
            self.told += 1
            return "A problem"

        for index in range(start, start + count):
            self.findings.add(code, message, index=index, source_line=index)

    def _listed(self):
        """{code: (how many are listed, how many problems the closing issue stands for, its message)}"""
        found = {}
        for issue in self.findings.issues:
            listed, more, message = found.get(issue.code, (0, 0, ""))
            is_closing = "not listed" in issue.message
            if is_closing:
                found[issue.code] = (listed, issue.problem_count, issue.message)
            else:
                found[issue.code] = (listed + 1, more, message)
        return found

    def test_all_are_listed(self):
        self._find(MAX_ISSUES)
        self.assertEqual(self._listed(), {"read_gap": (MAX_ISSUES, 0, "")})

    def test_one_more(self):
        self._find(MAX_ISSUES + 1)
        self.assertEqual(self._listed(), {"read_gap": (MAX_ISSUES, 1, "1 more problem of this kind is not listed.")})

    def test_many_more(self):
        self._find(20_000, "device_unknown")
        self.assertEqual(
            self._listed(),
            {"device_unknown": (MAX_ISSUES, 19_000, "19,000 more problems of this kind are not listed.")},
        )
        self.assertEqual(self.told, MAX_ISSUES, "What nobody reads is not written.")
        self.assertEqual((self.findings.error_count, len(self.findings.faulty)), (20_000, 20_000))
        closing = self.findings.issues[-1]
        self.assertEqual((closing.severity, closing.code, closing.line_index), ("error", "device_unknown", None))
        self.assertFalse(self.findings.has_file_errors, "Each of them is of a record.")

    def test_errors_come_before_warnings(self):
        self._find(MAX_ISSUES)
        self._find(MAX_ISSUES, "mapping_missing")
        listed = self._listed()
        self.assertEqual(listed["read_gap"][:2], (FAIR_SHARE, MAX_ISSUES - FAIR_SHARE))
        self.assertEqual(listed["mapping_missing"][:2], (MAX_ISSUES - FAIR_SHARE, FAIR_SHARE))
        self.assertEqual([issue.severity for issue in self.findings.issues[:2]], ["error", "error"])
        self._find(MAX_ISSUES)
        self.assertEqual(self._listed()["mapping_missing"], listed["mapping_missing"])

    def test_the_only_one_of_its_kind(self):
        self._find(5_000, "device_unknown")
        self._find(1, "price_missing")
        self._find(FAIR_SHARE + 5, "mapping_missing")
        listed = self._listed()
        self.assertEqual(listed["price_missing"], (1, 0, ""))
        self.assertEqual(listed["mapping_missing"][:2], (FAIR_SHARE, 5))
        self.assertEqual(sum(count for count, _more, _message in listed.values()), MAX_ISSUES)
        self.assertEqual(self.findings.error_count, 5_000 + 1 + FAIR_SHARE + 5)

    def test_blocking_warnings(self):
        self._find(MAX_ISSUES + 2, "usage_spike")
        self.assertEqual({issue.severity for issue in self.findings.issues}, {"error"})
        self.assertEqual((self.findings.error_count, len(self.findings.faulty)), (MAX_ISSUES + 2, MAX_ISSUES + 2))

    def test_problems_that_the_reader_counted(self):
        self._find(3, "value_invalid")
        self.findings.count("value_invalid", 7)
        self.assertEqual((self.findings.error_count, self.findings.has_file_errors), (10, False))
        self.assertEqual(self._listed()["value_invalid"][:2], (3, 7))
        self.findings.count("file_schema", 1)
        self.assertTrue(self.findings.has_file_errors, "Of what, nobody knows.")

    def test_long_texts(self):
        long = "x" * 200_000
        self.findings.add("value_invalid", lambda: long, serial=long, value=long)
        issue = self.findings.issues[0]
        self.assertEqual((len(issue.message), len(issue.serial), len(issue.value)), (1000, 500, 500))
        self.assertEqual(issue.serial[-2:], "x…")


class TestIssueCap(XppsCase):
    UNKNOWN = 1500

    def _many(self, *rows, **invoice):
        unknown = [
            record(f"NEW-{number}", Model="XPPS Test Printer", AgreementNumber="AG-1") for number in range(self.UNKNOWN)
        ]
        wizard = self._wizard(build_xml(invoice, [*unknown, *rows]))
        wizard.action_check()
        return wizard

    def test_unknown_devices(self):
        """Whatever is listed, all of them are counted, created, and in the way."""
        self.agreement.xpps_agreement_number = "AG-1"
        wizard = self._many(record("SN-1"))
        file = wizard.billing_file_id
        errors = file.issue_ids.filtered(lambda issue: issue.severity == "error").sorted()
        self.assertEqual((len(errors), sum(errors.mapped("problem_count"))), (MAX_ISSUES + 1, self.UNKNOWN))
        self.assertEqual(errors[-1].message, "500 more problems of this kind are not listed.")
        self.assertEqual((errors[-1].code, errors[-1].can_fix), ("device_unknown", True))
        self.assertEqual((file.error_count, wizard.error_count, file.can_import), (self.UNKNOWN, self.UNKNOWN, False))
        self.assertRaisesMessage(r"NEW-19\b.*\n.*and 1480 more", file.action_import)
        self.assertEqual(wizard.device_create_count, self.UNKNOWN)
        self.assertIn("and 1495 more", file._prepare_check_note())
        action = errors[-1].action_fix()
        creator = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((creator.row_count, creator.incomplete_count), (self.UNKNOWN, 0))
        creator.action_apply()
        self.assertEqual((file.error_count, file.device_create_count, file.can_import), (0, 0, True))

    def test_none_of_them_is_imported(self):
        """Where faulty records are held back, those whose problem is not listed are held, too."""
        self.company.xpps_quarantine = True
        file = self._many(record("SN-1", mono=(10, "0.004"))).billing_file_id
        self.assertTrue(file.can_import)
        file.action_import()
        self.assertEqual((file.state, file.held_count, len(file.meter_read_ids)), ("imported", self.UNKNOWN, 1))
        self.assertEqual(file.error_count, self.UNKNOWN)

    def test_devices_to_assign(self):
        """Without agreement, without service, and at another customer: what is wrong with each is on its line."""
        self.device.xpps_subscription_line_id = False
        bare = self._device("SN-2", xpps_subscription_id=False, xpps_subscription_line_id=False)
        elsewhere = self._device("SN-3")
        elsewhere.xpps_partner_id = self._partner("XPPS Other Customer")
        sound = self._device("SN-4")
        file = self._check(build_xml({}, [record(name) for name in ("SN-1", "SN-2", "SN-3", "SN-4", "SN-5")]))
        fixes = {line.serial: line.device_fix for line in file.line_ids}
        self.assertEqual(
            fixes,
            {"SN-1": "assign", bare.name: "assign", elsewhere.name: "assign", sound.name: False, "SN-5": "create"},
        )
        self.assertEqual((file.device_create_count, file.device_assign_count), (1, 3))
        # A check that lists none of the issues offers the same.
        file.issue_ids.unlink()
        self.assertEqual((file.device_create_count, file.device_assign_count), (1, 3))

    def test_what_stands_for_others_opens_no_record(self):
        file = self._check(build_xml({}, [record("SN-1")]))
        closing = file.issue_ids.create(
            {
                "billing_file_id": file.id,
                "severity": "warning",
                "code": "read_gap",
                "message": "7 more problems of this kind are not listed.",
                "problem_count": 7,
            }
        )
        self.assertFalse(closing.can_fix)
        self.assertRaisesMessage("no record to open", closing.action_fix)
        self.assertEqual(file.warning_count, 7)

    def test_a_serial_of_200_kB(self):
        file = self._check(build_xml({}, [record("S" * 200_000, Model="M" * 200_000, CustomerName="C" * 200_000)]))
        for issue in file.issue_ids:
            self.assertLessEqual(len(issue.serial or ""), 500)
            self.assertLess(len(issue.message), 1001)
