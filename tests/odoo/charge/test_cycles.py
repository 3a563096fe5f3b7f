# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Overage that is billed for several months together: the charges wait, or the months are rated as a whole."""

from random import Random

from freezegun import freeze_time

from odoo.exceptions import ValidationError

from ..support.common import record
from ..support.cycles import AUGUST, INCLUDED, JULY, OCTOBER, QUARTER, SEPTEMBER, CycleCase


class TestDeferral(CycleCase):
    """Each month is charged by itself and waits for the end of its quarter."""

    def test_the_quarter_is_billed_together(self):
        """1,200 + 0 + 600 pages at 0.012 are 21.60, on the invoice after the quarter."""
        self.agreement.recurring_next_date = "2026-10-01"
        for invoice, pages in QUARTER:
            self._month(invoice, pages).charge_ids.action_approve()
        self.assertEqual(self._charges().mapped(lambda charge: str(charge.bill_after)), ["2026-09-30"] * 2)
        with freeze_time("2026-09-29 12:00:00"):
            self.env["sale.subscription"].cron_subscription_management()
        self.assertFalse(self._billed())
        with freeze_time("2026-09-30 12:00:00"):
            self.env["sale.subscription"].cron_subscription_management()
        self.assertEqual(self._billed(), [(1200, 0.012, 14.4), (600, 0.012, 7.2)])

    def test_invoice_now_bills_what_waits(self):
        self._month(*QUARTER[0]).charge_ids.action_approve()
        with freeze_time("2026-08-10 12:00:00"):
            self.assertEqual(self._charges().cycle_note, "Waits until 09/30/2026")
            self.agreement.manual_invoice()
        self.assertEqual(self._billed(), [(1200, 0.012, 14.4)])
        self.assertFalse(self._charges().cycle_note)

    def test_a_run_bills_it_once_the_quarter_is_over(self):
        self._month(*QUARTER[0]).charge_ids.action_approve()
        run = self._billing_run(JULY)
        self.assertEqual(run.line_ids.charge_count, 0)
        self.assertIn("1 charge waits for the end of its cycle on 09/30/2026.", run.line_ids.notice)
        run.action_create_drafts()
        self.assertFalse(self._billed())
        self.agreement.recurring_next_date = "2027-01-01"
        run = self._billing_run(JULY)
        self.assertEqual(run.line_ids.state, "nothing")
        self.assertEqual(run.line_ids.problem, "1 charge waits for the end of its cycle on 09/30/2026.")
        run = self._billing_run(SEPTEMBER)
        self.assertEqual(run.line_ids.charge_count, 1)
        self.assertFalse(run.line_ids.notice)

    def test_what_waits_and_is_not_approved_holds_no_run(self):
        self._month(*QUARTER[0])
        self.assertNotIn("waiting for approval", self._billing_run(JULY).line_ids.reason or "")
        self.assertIn("waiting for approval", self._billing_run(SEPTEMBER).line_ids.reason)

    def test_another_anchor(self):
        self.agreement.xpps_cycle_anchor = "2026-02-01"
        self._month(*QUARTER[0])
        self.assertEqual(str(self._charges().bill_after), "2026-07-31")

    def test_by_hand(self):
        charge = self._charge(period_start="2026-08-01", period_end="2026-08-31")
        self.assertEqual(str(charge.bill_after), "2026-09-30")
        self.assertFalse(self._charge(period_start=False, period_end=False).bill_after)

    def test_the_end_of_the_agreement_ends_it(self):
        self._month(*QUARTER[0])
        self.agreement.date = "2026-08-15"
        self.assertEqual(str(self._charges().bill_after), "2026-08-15")
        self._month(*AUGUST_PAGES)
        self.assertEqual({str(charge.bill_after) for charge in self._charges()}, {"2026-08-15"})

    def test_another_cycle_ends_it_with_the_last_month(self):
        self._month(*QUARTER[0])
        self.agreement.xpps_overage_cycle = "1"
        self.assertEqual(str(self._charges().bill_after), "2026-07-31")
        self._month(*AUGUST_PAGES)
        self.assertFalse(self._charges()[-1].bill_after)

    def test_every_month_as_ever(self):
        self.agreement.xpps_overage_cycle = "1"
        self._quarter()
        self.assertEqual(self._charges().mapped("price_subtotal"), [14.4, 7.2])
        self.assertFalse(any(self._charges().mapped("bill_after")))

    def test_only_where_the_company_offers_it(self):
        self.assertRaisesMessage(
            "Have it billed every month first",
            self.company.write,
            {"xpps_overage_cycles": False},
            exception=ValidationError,
        )
        self.agreement.xpps_overage_cycle = "1"
        self.company.xpps_overage_cycles = False
        self.agreement.xpps_overage_cycle = "3"
        self._month(*QUARTER[0])
        self.assertFalse(self._charges().bill_after)


