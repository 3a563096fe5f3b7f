# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What must stand charged of agreements whose overage is billed for several months together, reckoned anew.

Nothing of the addon is used here, and nothing of Odoo: dates, whole pages and exact decimals. These rules are all that
it knows:

- Cycles follow each other from the anchor on. Other terms begin after the last month that was imported; the agreement's
  last day ends its cycle.
- Where the months stand for themselves, each is charged and waits for the end of its cycle.
- Where the cycle is rated as a whole, its months are provisional. It is charged when its last month is there, else with
  the next month's file. What comes later is a difference.
- A month in which the agreement begins or ends includes pages by days.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from .life import Calendar, cents

DAY = timedelta(days=1)
NEW_YEAR = date(2026, 1, 1)
#: Of cycles of the calendar.
CALENDAR = date(2000, 1, 1)


def first_of(month):
    """The first day of a month, counted from January 2026."""
    return Calendar("months", 1, NEW_YEAR).start(month)


def last_of(month):
    return first_of(month + 1) - DAY


@dataclass(frozen=True)
class Terms:
    months: int = 1
    anchor: date | None = None
    reconciled: bool = False


@dataclass(frozen=True)
class Printed:
    """What a file says of a meter in a month; ``counted`` is whether it has counters."""

    pages: int
    included: int
    counted: bool = True

    @property
    def overage(self):
        return max(self.pages - self.included, 0)


@dataclass
class Read:
    """``first`` and ``last``: the cycle that is rated as a whole, if it is one of such a cycle."""

    printed: Printed
    balance: int = 0
    first: date | None = None
    last: date | None = None


@dataclass
class Charge:
    """``month`` is None where it is of a cycle, which begins on ``first``."""

    meter: tuple
    month: int | None
    pages: int
    bill_after: date | None
    first: date | None = None
    billed: bool = False

    @property
    def provisional(self):
        return self.month is not None and self.first is not None

    def amount(self, price):
        return Decimal(0) if self.provisional else cents(self.pages * price)


