# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Warnings and information: they are listed with the line they are about, and block nothing."""

from freezegun import freeze_time

from ...billing_file.builder import build_xml
from ..support.common import XppsCase, record
from ..support.importing import NEXT_INVOICE

MONO = {"MonoPrevious": 1000, "MonoCurrent": 1500, "MonoIncluded": 500}


class TestWarnings(XppsCase):
    def assertWarned(self, code, devices, invoice=None, serial="SN-1", line=10, names=(), severity="warning"):
        """The wizard lists one such issue, and imports the file all the same. :return: the issue"""
        wizard = self._wizard(build_xml(invoice, devices))
        wizard.action_check()
        file = wizard.billing_file_id
        self.assertEqual(self._codes(file), [])
        self.assertEqual(self._codes(file, severity), [code], "\n".join(file.issue_ids.mapped("message")))
        issue = file.issue_ids.filtered(lambda issue: issue.code == code)
        self.assertEqual((issue.serial, issue.source_line), (serial, line))
        for name in names:
            self.assertIn(name, issue.message)
        self.assertEqual((file.error_count, file.warning_count), (0, 1 if severity == "warning" else 0))
        wizard.action_import()
        self.assertEqual(file.state, "imported")
        self.assertIn(code, file.issue_ids.mapped("code"), "An imported file keeps its warnings.")
        return file.issue_ids.filtered(lambda issue: issue.code == code)

    def test_no_warning(self):
        file = self._import([record("SN-1", mono=(0, "0.004"), BaseServiceFee=20, **MONO)])
        self.assertEqual((self._codes(file, "warning"), file.warning_count), ([], 0))

    def test_model_mismatch(self):
        self.printer.xpps_model_number = "C8145"
        issue = self.assertWarned(
            "model_mismatch", [record("SN-1", ModelNumber="B8155")], names=["SN-1", "10", "C8145", "B8155"]
        )
        self.assertEqual((issue.res_model, issue.res_id), ("stock.lot", self.device.id))

    def test_model_is_compared_without_case(self):
        self.printer.xpps_model_number = "C8145"
        file = self._import([record("SN-1", ModelNumber="c8145")])
        self.assertEqual(self._codes(file, "warning"), [])

    def test_read_estimated(self):
        issue = self.assertWarned("read_estimated", [record("SN-1", ReadType="Estimated", **MONO)])
        self.assertTrue(issue.billing_file_id.meter_read_ids.estimated)
        self.assertTrue(issue.billing_file_id.line_ids.estimated)

    def test_read_backwards(self):
        row = record("SN-1", MonoPrevious=1500, MonoCurrent=1000)
        self.assertWarned("read_backwards", [row], names=["Mono", "1500", "1000"])

    def test_read_gap(self):
        self._import([record("SN-1", **MONO)])
        row = record("SN-1", MonoPrevious=1501, MonoCurrent=1600)
        self.assertWarned("read_gap", [row], NEXT_INVOICE, names=["1501", "1500"])

    def test_no_read_gap_when_the_reads_follow(self):
        self._import([record("SN-1", **MONO)])
        file = self._import([record("SN-1", MonoPrevious=1500, MonoCurrent=1600)], **NEXT_INVOICE)
        self.assertEqual(self._codes(file, "warning"), [])

    def test_overage_mismatch(self):
        row = record("SN-1", mono=(101, "0.004"), **MONO | {"MonoIncluded": 400})
        self.assertWarned("overage_mismatch", [row], names=["101", "100"])

    def test_no_overage_mismatch_within_the_allowance(self):
        row = record("SN-1", mono=(0, "0.004"), MonoPrevious=1000, MonoCurrent=1100, MonoIncluded=400)
        self.assertEqual(self._codes(self._import([row]), "warning"), [])

    def test_device_absent(self):
        absent = self._device("SN-2")
        issue = self.assertWarned("device_absent", [record("SN-1")], serial="SN-2", line=0, names=["SN-2"])
        self.assertEqual((issue.res_model, issue.res_id), ("stock.lot", absent.id))

    def test_device_not_installed(self):
        for day in ("2026-02-01", "2026-03-15"):
            with self.subTest(installed=day), self.cr.savepoint() as savepoint:
                self.device.xpps_install_date = day
                month = f"{int(day[5:7]):02}"
                issue = self.assertWarned("device_not_installed", [record("SN-1")], names=["SN-1", f"{month}/"])
                self.assertEqual((issue.res_model, issue.res_id), ("stock.lot", self.device.id))
                savepoint.rollback()

    def test_device_installed_in_the_period_or_before(self):
        for day in (False, "2025-06-01", "2026-01-01", "2026-01-31"):
            with self.subTest(installed=day), self.cr.savepoint() as savepoint:
                self.device.xpps_install_date = day
                file = self._import([record("SN-1")])
                self.assertEqual(self._codes(file, "warning"), [])
                savepoint.rollback()

    def test_device_that_came_back(self):
        """It was installed anew after the period, in which somebody else had it."""
        self.device.write({"xpps_install_date": "2025-01-01"})
        self.device.write({"xpps_removal_date": "2026-02-10", "xpps_state": "removed"})
        self.device.write({"xpps_removal_date": False, "xpps_state": "active", "xpps_install_date": "2026-03-01"})
        self.assertEqual(self._codes(self._import([record("SN-1")]), "warning"), [])

    def test_devices_that_need_not_be_there(self):
        """Removed, installed later, without an agreement, or of one that does not run."""
        closed = self._agreement()
        self._device("SN-4", closed)
        with freeze_time("2025-12-31"):
            closed.close_subscription()
        self._device("SN-2", xpps_removal_date="2025-12-01")
        self._device("SN-3", xpps_install_date="2026-02-01")
        self._device("SN-5", xpps_subscription_id=False, xpps_subscription_line_id=False)
        file = self._import([record("SN-1")])
        self.assertEqual(self._codes(file, "warning"), [])

    def test_base_fee_changed(self):
        self._import([record("SN-1", BaseServiceFee="20.00", BaseSupplyFee="5.00")])
        row = record("SN-1", BaseServiceFee="20.00", BaseSupplyFee="6.00")
        self.assertWarned("base_fee_changed", [row], NEXT_INVOICE, names=["25.00", "26.00"])

    def test_base_fee_is_the_same_when_it_is_not_split(self):
        self._import([record("SN-1", BaseServiceFee="20.00", BaseSupplyFee="5.00")])
        file = self._import([record("SN-1", MonthlyBasePrice="25.00")], **NEXT_INVOICE)
        self.assertEqual(self._codes(file, "warning"), [])

    def test_margin_low(self):
        self._default(unit_cost=0.010001)
        self.assertWarned("margin_low", [record("SN-1", mono=(5, "0.010001"))], names=["0.01", "0.010001", "Mono"])

    def test_margin_of_what_is_not_billable_is_no_matter(self):
        self._default(unit_cost=0.5, billable=False)
        file = self._import([record("SN-1", mono=(5, "0.5"))])
        self.assertEqual(self._codes(file, "warning"), [])

    def test_unit_cost_missing_on_the_agreement(self):
        issue = self.assertWarned(
            "unit_cost_changed",
            [record("SN-1", mono=(5, "0.0045"))],
            names=["1 device", self.agreement.display_name, "none", "0.0045"],
            severity="info",
        )
        self.assertEqual((issue.res_model, issue.res_id), ("sale.subscription", self.agreement.id))

    def test_unit_cost_changed(self):
        self._default(unit_cost=0.004, unit_price=0.02)
        self.assertWarned(
            "unit_cost_changed",
            [record("SN-1", mono=(5, "0.0045"))],
            names=["1 device", "0.004", "0.0045"],
            severity="info",
        )

    def test_unit_cost_changed_counts_the_devices_that_differ(self):
        """One of three devices has another cost than the agreement's default."""
        for number in (2, 3):
            self._device(f"SN-{number}")
        default = self._default(unit_cost=0.004)
        for order in (("0.0045", "0.004", "0.004"), ("0.004", "0.004", "0.0045")):
            rows = [record(f"SN-{number}", mono=(5, cost)) for number, cost in enumerate(order, 1)]
            file = self._check(build_xml(devices=rows))
            issue = file.issue_ids.filtered(lambda issue: issue.code == "unit_cost_changed")
            self.assertEqual(len(issue), 1)
            self.assertIn("1 device differs", issue.message, order)
        self.assertEqual(default.unit_cost, 0.004, "A check changes nothing.")

    def test_unit_cost_unchanged(self):
        self._default(unit_cost=0.0045)
        file = self._import([record("SN-1", mono=(5, "0.004500"))])
        self.assertEqual(self._codes(file, "info"), [])
