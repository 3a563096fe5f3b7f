# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The overage of a cycle that is rated as a whole: the pages of its months less what they include.

What a month leaves of its allowance is for the others: 15,000 pages a quarter are not 5,000 in each month of it.

>>> months = [CycleRead(6200, 5000, 1200), CycleRead(3900, 5000, 0), CycleRead(5600, 5000, 600)]
>>> [balance(month) for month in months]
[1200, -1100, 600]
>>> cycle_pages(balance(month) for month in months)
700
>>> sum(cycle_pages([balance(month)]) for month in months)
1800
"""

from collections.abc import Iterable
from typing import NamedTuple


class CycleRead(NamedTuple):
    """What Xerox read of one output type of a device in a month; ``printed`` is None where no counter tells."""

    printed: int | None
    included: int
    overage: int


def allowance(included: int, running_days: int, days: int) -> int:
    """The pages that a month includes, by the days on which the agreement runs in it, half a page up.

    >>> allowance(5000, 30, 30), allowance(5000, 15, 31), allowance(5, 15, 30), allowance(5000, 0, 30)
    (5000, 2419, 3, 0)
    """
    if running_days >= days:
        return included
    return (2 * included * max(running_days, 0) + days) // (2 * days)


def balance(read: CycleRead, running_days: int = 1, days: int = 1) -> int:
    """The pages of a month above its allowance, or, below 0, what it leaves of it.

    Xerox's word on what is above the allowance counts for more than its counters, and of a month without either
    nobody knows that pages are left, or above an allowance by days.

    >>> balance(CycleRead(6300, 5000, 1200)), balance(CycleRead(6300, 5000, 0)), balance(CycleRead(None, 5000, 0))
    (1200, 0, 0)

    Where an agreement begins or ends in a month, it includes fewer pages.

    >>> balance(CycleRead(3000, 5000, 0), 15, 30), balance(CycleRead(6200, 5000, 1200), 15, 30)
    (500, 3700)
    >>> balance(CycleRead(None, 5000, 0), 15, 30), balance(CycleRead(None, 5000, 1200), 15, 30)
    (0, 3700)
    """
    used = read.included + read.overage
    if not read.overage:
        if read.printed is None:
            return 0
        used = min(read.printed, read.included)
    return used - allowance(read.included, running_days, days)


def cycle_pages(balances: Iterable[int]) -> int:
    """The pages of a cycle that are charged.

    >>> cycle_pages([1200, -1100, 600]), cycle_pages([1200, -3000]), cycle_pages([])
    (700, 0, 0)
    """
    return max(sum(balances), 0)
