# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prices that change on a day, and how far they rise.

A price has *steps*, each from a day on. What stands on the record itself is the price of today: when the day of a step
has come it takes the step's price, and the step keeps what stood there before. So what was changed by hand since then
counts, and a day before the step still has its own price.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

from .schedule import add_months

_EXACT = Context(prec=60)


@dataclass(frozen=True)
class PriceStep:
    """A price from a day on; ``before`` is what stood on the record until it was ``in_force`` there."""

    date_from: date
    price: float
    before: float = 0.0
    in_force: bool = False


def price_on(steps: Iterable[PriceStep], day: date) -> float | None:
    """The price of a day; None where it is what stands on the record.

    >>> july, next_july = date(2026, 7, 1), date(2027, 7, 1)
    >>> coming = [PriceStep(july, 51.5), PriceStep(next_july, 53.05)]
    >>> [price_on(coming, day) for day in (date(2026, 6, 30), july, date(2027, 6, 30), next_july)]
    [None, 51.5, 51.5, 53.05]

    Once the first one is in force, its price stands on the record, or whatever was agreed since:

    >>> begun = [PriceStep(july, 51.5, 50.0, True), PriceStep(next_july, 53.05)]
    >>> [price_on(begun, day) for day in (date(2026, 6, 30), july, date(2027, 6, 30), next_july)]
    [50.0, None, None, 53.05]
    """
    steps = sorted(steps, key=lambda step: step.date_from)
    for step in steps:
        if step.in_force and step.date_from > day:
            return step.before
    coming = [step.price for step in steps if not step.in_force and step.date_from <= day]
    return coming[-1] if coming else None


def price_after(steps: Iterable[tuple[date, float]], day: date, now: float) -> float:
    """What a price was at the end of a day, whatever stood on the record then.

    :param steps: (day from which a step counts, price until then)
    :param now: the price after the last step

    >>> price_after([(date(2026, 7, 1), 50.0)], date(2026, 6, 30), 51.5)
    50.0
    >>> price_after([(date(2026, 7, 1), 50.0)], date(2026, 7, 1), 51.5)
    51.5
    """
    later = sorted(step for step in steps if step[0] > day)
    return later[0][1] if later else now


def raised_price(
    old: Decimal, percent: Decimal, unit: Decimal, up: bool = False, limit: Decimal | None = None
) -> Decimal:
    """A price after an increase. It never falls, nor does its rounding lift it above the limit.

    >>> def raised(old, percent, unit, **values):
    ...     return str(raised_price(Decimal(old), Decimal(percent), Decimal(unit), **values))
    >>> raised("50", "3", "0.01"), raised("51.50", "3", "0.01")
    ('51.50', '53.05')
    >>> raised("50", "3", "1.00", up=True), raised("52", "3", "1.00", up=True)
    ('52.00', '54.00')
    >>> raised("51.55", "3", "0.05")
    '53.10'
    >>> raised("0.0125", "8", "0.000001"), raised("0.0125", "8", "0.001", up=True)
    ('0.013500', '0.014')
    >>> raised("50", "3", "0.01", limit=Decimal("51.25")), raised("50", "3", "1.00", up=True, limit=Decimal("51.25"))
    ('51.25', '51.00')
    >>> raised("50", "3", "0.01", limit=Decimal("49")), raised("0.0121", "1", "0.001")
    ('50', '0.0121')
    """
    new = _units(increased(old, percent), unit, ROUND_CEILING if up else ROUND_HALF_UP)
    if limit is not None and new > limit:
        new = _units(limit, unit, ROUND_FLOOR)
    return new if new > old else old


def increased(price: Decimal, percent: Decimal) -> Decimal:
    """A price and so many percent of it, exactly.

    >>> increased(Decimal("50"), Decimal("2.5"))
    Decimal('51.250')
    """
    return _EXACT.multiply(price, 1 + percent / 100)


def _units(value: Decimal, unit: Decimal, rounding: str) -> Decimal:
    return _EXACT.multiply(_EXACT.divide(value, unit).quantize(Decimal(1), rounding=rounding, context=_EXACT), unit)


def next_increase(first: date, months: int, after: date | None) -> date:
    """The first day of increases that follow each other from ``first`` on, that is after another day.

    >>> july = date(2026, 7, 1)
    >>> next_increase(july, 12, None), next_increase(july, 12, july), next_increase(july, 6, date(2027, 3, 1))
    (datetime.date(2026, 7, 1), datetime.date(2027, 7, 1), datetime.date(2027, 7, 1))
    """
    number, day = 0, first
    while after and day <= after:
        number += 1
        day = add_months(first, number * months)
    return day


def possible_increase(due: date, earliest: date) -> date:
    """The day on which an increase takes effect: when it is due, or that day of a later month.

    Pages are priced by the last day of their month, so that another day would raise what was printed before it.

    >>> july = date(2026, 7, 1)
    >>> [possible_increase(july, day).isoformat() for day in (date(2026, 6, 1), july, date(2026, 7, 10))]
    ['2026-07-01', '2026-07-01', '2026-08-01']
    """
    number, day = 0, due
    while day < earliest:
        number += 1
        day = add_months(due, number)
    return day
