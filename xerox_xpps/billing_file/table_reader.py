# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read the rows of a table, of whatever file, by its layout."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, chain, islice
from typing import Any

from .cells import Cell, CellError, Row, converter, is_blank
from .fields import DEVICE_FIELDS, INVOICE_FIELDS, REQUIRED_INVOICE_FIELDS
from .issue import ERROR, Issue, Unreadable, _, shown
from .issue_log import IssueLog
from .layout import TableLayout, normal_title
from .limits import FAULTY_RECORD, MAX_DEVICES, MAX_IDENTIFIER, NAMELESS_RECORD, Allowance
from .meter_rows import MeterRows
from .model import BillingDetails, DeviceRecord, InvoiceRecord
from .records import device_record, incomplete, invoice_record, no_devices, too_many_devices
from .table_titles import HEAD_ROWS, Titles, find_labels, find_titles
from .values import EMPTY, NEEDED, ValueReader

_NO_TITLES = _(
    "None of the first %(rows)s rows has a column titled '%(title)s':"
    " the file does not fit this file format, or has another delimiter or sheet."
)
_NO_COLUMN = _("There is no column titled '%(title)s'.")
_NO_VALUE = _(
    "There is no column titled '%(title)s', and above the column titles no cell '%(title)s' with a value next to it."
)
_REPEATED = _("There is more than one column titled '%(title)s'.")
_REPEATED_LABEL = _("There is more than one cell '%(title)s' above the column titles.")
_EXTRA = _("The cell '%(value)s' is in a column without a title.")
_MERGED = _(
    "The cells %(first)s to %(last)s are merged. Below the column titles each cell needs its own value: unmerge them."
)
_DIFFERENT = _("%(title)s is '%(value)s', but '%(first)s' on line %(first_line)s. The invoice has one value only.")

# Cells that the row of a sound device may have, whether the layout knows them or not.
_PLENTY = 128

# First and last row, first and last column.
Merged = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Column:
    """A mapped column."""

    number: int
    field: str
    title: str
    kind: str
    convert: Callable[[Cell], Any]


@dataclass(slots=True)
class _First:
    """The first cell of an invoice column, its value, and the values of other rows that were reported."""

    line: int
    cell: Cell
    value: Any
    others: set[Any]


