# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The vendor report says of which devices Xerox states another customer, agreement or serial number than we do."""

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase

FEES = {"BaseServiceFee": 20, "BaseSupplyFee": 5}
CUSTOMER = {"CustomerNumber": "0722"}
AGREEMENT = {"AgreementNumber": "PC-2"}


class TestNumbers(ImportCase):
    def setUp(self):
        super().setUp()
        self.customer.xpps_customer_number = "0721"
        self.agreement.xpps_agreement_number = "PC-1"

    def _flagged(self, *domain):
        """{(serial, component, period end): (flag, all flags, reason)} of the rows that have some."""
        self.env.invalidate_all()
        rows = self.env["xpps.vendor.report"].search([("flag", "!=", False), *domain])
        return {(row.serial, row.component, str(row.period_end)): (row.flag, row.flags, row.reason) for row in rows}

    def test_every_month_as_long_as_it_differs(self):
        for invoice in (JANUARY, FEBRUARY):
            self._load([record("SN-1", mono=(10, "0.004"), color=(5, "0.04"), **FEES, **CUSTOMER)], **invoice)
        found = ("wrong_customer", "wrong_customer", "Customer number 0722 instead of 0721")
        self.assertEqual(
            self._flagged(),
            {("SN-1", "base_service", "2026-01-31"): found, ("SN-1", "base_service", "2026-02-28"): found},
        )
        self.customer.xpps_customer_number = "0722"
        self.assertEqual(len(self._flagged()), 2, "What an import found does not change with our number.")

    def test_all_of_them(self):
        self._load([record("sn-1", **FEES, **CUSTOMER, **AGREEMENT)])
        self.assertEqual(
            self._flagged(),
            {
                ("SN-1", "base_service", "2026-01-31"): (
                    "wrong_customer",
                    "wrong_customer,wrong_agreement,serial_form",
                    "Customer number 0722 instead of 0721; Agreement number PC-2 instead of PC-1; "
                    "Xerox writes the serial number sn-1, we write SN-1",
                )
            },
        )

    def test_severity(self):
        """Above a changed fee; a serial number that is written otherwise comes last."""
        self._load([record("SN-1", **FEES)])
        self._load([record("sn-1", BaseServiceFee=21, BaseSupplyFee=5, **AGREEMENT)], **FEBRUARY)
        (found,) = self._flagged().values()
        self.assertEqual(found[1], "wrong_agreement,base_changed,serial_form")

    def test_a_record_without_fees_and_supplies(self):
        self._load([record("SN-1", mono=(10, "0.004"), **CUSTOMER)])
        self.assertEqual(list(self._flagged()), [("SN-1", "base_service", "2026-01-31")])

    def test_nothing_to_compare(self):
        self.customer.xpps_customer_number = self.agreement.xpps_agreement_number = False
        self._load([record("SN-1", **FEES, **CUSTOMER, **AGREEMENT)])
        self.assertEqual(self._flagged(), {})

    def test_held_records(self):
        self.company.xpps_quarantine = True
        self.mapping.color_product_id = False
        self._device("SN-2")
        rows = [record("SN-1", color=(5, "0.04"), **FEES, **CUSTOMER), record("SN-2")]
        self._upload(rows).action_import()
        self.assertEqual(
            {key: flags for key, (_flag, flags, _reason) in self._flagged(("flags", "like", "wrong_")).items()},
            {("SN-1", "base_service", "2026-01-31"): "wrong_customer,not_billed_to_customer"},
        )

    def test_a_correction_replaces_it(self):
        row = {"mono": (10, "0.004"), **FEES}
        self._load([record("SN-1", **row, **CUSTOMER)])
        self._correct([record("SN-1", **row, CustomerNumber="0721")])
        self.assertEqual(self._flagged(), {})
        self._correct([record("SN-1", **row, **AGREEMENT)])
        self.assertEqual([flag for flag, *_rest in self._flagged().values()], ["wrong_agreement"])

    def test_undo(self):
        self._load([record("SN-1", **FEES, **CUSTOMER)]).action_cancel()
        self.assertEqual(self._flagged(), {})

    def test_filters_groups_and_document(self):
        self._device("SN-2")
        file = self._load([record("SN-1", **FEES, **CUSTOMER), record("SN-2", **FEES, **AGREEMENT)])
        report = self.env["xpps.vendor.report"]
        arch = report.get_view(self.env.ref("xerox_xpps.view_xpps_vendor_report_search").id, "search")["arch"]
        for flag, label in (("wrong_customer", "Wrong Customer"), ("wrong_agreement", "Wrong Agreement")):
            self.assertIn(f'name="{flag}" string="{label}"', arch)
        groups = report._read_group([("billing_file_id", "=", file.id)], ["flag"], ["__count"])
        self.assertEqual(dict(groups), {"wrong_customer": 1, "wrong_agreement": 1, False: 2})
        (section,) = file._vendor_document().sections
        self.assertEqual([row.flag for row in section.differences], ["Wrong Customer", "Wrong Agreement"])
        self.assertEqual([summary.name for summary in section.flags][:2], ["Wrong Customer", "Wrong Agreement"])
