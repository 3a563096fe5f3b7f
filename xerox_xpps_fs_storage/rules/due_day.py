# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""On which day of the month a billing file is due, and which file it is that is due then."""

from datetime import date

from dateutil.relativedelta import relativedelta


def last_due(day: int, today: date) -> date:
    """The latest day before today on which a file was due.

    :param day: of the month, 1 to 31; in a month that is shorter, its last day

    >>> last_due(5, date(2026, 3, 6)), last_due(5, date(2026, 3, 5))
    (datetime.date(2026, 3, 5), datetime.date(2026, 2, 5))
    >>> last_due(31, date(2026, 3, 1)), last_due(31, date(2026, 3, 31))
    (datetime.date(2026, 2, 28), datetime.date(2026, 2, 28))
    """
    due = today + relativedelta(day=day)
    return due if due < today else today + relativedelta(months=-1, day=day)


def awaited_from(due: date) -> date:
    """The first day on which the period of the file may end that is due on a day: the one of the month before.

    >>> awaited_from(date(2026, 3, 5))
    datetime.date(2026, 2, 5)

    The file of February is the one that is due at the end of March, too:

    >>> awaited_from(date(2026, 3, 31))
    datetime.date(2026, 2, 28)
    """
    return due - relativedelta(months=1)
