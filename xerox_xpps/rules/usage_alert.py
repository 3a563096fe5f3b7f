# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When customers are told how many pages they use, and what a cycle will come to.

Files come once a month, a cycle may have twelve of them: months are known one after the other. A month without a read
is not one of 0 pages, so what a cycle will come to goes by the months that were read. Months are counted in halves:
files that share a border day, or end on the 15th, are whole or half months all the same.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import NamedTuple, TypeVar

from odoo.tools import SQL

ALLOWANCE = "allowance"
FORECAST = "forecast"
NO_READ = "no_read"
UNUSUAL = "unusual"

#: States of an alert. It is *withdrawn* when the file is undone by which it was reached.
REACHED = "reached"
BELOW = "below"
WITHDRAWN = "withdrawn"

#: The part of a cycle that has to be read before it is projected: of a year, three months. One month of twelve would
#: have each of its peculiarities count twelve times.
PROJECTED_FROM = 4

R = TypeVar("R")
K = TypeVar("K", bound=Hashable)


class MeterUse(NamedTuple):
    """What a meter printed in the months of a cycle that were read.

    ``pages`` as often as they count; ``read``, half months that were read; ``there``, half months of the cycle in which
    the device is there.
    """

    pages: Decimal
    read: int
    there: int


def half_months(first: date, last: date) -> int:
    """How many halves of a month a period has.

    >>> [half_months(date(2026, 1, 1), last) for last in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 1, 15))]
    [2, 2, 1]
    >>> half_months(date(2026, 2, 1), date(2026, 2, 28)), half_months(date(2028, 1, 1), date(2028, 12, 31))
    (2, 24)
    >>> half_months(date(2026, 8, 15), date(2026, 9, 30)), half_months(date(2026, 1, 2), date(2026, 1, 1))
    (3, 0)
    """
    # A month has 30.44 days on average.
    return (200 * max((last - first).days + 1, 0) + 1522) // 3044


def half_months_sql(first: SQL, last: SQL) -> SQL:
    """As ``half_months``, in whole numbers."""
    return SQL("((200 * GREATEST(%s - %s + 1, 0) + 1522) / 3044)", last, first)


def used_pages(previous: int | None, current: int | None, included: int | None, overage: int) -> int | None:
    """The pages of a read that use up its allowance, as Xerox counts them; None where nobody knows them.

    Xerox's word on what is above the allowance counts for more than its counters.

    :param included: None where Xerox does not state it

    >>> used_pages(1000, 5000, 5000, 0), used_pages(1000, 7200, 5000, 1200), used_pages(1000, 9000, 5000, 0)
    (4000, 6200, 5000)
    >>> used_pages(1000, 5000, None, 300), used_pages(None, None, 5000, 300), used_pages(None, None, 5000, 0)
    (4000, 5300, None)
    """
    printed = None if previous is None or current is None else max(current - previous, 0)
    if included is None:
        return printed
    if overage:
        return included + overage
    return None if printed is None else min(printed, included)


def used_pages_sql(read: str = "read") -> SQL:
    """As ``used_pages``, of a table ``xpps_meter_read``."""
    return SQL(
        "CASE WHEN %(stated)s IS NOT TRUE AND %(included)s = 0 THEN %(printed)s "
        "WHEN %(overage)s <> 0 THEN %(included)s + %(overage)s "
        "WHEN %(printed)s IS NOT NULL THEN LEAST(%(printed)s, %(included)s) END",
        stated=SQL.identifier(read, "included_stated"),
        included=SQL.identifier(read, "included"),
        overage=SQL.identifier(read, "overage"),
        printed=SQL(
            "CASE WHEN %(current)s IS NOT NULL AND %(previous)s IS NOT NULL "
            "THEN GREATEST(%(current)s - %(previous)s, 0) END",
            current=SQL.identifier(read, "current_read"),
            previous=SQL.identifier(read, "previous_read"),
        ),
    )


def cycle_allowance(stated: int, stated_halves: int, last: int, last_halves: int, there: int) -> int:
    """What a cycle includes: what its months state, and for those without a read as much as the last one that did.

    :param stated: pages included by the months that state it; ``stated_halves``, how long these are
    :param last: pages included by the last of them; ``last_halves``, how long it is
    :param there: half months of the cycle in which the device is there

    Six months of 5,000 pages, of a year; three of 5,000, then three of 6,000; a device that is gone:

    >>> cycle_allowance(30000, 12, 5000, 2, 24), cycle_allowance(33000, 12, 6000, 2, 24)
    (60000, 69000)
    >>> cycle_allowance(30000, 12, 5000, 2, 12), cycle_allowance(5000, 2, 5000, 2, 1)
    (30000, 5000)
    """
    left = max(there - stated_halves, 0)
    return stated + (_half_up(Decimal(last * left) / last_halves) if last_halves else 0)


