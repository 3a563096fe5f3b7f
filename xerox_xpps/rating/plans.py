# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a page plan charges of a cycle: the reseller's own included pages, tiers, minimum and rollover.

Xerox's allowance has no part in it: the pages that devices printed are weighted, and what is above the plan's own
included pages is charged.

>>> def charged(prices, *pages, carried=(), rollover=Rollover()):
...     settled = settle(PlanPages(*pages), carried, rollover)
...     lines = plan_lines(settled, prices, lambda amount: amount.quantize(Decimal("0.01")))
...     return [(line.kind, line.pages, str(line.unit_price), str(line.pages * line.unit_price)) for line in lines]

A pool of 6,000 pages; three devices print 4,200, 900 and 1,400:

>>> charged(PlanPrices((Tier(0, Decimal("0.0125")),)), 6500, 6000)
[('plan', 500, '0.0125', '6.2500')]

12,000 pages by tiers, each page by its own, or all of them by the one that is reached:

>>> tiers = tuple(Tier(first, Decimal(price)) for first, price in ((0, "0.0100"), (5000, "0.0085"), (10000, "0.0070")))
>>> [(pages, amount) for _kind, pages, _price, amount in charged(PlanPrices(tiers, GRADUATED), 12000, 0)]
[(5000, '50.0000'), (5000, '42.5000'), (2000, '14.0000')]
>>> charged(PlanPrices(tiers, VOLUME), 12000, 0)
[('plan', 12000, '0.0070', '84.0000')]

12,500 pages of A4 and 2,000 of A3 that count 1.5 times, of at least 20,000:

>>> cents = PlanPrices((Tier(0, Decimal("0.01")),), unders_price=Decimal("0.01"))
>>> charged(cents, weighted_pages({"a4": 12500, "a3": 2000}, {"a4": Decimal(1), "a3": Decimal("1.5")}), 0, 20000)
[('plan', 15500, '0.01', '155.00'), ('unders', 4500, '0.01', '45.00')]

A minimum and a maximum of the amount:

>>> bounded = PlanPrices((Tier(0, Decimal("0.01")),), minimum_amount=Decimal(10), maximum_amount=Decimal(50))
>>> charged(bounded, 400, 0), charged(bounded, 7000, 0)[1:], charged(bounded, 2000, 0)[1:]
([('plan', 400, '0.01', '4.00'), ('plan_amount', 1, '6.00', '6.00')], [('plan_amount', -1, '20.00', '-20.00')], [])
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .proportion import in_proportion

#: Kinds of lines: pages above the included ones, pages that are lacking to the minimum, and what the minimum or maximum
#: amount adds or takes off. Kinds of ``sale.subscription.charge``, too.
PLAN = "plan"
UNDERS = "unders"
PLAN_AMOUNT = "plan_amount"
#: How tiers count: one price, each page by the tier that it is in, or all pages by the tier that they reach.
FLAT = "flat"
GRADUATED = "graduated"
VOLUME = "volume"


class Tier(NamedTuple):
    """The price of a page from a number of pages on."""

    from_pages: int
    unit_price: Decimal


@dataclass(frozen=True)
class PlanPrices:
    """What the pages of a plan cost: ``tiers``, the lowest first, of which the first begins with 0 pages.

    ``minimum_amount`` and ``maximum_amount`` are of a whole cycle, None where there is none.
    """

    tiers: tuple[Tier, ...]
    mode: str = FLAT
    unders_price: Decimal = Decimal(0)
    minimum_amount: Decimal | None = None
    maximum_amount: Decimal | None = None


class PlanPages(NamedTuple):
    """The pages of a cycle: weighted ones that were printed, included ones, and those that are the minimum."""

    weighted: int
    included: int
    minimum: int = 0


class Rollover(NamedTuple):
    """For how many cycles included pages that are left may be used, and how many at most; None is without limit."""

    cycles: int = 0
    cap: int | None = None


class Carried(NamedTuple):
    """Included pages that were left, and for how many more cycles they may be used."""

    pages: int
    cycles: int


class Settled(NamedTuple):
    """What becomes of the pages of a cycle.

    ``rolled_in`` were left by earlier cycles, ``rolled_out`` are left for later ones, ``carried`` says until when;
    ``expired`` are left for nobody. ``unders`` are lacking to the minimum.
    """

    rolled_in: int
    rolled_out: int
    expired: int
    billable: int
    unders: int
    carried: tuple[Carried, ...]


class PlanLine(NamedTuple):
    """Pages that are charged at one price; ``kind`` is one of ``PLAN``, ``UNDERS`` and ``PLAN_AMOUNT``."""

    kind: str
    pages: int
    unit_price: Decimal


def half_up(pages: Decimal) -> int:
    """Whole pages, half a page up.

    >>> half_up(Decimal("2.5")), half_up(Decimal("2.49"))
    (3, 2)
    """
    return int(pages.to_integral_value(ROUND_HALF_UP))


def weighted_pages(pages: Mapping[str, int], weights: Mapping[str, Decimal]) -> int:
    """Pages by output type, each type as often as it counts, rounded once.

    >>> weighted_pages({"mono": 3, "color": 1}, {"mono": Decimal("0.5"), "color": Decimal("1.5")})
    3
    """
    return half_up(sum((count * weights.get(name, Decimal(0)) for name, count in pages.items()), Decimal(0)))


def plan_allowance(parts: Iterable[tuple[int, int]], days: int) -> int:
    """Included pages by days, rounded once.

    :param parts: included pages of a whole cycle, and the days of it on which they are
    :param days: days of the whole cycle

    A device that came on 16 June, one that was there all June:

    >>> plan_allowance([(2000, 15)], 30), plan_allowance([(2000, 15), (2000, 30)], 30), plan_allowance([(5, 15)], 30)
    (1000, 3000, 3)
    """
    return half_up(Decimal(sum(included * part for included, part in parts)) / days)


