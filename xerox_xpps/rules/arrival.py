# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""On which day the billing file of a month is usually there: a reminder asks for one that is missing then."""

from collections.abc import Iterable
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

#: Of how many files, the newest ones, the usual day is made.
LOOKED_AT = 6
#: Days. What comes later, as the files of the past that are imported first, says nothing about the usual day.
LATEST = 45


def usual_arrival(arrivals: Iterable[tuple[date, date]]) -> date | None:
    """The day on which the file after the last one is usually there, or None where nobody knows.

    :param arrivals: for each file, the last day of its period and the day on which it came

    >>> usual_arrival([(date(2026, 1, 31), date(2026, 2, 3)), (date(2026, 2, 28), date(2026, 3, 5))])
    datetime.date(2026, 4, 5)
    >>> usual_arrival([(date(2026, 1, 31), date(2026, 9, 3))]) is None
    True
    >>> usual_arrival([]) is None
    True
    """
    newest = sorted(arrivals, reverse=True)[:LOOKED_AT]
    delays = sorted(delay for end, came in newest if (delay := max((came - end).days, 0)) <= LATEST)
    if not delays:
        return None
    return next_end(newest[0][0]) + timedelta(days=delays[len(delays) // 2])


def next_end(end: date) -> date:
    """The last day of the month after a period: the last of a calendar month stays the last of one.

    >>> next_end(date(2026, 2, 28)), next_end(date(2026, 1, 20))
    (datetime.date(2026, 3, 31), datetime.date(2026, 2, 20))
    """
    is_last = (end + timedelta(days=1)).day == 1
    return end + (relativedelta(months=1, day=31) if is_last else relativedelta(months=1))
