# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Errors of a billing file that have to do with devices, agreements, material codes and prices."""

from freezegun import freeze_time

from odoo import Command

from ...billing_file.builder import build_xml
from ..support.common import line_of, record
from ..support.refusals import RefusalCase


class TestDeviceCodes(RefusalCase):
    def test_device_unknown(self):
        devices = [record("SN-1"), record("NEW-7", Model="AltaLink")]
        line = line_of(build_xml(devices=devices), 2)
        names = [str(line), "AltaLink"]
        issue = self.assertRefused("device_unknown", devices, line=line, serial="NEW-7", names=names)
        self.assertEqual(issue.line_id.serial, "NEW-7")

    def test_a_serial_number_of_a_common_lot_is_no_device(self):
        self._device("LOT-1", is_xpps_device=False, xpps_subscription_id=False, xpps_subscription_line_id=False)
        self.assertRefused("device_unknown", [record("LOT-1")], line=10, serial="LOT-1")

    def test_device_removed(self):
        self.device.xpps_removal_date = "2025-12-31"
        issue = self.assertRefused(
            "device_removed", [record("SN-1")], line=10, serial="SN-1", names=["10", "12/31/2025"]
        )
        self.assertEqual((issue.res_model, issue.res_id), ("stock.lot", self.device.id))
        self.assertEqual(issue.action_fix()["res_id"], self.device.id)

    def test_device_removed_without_date(self):
        self.device.xpps_state = "removed"
        self.assertRefused("device_removed", [record("SN-1")], line=10, serial="SN-1")

    def test_a_device_removed_in_the_period_is_billed(self):
        self.device.xpps_removal_date = "2026-01-01"
        file = self._import([record("SN-1", mono=(10, "0.004"))])
        self.assertEqual(file.charge_ids.quantity, 10)

    def test_device_no_subscription(self):
        self.device.write({"xpps_subscription_id": False, "xpps_subscription_line_id": False})
        issue = self.assertRefused("device_no_subscription", [record("SN-1")], line=10, serial="SN-1", names=["10"])
        self.assertEqual((issue.res_model, issue.res_id), ("stock.lot", self.device.id))

    def test_device_no_service(self):
        self.device.xpps_subscription_line_id = False
        issue = self.assertRefused("device_no_service", [record("SN-1")], line=10, serial="SN-1", names=["10"])
        self.assertEqual((issue.res_model, issue.res_id), ("stock.lot", self.device.id))

    def test_customer_mismatch(self):
        other = self._partner("Another Customer")
        self.device.xpps_partner_id = other
        names = ["10", "Another Customer", "XPPS Test Customer"]
        issue = self.assertRefused("customer_mismatch", [record("SN-1")], line=10, serial="SN-1", names=names)
        self.assertEqual((issue.res_model, issue.res_id), ("stock.lot", self.device.id))

    def test_a_device_at_an_address_of_the_customer_matches(self):
        self.device.xpps_partner_id = self._partner("Warehouse", parent_id=self.customer.id, type="delivery")
        self._import([record("SN-1")])

    def test_period_duplicate(self):
        first = self._import([record("SN-1", mono=(10, "0.004"))])
        issue = self.assertRefused(
            "period_duplicate",
            [record("sn-1", mono=(10, "0.004"))],
            {"InvoiceNumber": "X-1002"},
            line=10,
            serial="sn-1",
            names=["10", "X-1001"],
        )
        self.assertEqual((issue.res_model, issue.res_id), ("xpps.billing.file", first.id))
        self.assertEqual(issue.action_fix()["res_id"], first.id)

    def test_every_problem_at_once(self):
        """Errors of several records and of the file come together, each with its own line."""
        self._device("SN-2", xpps_subscription_line_id=False)
        devices = [record("NEW-7"), record("SN-2"), record("SN-1", clr_lvl3=(5, "0.02"))]
        data = build_xml({"DeviceCount": 9, "InvoiceTotal": "0.10"}, devices)
        file = self._check(data)
        self.assertEqual(
            {issue.code: issue.source_line for issue in file.issue_ids if issue.severity == "error"},
            {
                "device_count_mismatch": 3,
                "device_unknown": line_of(data, 1),
                "device_no_service": line_of(data, 2),
                "mapping_missing": line_of(data, 3),
            },
        )
        with (
            self.assertRaisesRegex(Exception, "(?s)Devices stated in the file: 9.*NEW-7.*SN-2.*SN-1"),
            self.cr.savepoint(),
        ):
            file.action_import()


