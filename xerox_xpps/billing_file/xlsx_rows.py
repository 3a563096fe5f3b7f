# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rows of one sheet of a workbook, as its XML has them.

openpyxl's own read-only rows are filled up to the last cell, so that a few cells in column XFD make millions; they
tell nothing of merged cells, and take three times as long.
"""

import math
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO

from lxml import etree
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHEET_MAIN_NS

from .cells import FAULTY, FORMULA, Cell, Refused, Row
from .issue import _
from .limits import MAX_CELL_TEXT, MAX_ROW_ELEMENTS, Allowance, check_limit
from .xml_parser import OPTIONS

_CHUNK = 128 * 1024
# Empty cells that a row with values may have.
_PLENTY = 32
# What a row without values costs, in empty cells.
_EMPTY_ROW = 8
# A cell beyond these stands in a column that no table has.
_MAX_COLUMNS = 1_024

_ROW, _CELL, _VALUE, _FORMULA, _INLINE, _TEXT, _PHONETIC, _MERGE, STRING = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("row", "c", "v", "f", "is", "t", "rPh", "mergeCell", "si")
)
_NUMBER = re.compile(r"-?(?:[0-9]{1,25}(?:\.[0-9]{0,25})?|\.[0-9]{1,25})(?:[Ee][+-]?[0-9]{1,3})?")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Styles:
    """What a sheet needs of its workbook: texts by number, styles that show a number as a date, and the day 0."""

    strings: Sequence[str]
    dates: Container[int]
    epoch: datetime


class SheetRows:
    """Iterates over the rows that are in the file; ``merged`` has the merged ranges then.

    Raises ``ValueError``, ``etree.LxmlError`` and other errors when the sheet is broken: all mean that; and
    ``Unreadable`` when it has too much of what gives no value, which is taken from ``allowance``.
    """

    def __init__(self, source: IO[bytes], styles: Styles, allowance: Allowance) -> None:
        self._source = source
        self._styles = styles
        self._allowance = allowance
        self._columns: dict[str, int] = {}
        # First and last row (from 1), first and last column (from 0).
        self.merged: list[tuple[int, int, int, int]] = []
        # Number of the row that was read last.
        self.last = 0

    def __iter__(self) -> Iterator[Row]:
        parser = etree.XMLPullParser(("start", "end"), tag=(_ROW, _MERGE, f"{{{SHEET_MAIN_NS}}}worksheet"), **OPTIONS)
        root = None
        while chunk := self._source.read(_CHUNK):
            parser.feed(chunk)
            for event, element in parser.read_events():
                if root is None:
                    root = element
                elif event == "end" and element.tag == _ROW:
                    yield self._row(element)
                elif event == "end" and element.tag == _MERGE:
                    self.merged.append(_merged(element.get("ref", "")))
            _forget(root)
        parser.close()

    def _row(self, element: etree._Element) -> Row:
        number = int(element.get("r") or self.last + 1)
        if number <= self.last:
            raise ValueError(f"row {number} comes twice or too late")
        cells = self._cells(element, number)
        self.last = number
        return number, cells

    def _cells(self, row: etree._Element, number: int) -> list[Cell]:
        """The cells from the first column on. One far beyond any table comes as the last."""
        cells: list[Cell] = []
        column, empty = -1, 0
        for element in row.iterchildren(_CELL):
            reference = element.get("r")
            before, column = column, column + 1 if reference is None else self._column(reference, number)
            if column <= before:
                raise ValueError(f"cell {cell_name(number, column)} comes twice or too late")
            cell = self._cell(element) if len(element) else None
            if cell is None:
                empty += 1
            elif len(cells) <= _MAX_COLUMNS:
                cells.extend([None] * (min(column, _MAX_COLUMNS) - len(cells)))
                cells.append(cell)
        self._allowance.spend(max(0, empty - _PLENTY) if cells else empty + _EMPTY_ROW)
        return cells

    def _column(self, reference: str, number: int) -> int:
        match = _REFERENCE.fullmatch(reference)
        if not match or int(match[2]) != number:
            raise ValueError(f"row {number} has a cell {reference}")
        letters = match[1]
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = column_index_from_string(letters) - 1
        return column

    def _cell(self, element: etree._Element) -> Cell:
        kind = element.get("t", "n")
        text: str | None = None
        inline: etree._Element | None = None
        for child in element:
            tag = child.tag
            if tag == _VALUE:
                text = child.text
            elif tag == _FORMULA:
                return Refused(FORMULA, "=")
            elif tag == _INLINE:
                inline = child
        if kind == "inlineStr":
            return None if inline is None else rich_text(inline)
        if not text:
            return None
        if kind == "s":
            if not text.isdecimal():
                raise ValueError(f"text number {text}")
            return self._styles.strings[int(text)]
        if kind == "n":
            return self._number(text, element.get("s"))
        if kind == "str":
            _check_length(text)
            return text
        if kind == "b":
            return Refused(FAULTY, "FALSE" if text == "0" else "TRUE")
        if kind == "d":
            return _day(from_ISO8601(text), text)
        return Refused(FAULTY, text)

    def _number(self, text: str, style: str | None) -> Cell:
        if not _NUMBER.fullmatch(text):
            return Refused(FAULTY, text)
        value = float(text)
        if not math.isfinite(value):
            return Refused(FAULTY, text)
        if style is not None and int(style) in self._styles.dates:
            try:
                return _day(from_excel(value, self._styles.epoch), text)
            except (OverflowError, ValueError):
                return Refused(FAULTY, text)
        # A spreadsheet shows no more digits; those beyond are noise of binary fractions.
        return Decimal(f"{value:.15g}")


def cell_name(line: int, column: int) -> str:
    """``D7`` for line 7 and column 3."""
    return f"{get_column_letter(column + 1)}{line}"


def _merged(reference: str) -> tuple[int, int, int, int]:
    first_column, first_row, last_column, last_row = range_boundaries(reference)
    if first_column is None or first_row is None or last_column is None or last_row is None:
        raise ValueError(f"merged cells {reference}")
    return first_row, last_row, first_column - 1, last_column - 1


def _day(value: object, text: str) -> Cell:
    """The day; a time without a day is none."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else Refused(FAULTY, text)


def rich_text(element: etree._Element) -> str:
    """The text in all its formats, without the phonetic writing beside it. Raises ``Unreadable`` if it is too long."""
    children = element.getchildren()
    if len(children) == 1 and children[0].tag == _TEXT:
        text = children[0].text or ""
    else:
        for phonetic in element.findall(_PHONETIC):
            element.remove(phonetic)
        text = "".join(element.itertext(_TEXT, with_tail=False))
    _check_length(text)
    return text


def _check_length(text: str) -> None:
    check_limit(len(text), MAX_CELL_TEXT, _("A cell of the workbook has more than %(limit)s characters."))


def _forget(root: etree._Element | None) -> None:
    """Take what is done out of the tree: all but the last element of each of the two levels above the cells."""
    if root is None or not len(root):
        return
    del root[:-1]
    group = root[-1]
    if len(group):
        del group[:-1]
        open_elements = sum(1 for _node in islice(group[-1].iter(), MAX_ROW_ELEMENTS + 1))
        check_limit(open_elements, MAX_ROW_ELEMENTS, _("A row of the workbook has more than %(limit)s elements."))
