# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Numbers as people and spreadsheets write them, in the one form that is computed with.

What is taken away has no influence on the value: marks between thousands, a currency sign, and the way of writing
a minus. What could be two values is refused.
"""

import re
import unicodedata

# Longer texts are no amount: 12 digits, their marks, 6 decimals, sign and currency.
_MAX_LENGTH = 40
_SPACES = "\u0020\u00a0\u2007\u2009\u202f"
_MINUS = "-\u2212"
# Between thousands: the mark that is not the decimal one, apostrophes, and spaces that do not break a line.
_THOUSANDS = {".": f",'\u2019{_SPACES}", ",": f".'\u2019{_SPACES}"}
_GROUPED = {
    mark: re.compile(rf"[1-9][0-9]{{0,2}}([{re.escape(marks)}])[0-9]{{3}}(?:\1[0-9]{{3}})*(?:{re.escape(mark)}[0-9]*)?")
    for mark, marks in _THOUSANDS.items()
}


def plain_number(text: str, decimal_mark: str) -> str:
    """The number with a point as decimal mark, and a minus in front of it if it is below zero.

    :param decimal_mark: of the file, "." or ","
    :raises ValueError: when the text is not plainly one number

    >>> [plain_number(text, ".") for text in ("1,234.50", "$5", "(12.50)", "12.5-", "-$1,000", "1 000 USD")]
    ['1234.50', '5', '-12.50', '-12.5', '-1000', '1000']
    >>> plain_number("1.234,50 \u20ac", ",")
    '1234.50'
    """
    if len(text) > _MAX_LENGTH:
        raise ValueError(text)
    rest, negative = _without_minus(text.strip(_SPACES))
    if _GROUPED[decimal_mark].fullmatch(rest):
        for mark in _THOUSANDS[decimal_mark]:
            rest = rest.replace(mark, "")
    elif decimal_mark == "," and "." in rest:
        raise ValueError(text)
    rest = rest.replace(decimal_mark, ".")
    if not rest[:1].isdigit() and not rest.startswith("."):
        raise ValueError(text)
    return f"-{rest}" if negative else rest


def _without_minus(text: str) -> tuple[str, bool]:
    """The digits with their marks, and whether there is a minus, or brackets: once, before or behind them."""
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1].strip(_SPACES), True
    currency = False
    while text:
        first, last = text[0], text[-1]
        if not negative and (first in _MINUS or last in _MINUS):
            text = (text[1:] if first in _MINUS else text[:-1]).strip(_SPACES)
            negative = True
        elif not currency and (size := _currency(text)):
            text = (text[size:] if size > 0 else text[:size]).strip(_SPACES)
            currency = True
        else:
            break
    return text, negative


def _currency(text: str) -> int:
    """How many characters name a currency: in front of the number, or below zero behind it; 0 if none do."""
    if unicodedata.category(text[0]) == "Sc":
        return 1
    if unicodedata.category(text[-1]) == "Sc":
        return -1
    if _is_code(text[:3]) and not text[3:4].isalpha():
        return 3
    if _is_code(text[-3:]) and not text[-4:-3].isalpha():
        return -3
    return 0


def _is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()
