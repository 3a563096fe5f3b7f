# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Splitting a total so that its parts add up to it, whatever they are in proportion to."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal


def in_proportion(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """The parts of a total by largest remainder; of equal remainders, the first comes first.

    :param total: a multiple of ``unit``
    :param weights: when they add up to 0, so do the parts
    :param unit: what the parts are multiples of

    >>> cent, thirds = Decimal("0.01"), [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    >>> [str(part) for part in in_proportion(Decimal("100.00"), thirds, cent)]
    ['33.34', '33.33', '33.33']
    >>> [str(part) for part in in_proportion(Decimal("-0.05"), [Decimal(60), Decimal(40)], cent)]
    ['-0.03', '-0.02']
    """
    whole = sum(weights, Decimal(0))
    if not whole:
        return [Decimal(0)] * len(weights)
    exact = [total * weight / whole / unit for weight in weights]
    parts = [share.to_integral_value(ROUND_DOWN) for share in exact]
    missing = total / unit - sum(parts)
    step = 1 if missing > 0 else -1
    order = sorted(range(len(weights)), key=lambda index: (-abs(exact[index] - parts[index]), index))
    for index in order[: abs(int(missing))]:
        parts[index] += step
    return [part * unit for part in parts]
