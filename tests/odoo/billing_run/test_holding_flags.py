# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Flags of the vendor report that hold an agreement in a billing run, until its rows are disputed or it is released."""

from odoo.tests import Form

from ..support.access import BILLING, MANAGER
from ..support.billing_runs import BillingRunCase
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY


class TestHoldingFlags(BillingRunCase):
    def setUp(self):
        super().setUp()
        self.customer.xpps_customer_number = "0721"

    def _hold_by(self, *flags, company=None):
        company = company or self.company
        self.env["xpps.holding.flag"].create([{"flag": flag, "company_id": company.id} for flag in flags])

    def _bill(self, second=None, **invoice):
        """Xerox bills SN-1 to another customer, and SN-2 as it should be."""
        rows = [
            record("SN-1", MonthlyBasePrice="20.00", CustomerNumber="0722"),
            record("SN-2", MonthlyBasePrice="20.00", CustomerNumber="0721", **(second or {})),
        ]
        return self._import(rows, **{**JANUARY, **invoice})

    def _rows(self, line):
        action = line.action_fix()
        self.assertEqual(action["res_model"], "xpps.vendor.report")
        return self.env["xpps.vendor.report"].search(action["domain"])

    def test_off_at_first(self):
        self._bill()
        self.assertEqual(self._line(self._run()).state, "ready")

    def test_another_flag(self):
        self._hold_by("wrong_agreement", "rate_changed")
        self._bill()
        self.assertEqual(self._line(self._run()).state, "ready")

    def test_held_disputed_and_invoiced(self):
        self._hold_by("wrong_customer")
        file = self._bill()
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.hold_code, line.can_release), ("held", "flagged", True))
        self.assertEqual(
            line.reason,
            f"Flagged in the Xerox Vendor Report, and not disputed: SN-1 (Wrong Customer, billing file {file.name}).",
        )
        rows = self._rows(line)
        self.assertEqual((rows.serial, rows.flags), ("SN-1", "wrong_customer"))
        self.assertRaisesMessage("No agreement is ready", run.action_create_drafts)
        dispute = self.env["xpps.dispute"].browse(rows.action_dispute()["res_id"])
        run.action_prepare()
        self.assertEqual(line.state, "ready")
        dispute.action_cancel()
        run.action_prepare()
        self.assertEqual(line.state, "held", "The dispute was withdrawn.")
        dispute.action_reopen()
        dispute.action_mark_sent()
        dispute.action_reject()
        run.action_prepare()
        self.assertEqual(line.state, "ready", "Xerox has answered.")
        self._drafts(run)
        self.assertEqual(line.state, "invoiced")
        self.assertEqual(len(line.move_ids), 1)

    def test_released(self):
        self._hold_by("wrong_customer")
        self._bill()
        run = self._run()
        line = self._line(run)
        self.env["xpps.billing.run.release"].create({"line_ids": line.ids, "reason": "Xerox knows"}).action_release()
        self.assertEqual((line.state, line.hold_code, line.override_reason), ("ready", "flagged", "Xerox knows"))
        self._drafts(run)
        self.assertEqual(line.state, "invoiced")

    def test_every_flag_of_a_row_counts(self):
        """Also one that the list does not show, because another is more severe."""
        self._hold_by("serial_form")
        self._import([record("sn-1", CustomerNumber="0722"), record("SN-2", CustomerNumber="0721")], **JANUARY)
        line = self._line(self._run())
        self.assertIn("SN-1 (Serial Number Written Otherwise, billing file", line.reason)
        self.assertEqual(self._rows(line).flag, "wrong_customer")

    def test_several(self):
        self._hold_by("wrong_customer", "serial_form")
        for number in range(3, 9):
            self._device(f"SN-{number}")
        self._import([record(f"sn-{number}", CustomerNumber="0722") for number in range(1, 9)], **JANUARY)
        reason = self._line(self._run()).reason
        self.assertIn("SN-1 (Serial Number Written Otherwise, ", reason)
        self.assertIn("; SN-1 (Wrong Customer, ", reason)
        self.assertIn(" and 11 more.", reason)

    def test_only_the_agreement_of_the_device(self):
        other = self._contract(partner_id=self._partner("Other").id)
        self._hold_by("wrong_customer")
        self._device("SN-3", other)
        self._import([record("SN-1", CustomerNumber="0722"), record("SN-2"), record("SN-3")], **JANUARY)
        run = self._run()
        self.assertEqual((self._line(run).state, self._line(run, other).state), ("held", "ready"))

    def test_only_files_of_the_period(self):
        self._hold_by("wrong_customer")
        self._cover("SN-1", "SN-2")
        self._bill(**FEBRUARY, InvoiceNumber="X-2")
        self.assertEqual(self._line(self._run()).state, "ready")

    def test_a_record_that_is_held_back(self):
        self._hold_by("wrong_customer")
        self.company.xpps_quarantine = True
        self.mapping.color_product_id = False
        wizard = self._wizard(
            self._xml([record("SN-1", color=(5, "0.04"), CustomerNumber="0722"), record("SN-2")], JANUARY)
        )
        wizard.action_check()
        wizard.action_import()
        reason = self._line(self._run()).reason
        self.assertIn("SN-1 (Wrong Customer", reason)

    def test_a_device_that_is_missing(self):
        self._hold_by("missing_from_file")
        self._cover("SN-1")
        line = self._line(self._run())
        self.assertIn("SN-2 (Missing from File", line.reason)
        self.assertEqual(line.hold_code, "devices_missing", "The most important reason comes first.")

    def test_companies_choose_for_themselves(self):
        other = self._company("XPPS Other Reseller")
        self.env.user.company_ids |= other
        self._hold_by("wrong_customer", company=other)
        self._bill()
        self.assertEqual(self._line(self._run()).state, "ready")

    def test_a_clerk_sees_why(self):
        self._hold_by("wrong_customer")
        self._bill()
        clerk = self._user("flags_clerk", BILLING)
        line = self._line(self._run(clerk)).with_user(clerk)
        self.assertEqual((line.state, line.hold_code), ("held", "flagged"))
        domain = line.action_fix()["domain"]
        self.assertEqual(self.env["xpps.vendor.report"].with_user(clerk).search(domain).serial, "SN-1")

    def test_choosing_flags(self):
        manager = self._user("flags_manager", MANAGER)
        flags = self.env["xpps.holding.flag"].with_user(manager)
        with Form(flags) as form:
            form.flag = "wrong_customer"
        flag = flags.search([("company_id", "=", self.company.id)])
        self.assertEqual((flag.display_name, flag.company_id), ("Wrong Customer", self.company))

    def test_queries(self):
        """Their number does not grow with that of agreements and devices."""
        self._hold_by("wrong_customer", "rate_changed")

        def queries(prefix, count, **invoice):
            rows = []
            for number in range(count):
                customer = self._partner(f"{prefix} {number}", xpps_customer_number=f"{prefix}{number}")
                self._device(f"{prefix}-{number}", self._contract(partner_id=customer.id))
                rows.append(record(f"{prefix}-{number}", CustomerNumber="0722"))
            file = self._import(rows, **{**JANUARY, "InvoiceNumber": prefix})
            run = self._run()
            self.assertEqual(len(run.line_ids.filtered(lambda line: line.hold_code == "flagged")), count)
            preparation = run.line_ids[:1]._preparation().__class__(run)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(preparation._flagged_rows()), count)
            used = self.cr.sql_log_count - before
            file.action_cancel()
            return used

        self.device.xpps_removal_date = self.second.xpps_removal_date = "2025-12-31"
        few, many = queries("FEW", 2), queries("MANY", 20)
        self.assertLessEqual(many, few + 1)
