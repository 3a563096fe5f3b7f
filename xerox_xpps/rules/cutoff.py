# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What of an amount is earned, or was used, by the end of a day: by the days of its period."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from .money import round_amount
from .period import days_in_common


def passed_share(first: date, last: date, day: date) -> Fraction:
    """How much of a period has passed by the end of a day.

    >>> year = date(2026, 6, 1), date(2027, 5, 31)
    >>> passed_share(*year, date(2026, 6, 30)), passed_share(*year, date(2026, 5, 31)), passed_share(*year, date.max)
    (Fraction(6, 73), Fraction(0, 1), Fraction(1, 1))
    """
    return Fraction(days_in_common(None, day, first, last), (last - first).days + 1)


def part_of(amount: Decimal, share: Fraction, places: int, rounding: float | None = None) -> Decimal:
    """A share of an amount, rounded once as its currency rounds. What is left of the amount is all the rest.

    >>> earned = part_of(Decimal(600), Fraction(30, 365), 2)
    >>> earned, Decimal(600) - earned
    (Decimal('49.32'), Decimal('550.68'))
    >>> part_of(Decimal("-0.01"), Fraction(1, 2), 2), part_of(Decimal("1.22"), Fraction(1), 2, 0.05)
    (Decimal('-0.01'), Decimal('1.20'))
    """
    return round_amount(amount * share.numerator / share.denominator, places, rounding)
