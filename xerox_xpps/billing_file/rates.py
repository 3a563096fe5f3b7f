# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rates in a table that people make: what something costs, or how many pages are included, a row each.

The columns are known by their titles. Without any they are the item, the component, the unit cost and the included
pages, in this order.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .cells import Cell, CellError, Row, converter, is_blank
from .csv_file import BEGINNING, check_text, csv_rows
from .fields import IDENTIFIER, PAGES, TEXT, UNIT_COST
from .guessing import guess_decimal_mark
from .inspect_table import encoding_of
from .issue import ERROR, Issue, Unreadable, _, shown
from .layout import TableLayout, normal_title
from .limits import MAX_ISSUES, too_large
from .reader import check_size, extension_of
from .values import ValueReader
from .xlsx_file import Workbook
from .xlsx_rows import cell_name

# A workbook of as many rates has less than one.
MAX_RATES_SIZE = 8 * 1024 * 1024
MAX_RATES = 20_000

#: What a row may name something by: any item, or one of a kind.
ITEM_COLUMNS = ("item", "device", "agreement", "model", "price_level")
_KINDS = {
    **dict.fromkeys(ITEM_COLUMNS, IDENTIFIER),
    "scope": TEXT,
    "component": TEXT,
    "unit_cost": UNIT_COST,
    "included": PAGES,
}
_UNTITLED = ("item", "component", "unit_cost", "included")
_DELIMITERS = "\t;,"

_REPEATED = _("There is more than one column titled '%(title)s'.")
_NO_ITEM = _("There is no column titled '%(title)s' that says what the rates hold for.")
_NO_VALUE = _("There is neither a column titled '%(title)s' nor one titled '%(other)s'.")
_EXTRA = _("The cell '%(value)s' is in a column without a title.")
_TOO_MANY = _("There are more than %(limit)s rates. Split them.")


@dataclass(frozen=True, slots=True)
class RateRow:
    """A row: ``items`` are what it names, as (column, text). None is what it does not state, never 0."""

    line: int
    scope: str
    items: tuple[tuple[str, str], ...]
    component: str
    unit_cost: Decimal | None
    included: int | None


def read_rates(
    data: bytes, file_name: str, titles: Mapping[str, Collection[str]]
) -> tuple[tuple[RateRow, ...], tuple[Issue, ...]]:
    """The rows that can be read, and the issues of the others. Never raises on bad input.

    :param titles: column -> its titles, of which the first is named in messages; see ``ITEM_COLUMNS``
    """
    try:
        return _Reading(titles).rates(list(_rows(data, file_name)))
    except Unreadable as error:
        return (), (error.issue,)


def _rows(data: bytes, file_name: str) -> Iterator[Row]:
    """The rows that are not blank. Raises ``Unreadable``."""
    extension = extension_of(file_name)
    if extension not in (".csv", ".xlsx"):
        raise Unreadable(Issue(ERROR, "file_type", _("Please select a .csv or .xlsx file.")))
    if issue := check_size(data, MAX_RATES_SIZE):
        raise Unreadable(issue)
    count = 0
    for line, cells in _csv(data) if extension == ".csv" else _xlsx(data):
        if not all(map(is_blank, cells)):
            yield line, cells
            count += 1
            # A row of titles is none of them.
            if count > MAX_RATES + 1:
                raise too_large(_TOO_MANY, MAX_RATES)


def _csv(data: bytes) -> Iterator[Row]:
    encoding = encoding_of(data)
    if not encoding:
        template = _("The encoding of the file is unknown: it is not UTF-8, UTF-16 or Windows-1252 text.")
        raise Unreadable(Issue(ERROR, "file_syntax", template))
    check_text(data, encoding)
    lines = data[:BEGINNING].decode(encoding, "replace").splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = next((each for each in _DELIMITERS if each in first), _DELIMITERS[0])
    return csv_rows(data, encoding, delimiter)