def settle(pages: PlanPages, carried: Sequence[Carried], rollover: Rollover) -> Settled:
    """Use up the included pages of a cycle, then those that earlier cycles left, the oldest first.

    :param carried: what the cycle before left

    1,000 pages a month, those that are left for two more:

    >>> carried, found = (), []
    >>> for printed in (800, 1300, 700, 900, 1500):
    ...     settled = settle(PlanPages(printed, 1000), carried, Rollover(2))
    ...     carried = settled.carried
    ...     found.append((settled.rolled_in, settled.billable, settled.rolled_out, settled.expired))
    >>> found
    [(0, 0, 200, 0), (200, 100, 0, 0), (0, 0, 300, 0), (300, 0, 400, 0), (400, 100, 0, 0)]

    What nobody uses in time expires, and so does the oldest of what is above the cap:

    >>> settle(PlanPages(0, 100), (Carried(50, 1), Carried(20, 2)), Rollover(2))[:4]
    (70, 120, 50, 0)
    >>> settle(PlanPages(0, 100), (Carried(20, 2),), Rollover(2, cap=105)).carried
    (Carried(pages=5, cycles=1), Carried(pages=100, cycles=2))

    The minimum is of pages that are printed, included ones among them:

    >>> settle(PlanPages(700, 1000, 1500), (), Rollover()).unders
    800
    """
    needed = max(pages.weighted - pages.included, 0)
    left = [Carried(max(pages.included - pages.weighted, 0), rollover.cycles)]
    rolled_in = sum(part.pages for part in carried)
    for part in sorted(carried, key=lambda part: part.cycles):
        used = min(part.pages, needed)
        needed -= used
        left.append(Carried(part.pages - used, part.cycles - 1))
    kept: list[Carried] = []
    room = rollover.cap
    for part in sorted(left, key=lambda part: -part.cycles):
        count = part.pages if room is None else min(part.pages, room)
        if part.cycles > 0 and count:
            kept.insert(0, Carried(count, part.cycles))
            room = None if room is None else room - count
    rolled_out = sum(part.pages for part in kept)
    return Settled(
        rolled_in=rolled_in,
        rolled_out=rolled_out,
        expired=sum(part.pages for part in left) - rolled_out,
        billable=needed,
        unders=max(pages.minimum - pages.weighted, 0),
        carried=tuple(kept),
    )


def plan_lines(settled: Settled, prices: PlanPrices, round_amount: Callable[[Decimal], Decimal]) -> list[PlanLine]:
    """What a cycle charges, each line of pages above 0.

    :param round_amount: rounds as the currency does
    """
    lines = [PlanLine(PLAN, pages, price) for pages, price in _tier_pages(settled.billable, prices)]
    if settled.unders:
        lines.append(PlanLine(UNDERS, settled.unders, prices.unders_price))
    amount = sum((round_amount(line.pages * line.unit_price) for line in lines), Decimal(0))
    if prices.minimum_amount is not None and amount < prices.minimum_amount:
        lines.append(PlanLine(PLAN_AMOUNT, 1, prices.minimum_amount - amount))
    elif prices.maximum_amount is not None and amount > prices.maximum_amount:
        lines.append(PlanLine(PLAN_AMOUNT, -1, amount - prices.maximum_amount))
    return lines


def _tier_pages(billable: int, prices: PlanPrices) -> list[tuple[int, Decimal]]:
    """:return: [(pages, price of each)]"""
    if not billable:
        return []
    if prices.mode != GRADUATED:
        reached = [tier for tier in prices.tiers if prices.mode == VOLUME and tier.from_pages <= billable]
        return [(billable, (reached or prices.tiers)[-1 if reached else 0].unit_price)]
    ends = [tier.from_pages for tier in prices.tiers[1:]] + [billable]
    return [
        (min(end, billable) - tier.from_pages, tier.unit_price)
        for tier, end in zip(prices.tiers, ends, strict=True)
        if billable > tier.from_pages
    ]


def plan_differences(target: Iterable[PlanLine], standing: Iterable[PlanLine]) -> list[PlanLine]:
    """What is to be charged so that what stands becomes what should, what is taken back of it first.

    Pages of one kind and price are one line.

    >>> price, dearer = Decimal("0.0125"), Decimal("0.02")
    >>> plan_differences([PlanLine(PLAN, 200, price)], [PlanLine(PLAN, 500, price)])
    [PlanLine(kind='plan', pages=-300, unit_price=Decimal('0.0125'))]
    >>> [line.pages for line in plan_differences([PlanLine(PLAN, 500, dearer)], [PlanLine(PLAN, 500, price)])]
    [-500, 500]
    >>> plan_differences([PlanLine(PLAN, 5, price)], [PlanLine(PLAN, 7, price), PlanLine(PLAN, -2, price)])
    []
    """
    pages: Counter[tuple[str, Decimal]] = Counter()
    for line in standing:
        pages[line.kind, line.unit_price] -= line.pages
    for line in target:
        pages[line.kind, line.unit_price] += line.pages
    return [PlanLine(kind, count, price) for (kind, price), count in pages.items() if count]


def device_shares(total: Decimal, weighted: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """What each device has of an amount: by weighted pages, and where nothing was printed all have the same.

    :param unit: the currency's smallest amount

    >>> [str(part) for part in device_shares(Decimal("45.00"), [Decimal(0), Decimal(0)], Decimal("0.01"))]
    ['22.50', '22.50']
    """
    return in_proportion(total, weighted if any(weighted) else [Decimal(1)] * len(weighted), unit)