AUGUST_PAGES = (AUGUST, 6000)


class TestReconciled(CycleCase):
    """The quarter is rated as a whole."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.xpps_cycle_reconcile = True

    def _pages(self):
        return self._cycle_charges().mapped("quantity")

    def test_15000_pages_a_quarter(self):
        """6,200 + 3,900 + 5,600 pages are 700 above 15,000, at 0.012."""
        self._quarter()
        months, whole = self._charges().filtered("is_provisional"), self._cycle_charges()
        self.assertEqual(months.mapped("quantity"), [1200, 600])
        self.assertEqual(whole.mapped("quantity"), [700])
        self.assertEqual((whole.price_subtotal, whole.cost_subtotal, whole.unit_price), (8.4, 0, 0.012))
        self.assertEqual((str(whole.period_start), str(whole.period_end)), ("2026-07-01", "2026-09-30"))
        self.assertEqual((whole.state, whole.billable, whole.name), ("draft", True, "Mono Pages"))
        self.assertEqual(sum(self._charges().mapped("price_subtotal")), 8.4)
        self.assertEqual(months.mapped("cost_subtotal"), [5.04, 2.52])
        self.assertEqual(months.mapped("margin"), [-5.04, -2.52])
        self.assertEqual(months[0].name, "Counts towards July 2026 – September 2026 – Mono Pages")
        self.assertEqual(months[0].cycle_note, "Counts towards July 2026 – September 2026")
        whole.action_approve()
        run = self._billing_run(SEPTEMBER)
        run.action_create_drafts()
        self.assertEqual(self._billed(), [(700, 0.012, 8.4)])

    def test_months_are_approved_by_nobody_and_billed_never(self):
        file = self._month(*QUARTER[0])
        months = file.charge_ids
        self.assertEqual((months.state, months.invoice_status, months.billable), ("approved", "no", False))
        self.assertFalse(file._waiting_charges())
        self.agreement.recurring_next_date = "2027-01-01"
        with freeze_time("2026-10-10 12:00:00"):
            self.agreement.generate_invoice()
        self.assertFalse(self._billed())
        clerk = months.with_user(self._user("xpps-cycle-clerk", "xerox_xpps.group_xpps_billing"))
        for name, value in (("quantity", 5), ("billable", True), ("unit_price", 1.0)):
            self.assertRaisesMessage("is provisional", clerk.write, {name: value, "reason": "Because"})
        self.assertRaisesMessage("is provisional", clerk.action_reject, "Because")
        self.assertRaisesMessage("is provisional", clerk.action_reset)

    def test_fewer_pages_than_included_are_charged_to_nobody(self):
        for invoice, pages in ((JULY, 6200), (AUGUST, 3900), (SEPTEMBER, 4000)):
            self._month(invoice, pages)
        self.assertFalse(self._cycle_charges())

    def test_each_device_by_itself(self):
        self._device("SN-2")
        for invoice, pages in QUARTER:
            self._load([self._row(pages), self._row(5100, serial="SN-2")], **invoice)
        second = self.env["stock.lot"].search([("name", "=", "SN-2"), ("company_id", "=", self.company.id)])
        self.assertEqual((self._pages(), self._cycle_charges(second).mapped("quantity")), ([700], [300]))

    def test_the_preview_says_it(self):
        file = self._month(*QUARTER[0])
        self.assertEqual((file.summary_ids.provisional_pages, file.summary_ids.price), (1200, 0))
        self.assertEqual(file.summary_ids.cost, 5.04)
        self._month(*QUARTER[1])
        file = self._upload([self._row(5600)], **SEPTEMBER)
        self.assertEqual((file.summary_ids.pages, file.summary_ids.price), (700, 8.4))
        self.assertFalse(self._cycle_charges())

    def test_the_vendor_report_misses_nothing(self):
        self._quarter()
        rows = self.env["xpps.vendor.report"].search([("device_id", "=", self.device.id), ("component", "=", "mono")])
        self.assertEqual(len(rows), 3)
        self.assertNotIn("not_billed_to_customer", rows.mapped("flag"))

    def test_profitability(self):
        """Xerox's cost is that of the months; what waits to be invoiced is the charge of the cycle."""
        self._quarter()
        rows = self.env["xpps.profitability.report"].search([("device_id", "=", self.device.id)])
        self.assertEqual(round(sum(rows.mapped("uninvoiced")), 2), 8.4)
        self.assertEqual(round(sum(rows.mapped("cost")), 2), 7.56)

    def test_a_copy_bills_by_the_same_cycles(self):
        self.agreement.xpps_cycle_anchor = "2026-02-01"
        self._month(*QUARTER[0])
        copy = self.agreement.copy()
        self.assertEqual((copy.xpps_overage_cycle, copy.xpps_cycle_reconcile), ("3", True))
        self.assertEqual((str(copy.xpps_cycle_anchor), copy.xpps_cycle_since), ("2026-02-01", False))

    def test_the_currency_stays_until_the_cycle_is_charged(self):
        self._month(*QUARTER[0])
        euros = self._pricelist("XPPS Euros", self.eur)
        with freeze_time("2026-08-10 12:00:00"):
            self.assertRaisesMessage(
                "count towards July 2026 – September 2026", self.agreement.write, {"pricelist_id": euros.id}
            )

    # What comes late

    def test_a_late_file_of_a_closed_cycle_is_a_difference(self):
        july, september = self._row(6200), None
        august = self._row(3900)
        september = self._row(5600)
        self._load([july], **JULY)
        self._load([september], **SEPTEMBER)
        self.assertEqual(self._pages(), [1800])
        self._cycle_charges().action_approve()
        self._load([august], **AUGUST)
        self.assertEqual(self._pages(), [1800, -1100])
        difference = self._cycle_charges()[-1]
        self.assertEqual((difference.unit_price, difference.price_subtotal, difference.state), (0.012, -13.2, "draft"))
        self.assertEqual(difference.name, "Mono Pages – correction: 700 instead of 1800 pages")
        difference.action_approve()
        run = self._billing_run(SEPTEMBER)
        run.action_create_drafts()
        self.assertEqual(self._billed(), [(1800, 0.012, 21.6), (-1100, 0.012, -13.2)])

    def test_a_correction_of_a_closed_cycle_is_a_difference(self):
        self._quarter()
        self.counters["SN-1"] = 1000
        self._correct([self._row(6000)], **JULY)
        self.assertEqual(self._pages(), [700, -200])
        self.assertEqual(sum(self._charges().filtered("is_provisional").mapped("quantity")), 1600)
        self.assertEqual(round(sum(self._charges().mapped("cost_subtotal")), 2), 6.72)

    def test_a_correction_of_an_open_cycle_counts_at_its_end(self):
        for invoice, pages in QUARTER[:2]:
            self._month(invoice, pages)
        counters = dict(self.counters)
        self.counters["SN-1"] = 1000
        self._correct([self._row(6000)], **JULY)
        self.assertFalse(self._cycle_charges())
        self.counters = counters
        self._month(*QUARTER[2])
        self.assertEqual(self._pages(), [500])

    def test_what_was_rejected_stays_so_until_other_pages_come(self):
        self._quarter()
        self._cycle_charges().action_reject("A gift")
        self._month(OCTOBER, 5000)
        self.assertEqual(self._pages(), [700])

    def test_whatever_comes_in_whatever_order(self):
        """Once a quarter is charged, its charges come to what its months say, whoever corrects or takes back which."""
        months = (JULY, AUGUST, SEPTEMBER)
        for seed in range(3):
            dice, files, read = Random(seed), [], {}
            for _step in range(6):
                invoice = dice.choice(months)
                pages = dice.randrange(3000, 8000)
                number = months.index(invoice)
                # Counters of months that are far apart, so that none is before the other.
                self.counters["SN-1"] = 10_000 * (number + 1)
                kind = "correction" if invoice["PeriodEnd"] in read else "regular"
                files.append(self._load([self._row(pages)], kind, **invoice))
                read[invoice["PeriodEnd"]] = pages
                if SEPTEMBER["PeriodEnd"] in read:
                    expected = max(sum(read.values()) - INCLUDED * len(read), 0)
                    self.assertEqual(sum(self._pages()), expected, (seed, read))
            for file in reversed(files):
                file.action_cancel()
            self.assertFalse(self._charges())

    # What is taken back

    def test_undo_of_the_last_month(self):
        files = self._quarter()
        files[2].action_cancel()
        self.assertEqual(
            self._charges().mapped(lambda charge: (charge.quantity, charge.is_provisional)), [(1200, True)]
        )
        self.counters["SN-1"] -= 5600
        self._month(*QUARTER[2])
        self.assertEqual(self._pages(), [700])

    def test_undo_of_an_earlier_month_waits_for_the_later_one(self):
        files = self._quarter()
        self.assertRaisesMessage("charge cycles that its pages count towards", files[0].action_cancel)
        for file in reversed(files):
            file.action_cancel()
        self.assertFalse(self._charges())

    # How a cycle ends otherwise

    def test_another_cycle_closes_the_old_one(self):
        """6,200 + 3,900 pages less 10,000 are 100; September is charged by itself."""
        files = [self._month(invoice, pages) for invoice, pages in QUARTER[:2]]
        self.agreement.xpps_overage_cycle = "1"
        charge = self._cycle_charges()
        self.assertEqual((charge.quantity, charge.price_subtotal, charge.state), (100, 1.2, "draft"))
        self.assertEqual((str(charge.period_end), str(charge.bill_after)), ("2026-08-31", "2026-08-31"))
        self._month(*QUARTER[2])
        self.assertEqual(self._pages(), [100])
        self.assertEqual(self._charges()[-1].mapped(lambda one: (one.quantity, one.is_provisional)), [(600, False)])
        self.assertRaisesMessage("charge cycles that its pages count towards", files[0].action_cancel)

    def test_a_longer_cycle_begins_after_the_old_one(self):
        self._month(*QUARTER[0])
        self.agreement.xpps_overage_cycle = "6"
        self.assertEqual(self._pages(), [1200])
        self._month(AUGUST, 5500)
        self.assertEqual(self._charges()[-1].cycle_note, "Counts towards August 2026 – December 2026")
        self.assertEqual(self._pages(), [1200])

    def test_the_end_of_the_agreement_closes_it_by_days(self):
        """July 6,200 of 5,000; August 1,000 of 5,000 × 10/31 = 1,613: 1,200 − 613 are 587."""
        self.agreement.date = "2026-08-10"
        self._month(*QUARTER[0])
        self._month(AUGUST, 1000)
        self.assertEqual(self._pages(), [587])
        charge = self._cycle_charges()
        self.assertEqual((str(charge.period_end), str(charge.bill_after)), ("2026-08-10", "2026-08-10"))

    def test_pages_above_the_allowance_by_days_alone(self):
        """Xerox bills none of 2,000 pages; of 5,000 × 10/31 = 1,613 these are 387 too many."""
        self.agreement.date = "2026-07-10"
        self._month(JULY, 2000)
        self.assertEqual(self._pages(), [387])
        self.assertEqual(self._charges().mapped("quantity"), [0, 387])

    def test_without_counters_nobody_knows_of_pages_above_the_allowance_by_days(self):
        self.agreement.date = "2026-07-10"
        self._load([record("SN-1", mono=(0, "0.0042"), MonoIncluded=INCLUDED)], **JULY)
        self.assertFalse(self._charges())

    def test_a_device_that_went_is_charged_with_the_last_file(self):
        self._device("SN-2")
        self._load([self._row(6200), self._row(5000, serial="SN-2")], **JULY)
        self.device.write({"xpps_removal_date": "2026-08-01", "xpps_state": "removed"})
        self._load([self._row(5000, serial="SN-2")], **AUGUST)
        self.assertFalse(self._pages())
        file = self._load([self._row(5000, serial="SN-2")], **SEPTEMBER)
        self.assertEqual(self._pages(), [1200])
        self.assertEqual(self._cycle_charges().billing_file_id, file)
        file.action_cancel()
        self.assertFalse(self._pages())

    def test_a_month_that_never_came(self):
        self._device("SN-2")
        self._load([self._row(6200), self._row(5000, serial="SN-2")], **JULY)
        self._load([self._row(5000, serial="SN-2")], **SEPTEMBER)
        self.assertFalse(self._pages())
        self._load([self._row(5000, serial="SN-2")], **OCTOBER)
        self.assertEqual(self._pages(), [1200])
