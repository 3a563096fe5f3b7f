# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which periods a recurring price is billed for, and when.

Periods follow each other from an anchor on, a *cycle* each: those of a monthly price from 31 January begin on 31
January, 28 February, 31 March and so on. A price is billed in *arrears*, on the day after its period, or in *advance*,
on the first day of it. What is billed already, or is not to be billed, is a list of spans. What they leave free is
billed in *pieces*, one for each period that a free span touches.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

#: A first and a last day, both inclusive. ``date.min`` and ``date.max`` are open ends.
Span = tuple[date, date]
Timing = Literal["arrears", "advance"]

DAY = timedelta(days=1)
#: Days, or months, of the units of ``sale.subscription.template``.
_DAYS = {"days": 1, "weeks": 7}
_MONTHS = {"months": 1, "years": 12}
_MEAN_MONTH = 30.436875


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last one where there is no such day.

    >>> add_months(date(2026, 1, 31), 1), add_months(date(2026, 1, 31), -2)
    (datetime.date(2026, 2, 28), datetime.date(2025, 11, 30))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Cycle:
    """How long a recurring price is paid for, and from which day its periods are counted.

    :param count: of units, at least 1
    """

    unit: str
    count: int
    anchor: date

    def start(self, number: int) -> date:
        """The first day of a period; that from the anchor on has the number 0.

        >>> [Cycle("months", 1, date(2026, 1, 31)).start(number).isoformat() for number in (0, 1, 2, -1)]
        ['2026-01-31', '2026-02-28', '2026-03-31', '2025-12-31']
        >>> Cycle("weeks", 2, date(2026, 1, 1)).start(1)
        datetime.date(2026, 1, 15)
        """
        if self.unit in _MONTHS:
            return add_months(self.anchor, number * self.months)
        return self.anchor + timedelta(days=number * self.count * _DAYS[self.unit])

    @property
    def months(self) -> int:
        """Months of a period; 0 where it is one of days or weeks."""
        return self.count * _MONTHS.get(self.unit, 0)

    def number(self, day: date) -> int:
        """The number of the period that a day lies in.

        >>> cycle = Cycle("months", 3, date(2026, 1, 31))
        >>> [cycle.number(day) for day in (date(2026, 1, 31), date(2026, 4, 29), date(2026, 4, 30), date(2026, 1, 30))]
        [0, 0, 1, -1]
        """
        length = self.months * _MEAN_MONTH or self.count * _DAYS[self.unit]
        number = int((day - self.anchor).days // length)
        while self.start(number) > day:
            number -= 1
        while self.start(number + 1) <= day:
            number += 1
        return number

    def period(self, day: date) -> Span:
        """The period that a day lies in.

        >>> Cycle("months", 1, date(2026, 1, 31)).period(date(2026, 3, 1))
        (datetime.date(2026, 2, 28), datetime.date(2026, 3, 30))
        """
        number = self.number(day)
        return self.start(number), self.start(number + 1) - DAY

    def due(self, timing: Timing, day: date) -> date:
        """When a day is billed that is the first free one of its period.

        >>> month = Cycle("months", 1, date(2026, 7, 1))
        >>> month.due("arrears", date(2026, 7, 1)), month.due("advance", date(2026, 7, 1))
        (datetime.date(2026, 8, 1), datetime.date(2026, 7, 1))
        """
        return day if timing == "advance" else self.period(day)[1] + DAY

    def horizon(self, timing: Timing, invoice_date: date) -> date:
        """The last day that an invoice of a date bills.

        >>> month = Cycle("months", 1, date(2026, 7, 1))
        >>> month.horizon("arrears", date(2026, 8, 1)), month.horizon("advance", date(2026, 8, 1))
        (datetime.date(2026, 7, 31), datetime.date(2026, 8, 31))
        """
        return self.period(invoice_date)[1] if timing == "advance" else invoice_date - DAY

    def billed_period(self, timing: Timing, invoice_date: date) -> Span:
        """The period that an invoice of a date bills, if none is left from before.

        >>> Cycle("months", 1, date(2026, 1, 31)).billed_period("arrears", date(2026, 2, 28))
        (datetime.date(2026, 1, 31), datetime.date(2026, 2, 27))
        """
        return self.period(self.horizon(timing, invoice_date))

    def last_due(self, day: date) -> date:
        """The latest invoice date of a whole period that is not after a day.

        >>> Cycle("months", 1, date(2026, 7, 15)).last_due(date(2026, 9, 20))
        datetime.date(2026, 9, 15)
        """
        return self.start(self.number(day))

    def continued(self, unit: str, count: int, day: date) -> "Cycle":
        """Periods of another length that begin on a day.

        Where both are counted by months, and a period of this cycle begins on that day, the day of the month stays,
        also from a month on that has no such day.

        >>> month, day = Cycle("months", 1, date(2026, 1, 31)), date(2026, 2, 28)
        >>> month.continued("months", 3, day).period(day)
        (datetime.date(2026, 2, 28), datetime.date(2026, 5, 30))
        >>> month.continued("years", 1, day).period(date(2028, 3, 1))
        (datetime.date(2028, 2, 29), datetime.date(2029, 2, 27))
        >>> month.continued("weeks", 2, day).anchor, month.continued("months", 3, date(2026, 2, 20)).anchor
        (datetime.date(2026, 2, 28), datetime.date(2026, 2, 20))
        """
        cycle = Cycle(unit, count, day)
        if not self.months or not cycle.months or self.last_due(day) != day:
            return cycle
        # Of every four years, one has the longest February.
        starts = [add_months(day.replace(day=1), number * cycle.months) for number in range(5)]
        starts = [first.replace(day=min(self.anchor.day, monthrange(first.year, first.month)[1])) for first in starts]
        return Cycle(unit, count, max(starts, key=lambda first: first.day))


@dataclass(frozen=True)
class Piece:
    """Free days of one period; ``share`` is what they come to of the price of it, if nothing else shortens them."""

    first: date
    last: date
    period_first: date
    period_last: date
    share: Fraction

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def period_days(self) -> int:
        return (self.period_last - self.period_first).days + 1


def free_spans(covered: Iterable[Span], first: date, last: date) -> list[Span]:
    """What spans leave free of a period.

    >>> taken = [(date.min, date(2026, 1, 31)), (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 3, 10), date.max)]
    >>> free_spans(taken, date(2026, 1, 1), date(2026, 12, 31))
    [(datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))]
    """
    free: list[Span] = []
    day = first
    for start, end in sorted(covered):
        if day > last:
            return free
        if start > last:
            break
        if start > day:
            free.append((day, start - DAY))
        if end >= last:
            return free
        day = max(day, end + DAY)
    if day <= last:
        free.append((day, last))
    return free


def first_free(covered: Iterable[Span], first: date, last: date = date.max) -> date | None:
    """The first day of a period that spans leave free, if there is one.

    >>> first_free([(date.min, date(2026, 1, 31))], date(2025, 1, 1))
    datetime.date(2026, 2, 1)
    >>> first_free([(date(2026, 1, 1), date.max)], date(2026, 1, 1))
    """
    free = free_spans(covered, first, last)
    return free[0][0] if free else None


def pieces(cycle: Cycle, spans: Iterable[Span]) -> list[Piece]:
    """Free spans by the periods that they lie in.

    >>> quarter = Cycle("months", 3, date(2026, 3, 1))
    >>> [(piece.first.isoformat(), str(piece.share)) for piece in
    ...     pieces(quarter, [(date(2026, 2, 1), date(2026, 5, 31)), (date(2026, 6, 1), date(2026, 6, 23))])]
    [('2026-02-01', '1/3'), ('2026-03-01', '1'), ('2026-06-01', '1/4')]
    """
    found = []
    for first, last in spans:
        day = first
        while day <= last:
            period_first, period_last = cycle.period(day)
            end = min(last, period_last)
            share = share_of_period(cycle, day, end)
            found.append(Piece(day, end, period_first, period_last, share))
            day = end + DAY
    return found


def share_of_period(cycle: Cycle, first: date, last: date) -> Fraction:
    """How much of a period some of its days are: by whole months where they are such, else by days.

    >>> share_of_period(Cycle("years", 1, date(2026, 1, 1)), date(2026, 2, 1), date(2026, 2, 28))
    Fraction(1, 12)
    >>> share_of_period(Cycle("months", 1, date(2026, 1, 1)), date(2026, 2, 1), date(2026, 2, 14))
    Fraction(1, 2)
    """
    period_first, period_last = cycle.period(first)
    months = cycle.months
    if months > 1:
        base = cycle.number(first) * months
        borders = [add_months(cycle.anchor, base + number) for number in range(months + 1)]
        if first in borders and last + DAY in borders:
            return Fraction(borders.index(last + DAY) - borders.index(first), months)
    return Fraction((last - first).days + 1, (period_last - period_first).days + 1)
