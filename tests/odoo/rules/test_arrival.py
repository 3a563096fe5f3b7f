# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The day on which a file is usually there."""

from datetime import date

from odoo.tests import BaseCase

from odoo.addons.xerox_xpps.rules import next_end, usual_arrival


def files(*delays):
    """Files of January and on, each so many days after the end of its month: [(end, arrival)]."""
    end = date(2026, 1, 31)
    found = []
    for delay in delays:
        found.append((end, date.fromordinal(end.toordinal() + delay)))
        end = next_end(end)
    return found


class TestArrival(BaseCase):
    def test_usual_day(self):
        for delays, expected in (
            ((3,), date(2026, 3, 3)),
            ((3, 3, 9), date(2026, 5, 3)),
            ((2, 40, 4), date(2026, 5, 4)),
            # What is not usual does not count, however many there are of it.
            ((200, 170, 5), date(2026, 5, 5)),
            # A file that comes before its period is over.
            ((-1,), date(2026, 2, 28)),
            # The newest six.
            ((30, 30, 30, 30, 1, 1, 1, 1, 1, 1), date(2026, 12, 1)),
        ):
            with self.subTest(delays=delays):
                self.assertEqual(usual_arrival(files(*delays)), expected)

    def test_in_any_order(self):
        self.assertEqual(usual_arrival(reversed(files(3, 5, 5))), usual_arrival(files(3, 5, 5)))

    def test_nobody_knows(self):
        self.assertIsNone(usual_arrival([]))
        self.assertIsNone(usual_arrival(files(400, 370)))

    def test_next_end(self):
        for end, expected in (
            (date(2026, 1, 31), date(2026, 2, 28)),
            (date(2028, 1, 31), date(2028, 2, 29)),
            (date(2026, 2, 28), date(2026, 3, 31)),
            (date(2028, 2, 28), date(2028, 3, 28)),
            (date(2026, 4, 30), date(2026, 5, 31)),
            (date(2026, 12, 15), date(2027, 1, 15)),
            (date(2026, 1, 30), date(2026, 2, 28)),
        ):
            with self.subTest(end=end):
                self.assertEqual(next_end(end), expected)
