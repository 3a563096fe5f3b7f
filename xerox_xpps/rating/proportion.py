# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a total is split so that its parts add up to it."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal


def in_proportion(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Split a total in proportion, by largest remainder.

    :param total: a multiple of ``unit``
    :param weights: when they add up to 0, so do the parts
    :param unit: what the parts are multiples of

    >>> cent = Decimal("0.01")
    >>> [str(part) for part in in_proportion(Decimal("100.00"), [Decimal(1)] * 3, cent)]
    ['33.34', '33.33', '33.33']
    >>> [str(part) for part in in_proportion(Decimal("6.25"), [Decimal(4200), Decimal(900), Decimal(1400)], cent)]
    ['4.04', '0.86', '1.35']
    >>> [str(part) for part in in_proportion(Decimal("-0.05"), [Decimal(1), Decimal(1)], cent)]
    ['-0.03', '-0.02']
    >>> in_proportion(Decimal(5), [Decimal(0)], cent)
    [Decimal('0')]
    """
    whole = sum(weights)
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
