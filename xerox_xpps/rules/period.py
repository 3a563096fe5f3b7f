# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Periods: a first and a last day, both inclusive. A *span* may be open, at either end: then a day is empty."""

from datetime import date, timedelta
from typing import Literal

from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools import SQL, Query

#: A day as the ORM gives it.
Day = date | Literal[False] | None
#: Days that a month may go on after the one that it is about.
HALF_A_MONTH = 15


def overlap(span_first: Day, span_last: Day, first: Day, last: Day) -> bool:
    """Whether two spans have a day in common.

    >>> overlap(date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 31), date(2026, 2, 28))
    True
    >>> overlap(None, date(2026, 1, 30), date(2026, 1, 31), None)
    False
    """
    return (not span_first or not last or span_first <= last) and (not span_last or not first or span_last >= first)


def overlap_sql(span_first: SQL, span_last: SQL, first: SQL | date, last: SQL | date) -> SQL:
    """As ``overlap``, of a span and a period. What has no period has no day in common with anything, and is FALSE."""
    return SQL(
        "((%(span_first)s IS NULL OR %(span_first)s <= %(last)s) "
        "AND (%(span_last)s IS NULL OR %(span_last)s >= %(first)s) "
        "AND %(first)s IS NOT NULL AND %(last)s IS NOT NULL)",
        span_first=span_first,
        span_last=span_last,
        first=first,
        last=last,
    )


def overlap_domain(first_field: str, last_field: str, first: date, last: date) -> Domain:
    """As ``overlap``, of records that have a period, and a period."""
    return Domain(first_field, "<=", last) & Domain(last_field, ">=", first)


def beyond_border(first: date, last: date, other_first: date, other_last: date) -> bool:
    """Whether two periods have more in common than a border day: then they are, in part, about the same days.

    Xerox's months may share one: the last day of one is the first of the next. Periods that start or end together are
    about the same days, however short they are.

    >>> january = date(2026, 1, 1), date(2026, 1, 31)
    >>> beyond_border(*january, date(2026, 1, 31), date(2026, 2, 28))
    False
    >>> beyond_border(*january, date(2026, 1, 15), date(2026, 2, 14))
    True
    >>> beyond_border(*january, date(2026, 1, 31), date(2026, 1, 31))
    True
    """
    return first == other_first or last == other_last or (first < other_last and last > other_first)


def beyond_border_sql(first: SQL, last: SQL, other_first: SQL | date, other_last: SQL | date) -> SQL:
    """As ``beyond_border``."""
    return SQL(
        "(%(first)s = %(other_first)s OR %(last)s = %(other_last)s "
        "OR (%(first)s < %(other_last)s AND %(last)s > %(other_first)s))",
        first=first,
        last=last,
        other_first=other_first,
        other_last=other_last,
    )


def beyond_border_domain(first_field: str, last_field: str, first: date, last: date) -> Domain:
    """As ``beyond_border``, of records that have a period, and a period."""
    inside = Domain(first_field, "<", last) & Domain(last_field, ">", first)
    return Domain(first_field, "=", first) | Domain(last_field, "=", last) | inside


