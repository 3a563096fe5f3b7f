# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Agreements that stand still, paused or closed: which days are billed, and which are given back."""

from ..support.base_periods import BasePeriodCase


class TestStandstill(BasePeriodCase):
    def _reopened(self, closed_on, started_on, **values):
        """Billed in advance from 1 July, closed, and started again."""
        agreement = self._running(devices=1, xpps_base_timing="advance", **values)
        self._nights("2026-07-01", closed_on)
        with self._on(closed_on):
            self._close(agreement)
        with self._on(started_on):
            agreement.action_start_subscription()
        return agreement

    def test_closed_and_started_on_the_next_day(self):
        """It stood still for no day, so the period that begins on that day is billed."""
        for proration in ("none", "full", "day"):
            self.company.xpps_proration = proration
            agreement = self._reopened("2026-07-31", "2026-08-01")
            self.assertFalse(agreement.xpps_base_waiver_ids, proration)
            self._nights("2026-08-01", "2026-09-01")
            self.assertOnce(agreement, "2026-07-01", "2026-09-30")
            self.assertTotal(agreement, 90)

    def test_days_that_were_paid_are_given_back(self):
        """Closed on 20 July and started on the 25th: four days of July are given back, once."""
        self.company.xpps_proration = "day"
        agreement = self._reopened("2026-07-20", "2026-07-25")
        self._nights("2026-07-25", "2026-08-01")
        self.assertTotal(agreement, 30 - 3.87 + 30)
        self._nights("2026-08-02", "2026-09-01")
        self.assertTotal(agreement, 30 - 3.87 + 60)

    def test_days_that_were_given_back_are_not_billed_again(self):
        """Closed on 20 July, credited on 1 August, started again on the 5th."""
        self.company.xpps_proration = "day"
        agreement = self._running(devices=1, xpps_base_timing="advance")
        self._nights("2026-07-01", "2026-07-20")
        with self._on("2026-07-20"):
            self._close(agreement)
        self._nights("2026-07-21", "2026-08-02")
        self.assertTotal(agreement, 30 - 10.65)
        with self._on("2026-08-05"):
            agreement.action_start_subscription()
        self._nights("2026-08-05", "2026-09-01")
        self.assertTotal(agreement, 30 - 10.65 + 26.13 + 30)

    def test_a_pause_by_day(self):
        """Paused from 20 to 24 July: these days are given back, or billed as they are if the pause is."""
        self.company.xpps_proration = "day"
        for choice, july in (("skip", 30 - 4.84), ("bill", 30)):
            agreement = self._running(devices=1, xpps_base_timing="advance")
            self._nights("2026-07-01", "2026-07-20")
            with self._on("2026-07-20"):
                self._pause(agreement)
            with self._on("2026-07-25"):
                self._resume(agreement, choice)
            self._nights("2026-07-25", "2026-09-01")
            self.assertTotal(agreement, july + 60)

    def test_a_pause_that_is_billed_after_all(self):
        self.company.xpps_proration = "day"
        agreement = self._running(devices=1, xpps_base_timing="advance")
        self._nights("2026-07-01", "2026-07-20")
        with self._on("2026-07-20"):
            self._pause(agreement)
        with self._on("2026-07-25"):
            self._resume(agreement)
        self._nights("2026-07-25", "2026-08-01")
        agreement.xpps_base_waiver_ids.action_bill()
        self._nights("2026-08-02", "2026-09-01")
        self.assertTotal(agreement, 90)

    def test_what_was_billed_is_not_left_out(self):
        """Paused after August was billed: the periods from September on are left out, and August's draft comes back."""
        for proration in ("none", "full"):
            self.company.xpps_proration = proration
            agreement = self._running(devices=1, xpps_base_timing="advance")
            self._nights("2026-07-01", "2026-08-01")
            with self._on("2026-08-01"):
                self._pause(agreement)
            with self._on("2026-10-15"):
                self._resume(agreement)
            self.assertEqual(str(agreement.xpps_base_waiver_ids.date_from), "2026-09-01")
            self._moves(agreement)[-1].unlink()
            self._nights("2026-10-16", "2026-11-01")
            self.assertOnce(agreement, "2026-07-01", "2026-11-30", without=[("2026-09-01", "2026-10-31")])
            self.assertTotal(agreement, 90)

    def test_closed_while_it_is_paused(self):
        """The pause ends with it, and is not billed."""
        stage = self.env["sale.subscription.stage"].search([("type", "=", "post")], limit=1)
        self.company.xpps_proration = "day"
        for close in (self._close, lambda agreement: agreement.write({"stage_id": stage.id})):
            agreement = self._running(devices=1)
            self._nights("2026-07-01", "2026-08-11")
            with self._on("2026-08-11"):
                self._pause(agreement)
            with self._on("2026-09-20"):
                close(agreement)
            self.assertFalse(agreement.is_paused)
            self._nights("2026-09-21", "2026-10-02")
            self.assertOnce(agreement, "2026-07-01", "2026-08-10")
            # 20 September was the day on which it was closed.
            self.assertTotal(agreement, 30 + 9.68 + 1)
            self.assertFalse(agreement.recurring_next_date)

    def test_another_template_after_closing(self):
        """It is billed until its last day, when that is due, whatever template is chosen meanwhile."""
        self.company.xpps_proration = "day"
        for template in (self._template("draft"), self._template("invoice")):
            agreement = self._running(devices=1)
            self._nights("2026-07-01", "2026-07-20")
            with self._on("2026-07-20"):
                self._close(agreement)
            self._choose_template(agreement, template)
            self.assertEqual(str(agreement.date), "2026-07-20")
            self.assertNext(agreement, "2026-08-01")
            self._nights("2026-07-21", "2026-08-02")
            self.assertTotal(agreement, 19.35)
            with self._on("2026-08-05"):
                agreement.action_start_subscription()
            self.assertFalse(agreement.date)