class TableReader:
    """One reading of one table.

    A row may end before the last title: a workbook keeps no empty cells, and Excel writes none at the end of a row.
    ``cell_name`` gives the name of a cell from its line and its column (from 0), for messages. ``allowance`` is what
    the file may hold beside its sound devices, and ``credits`` is as for ``reader.read``.
    """

    def __init__(
        self,
        layout: TableLayout,
        allowance: Allowance,
        *,
        cell_name: Callable[[int, int], str],
        credits: bool = False,
    ) -> None:
        self._layout = layout
        self._cell_name = cell_name
        self._values = ValueReader(layout, credits=credits)
        self._issues = IssueLog()
        self._allowance = allowance
        self._serials: set[str] = set()
        self._devices: list[DeviceRecord] = []
        self._meter_rows = MeterRows(layout) if "meter_type" in layout.device_fields else None
        self._invoice: dict[str, Any] = {}
        self._invoice_line = 0
        self._first_line = 0
        self._firsts: dict[str, _First] = {}
        # False when a column of the layout could not be found: then no record is complete.
        self._whole = True

    def details(
        self, rows: Iterator[Row], merged: Callable[[], Iterable[Merged]] = tuple
    ) -> tuple[BillingDetails, list[Issue]]:
        """The details and the issues. Raises ``Unreadable``, and whatever ``rows`` raises.

        ``merged`` is called when all rows are taken, and gives the ranges of merged cells.
        """
        head = list(islice(rows, HEAD_ROWS))
        titles = find_titles(head, self._layout)
        if titles is None:
            params = {"rows": HEAD_ROWS, "title": self._layout.device_fields["serial"]}
            raise Unreadable(Issue(ERROR, "file_schema", _NO_TITLES, params))
        device_columns = self._device_columns(titles)
        invoice_columns = self._invoice_columns(titles, head[: titles.index])
        with self._issues.telling():
            self._read_rows(chain(head[titles.index + 1 :], rows), titles, device_columns, invoice_columns)
            if self._meter_rows is not None:
                self._devices = list(self._meter_rows.devices())
        self._check_merged(merged(), titles, (*device_columns, *invoice_columns))
        if not self._devices:
            self._issues.add(no_devices())
        self._check_needed(invoice_columns)
        line = self._invoice_line or (self._devices[0].source_line if self._devices else titles.line)
        invoice: InvoiceRecord = invoice_record(self._invoice, line)
        return BillingDetails(invoice, tuple(self._devices)), self._issues.listed()

    # Columns and labels

    def _device_columns(self, titles: Titles) -> list[_Column]:
        columns = []
        for field, title in self._layout.device_fields.items():
            numbers = titles.columns.get(normal_title(title), [])
            if len(numbers) == 1:
                columns.append(self._column(numbers[0], field, title, DEVICE_FIELDS[field]))
                continue
            issue = self._issue("file_schema", _REPEATED if numbers else _NO_COLUMN, titles.line, title)
            if field == "serial":
                raise Unreadable(issue)
            self._issues.add(issue)
            self._whole = False
        return columns

    def _invoice_columns(self, titles: Titles, above: list[Row]) -> list[_Column]:
        """The invoice's columns; what stands in labels instead is read at once."""
        taken = {normal_title(title) for title in self._layout.device_fields.values()}
        columns = []
        for field, title in self._layout.invoice_fields.items():
            numbers = [] if normal_title(title) in taken else titles.columns.get(normal_title(title), [])
            column = self._column(0, field, title, INVOICE_FIELDS[field])
            if len(numbers) == 1:
                columns.append(self._column(numbers[0], field, title, INVOICE_FIELDS[field]))
            elif numbers:
                self._issues.add(self._issue("file_schema", _REPEATED, titles.line, title))
            else:
                self._read_label(column, titles, above)
        return columns

    def _column(self, number: int, field: str, title: str, kind: str) -> _Column:
        return _Column(number, field, title, kind, converter(kind, self._values))

    def _read_label(self, column: _Column, titles: Titles, above: list[Row]) -> None:
        labels = find_labels(above, column.title)
        required = column.field in REQUIRED_INVOICE_FIELDS
        if len(labels) > 1:
            self._issues.add(self._issue("file_schema", _REPEATED_LABEL, labels[1].line, column.title))
        elif not labels:
            if required:
                self._issues.add(self._issue("file_schema", _NO_VALUE, titles.line, column.title))
        else:
            label = labels[0]
            self._invoice_line = min(self._invoice_line or label.line, label.line)
            if required and is_blank(label.value):
                self._issues.add(self._issue("value_invalid", NEEDED, label.line, column.title))
            elif not is_blank(label.value):
                try:
                    self._invoice[column.field] = column.convert(label.value)
                except CellError as error:
                    self._refuse(error, column, label.value, label.line, label.column)

    # Rows

    def _read_rows(self, rows: Iterator[Row], titles: Titles, plan: list[_Column], invoice: list[_Column]) -> None:
        titled = {number for numbers in titles.columns.values() for number in numbers}
        width = titles.width
        every_column_titled = len(titled) == width
        for line, cells in rows:
            count = len(cells)
            if not any(cells) or all(map(is_blank, cells)):
                self._allowance.spend(_weight(cells))
                continue
            found = len(self._devices) + 1 if self._meter_rows is None else len(self._meter_rows)
            if found > MAX_DEVICES:
                raise too_many_devices()
            extra = None
            if count > width or not every_column_titled:
                # From the right, where those of a shifted row are.
                numbers = range(count - 1, -1, -1)
                extra = next((cells[n] for n in numbers if n not in titled and not is_blank(cells[n])), None)
            if extra is None:
                self._read_row(line, cells, plan, invoice)
            else:
                self._read_broken_row(line, cells, plan, extra)

    def _read_row(self, line: int, cells: list[Cell], plan: list[_Column], invoice: list[_Column]) -> None:
        row: dict[str, Any] = {}
        count = len(cells)
        faults: list[tuple[CellError, _Column, Cell]] = []
        for column in plan:
            cell = cells[column.number] if column.number < count else None
            if cell is None or cell == "":
                continue
            try:
                row[column.field] = column.convert(cell)
            except CellError as error:
                faults.append((error, column, cell))
        self._first_line = self._first_line or line
        serial = row.get("serial", "")
        if faults:
            self._allowance.spend(FAULTY_RECORD + _weight(cells), line)
        elif not serial or (serial in self._serials and self._meter_rows is None):
            self._allowance.spend(NAMELESS_RECORD + _weight(cells))
        else:
            self._allowance.spend(max(0, count - _PLENTY))
        self._serials.add(serial)
        for fault, column, cell in faults:
            self._refuse(fault, column, cell, line, column.number, serial)
        for column in invoice:
            # What a row leaves out at its end contradicts nothing.
            if column.number < count:
                self._read_invoice_cell(column, cells[column.number], line)
        complete = self._whole and not faults
        if self._meter_rows is None:
            self._devices.append(device_record(row, line, len(self._devices) + 1, complete))
            return
        for issue in self._meter_rows.take(row, line, complete):
            self._allowance.spend(FAULTY_RECORD + _weight(cells), line)
            self._issues.add(issue)

    def _read_broken_row(self, line: int, cells: list[Cell], plan: list[_Column], extra: Cell) -> None:
        """A row of which nobody knows which cell belongs to which column: only its serial is kept, to name it."""
        self._allowance.spend(FAULTY_RECORD + _weight(cells), line)
        column = next(column for column in plan if column.field == "serial")
        serial = cells[column.number] if column.number < len(cells) else None
        serial = serial.strip() if isinstance(serial, str) and len(serial) <= MAX_IDENTIFIER else ""
        if not self._issues.takes("file_schema"):
            self._issues.count("file_schema")
        else:
            self._issues.add(Issue(ERROR, "file_schema", _EXTRA, {"value": _written(extra)}, line, serial))
        if self._meter_rows is None:
            self._devices.append(device_record({"serial": serial}, line, len(self._devices) + 1, complete=False))
        else:
            for issue in self._meter_rows.take({"serial": serial}, line, complete=False):
                self._issues.add(issue)

    def _read_invoice_cell(self, column: _Column, cell: Cell, line: int) -> None:
        first = self._firsts.get(column.field)
        if first is not None and cell == first.cell:
            return
        value = EMPTY.get(column.kind)
        if not is_blank(cell):
            try:
                value = column.convert(cell)
            except CellError as error:
                # A value that is wrong in the same way on every row is one problem.
                if first is None or cell not in first.others:
                    self._refuse(error, column, cell, line, column.number)
                if first is not None:
                    first.others.add(cell)
        if first is None:
            self._firsts[column.field] = _First(line, cell, value, set())
            self._invoice[column.field] = value
            self._invoice_line = min(self._invoice_line or line, line)
        elif value != first.value and cell not in first.others:
            first.others.add(cell)
            self._allowance.spend(FAULTY_RECORD)
            if not self._issues.takes("value_invalid"):
                self._issues.count("value_invalid")
                return
            params = {"value": _written(cell), "first": _written(first.cell), "first_line": first.line}
            self._issues.add(self._issue("value_invalid", _DIFFERENT, line, column.title, params))

    def _check_needed(self, invoice: list[_Column]) -> None:
        """A required invoice column that is empty on the first row, and so on every row that has no issue."""
        for column in invoice:
            first = self._firsts.get(column.field)
            line = first.line if first is not None else self._first_line
            if column.field in REQUIRED_INVOICE_FIELDS and line and (first is None or is_blank(first.cell)):
                self._issues.add(self._issue("value_invalid", NEEDED, line, column.title))

    def _check_merged(self, merged: Iterable[Merged], titles: Titles, columns: Sequence[_Column]) -> None:
        """Only the first of merged cells has a value: whether it stands for the others, nobody knows."""
        numbers = [column.number for column in columns]
        # Row -> how many more ranges start than end before it.
        changes: Counter[int] = Counter()
        for first_row, last_row, first_column, last_column in merged:
            if first_row > titles.line and any(first_column <= number <= last_column for number in numbers):
                first, last = self._cell_name(first_row, first_column), self._cell_name(last_row, last_column)
                params = {"first": first, "last": last}
                self._issues.add(Issue(ERROR, "file_schema", _MERGED, params, first_row))
                changes[first_row] += 1
                changes[last_row + 1] -= 1
        if not changes:
            return
        rows = sorted(changes)
        ranges = dict(zip(rows, accumulate(changes[row] for row in rows), strict=True))
        for index, device in enumerate(self._devices):
            place = bisect(rows, device.source_line)
            if place and ranges[rows[place - 1]]:
                self._devices[index] = incomplete(device)

    # Issues

    def _refuse(self, error: CellError, column: _Column, cell: Cell, line: int, number: int, serial: str = "") -> None:
        if not self._issues.takes("value_invalid"):
            self._issues.count("value_invalid")
            return
        params = {
            "element": column.title,
            "value": _written(cell),
            "cell": self._cell_name(line, number),
            "example": self._values.example(column.kind),
        }
        self._issues.add(Issue(ERROR, "value_invalid", error.template, params, line, serial, column.title))

    def _issue(self, code: str, template: str, line: int, title: str, params: dict[str, Any] | None = None) -> Issue:
        return Issue(ERROR, code, template, {"title": title, "element": title, **(params or {})}, line, "", title)


def _weight(cells: list[Cell]) -> int:
    """Number of the cells; those that a workbook does not have, before one that it has, hardly count."""
    return len(cells) - cells.count(None) + len(cells) // 64


def _written(cell: Cell) -> str:
    """The cell as the message shows it."""
    if cell is None:
        return ""
    return shown(f"{cell:f}" if isinstance(cell, Decimal) else str(cell))
