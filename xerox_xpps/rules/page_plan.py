# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which page plan rates the pages of a period."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from .period import Day, overlap

P = TypeVar("P")

#: Of several plans the nearest to the device counts: what an agreement has itself goes before what its customer has.
NEAREST = ("device", "agreement", "customer")


def plan_in_force(plans: Iterable[tuple[str, Day, Day, P]], first: date, last: date) -> P | None:
    """The plan that rates a period, or None.

    Of two versions that a period touches the later one counts, as its last day is the day on which it is read.

    :param plans: (scope, first day, last day, plan)

    >>> june, july = ("agreement", None, date(2026, 6, 30), "old"), ("agreement", date(2026, 7, 1), None, "new")
    >>> plan_in_force([july, june], date(2026, 6, 15), date(2026, 7, 14))
    'new'
    >>> plan_in_force([("customer", None, None, "pool"), june], date(2026, 6, 1), date(2026, 6, 30))
    'old'
    >>> plan_in_force([("customer", None, None, "pool"), june], date(2026, 7, 1), date(2026, 7, 31))
    'pool'
    >>> plan_in_force([july], date(2026, 6, 1), date(2026, 6, 30))
    """
    found = [plan for plan in plans if overlap(plan[1], plan[2], first, last)]
    if not found:
        return None
    return min(found, key=lambda plan: (NEAREST.index(plan[0]), -(plan[1] or date.min).toordinal()))[3]
