# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Periods: a first and a last day, both inclusive. A *span* may be open, at either end: then a day is empty."""

from datetime import date, timedelta
from typing import Literal

from odoo.fields import Domain
from odoo.tools import SQL

#: A day as the ORM gives it.
Day = date | Literal[False] | None


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


def beyond_border_sql(first: SQL, last: SQL, other_first: SQL, other_last: SQL) -> SQL:
    """Whether two periods have more in common than a border day.

    Xerox's months may share one: the last day of one is the first of the next. Periods that end together are about the
    same days, however short they are.
    """
    return SQL(
        "(%(last)s = %(other_last)s OR (%(first)s < %(other_last)s AND %(last)s > %(other_first)s))",
        first=first,
        last=last,
        other_first=other_first,
        other_last=other_last,
    )


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
    """What belongs to a period: what ends in it, by its last day.

    Of two months with a common border day, the day is the last of the first one.
    """
    return Domain(field, ">=", first) & Domain(field, "<=", last)


def ended_by_domain(field: str, day: date) -> Domain:
    """What ended by a day. What has no period need not wait for the end of one."""
    return Domain(field, "=", False) | Domain(field, "<=", day)


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
