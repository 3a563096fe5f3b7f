# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One click disputes all that Xerox billed above what was expected."""

from odoo import Command
from odoo.exceptions import AccessError

from ...billing_file.builder import build_xml
from ..support.access import BILLING, USER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH, ImportCase
from ..support.report_reading import read_report

#: 11 - 10 for the fee of SN-1; 510 instead of 5000 - 3000 - 1500 = 500 pages at 0.005; all of X-9, which nobody knows.
OVERBILLED = [("SN-1", "base_service", 1.0), ("SN-1", "mono", 0.05), ("X-9", "base_service", 12.5)]
NOTHING, ALL = "did not bill more than was expected", "have been disputed already"


class TestOverbilled(ImportCase):
    """In February SN-1 and X-9 cost too much and SN-2 too little, in March SN-2 is as it was."""

    def _set_up_once(self):
        super()._set_up_once()
        self.company.xpps_quarantine = True
        self._device("SN-2")
        self.january, self.february, self.march = (
            self._month(JANUARY, (10, 1000, 3000, 500), 10),
            self._month(FEBRUARY, (11, 3000, 5000, 510), 9, record("X-9", BaseServiceFee="12.50")),
            self._month(MARCH, (11, 5000, 6400, 0), 10),
        )

    def _month(self, dates, first, second, *others):
        fee, previous, current, overage = first
        reads = {"MonoPrevious": previous, "MonoCurrent": current, "MonoIncluded": 1500}
        rows = [record("SN-1", BaseServiceFee=fee, mono=(overage, "0.005"), **reads)]
        file = self._upload([*rows, record("SN-2", BaseServiceFee=second), *others], **dates)
        file.action_import()
        return file

    def _dispute(self, file=None, user=None):
        file = (file or self.february).with_user(user or self.env.user)
        action = file.action_dispute_overbilled()
        self.assertEqual(action["res_model"], "xpps.dispute")
        return self.env["xpps.dispute"].browse(action["res_id"])

    def _figures(self, dispute):
        return sorted((line.serial, line.component, line.amount) for line in dispute.line_ids)

    def test_all_positive_differences(self):
        dispute = self._dispute()
        self.assertEqual(self._figures(dispute), OVERBILLED)
        self.assertEqual((dispute.state, round(dispute.amount, 2)), ("draft", 13.55))
        self.assertEqual(dispute.billing_file_ids, self.february)

    def test_nothing_is_overbilled(self):
        self.assertRaisesMessage(NOTHING, self.january.action_dispute_overbilled)

    def test_what_is_disputed_is_left_out(self):
        row = self.env["xpps.vendor.report"].search(
            [("billing_file_id", "=", self.february.id), ("component", "=", "mono"), ("difference", ">", 0)]
        )
        first = self.env["xpps.dispute"].browse(row.action_dispute()["res_id"])
        self.assertEqual(self._figures(self._dispute()), [figure for figure in OVERBILLED if figure[1] != "mono"])
        self.assertRaisesMessage(ALL, self.february.action_dispute_overbilled)
        first.action_mark_sent()
        for answer in ("action_credit", "action_reject"):
            getattr(first, answer)()
            self.assertRaisesMessage(ALL, self.february.action_dispute_overbilled)
            first.action_reopen()
        first.action_cancel()
        self.assertEqual(self._figures(self._dispute()), [("SN-1", "mono", 0.05)], "It was withdrawn.")

    def test_a_draft_has_nothing_to_dispute(self):
        wizard = self._wizard(build_xml({"InvoiceNumber": "DRAFT"}, [record("SN-1")]))
        wizard.action_check()
        self.assertRaisesMessage("not been imported", wizard.billing_file_id.action_dispute_overbilled)

    def test_months(self):
        """The wizard that prints the report of some months disputes what is overbilled in them."""
        wizard = self.env["xpps.vendor.report.wizard"].create({"date_from": "2026-02-01", "date_to": "2026-03-31"})
        dispute = self.env["xpps.dispute"].browse(wizard.action_dispute_overbilled()["res_id"])
        self.assertEqual(self._figures(dispute), sorted([*OVERBILLED, ("SN-2", "base_service", 1.0)]))
        self.assertEqual(dispute.billing_file_ids, self.february | self.march)
        self.assertRaisesMessage(ALL, wizard.action_dispute_overbilled)

    def test_margins_stay(self):
        """The cost is what Xerox bills, whatever is disputed or credited."""

        def margins():
            self.env.invalidate_all()
            report = self.env["xpps.vendor.report"]._read_group(
                [("company_id", "=", self.company.id)], ["period_end:month"], ["xerox_cost:sum", "margin:sum"]
            )
            cost = read_report(self.env, ["device_id"], ["cost", "margin"])
            charges = self.env["sale.subscription.charge"].search([("company_id", "=", self.company.id)])
            return report, cost, charges.mapped("margin")

        before = margins()
        dispute = self._dispute()
        self.assertEqual(margins(), before)
        dispute.action_mark_sent()
        dispute.action_credit()
        self.assertEqual(margins(), before)

    def test_who_may(self):
        self._dispute(user=self._user("overbilled_clerk", BILLING))
        reader = self._user("overbilled_reader", USER)
        with self.assertRaises(AccessError):
            self.february.with_user(reader).action_dispute_overbilled()

    def test_another_company(self):
        other = self._company("XPPS Other Reseller")
        clerk = self._user("overbilled_other", BILLING, company=other, company_ids=[Command.set(other.ids)])
        with self.assertRaises(AccessError):
            self.february.with_user(clerk).action_dispute_overbilled()


class TestManyRows(ImportCase):
    def test_queries(self):
        """Their number does not grow with that of the rows."""

        def queries(prefix, count, **invoice):
            serials = [f"{prefix}-{number}" for number in range(count)]
            for serial in serials:
                self._device(serial)
            for fee, dates in ((20, JANUARY), (21, FEBRUARY)):
                rows = [record(serial, BaseServiceFee=fee, mono=(10, f"0.0{fee}")) for serial in serials]
                file = self._load(rows, **dates)
                self.agreement.charge_default_ids.unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            dispute = self.env["xpps.dispute"].browse(file.action_dispute_overbilled()["res_id"])
            self.env.flush_all()
            used = self.cr.sql_log_count - before
            self.assertEqual(len(dispute.line_ids), 2 * count)
            return used

        few, many = queries("FEW", 2), queries("MANY", 40)
        self.assertLessEqual(many, few + 2)