@dataclass
class Contract:
    """An agreement; a meter is (serial number, output type)."""

    number: int
    terms: Terms
    start: date
    meters: list
    end: date | None = None
    since: date | None = None
    removed: set = field(default_factory=set)  # serial numbers
    reads: dict = field(default_factory=dict)  # (meter, month) -> Read
    charges: list = field(default_factory=list)

    # Cycles

    def _whole(self, month):
        return Calendar("months", self.terms.months, self.terms.anchor or CALENDAR).period(last_of(month))

    def cycle(self, month):
        """:return: (first day, last day), or None of a month that is billed by itself"""
        if self.terms.months == 1 or (self.since and last_of(month) < self.since):
            return None
        first, last = self._whole(month)
        if self.end and first <= self.end < last:
            last = self.end
        return max(first, self.since or first), last

    def _is_last(self, month):
        return self.cycle(month)[1] <= last_of(month) or self._whole(month)[1] < last_of(month + 1)

    def _allowance(self, included, month):
        """By the days on which the agreement runs, half a page up."""
        first, last = first_of(month), last_of(month)
        days = (last - first).days + 1
        running = (min(self.end or last, last) - max(self.start, first)).days + 1
        return int(Decimal(included * running) / days + Decimal("0.5")) if running < days else included

    def _balance(self, printed, month):
        if not printed.counted and not printed.overage:
            # Nobody knows whether a page was printed.
            return 0
        return printed.pages - self._allowance(printed.included, month)

    # Files

    def runs_in(self, month):
        return self.start <= last_of(month) and (not self.end or self.end >= first_of(month))

    def read(self, rows, month):
        """A file says what was printed: {meter: Printed}.

        :return: {(meter, first day of the cycle)} that it adds pages to
        """
        planned = set()
        for meter, printed in rows.items():
            prior = self.reads.get((meter, month))
            if prior and prior.printed == printed:
                continue
            read = self.reads[meter, month] = Read(printed)
            if prior:
                read.first, read.last = prior.first, prior.last
            elif self.terms.reconciled and (cycle := self.cycle(month)):
                read.first, read.last = cycle
            self._charge_month(meter, month, read, prior)
            if read.first:
                read.balance = self._balance(printed, month)
                planned.add((meter, read.first))
                if self._of_cycle(meter, read.first) or self._is_over(meter, read.first):
                    self._charge_cycle(meter, read.first, read.last)
        return planned

    def _charge_month(self, meter, month, read, prior):
        same = [charge for charge in self.charges if (charge.meter, charge.month) == (meter, month)]
        difference = read.printed.overage - (prior.printed.overage if prior else 0)
        if not difference:
            return
        cycle = self.cycle(month)
        bill_after = read.last if read.first else cycle and cycle[1]
        if same:
            bill_after = same[0].bill_after
        self.charges.append(Charge(meter, month, difference, bill_after, read.first))

    def _months(self, meter, first):
        return sorted(month for (other, month), read in self.reads.items() if (other, read.first) == (meter, first))

    def _is_over(self, meter, first):
        """Whether its last month is there."""
        month = self._months(meter, first)[-1]
        cycle = self.cycle(month)
        if cycle and cycle[0] == first:
            return self._is_last(month)
        return last_of(month) >= max(self.reads[meter, month].last for month in self._months(meter, first))

    def _of_cycle(self, meter, first):
        return [
            charge for charge in self.charges if charge.month is None and (charge.meter, charge.first) == (meter, first)
        ]

    def _pages(self, meter, first):
        return max(sum(self.reads[meter, month].balance for month in self._months(meter, first)), 0)

    def _charge_cycle(self, meter, first, last):
        pages = self._pages(meter, first) - sum(charge.pages for charge in self._of_cycle(meter, first))
        if pages:
            self.charges.append(Charge(meter, None, pages, last, first))

    def _uncharged(self):
        keys = {(meter, read.first) for (meter, _month), read in self.reads.items() if read.first}
        return sorted(key for key in keys if self._pages(*key) and not self._of_cycle(*key))

    def left_over(self, month, planned):
        """A month's file came: cycles whose last month will not come are charged."""
        for meter, first in self._uncharged():
            last = self.reads[meter, self._months(meter, first)[-1]].last
            over = last < first_of(month) or (meter[0] in self.removed and last <= last_of(month))
            recent = last >= Calendar("months", 12, first_of(month)).start(-1)
            if over and recent and (meter, first) not in planned:
                self._charge_cycle(meter, first, last)

    # What else happens

    def change(self, terms):
        if terms == self.terms:
            return
        for meter, first in self._uncharged():
            self._charge_cycle(meter, first, last_of(self._months(meter, first)[-1]))
        self.terms = terms
        last = max((last_of(month) for _meter, month in self.reads), default=None)
        self.since = last and last + DAY
        if last:
            self._shorten(last)

    def finish(self, day):
        """Its last day is known."""
        self.end = day
        if self.terms.months > 1:
            self._shorten(day)

    def _shorten(self, day):
        for read in self.reads.values():
            if read.last and read.last > day:
                read.last = day
        for charge in self.charges:
            if charge.bill_after and charge.bill_after > day and not charge.billed:
                charge.bill_after = day

    def bill(self, today):
        for charge in self.charges:
            if not charge.provisional and not (charge.bill_after and charge.bill_after > today):
                charge.billed = True

    # What stands

    def rows(self, prices):
        """[(serial number, output type, month or None, first day of the cycle, pages, amount, day, billed)]"""
        return [
            (
                *charge.meter,
                charge.month,
                charge.first,
                charge.pages,
                charge.amount(prices[charge.meter[1]]),
                charge.bill_after,
                charge.billed,
            )
            for charge in self.charges
        ]

    def billed(self, prices):
        """What stands on its invoices for pages."""
        amounts = defaultdict(Decimal)
        for charge in self.charges:
            if charge.billed:
                amounts[charge.meter] += charge.amount(prices[charge.meter[1]])
        return sum(amounts.values(), Decimal(0))