def days_in_common(span_first: Day, span_last: Day, first: date, last: date) -> int:
    """How many days of a period lie in a span.

    >>> days_in_common(date(2026, 1, 30), None, date(2026, 1, 1), date(2026, 1, 31))
    2
    >>> days_in_common(date(2026, 2, 1), None, date(2026, 1, 1), date(2026, 1, 31))
    0
    """
    shared = min(span_last or last, last) - max(span_first or first, first)
    return max(shared // timedelta(days=1) + 1, 0)


def days_in_common_sql(span_first: SQL, span_last: SQL, first: SQL | date, last: SQL | date) -> SQL:
    """As ``days_in_common``. LEAST and GREATEST pass over what is NULL."""
    return SQL("GREATEST(LEAST(%s, %s) - GREATEST(%s, %s) + 1, 0)", span_last, last, span_first, first)


def covers_day(first: date, last: date, day: date) -> bool:
    """Whether a day lies in a period.

    >>> covers_day(date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 31))
    True
    """
    return first <= day <= last


def ends_in_domain(field: str, first: date, last: date) -> Domain:
    """What ends in a period. What it is about goes by all of its days: see ``month_of`` and ``lies_in``."""
    return Domain(field, ">=", first) & Domain(field, "<=", last)


def lies_in(first: date, last: date, period_first: date, period_last: date) -> bool:
    """Whether a period is about another one: most of its days lie there. Of two halves the later one counts.

    >>> january, february = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))
    >>> first, last = date(2026, 1, 16), date(2026, 2, 15)
    >>> lies_in(first, last, *january), lies_in(first, last, *february)
    (True, False)
    >>> first, last = date(2026, 1, 18), date(2026, 2, 14)
    >>> lies_in(first, last, *january), lies_in(first, last, *february)
    (False, True)
    """
    days, shared = _length(first, last), days_in_common(first, last, period_first, period_last)
    return 2 * shared > days or (2 * shared == days and covers_day(period_first, period_last, last))


def covers_period(first: date, last: date, period_first: date, period_last: date) -> bool:
    """Whether a billing file of a period covers another period, that of a billing run.

    One that is about as long does if it ``lies_in`` it, whatever day it ends on; one of several months covers each
    month of which it has most of the days.

    >>> january = date(2026, 1, 1), date(2026, 1, 31)
    >>> covers_period(date(2026, 1, 1), date(2026, 2, 1), *january)
    True
    >>> covers_period(date(2026, 1, 1), date(2026, 3, 31), *january)
    True
    >>> covers_period(date(2026, 1, 17), date(2026, 4, 16), *january)
    False
    """
    if lies_in(first, last, period_first, period_last):
        return True
    length = _length(period_first, period_last)
    shared = days_in_common(first, last, period_first, period_last)
    return 2 * _length(first, last) > 3 * length and 2 * shared > length


def month_of(first: Day, last: date) -> date:
    """The calendar month that a period is about, by its first day: the last one that it covers (``covers_period``).

    :param first: empty of what has a last day alone

    >>> month_of(date(2026, 1, 1), date(2026, 2, 1)), month_of(date(2026, 1, 5), date(2026, 2, 4))
    (datetime.date(2026, 1, 1), datetime.date(2026, 1, 1))
    >>> month_of(date(2026, 1, 20), date(2026, 2, 19)), month_of(date(2026, 1, 1), date(2026, 3, 31))
    (datetime.date(2026, 2, 1), datetime.date(2026, 3, 1))
    >>> month_of(None, date(2026, 1, 31))
    datetime.date(2026, 1, 1)
    """
    month = last.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    month_last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return month if covers_period(first or last, last, month, month_last) else before


def month_of_sql(first: SQL, last: SQL) -> SQL:
    """As ``month_of``."""
    month = SQL("DATE_TRUNC('month', %s)::date", last)
    length = SQL("(%(last)s - COALESCE(%(first)s, %(last)s) + 1)", first=first, last=last)
    return SQL(
        "CASE WHEN 2 * %(shared)s >= %(length)s OR (2 * %(length)s > 3 * %(days)s AND 2 * %(shared)s > %(days)s) "
        "THEN %(month)s ELSE (%(month)s - INTERVAL '1 month')::date END",
        shared=SQL("(%(last)s - GREATEST(%(first)s, %(month)s) + 1)", first=first, last=last, month=month),
        length=length,
        days=SQL("((%(month)s + INTERVAL '1 month')::date - %(month)s)", month=month),
        month=month,
    )


def ended_by(first: Day, last: Day, day: date) -> bool:
    """Whether a period ended by a day: or has at most half a month to go, which is less than what has passed of it.

    So what a run bills goes by the days that it shares with the run's period, as what covers it does. What has no
    period need not wait for the end of one.

    >>> ended_by(date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 31))
    True
    >>> ended_by(date(2026, 1, 20), date(2026, 2, 19), date(2026, 1, 31))
    False
    >>> ended_by(None, None, date(2026, 1, 31))
    True
    """
    if not last or last <= day:
        return True
    if not first:
        return False
    left = (last - day) // timedelta(days=1)
    return left <= HALF_A_MONTH and 2 * left < _length(first, last)


def ended_by_domain(first_field: str, last_field: str, day: date) -> Domain:
    """As ``ended_by``, of records that have a period, or none."""

    def to_sql(model: BaseModel, alias: str, query: Query) -> SQL:
        first, last = (model._field_to_sql(alias, name, query) for name in (first_field, last_field))
        return SQL(
            "(%(last)s <= %(latest)s AND 2 * (%(last)s - %(day)s) < %(last)s - %(first)s + 1)",
            first=first,
            last=last,
            day=day,
            latest=day + timedelta(days=HALF_A_MONTH),
        )

    nearly = Domain.custom(
        to_sql=to_sql, predicate=lambda record: ended_by(record[first_field], record[last_field], day)
    )
    return Domain(last_field, "=", False) | Domain(last_field, "<=", day) | nearly


def _length(first: date, last: date) -> int:
    return (last - first) // timedelta(days=1) + 1


def same_period_sql(first: SQL, last: SQL, other_first: SQL, other_last: SQL) -> SQL:
    """Whether two periods are the same: those that start or end on the same day are.

    A correction, or a second file of a month, may give the month another border. Unique indexes hold both ends.
    """
    return SQL("(%s = %s OR %s = %s)", last, other_last, first, other_first)


def same_period_domain(first: date, last: date, path: str = "") -> Domain:
    """As ``same_period_sql``, of records with ``period_start`` and ``period_end``.

    :param path: what leads to these fields, such as ``billing_file_id.``
    """
    return Domain(f"{path}period_end", "=", last) | Domain(f"{path}period_start", "=", first)
