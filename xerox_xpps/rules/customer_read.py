# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reads that a customer enters: they are looked at, and nothing follows from them.

Such a read stands beside those of Xerox's files and those noted when a device comes or goes, also on the same day. It
is of an origin of its own: no file supersedes it, and it supersedes none but the customer's earlier one of that day.
Where a meter is, what is billed, rated, audited or needs attention is told by the other reads alone.
"""

import re
from datetime import date

from odoo.tools import SQL

#: Origin of a read that the customer entered.
CUSTOMER_ORIGIN = "customer"
#: No counter of a device has more digits.
MAX_COUNTER = 999_999_999
#: A month of a meter, and the pages a month that raise no question where nobody knows what a device prints.
_MONTH_DAYS = 30
_USUAL_PAGES = 10_000
#: A device that hardly prints may well print this much.
_FEW_PAGES = 500

_COUNTER = re.compile(r"[0-9]+|[0-9]{1,3}(?:[ .,'’\u00a0\u202f][0-9]{3})+")


def says_where_meter_is_sql(origin: SQL) -> SQL:
    """Whether a read counts as the last one of a meter, or as one of its period."""
    return SQL("%s <> %s", origin, CUSTOMER_ORIGIN)


def counter_of(text: str) -> int | None:
    """The counter that somebody typed, with or without marks between thousands; None where it is none.

    >>> counter_of(" 12345 "), counter_of("12,345"), counter_of("1.012.345"), counter_of("12 345")
    (12345, 12345, 1012345, 12345)
    >>> counter_of("12.5"), counter_of("-5"), counter_of("1e5"), counter_of("9999999999"), counter_of("")
    (None, None, None, None, None)
    """
    text = text.strip()
    if not _COUNTER.fullmatch(text):
        return None
    # ``[0-9]`` keeps other scripts' digits out, and the length what would be slow to convert.
    digits = re.sub("[^0-9]", "", text)
    if len(digits) > len(str(MAX_COUNTER)):
        return None
    return int(digits)


def usual_pages(mean: float | None, percent: float, since: date | None, today: date) -> int:
    """Up to how many pages since the last read raise no question.

    :param mean: pages that the device prints in a month, of all output types; None where nobody knows
    :param percent: how far above its mean a device may be; 0 where the company does not compare
    :param since: day of the last read, if there is one

    >>> last, now = date(2026, 1, 31), date(2026, 3, 2)
    >>> usual_pages(2000, 100, last, now), usual_pages(10, 100, last, now)
    (4000, 500)
    >>> usual_pages(2000, 50, last, date(2026, 5, 1))
    9000
    >>> usual_pages(None, 100, last, now), usual_pages(2000, 100, last, date(2026, 2, 1))
    (10000, 4000)
    """
    months = max(1.0, (today - since).days / _MONTH_DAYS) if since else 1.0
    monthly = _USUAL_PAGES if mean is None else mean * (1 + (percent or 100) / 100)
    return max(_FEW_PAGES, round(monthly * months))
