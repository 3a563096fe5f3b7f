# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What months that were read would have come to by other terms.

>>> from .plans import Tier
>>> def rounded(amount):
...     return amount.quantize(Decimal("0.01"), "ROUND_HALF_UP")
>>> def flat(price, **values):
...     return OwnPages({"mono": Decimal(1)}, PlanPrices((Tier(0, Decimal(price)),)), **values)
>>> read = MonthRead(1, "mono", printed=2100, included=1000, overage=1100, unit_cost=Decimal("0.0042"))
>>> year = [MonthUse(30, 30, {1: 30}, [read])] * 12

A year of 2,100 pages a month, of which Xerox includes 1,000 and bills the others at 0.0042, with 30 a month besides:

>>> cost = 12 * (30 + sum(rounded(read_cost(read)) for read in year[0].reads))
>>> cost
Decimal('415.44')

A base price of 50 with 1,000 pages and 0.0125 for others, or one of 62 with 2,000 pages:

>>> pages = {base: sum(own_amounts(year, flat("0.0125", included=included), rounded))
...     for base, included in ((50, 1000), (62, 2000))}
>>> [(base * 12 + pages[base], base * 12 + pages[base] - cost) for base in pages]
[(Decimal('765.00'), Decimal('349.56')), (Decimal('759.00'), Decimal('343.56'))]
>>> [break_even_base(cost, pages[base], Decimal(12), Decimal("0.01")) for base in pages]
[Decimal('20.87'), Decimal('33.37')]
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from .plans import (
    Carried,
    PlanPages,
    PlanPrices,
    Rollover,
    half_up,
    plan_allowance,
    plan_lines,
    settle,
    weighted_pages,
)

#: Whose included pages there are: those of all devices together, those of each device for all of them, or those of
#: each device for itself.
TOGETHER = "together"
SHARED = "shared"
EACH = "each"


class MonthRead(NamedTuple):
    """What Xerox read of one output type of a device in a month.

    ``printed`` is None where neither counters nor Xerox tell how many pages there were, ``unit_cost`` where nobody
    states what one costs.
    """

    device_id: int
    output_type: str
    printed: int | None
    included: int
    overage: int
    unit_cost: Decimal | None


class MonthUse(NamedTuple):
    """A calendar month of an agreement, of ``days``: on how many of them it ran, and on how many each device was there.

    A month that does not count has no running days, no devices and no reads.
    """

    days: int
    running_days: int
    device_days: Mapping[int, int]
    reads: Sequence[MonthRead]


@dataclass(frozen=True)
class OwnPages:
    """Included pages and prices of the reseller's own, of the output types in ``weights``; see ``plans``.

    ``included`` pages are of a whole cycle of ``months``; ``share`` says whose. Where each device is rated for itself,
    the minimum and all amounts are of each device.
    """

    weights: Mapping[str, Decimal]
    prices: PlanPrices
    included: int = 0
    share: str = TOGETHER
    minimum: int = 0
    months: int = 1
    rollover: Rollover = Rollover()


def at_use(read: MonthRead, use: Decimal) -> MonthRead:
    """The same read if more or less had been printed.

    Xerox's word on what is above the allowance counts for more than its counters. Of a read without any nobody knows
    what other use would have made of it.

    >>> read = MonthRead(1, "mono", 2100, 1000, 1100, Decimal("0.0042"))
    >>> at_use(read, Decimal("1.1"))[2:5], at_use(read, Decimal("0.4"))[2:5], at_use(read, Decimal(1)) == read
    ((2310, 1000, 1310), (840, 1000, 0), True)
    >>> at_use(read._replace(printed=900, overage=0), Decimal("1.2"))[2:5]
    (1080, 1000, 80)
    >>> at_use(read._replace(printed=2100, overage=0), Decimal("1.1"))[2:5]
    (2310, 1000, 100)
    >>> at_use(read._replace(printed=None, overage=0), Decimal("1.1"))[2:5]
    (None, 1000, 0)
    """
    if use == 1:
        return read
    printed = None if read.printed is None else half_up(read.printed * use)
    if read.overage or read.printed is None:
        used = read.included + read.overage if read.overage else 0
    else:
        used = min(read.printed, read.included)
    return read._replace(printed=printed, overage=max(half_up(used * use) - read.included, 0))


def read_cost(read: MonthRead) -> Decimal:
    """What Xerox bills for the pages of a read above its allowance, not rounded; nothing where nobody knows it."""
    return read.overage * (read.unit_cost or Decimal(0))


