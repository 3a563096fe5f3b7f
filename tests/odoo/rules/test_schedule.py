# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Periods of recurring prices, held against days that are counted one by one; PostgreSQL's side against Python's."""

import random
from datetime import date, timedelta
from unittest import TestCase

from odoo.addons.xerox_xpps.rules import Cycle, first_free, free_spans, pieces

DAY = timedelta(days=1)
ORIGIN = date(2024, 1, 1)


class TestSchedule(TestCase):
    def setUp(self):
        self.chance = random.Random(12)

    def _day(self, days=2000):
        return ORIGIN + DAY * self.chance.randrange(days)

    def _cycle(self):
        unit = self.chance.choice(("days", "weeks", "months", "years"))
        return Cycle(unit, self.chance.randint(1, 7), self._day())

    def _spans(self):
        found = []
        for _span in range(self.chance.randint(0, 6)):
            first = self._day()
            found.append((first, first + DAY * self.chance.randrange(300)))
        return found

    @staticmethod
    def _days(spans):
        return [first + DAY * number for first, last in spans for number in range((last - first).days + 1)]

    def test_periods_follow_each_other(self):
        for _time in range(500):
            cycle, day = self._cycle(), self._day()
            first, last = cycle.period(day)
            self.assertTrue(first <= day <= last, (cycle, day))
            self.assertEqual(cycle.period(last + DAY)[0], last + DAY)
            self.assertEqual(cycle.period(first - DAY)[1], first - DAY)

    def test_an_invoice_bills_its_period(self):
        for _time in range(300):
            cycle = self._cycle()
            period = cycle.period(self._day())
            for timing in ("arrears", "advance"):
                due = cycle.due(timing, period[0])
                self.assertEqual(cycle.billed_period(timing, due), period)
                self.assertEqual(cycle.horizon(timing, due), period[1])
                self.assertEqual(cycle.last_due(due), due)

    def test_the_end_of_the_month_is_kept(self):
        for last in (29, 30, 31):
            cycle = Cycle("months", 1, date(2026, 1, last))
            starts = [cycle.start(number).day for number in range(24)]
            self.assertEqual(max(starts), last)
            self.assertEqual([day for day in starts if day < 28], [])

    def test_what_is_free(self):
        for _time in range(300):
            spans, first = self._spans(), self._day()
            last = first + DAY * self.chance.randrange(900)
            free = free_spans(spans, first, last)
            expected = sorted(set(self._days([(first, last)])) - set(self._days(spans)))
            self.assertEqual(self._days(free), expected)
            self.assertEqual(first_free(spans, first, last), expected[0] if expected else None)
            cycle = self._cycle()
            found = pieces(cycle, free)
            self.assertEqual(sum(piece.days for piece in found), len(expected))
            for piece in found:
                whole = (piece.first, piece.last) == (piece.period_first, piece.period_last)
                self.assertEqual(piece.share == 1, whole, (cycle, piece))
                self.assertTrue(0 < piece.share <= 1)

    def test_open_ends(self):
        self.assertEqual(free_spans([(date.min, date.max)], ORIGIN, ORIGIN), [])
        self.assertEqual(first_free([(date.min, ORIGIN)], ORIGIN), ORIGIN + DAY)
        self.assertIsNone(first_free([(ORIGIN, date.max)], ORIGIN))

    def test_shares_of_a_period_add_up(self):
        """Whatever day a period is cut on, at a border of months to the exact share."""
        for _time in range(200):
            cycle = Cycle("months", self.chance.randint(1, 12), self._day())
            first, last = cycle.period(self._day())
            cut = first + DAY * self.chance.randrange((last - first).days)
            shares = [piece.share for piece in pieces(cycle, [(first, cut), (cut + DAY, last)])]
            self.assertEqual(sum(shares), 1, (cycle, cut))
