# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Open an Excel workbook, and read the sheet that a layout means."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from .cells import Row
from .issue import ERROR, Issue, Unreadable, _, shown
from .layout import TableLayout
from .limits import MAX_UNSOUND_OF_WORKBOOK, Allowance
from .model import BillingDetails
from .table_reader import TableReader
from .table_titles import HEAD_ROWS, find_titles
from .xlsx_book import WorkbookReader
from .xlsx_guard import check_archive, damaged
from .xlsx_rows import SheetRows, Styles, cell_name


def read_xlsx(data: bytes, layout: TableLayout, credits: bool = False) -> tuple[BillingDetails | None, list[Issue]]:
    """The details, as far as they can be read, and the issues of reading them.

    The details are None when the file is no workbook, or has no sheet with a title row.
    """
    try:
        book = Workbook(data)
        sheet = book.sheet_for(layout)
        reader = TableReader(layout, Allowance(MAX_UNSOUND_OF_WORKBOOK), cell_name=cell_name, credits=credits)
        return reader.details(book.rows(sheet), lambda: book.merged)
    except Unreadable as error:
        return None, [error.issue, *error.found]


class Workbook:
    """An opened workbook; ``sheets`` are the names of its visible sheets. All raises ``Unreadable``.

    ``merged`` has, after the rows of a sheet were taken, its merged ranges: first and last row (from 1), first and
    last column (from 0).
    """

    def __init__(self, data: bytes) -> None:
        check_archive(data)
        # Of all sheets together: a file may have many.
        self._allowance = Allowance()
        with _broken_workbook():
            reader = WorkbookReader(io.BytesIO(data))
            reader.open()
            # Its types tell nothing of what it keeps for openpyxl's own readers.
            self._book: Any = reader.wb
        self._strings, self._sheets = reader.shared_strings, reader.sheets
        self.sheets = [name for name, sheet in self._sheets.items() if sheet.visible]
        self.merged: list[tuple[int, int, int, int]] = []
        if not self.sheets:
            raise damaged("it has no visible sheet")

    def sheet_for(self, layout: TableLayout) -> str:
        """Name of the sheet that the layout means; the first visible one when none has its titles."""
        if layout.sheet is None:
            found = [name for name in self.sheets if find_titles(self.head(name), layout)]
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
            template = _("The sheet '%(sheet)s' is hidden. Unhide it, so that you can see what is imported.")
            raise Unreadable(Issue(ERROR, "file_schema", template, {"sheet": names[0]}))
        return names[0]

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of the sheet that are in the file at all, by their number."""
        sheet, book = self._sheets[name], self._book
        self.merged = []
        with book._archive.open(sheet.path) as source:
            rows = SheetRows(source, Styles(self._strings, book._date_formats, book.epoch), self._allowance)
            iterator = iter(rows)
            while True:
                with _broken_workbook(f"sheet {shown(name)}, after row {rows.last}: "):
                    row = next(iterator, None)
                if row is None:
                    break
                yield row
            self.merged = rows.merged

    def head(self, name: str, count: int = HEAD_ROWS) -> list[Row]:
        """The first ``count`` rows of the sheet."""
        rows = []
        for line, cells in islice(self.rows(name), count):
            self._allowance.spend(len(cells))
            rows.append((line, cells))
        return rows


@contextmanager
def _broken_workbook(place: str = "") -> Iterator[None]:
    """Whatever is raised by reading a workbook means that it is broken, and openpyxl raises nearly everything."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        raise damaged(f"{place}{error}") from error
