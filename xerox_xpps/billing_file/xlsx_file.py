# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read the sheets of an Excel workbook, cell by cell, without trusting any of them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

# What openpyxl's own read-only sheets are made of. These fill every row up to its last cell, so that a few cells in
# column XFD make millions; and they do not tell which cells are merged.
from openpyxl.worksheet._reader import WorkSheetParser

from .cells import FAULTY, FORMULA, Cell, Refused, Row
from .issue import ERROR, Issue, Unreadable, _, shown
from .layout import TableLayout
from .model import BillingDetails
from .table_reader import TableReader
from .table_titles import HEAD_ROWS, find_titles
from .xlsx_guard import check_archive, damaged

# A cell beyond these stands in a column that no table has.
_MAX_COLUMNS = 1_024


def read_xlsx(data: bytes, layout: TableLayout) -> tuple[BillingDetails | None, list[Issue]]:
    """The details, as far as they can be read, and the issues of reading them.

    The details are None when the file is no workbook, or has no sheet with a title row.
    """
    try:
        book = Workbook(data)
        sheet = book.sheet_for(layout)
        reader = TableReader(layout, full_rows=False, cell_name=_cell_name)
        return reader.details(book.rows(sheet), lambda: book.merged)
    except Unreadable as error:
        return None, [error.issue]


class Workbook:
    """An opened workbook; ``sheets`` are the names of its visible sheets. All raises ``Unreadable``.

    ``merged`` has, after the rows of a sheet were taken, its merged ranges: first and last row (from 1), first and
    last column (from 0).
    """

    def __init__(self, data: bytes) -> None:
        check_archive(data)
        with _openpyxl_errors():
            self._book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            self._sheets = {sheet.title: sheet for sheet in self._book.worksheets}
        self.sheets = [name for name, sheet in self._sheets.items() if sheet.sheet_state == "visible"]
        self.merged: list[tuple[int, int, int, int]] = []
        if not self.sheets:
            raise damaged("it has no visible sheet")

    def sheet_for(self, layout: TableLayout) -> str:
        """Name of the sheet that the layout means; the first visible one when none has its titles."""
        if layout.sheet is None:
            found = [name for name in self.sheets if find_titles(self._head(name), layout)]
            if len(found) > 1:
                template = _("More than one sheet has the column titles: %(sheets)s. Hide or delete all but one.")
                raise Unreadable(Issue(ERROR, "file_schema", template, {"sheets": shown(", ".join(found))}))
            return (found or self.sheets)[0]
        names = [name for name in self._sheets if name.casefold() == layout.sheet.strip().casefold()]
        if not names:
            template = _("The workbook has no sheet '%(sheet)s'. Its sheets are: %(sheets)s.")
            params = {"sheet": layout.sheet, "sheets": shown(", ".join(self.sheets))}
            raise Unreadable(Issue(ERROR, "file_schema", template, params))
        if names[0] not in self.sheets:
            template = _("The sheet '%(sheet)s' is hidden. Show it, so that you see what is imported.")
            raise Unreadable(Issue(ERROR, "file_schema", template, {"sheet": names[0]}))
        return names[0]

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of the sheet that are in the file at all, by their number."""
        sheet, book = self._sheets[name], self._book
        self.merged = []
        with self._book._archive.open(sheet._worksheet_path) as source:
            parser = WorkSheetParser(
                source,
                sheet._shared_strings,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            parsed = parser.parse()
            last = 0
            while True:
                with _openpyxl_errors(f"after row {last} of sheet {name}: "):
                    number, cells = next(parsed, (None, ()))
                    if number is None:
                        break
                    row = _row(number, cells)
                    if number <= last:
                        raise ValueError(f"row {number} comes twice or too late")
                last = number
                yield row
        if parser.merged_cells is not None:
            self.merged = [
                (merged.min_row, merged.max_row, merged.min_col - 1, merged.max_col - 1)
                for merged in parser.merged_cells.mergeCell
            ]

    def _head(self, name: str) -> list[Row]:
        return list(islice(self.rows(name), HEAD_ROWS))


@contextmanager
def _openpyxl_errors(place: str = "") -> Iterator[None]:
    """Whatever openpyxl raises on a broken workbook, and it raises nearly everything, means that it is broken."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        raise damaged(f"{place}{error}") from error


def _row(number: int, parsed: list[dict[str, Any]]) -> Row:
    """The cells from the first column on. A cell far beyond any table comes as the last one."""
    cells: list[Cell] = []
    for each in parsed:
        column = each["column"] - 1
        if each["row"] != number or column < 0:
            raise ValueError(f"a cell of row {each['row']} is in row {number}")
        value = each["value"]
        if value is None:
            continue
        column = min(column, _MAX_COLUMNS)
        if column < len(cells):
            if column == _MAX_COLUMNS:
                continue
            raise ValueError(f"cell {_cell_name(number, column)} comes twice or too late")
        cells.extend([None] * (column - len(cells)))
        cells.append(_cell(value, each["data_type"]))
    return number, cells


def _cell(value: Any, data_type: str) -> Cell:
    if data_type == "f":
        return Refused(FORMULA, "=")
    if isinstance(value, str):
        return Refused(FAULTY, value) if data_type == "e" else value
    if isinstance(value, bool):
        return Refused(FAULTY, str(value).upper())
    if isinstance(value, int | float):
        # A spreadsheet shows no more digits; those beyond are noise of binary fractions.
        number = Decimal(value if isinstance(value, int) else f"{value:.15g}")
        return number if number.is_finite() else Refused(FAULTY, str(value))
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return Refused(FAULTY, str(value))


def _cell_name(line: int, column: int) -> str:
    return f"{get_column_letter(column + 1)}{line}"