def cycle_allowance_sql(stated: SQL, stated_halves: SQL, last: SQL, last_halves: SQL, there: SQL) -> SQL:
    """As ``cycle_allowance``."""
    return SQL(
        "(%(stated)s + COALESCE(ROUND(%(last)s * GREATEST(%(there)s - %(stated_halves)s, 0)::numeric "
        "/ NULLIF(%(last_halves)s, 0)), 0))",
        stated=stated,
        stated_halves=stated_halves,
        last=last,
        last_halves=last_halves,
        there=there,
    )


def projected_pages(meters: Sequence[MeterUse], cycle: int) -> int | None:
    """What a cycle will come to, if it goes on as in the months that were read; None while too little of it was read.

    A meter without any read adds nothing: nobody knows what it printed.

    :param cycle: half months of the cycle

    48,600 pages in six months of twelve; the same without a read of May; two months are too few:

    >>> projected_pages([MeterUse(Decimal(48600), 12, 24)], 24)
    97200
    >>> projected_pages([MeterUse(Decimal(40500), 10, 24)], 24)
    97200
    >>> projected_pages([MeterUse(Decimal(16200), 4, 24)], 24)

    Another device came in April, and a third one is not there any more:

    >>> others = MeterUse(Decimal(300), 6, 18), MeterUse(Decimal(50), 4, 4)
    >>> projected_pages([MeterUse(Decimal(600), 12, 24), *others], 24)
    2150
    """
    if PROJECTED_FROM * max((meter.read for meter in meters), default=0) < cycle:
        return None
    exact = (meter.pages * max(meter.there, meter.read) / meter.read for meter in meters if meter.read)
    return _half_up(sum(exact, Decimal(0)))


def percent_of(part: int, whole: int) -> Decimal:
    """A share as it is shown, rounded down: what is shown as 80% has reached 80%.

    >>> [str(percent_of(part, 60000)) for part in (48600, 46980, 47999)]
    ['81.0', '78.3', '79.9']
    """
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_FLOOR)


def is_reached(kind: str, value: int, compared: int, threshold: int) -> bool:
    """Whether there is something to tell.

    :param value: pages used, projected or printed; days without a read
    :param compared: included pages, or the mean of the months before; 0 of days
    :param threshold: percent, of the mean percent above it, or days

    A share is reached; a forecast, and what is unusual, has to be above it:

    >>> [is_reached("allowance", pages, 60000, 80) for pages in (47999, 48000)]
    [False, True]
    >>> [is_reached("forecast", pages, 60000, 100) for pages in (60000, 60001)]
    [False, True]
    >>> is_reached("unusual", 2000, 1000, 100), is_reached("unusual", 2001, 1000, 100), is_reached("no_read", 60, 0, 60)
    (False, True, True)
    """
    if kind == NO_READ:
        return value >= threshold
    if kind == ALLOWANCE:
        return 100 * value >= threshold * compared
    if kind == FORECAST:
        return 100 * value > threshold * compared
    return 100 * (value - compared) > threshold * compared


def next_state(state: str | None, reached: bool, undone: bool) -> tuple[str | None, bool]:
    """What becomes of an alert, and whether it is told (again).

    It is told once; after it fell below, a new rise is told again. But where a rise or a fall is undone with its file,
    nothing is told: the customer knows what holds again.

    :param state: None where there was no alert
    :param undone: whether the file was undone that the state was brought about by

    >>> next_state(None, True, False), next_state("reached", True, False), next_state("below", True, False)
    (('reached', True), ('reached', False), ('reached', True))
    >>> next_state("reached", False, False), next_state("reached", False, True), next_state("withdrawn", True, False)
    (('below', False), ('withdrawn', False), ('reached', False))
    >>> next_state("below", True, True), next_state("withdrawn", False, False), next_state(None, False, False)
    (('reached', False), ('withdrawn', False), (None, False))
    """
    if reached:
        return REACHED, state is None or (state == BELOW and not undone)
    if state == REACHED:
        return (WITHDRAWN if undone else BELOW), False
    return state, False


def most_specific(rules: Iterable[tuple[str, K | None, R]], owners: Sequence[K | None]) -> dict[str, list[R]]:
    """Which rules hold for an agreement: those of the nearest owner that has any of a kind.

    :param rules: (kind, owner, rule); the owner of a rule for the whole company is None
    :param owners: of the agreement, the nearest first, None last: the agreement, its customer, and so on

    >>> rules = [("allowance", None, "80%"), ("allowance", None, "100%"), ("allowance", "A1", "90%")]
    >>> rules.append(("no_read", "C", 60))
    >>> most_specific(rules, ["A1", "C", None]), most_specific(rules, ["A2", None])
    ({'allowance': ['90%'], 'no_read': [60]}, {'allowance': ['80%', '100%']})
    """
    nearest: dict[str, int] = {}
    found: dict[str, list[R]] = {}
    for kind, owner, rule in rules:
        if owner not in owners:
            continue
        place = owners.index(owner)
        if place < nearest.get(kind, len(owners)):
            nearest[kind], found[kind] = place, []
        if place == nearest[kind]:
            found[kind].append(rule)
    return found


def _half_up(pages: Decimal) -> int:
    return int(pages.to_integral_value(ROUND_HALF_UP))