def _xlsx(data: bytes) -> Iterator[Row]:
    book = Workbook(data)
    return book.rows(book.sheets[0])


class _Reading:
    """One reading of one table."""

    def __init__(self, titles: Mapping[str, Collection[str]]) -> None:
        self._titles = {column: tuple(names) for column, names in titles.items()}
        self._columns = {normal_title(name): column for column, names in titles.items() for name in names}
        self._issues: list[Issue] = []
        self._is_titled = True

    def rates(self, rows: list[Row]) -> tuple[tuple[RateRow, ...], tuple[Issue, ...]]:
        numbers = self._numbers(rows[0][1]) if rows else {}
        if numbers:
            self._check_titles(numbers, rows[0][0])
            rows = rows[1:]
        else:
            numbers = dict(enumerate(_UNTITLED))
            self._is_titled = False
        if self._issues:
            return (), tuple(self._issues)
        costs = [number for number, column in numbers.items() if column == "unit_cost"]
        written = (cells[number] for _line, cells in rows for number in costs if number < len(cells))
        mark = guess_decimal_mark(cell for cell in written if isinstance(cell, str))
        values = ValueReader(TableLayout("xlsx", {}, {"serial": "Item"}, decimal_mark=mark))
        converters = {column: converter(kind, values) for column, kind in _KINDS.items()}
        found = []
        for line, cells in rows:
            row = self._row(line, cells, numbers, converters, values)
            if row:
                found.append(row)
            if len(self._issues) >= MAX_ISSUES:
                break
        return tuple(found), tuple(self._issues)

    def _numbers(self, cells: Iterable[Cell]) -> dict[int, str]:
        """The columns by their titles; none where the cells are no titles."""
        found = {
            number: self._columns.get(normal_title(cell))
            for number, cell in enumerate(cells)
            if isinstance(cell, str) and not is_blank(cell)
        }
        known = {number: column for number, column in found.items() if column}
        return known if "component" in known.values() and len(known) > 1 else {}

    def _check_titles(self, numbers: Mapping[int, str], line: int) -> None:
        columns = list(numbers.values())
        for column in dict.fromkeys(columns):
            if columns.count(column) > 1:
                self._complain(_REPEATED, line, title=self._titles[column][0])
        if not set(columns).intersection(ITEM_COLUMNS):
            self._complain(_NO_ITEM, line, title=self._titles["item"][0])
        if "unit_cost" not in columns and "included" not in columns:
            titles = {"title": self._titles["unit_cost"][0], "other": self._titles["included"][0]}
            self._complain(_NO_VALUE, line, **titles)

    def _row(
        self,
        line: int,
        cells: list[Cell],
        numbers: Mapping[int, str],
        converters: Mapping[str, Callable[[Cell], Any]],
        values: ValueReader,
    ) -> RateRow | None:
        row: dict[str, Any] = {}
        sound = True
        for number, cell in enumerate(cells):
            if is_blank(cell):
                continue
            column = numbers.get(number)
            if column is None:
                # What else a table with titles says is none of the rates.
                if not self._is_titled:
                    self._complain(_EXTRA, line, value=_written(cell))
                    sound = False
                continue
            try:
                row[column] = converters[column](cell)
            except CellError as error:
                sound = False
                self._complain(
                    error.template,
                    line,
                    element=self._titles[column][0],
                    value=_written(cell),
                    cell=cell_name(line, number),
                    example=values.example(_KINDS[column]),
                )
        if not sound or not row:
            return None
        items = tuple((column, row[column]) for column in ITEM_COLUMNS if row.get(column))
        return RateRow(
            line, row.get("scope", ""), items, row.get("component", ""), row.get("unit_cost"), row.get("included")
        )

    def _complain(self, template: str, line: int, **params: str) -> None:
        self._issues.append(Issue(ERROR, "value_invalid", template, params, line))


def _written(cell: Cell) -> str:
    return shown(f"{cell:f}" if isinstance(cell, Decimal) else str(cell))
