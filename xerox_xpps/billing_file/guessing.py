# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a file writes its values, guessed from some of them. What could be read in two ways is not guessed."""

import re
from collections.abc import Iterable
from datetime import datetime

from .numbers import plain_number

_PLAIN = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_DATE_FORMATS = {
    re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{4}"): ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y"),
    re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2}"): ("%d{0}%m{0}%y", "%m{0}%d{0}%y"),
    re.compile(r"[0-9]{4}([./])[0-9]{1,2}\1[0-9]{1,2}"): ("%Y{0}%m{0}%d",),
    re.compile(r"(?:19|20)[0-9]{6}()"): ("%Y%m%d",),
    re.compile(r"[0-9]{1,2}([ -])[A-Za-z]{3}\1[0-9]{4}"): ("%d{0}%b{0}%Y",),
    re.compile(r"[A-Za-z]{3}( )[0-9]{1,2}, [0-9]{4}"): ("%b{0}%d, %Y",),
    re.compile(r"[A-Za-z]{4,9}( )[0-9]{1,2}, [0-9]{4}"): ("%B{0}%d, %Y",),
}


def guess_decimal_mark(texts: Iterable[str]) -> str:
    """A comma if amounts are written with it and none with a point, else a point."""
    commas = False
    for text in map(str.strip, texts):
        with_point, with_comma = (_is_number(text, mark) for mark in ".,")
        # A number without a mark is one either way; and 1,000 and 1.000 are as likely a thousand.
        if with_point and not with_comma:
            return "."
        commas |= with_comma and not with_point
    return "," if commas else "."


def _is_number(text: str, decimal_mark: str) -> bool:
    try:
        return bool(_PLAIN.fullmatch(plain_number(text, decimal_mark)))
    except ValueError:
        return False


def looks_like_date(text: str) -> bool:
    """Whether the text is written as dates are."""
    text = text.strip()
    return bool(_ISO_DATE.fullmatch(text)) or any(pattern.fullmatch(text) for pattern in _DATE_FORMATS)


def guess_date_format(texts: Iterable[str]) -> str | None:
    """The only format that all these dates can have; None if there is none, or more than one, or it is ISO 8601."""
    dates = {text.strip() for text in texts} - {""}
    if not dates or all(map(_ISO_DATE.fullmatch, dates)):
        return None
    first = min(dates)
    for pattern, formats in _DATE_FORMATS.items():
        match = pattern.fullmatch(first)
        if match:
            # In Germany, and wherever dates have points, the day comes first.
            candidates = formats[:1] if match.group(1) == "." else formats
            fitting = [each for each in (form.format(match.group(1)) for form in candidates) if _all_fit(dates, each)]
            return fitting[0] if len(fitting) == 1 else None
    return None


def _all_fit(dates: Iterable[str], date_format: str) -> bool:
    try:
        for text in dates:
            datetime.strptime(text, date_format)
    except ValueError:
        return False
    return True
