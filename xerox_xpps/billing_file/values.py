# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the text of a file to a value, strictly: what is not plainly a number or a date is refused."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .fields import CURRENCY, DATE, IDENTIFIER, MONEY, OVERAGE, PAGES, READ_TYPE, TEXT, UNIT_COST
from .issue import _
from .layout import Layout, XmlLayout
from .limits import MAX_IDENTIFIER, MAX_TEXT
from .numbers import plain_number

XML_SPACE = " \t\r\n"

_PAGES = re.compile(r"[0-9]{1,9}")
_OVERAGE = re.compile(r"-?[0-9]{1,9}")
_MONEY = re.compile(r"-?(?:[0-9]{1,12}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_DATE = 60
_CURRENCY = re.compile(r"[A-Z]{3}")

_WHOLE_NUMBER = _("%(element)s is '%(value)s'. Expected a whole number of at most 9 digits, without a sign.")
#: Pages that a regular file takes back: a correction may.
NEGATIVE_PAGES = _(
    "%(element)s is '%(value)s'. Expected a whole number of at most 9 digits, without a sign. If Xerox takes pages "
    "back with this file, import it as a correction."
)
#: A serial, or another number that is only a name, which a spreadsheet wrote in powers of ten.
OF_EXCEL = _(
    "%(element)s is '%(value)s': a spreadsheet made a number of it, and the last digits are lost. Format the column as "
    "text, and enter the value again."
)
_TOO_LONG = _("%(element)s begins with '%(value)s', and is too long. Expected at most %(example)s characters.")

# What a value of this kind has to be. Whole sentences, since parts of sentences cannot be translated.
EXPECTED = {
    TEXT: _TOO_LONG,
    IDENTIFIER: _TOO_LONG,
    CURRENCY: _("%(element)s is '%(value)s'. Expected an ISO 4217 currency code of three capitals, like USD."),
    DATE: _("%(element)s is '%(value)s'. Expected a date written as %(example)s."),
    PAGES: _WHOLE_NUMBER,
    OVERAGE: _WHOLE_NUMBER,
    MONEY: _(
        "%(element)s is '%(value)s'. Expected an amount like %(example)s: at most 12 digits, then at most 6 decimals."
    ),
    UNIT_COST: _(
        "%(element)s is '%(value)s'. Expected a cost like %(example)s that is not negative:"
        " at most 12 digits, then at most 6 decimals."
    ),
    READ_TYPE: _("%(element)s is '%(value)s'. Expected one of: %(example)s."),
}

# Value of a kind when there is none, where that is not None.
EMPTY: dict[str, Any] = {TEXT: "", IDENTIFIER: "", CURRENCY: "", READ_TYPE: False}

NEEDED = _("%(element)s is empty. The invoice needs a value.")

# Two directives of strptime with nothing between them: then it takes "1022026" for several dates.
_ADJACENT = re.compile(r"%[A-Za-z]%[A-Za-z]")

Convert = Callable[[str], Any]

_ONE_GROUP = re.compile(r"^[^.,]*[.,][0-9]{3}[^0-9.,]*$")
_POWER_OF_TEN = re.compile(r"[0-9]+(?:[.,][0-9]+)?[Ee][+-][0-9]{1,3}")


class RefusedValue(ValueError):
    """The text is no value for a reason of its own; ``template`` is the sentence that says which."""

    def __init__(self, template: str) -> None:
        super().__init__(template)
        self.template = template


def _text(text: str) -> str:
    text = text.strip()
    if len(text) > MAX_TEXT:
        raise ValueError(text)
    return text


def _identifier(text: str) -> str:
    text = text.strip()
    if len(text) > MAX_IDENTIFIER:
        raise ValueError(text)
    if text[-2:].isdigit() and _POWER_OF_TEN.fullmatch(text):
        raise RefusedValue(OF_EXCEL)
    return text


class ValueReader:
    """Converters of one layout, for one file: they remember what they converted.

    ``converters`` maps the kind of a value to a function of its text. The function returns the kind's empty
    value for a text that is blank, and raises ``ValueError`` for one that is no such value, ``RefusedValue`` where the
    reason is not the usual one.

    A file that has a schema keeps to its way of writing numbers; others may write them as people do. ``credits`` says
    that the pages that are billed may be taken back.
    """

    def __init__(self, layout: Layout, *, credits: bool = False) -> None:
        self._layout = layout
        self._credits = credits
        self._is_free = not isinstance(layout, XmlLayout) or layout.xsd is None
        self._decimals: dict[str, Decimal | None] = {}
        self._dates: dict[str, date | None] = {}
        self.converters: dict[str, Convert] = {
            TEXT: _text,
            IDENTIFIER: _identifier,
            CURRENCY: self._currency,
            DATE: self._date,
            PAGES: self._pages,
            OVERAGE: self._overage,
            MONEY: self._money,
            UNIT_COST: self._unit_cost,
            READ_TYPE: self._read_type,
        }

    @property
    def decimal_mark(self) -> str:
        """How the layout writes the decimal mark."""
        return self._layout.decimal_mark

    @property
    def takes_numbers_as_dates(self) -> bool:
        """Whether a date may be written as a plain number that can lose no leading zero, as in 20260131."""
        return (self._layout.date_format or "").startswith("%Y")

    def example(self, kind: str) -> str:
        """A value of this kind as the layout writes it, for a message."""
        if kind == DATE:
            return date(2026, 1, 31).strftime(self._layout.date_format or "%Y-%m-%d")
        if kind == READ_TYPE:
            return ", ".join(self._layout.read_types)
        if kind in (TEXT, IDENTIFIER):
            return f"{MAX_TEXT if kind == TEXT else MAX_IDENTIFIER:,}"
        return "0.0065".replace(".", self._layout.decimal_mark)

    @staticmethod
    def _currency(text: str) -> str:
        text = text.strip(XML_SPACE)
        if text and not _CURRENCY.fullmatch(text):
            raise ValueError(text)
        return text

    def _pages(self, text: str) -> int | None:
        # isdecimal() alone takes the digits of every script.
        if len(text) <= 9 and text.isdecimal() and text.isascii():
            return int(text)
        text = self._plain(text, _PAGES)
        if not text:
            return None
        if not _PAGES.fullmatch(text):
            raise ValueError(text)
        return int(text)

    def _overage(self, text: str) -> int | None:
        if len(text) <= 9 and text.isdecimal() and text.isascii():
            return int(text)
        text = self._plain(text, _OVERAGE)
        if not text:
            return None
        if not _OVERAGE.fullmatch(text):
            raise ValueError(text)
        pages = int(text)
        if pages < 0 and not self._credits:
            raise RefusedValue(NEGATIVE_PAGES)
        return pages

    def _plain(self, text: str, pattern: re.Pattern[str]) -> str:
        """The text without what people write around a number, where the file may have that."""
        text = text.strip(XML_SPACE)
        if not text or pattern.fullmatch(text) or not self._is_free:
            return text
        return plain_number(text, self._layout.decimal_mark)

    def _money(self, text: str) -> Decimal | None:
        # Prices repeat from device to device.
        try:
            return self._decimals[text]
        except KeyError:
            value = self._decimals[text] = self._parse_money(text.strip(XML_SPACE))
            return value

    def _parse_money(self, text: str) -> Decimal | None:
        if not text:
            return None
        mark = self._layout.decimal_mark
        if mark == "." and _MONEY.fullmatch(text):
            return Decimal(text)
        if self._is_free:
            text = plain_number(text, mark)
        elif mark != ".":
            if "." in text:
                raise ValueError(text)
            text = text.replace(mark, ".")
        if not _MONEY.fullmatch(text):
            raise ValueError(text)
        return Decimal(text)

    def _unit_cost(self, text: str) -> Decimal | None:
        value = self._money(text)
        # One page at a thousand is more likely a cost that is written with another decimal mark.
        if value is not None and (value < 0 or (value >= 1000 and _ONE_GROUP.search(text))):
            raise ValueError(text)
        return value

    def _date(self, text: str) -> date | None:
        try:
            return self._dates[text]
        except KeyError:
            value = self._dates[text] = self._parse_date(text.strip(XML_SPACE))
            return value

    def _parse_date(self, text: str) -> date | None:
        if not text:
            return None
        if len(text) > _MAX_DATE:
            raise ValueError(text)
        date_format = self._layout.date_format
        if date_format is not None:
            if not text.isascii():
                raise ValueError(text)
            day = datetime.strptime(text, date_format)
            if _ADJACENT.search(date_format) and day.strftime(date_format) != text:
                raise ValueError(text)
            return day.date()
        if not _ISO_DATE.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)

    def _read_type(self, text: str) -> bool:
        text = text.strip(XML_SPACE)
        if not text:
            return bool(EMPTY[READ_TYPE])
        try:
            return self._layout.read_types[text]
        except KeyError:
            raise ValueError(text) from None