class TestAgreementCodes(RefusalCase):
    def assertNotRunning(self, agreement):
        self.device.write(
            {
                "xpps_subscription_id": agreement.id,
                "xpps_subscription_line_id": agreement.sale_subscription_line_ids.id,
            }
        )
        issue = self.assertRefused(
            "subscription_not_running",
            [record("SN-1")],
            line=10,
            serial="SN-1",
            names=["10", agreement.display_name],
        )
        self.assertEqual((issue.res_model, issue.res_id), ("sale.subscription", agreement.id))
        self.assertEqual(issue.action_fix()["res_model"], "sale.subscription")

    def test_subscription_closed(self):
        agreement = self._agreement()
        with freeze_time("2025-12-31"):
            agreement.close_subscription()
        self.assertNotRunning(agreement)

    def test_subscription_not_started(self):
        self.assertNotRunning(self._agreement(running=False))

    def test_subscription_starts_later(self):
        agreement = self._agreement()
        agreement.date_start = "2026-02-01"
        self.assertNotRunning(agreement)

    def test_subscription_ended_before(self):
        template = self._template("draft", recurring_rule_boundary="limited", recurring_rule_count=12)
        agreement = self._agreement(template_id=template.id)
        agreement.date = "2025-12-31"
        self.assertNotRunning(agreement)

    def test_a_day_within_the_period_is_enough(self):
        template = self._template("draft", recurring_rule_boundary="limited", recurring_rule_count=1)
        for start, end in (("2026-01-31", "2026-05-31"), ("2025-01-01", "2026-01-01")):
            agreement = self._agreement(template_id=template.id)
            agreement.date_start = start
            agreement.date = end
            self.device.write(
                {
                    "xpps_subscription_id": agreement.id,
                    "xpps_subscription_line_id": agreement.sale_subscription_line_ids.id,
                }
            )
            self.assertEqual(self._codes(self._check(build_xml(devices=[record("SN-1")]))), [], start)

    def test_mapping_missing(self):
        issue = self.assertRefused(
            "mapping_missing",
            [record("SN-1", clr_lvl3=(5, "0.02"))],
            line=10,
            serial="SN-1",
            names=["10", "ClrLvl3", "XPPS Test Printer"],
        )
        self.assertEqual((issue.res_model, issue.res_id), ("product.template", self.printer.product_tmpl_id.id))

    def test_no_mapping_is_needed_without_overage(self):
        row = record("SN-1", clr_lvl3=(0, "0.02"), ClrLvl3Previous=5, ClrLvl3Current=9, ClrLvl3Included=100)
        file = self._import([row])
        self.assertFalse(file.charge_ids)
        self.assertEqual(file.meter_read_ids.current_read, 9)

    def test_price_missing(self):
        self.mono.list_price = 0
        issue = self.assertRefused(
            "price_missing",
            [record("SN-1", mono=(5, "0.02"))],
            line=10,
            serial="SN-1",
            names=["10", "Mono", self.agreement.display_name],
        )
        self.assertEqual((issue.res_model, issue.res_id), ("product.product", self.mono.id))

    def test_price_missing_with_a_default_of_zero(self):
        self.mono.list_price = 0
        self._default(unit_price=0)
        self.assertRefused("price_missing", [record("SN-1", mono=(5, "0.02"))], line=10, serial="SN-1")

    def test_price_missing_with_a_pricelist_of_zero(self):
        self.pricelist.item_ids = [
            Command.create({"applied_on": "3_global", "compute_price": "fixed", "fixed_price": 0})
        ]
        self.assertRefused("price_missing", [record("SN-1", mono=(5, "0.02"))], line=10, serial="SN-1")

    def test_no_price_is_needed_for_what_is_not_billable(self):
        self.mono.list_price = 0
        self._default(billable=False)
        charge = self._import([record("SN-1", mono=(5, "0.02"))]).charge_ids
        self.assertEqual((charge.billable, charge.unit_price, charge.cost_subtotal), (False, 0, 0.10))
