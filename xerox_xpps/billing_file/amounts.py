# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Decimal arithmetic of a billing file: exact until the one rounding that is asked for."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

# The caller's decimal context may be shorter than pages (9 digits) times a unit cost (18 digits).
_EXACT = Context(prec=100)


@lru_cache
def _unit(places: int) -> Decimal:
    """The smallest amount of this many decimals."""
    return Decimal(1).scaleb(-places)


def round_half_up(value: Decimal, decimal_places: int) -> Decimal:
    """Round to ``decimal_places``; a tie goes away from zero, also below zero.

    >>> round_half_up(Decimal("0.005"), 2), round_half_up(Decimal("-0.005"), 2)
    (Decimal('0.01'), Decimal('-0.01'))
    """
    return value.quantize(_unit(decimal_places), rounding=ROUND_HALF_UP, context=_EXACT)


# Prices and costs repeat from device to device.
@lru_cache(maxsize=4096)
def to_decimal(value: float, places: int = 6) -> Decimal:
    """The decimal that ``value`` stands for, when it was stored with at most ``places`` decimals.

    Exact up to 15 significant digits. Raises ``ValueError`` for NaN and the infinities.

    >>> to_decimal(0.1 + 0.2)
    Decimal('0.300000')
    """
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value} is not a finite number")
    return number.quantize(_unit(places), rounding=ROUND_HALF_EVEN, context=_EXACT)


def multiply(quantity: int | Decimal, price: Decimal) -> Decimal:
    """``quantity`` × ``price``, unrounded."""
    return _EXACT.multiply(quantity, price)


def add_up(values: Iterable[Decimal]) -> Decimal:
    """The sum of ``values``, unrounded."""
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    return total