def own_amounts(
    months: Sequence[MonthUse], terms: OwnPages, round_amount: Callable[[Decimal], Decimal]
) -> list[Decimal]:
    """What the pages of months come to.

    Cycles follow each other from the first month on. Included pages and minimum count by the days on which the
    agreement runs, or the devices are there. A cycle is charged in the last of its months that counts.

    :param months: those of whole cycles, one after the other; what is beyond the last one that is asked for does not
        count
    :param round_amount: rounds as the currency does
    :return: an amount for each month

    A quarter in which a page costs 0.012; what July leaves, August and September use:

    >>> from .plans import Tier
    >>> def month(pages, days=30):
    ...     reads = [MonthRead(1, "mono", pages, 0, pages, None)]
    ...     return MonthUse(30, days, {1: days} if days else {}, reads if days else [])
    >>> terms = OwnPages({"mono": Decimal(1)}, PlanPrices((Tier(0, Decimal("0.012")),)), included=15000, months=3)
    >>> [str(amount) for amount in own_amounts([month(6200), month(3900), month(5600)], terms, lambda amount: amount)]
    ['0', '0', '8.400']

    Of its last month there is no read: the two others include 10,000 pages, and are charged with the second.

    >>> [str(amount) for amount in own_amounts([month(6200), month(3900), month(0, 0)], terms, lambda amount: amount)]
    ['0', '1.200', '0']

    Two devices share what each of them includes, or do not:

    >>> both = MonthUse(30, 30, {1: 30, 2: 30}, [MonthRead(1, "mono", 900, 0, 0, None),
    ...     MonthRead(2, "mono", 100, 0, 0, None)])
    >>> price = PlanPrices((Tier(0, Decimal("0.01")),))
    >>> [own_amounts([both], OwnPages({"mono": Decimal(1)}, price, 500, share), lambda amount: amount)[0]
    ...     for share in (SHARED, EACH, TOGETHER)]
    [Decimal('0'), Decimal('4.00'), Decimal('5.00')]
    """
    amounts = [Decimal(0)] * len(months)
    carried: dict[int | None, tuple[Carried, ...]] = {}
    for first in range(0, len(months), terms.months):
        cycle = months[first : first + terms.months]
        counted = [number for number, month in enumerate(cycle, first) if month.running_days or month.reads]
        if not counted:
            continue
        for member, pages in _cycle_pages(cycle, terms):
            settled = settle(pages, carried.get(member, ()), terms.rollover)
            carried[member] = settled.carried
            lines = plan_lines(settled, terms.prices, round_amount)
            amounts[counted[-1]] += sum((round_amount(line.pages * line.unit_price) for line in lines), Decimal(0))
    return amounts


def _cycle_pages(cycle: Sequence[MonthUse], terms: OwnPages) -> Iterator[tuple[int | None, PlanPages]]:
    """:return: (device or None, pages) of whatever is rated by itself"""
    days = sum(month.days for month in cycle)
    running = sum(month.running_days for month in cycle)
    there: dict[int, int] = defaultdict(int)
    pages: dict[int, dict[str, int]] = defaultdict(dict)
    for month in cycle:
        for device_id, count in month.device_days.items():
            there[device_id] += count
        for read in month.reads:
            known = pages[read.device_id]
            if read.output_type in terms.weights:
                known[read.output_type] = known.get(read.output_type, 0) + (read.printed or 0)
    # A device that is read but has no such meter is none of theirs.
    members = sorted(device_id for device_id in there.keys() | pages.keys() if pages.get(device_id) != {})
    if terms.share == EACH:
        for device_id in members:
            part = there.get(device_id, running)
            yield (
                device_id,
                PlanPages(
                    weighted_pages(pages.get(device_id, {}), terms.weights),
                    plan_allowance([(terms.included, part)], days),
                    plan_allowance([(terms.minimum, part)], days),
                ),
            )
        return
    totals: dict[str, int] = defaultdict(int)
    for counts in pages.values():
        for output_type, count in counts.items():
            totals[output_type] += count
    parts = [(terms.included, running)]
    if terms.share == SHARED:
        parts = [(terms.included, there.get(device_id, 0)) for device_id in members]
    yield (
        None,
        PlanPages(
            weighted_pages(totals, terms.weights),
            plan_allowance(parts, days),
            plan_allowance([(terms.minimum, running)], days),
        ),
    )


def break_even_base(cost: Decimal, pages_revenue: Decimal, units: Decimal, unit: Decimal) -> Decimal | None:
    """The base price at which the margin is 0, rounded up; 0 where the pages alone pay for all.

    Of all prices it is the one that the margin follows evenly, whatever tiers, minimum and rollover there are.

    :param units: how many base prices are charged; without any, None
    :param unit: the currency's smallest amount

    >>> [break_even_base(Decimal(cost), Decimal(100), Decimal(3), Decimal("0.01")) for cost in (150, 100, 50)]
    [Decimal('16.67'), Decimal('0'), Decimal('0')]
    >>> break_even_base(Decimal(1), Decimal(1), Decimal(0), Decimal("0.01"))
    """
    if not units:
        return None
    lacking = max(cost - pages_revenue, Decimal(0))
    return (lacking / units / unit).to_integral_value(ROUND_CEILING) * unit
