# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Periods that begin on the last day of a month, when another template is chosen in a shorter one."""

from ..support.base_periods import BasePeriodCase


class TestMonthEnds(BasePeriodCase):
    def test_quarters_from_the_end_of_february(self):
        """The month from 31 January is a third of the quarter that ends with it, and the next ends on 30 May."""
        agreement = self._running("2025-12-31")
        self._nights("2025-12-31", "2026-02-10")
        self._choose_template(agreement, self._template("draft", recurring_interval=3))
        self.assertNext(agreement, "2026-02-28")
        self._nights("2026-02-11", "2026-08-31")
        self.assertBilled(
            agreement,
            ("2026-01-31", "2025-12-31", "2026-01-30", 30.0),
            ("2026-02-28", "2026-01-31", "2026-02-27", 10.0),
            ("2026-05-31", "2026-02-28", "2026-05-30", 30.0),
            ("2026-08-31", "2026-05-31", "2026-08-30", 30.0),
        )

    def test_months_after_quarters(self):
        agreement = self._running(
            "2025-11-30", xpps_base_timing="advance", template_id=self._template("draft", recurring_interval=3).id
        )
        self._nights("2025-11-30", "2025-12-10")
        self._choose_template(agreement, self.monthly)
        self._nights("2025-12-11", "2026-04-01")
        self.assertBilled(
            agreement,
            ("2025-11-30", "2025-11-30", "2026-02-27", 30.0),
            ("2026-02-28", "2026-02-28", "2026-03-29", 30.0),
            ("2026-03-30", "2026-03-30", "2026-04-29", 30.0),
        )

    def test_weeks_have_no_day_of_the_month(self):
        agreement = self._running("2026-01-31", xpps_base_timing="advance")
        self._nights("2026-01-31", "2026-02-10")
        self._choose_template(agreement, self._template("draft", recurring_rule_type="weeks"))
        self._nights("2026-02-11", "2026-02-28")
        self._choose_template(agreement, self.monthly)
        self._nights("2026-03-01", "2026-04-07")
        self.assertEqual(
            [row[1:3] for row in self._billed(agreement)],
            [
                ("2026-01-31", "2026-02-27"),
                ("2026-02-28", "2026-03-06"),
                ("2026-03-07", "2026-04-06"),
                ("2026-04-07", "2026-05-06"),
            ],
        )
