# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""For how many months together the overage of an agreement is billed.

Cycles follow each other from an anchor on; without one they are those of the calendar. The agreement's end closes its
last cycle. Terms that were changed count from a day on: the cycle that it lies in begins with it.
"""

from dataclasses import dataclass
from datetime import date

from odoo.fields import Domain

from .arrival import next_end
from .period import Day
from .schedule import Cycle, Span

#: Of cycles of the calendar.
CALENDAR = date(2000, 1, 1)


@dataclass(frozen=True)
class OverageTerms:
    """``months`` of a cycle; ``since``, from which day on they count; ``end``, the agreement's last day."""

    months: int
    anchor: Day = None
    since: Day = None
    end: Day = None

    def cycle(self, period_end: date) -> Span | None:
        """The cycle that a period counts towards, by its last day; None of one from before the terms.

        >>> OverageTerms(3).cycle(date(2026, 8, 31))
        (datetime.date(2026, 7, 1), datetime.date(2026, 9, 30))
        >>> OverageTerms(3, anchor=date(2025, 2, 15)).cycle(date(2026, 8, 14))
        (datetime.date(2026, 5, 15), datetime.date(2026, 8, 14))
        >>> OverageTerms(3, since=date(2026, 8, 1), end=date(2026, 9, 10)).cycle(date(2026, 9, 30))
        (datetime.date(2026, 8, 1), datetime.date(2026, 9, 10))
        >>> OverageTerms(3, since=date(2026, 8, 1)).cycle(date(2026, 7, 31))
        """
        if self.since and period_end < self.since:
            return None
        first, last = self.whole(period_end)
        if self.end and first <= self.end < last:
            last = self.end
        return max(first, self.since or first), last

    def last_cycle(self, period_end: date) -> Span | None:
        """As ``cycle``; what is read after the end counts towards the last one.

        >>> OverageTerms(3, end=date(2026, 6, 20)).last_cycle(date(2026, 7, 14))
        (datetime.date(2026, 4, 1), datetime.date(2026, 6, 20))
        """
        return self.cycle(min(period_end, self.end) if self.end else period_end)

    def closes(self, period_end: date) -> bool:
        """Whether a period is the last one of its cycle, if months follow each other.

        >>> [OverageTerms(3).closes(date(2026, month, day)) for month, day in ((8, 31), (9, 30), (9, 20))]
        [False, True, True]
        >>> ended = OverageTerms(3, end=date(2026, 8, 10))
        >>> ended.closes(date(2026, 7, 31)), ended.closes(date(2026, 8, 31))
        (False, True)
        """
        cycle = self.cycle(period_end)
        if not cycle:
            return False
        return period_end >= cycle[1] or next_end(period_end) > self.whole(period_end)[1]

    def whole(self, day: date) -> Span:
        """The cycle that a day lies in, as if it were cut by nothing."""
        return Cycle("months", self.months, self.anchor or CALENDAR).period(day)


def reached_domain(name: str, day: date) -> Domain:
    """What need not wait: its cycle ended by a day, or it has none.

    :param name: of the field with the last day of the cycle
    """
    return Domain(name, "=", False) | Domain(name, "<=", day)
