# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which of several layouts a file fits."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from lxml import etree

from .cells import Row
from .csv_file import BEGINNING, check_text, csv_rows, decodes
from .fields import DEVICE_FIELDS, INVOICE_FIELDS
from .issue import Issue, Unreadable
from .layout import Layout, TableLayout, XmlLayout, normal_title
from .limits import MAX_SIZE, Allowance
from .reader import check_size, check_type, extension_of
from .table_reader import TableReader
from .table_titles import HEAD_ROWS, find_labels, find_titles
from .values import ValueReader
from .xlsx_file import Workbook
from .xml_parser import parse_beginning
from .xml_rows import Fault, elements_at, fill, make_plan

# Records whose values are tried.
_RECORDS = 20
# Below this share of its titles a table is another one, which happens to have a column for serial numbers.
_MIN_SHARE = 0.5

# Compared from left to right: the share of the layout's names that are in the file, the values that it cannot
# read (negative), whether the text is of its encoding, and how many names it has.
_Fit = tuple[float, int, bool, int]


def find_layout(data: bytes, file_name: str, layouts: Sequence[Layout]) -> int | None:
    """Index of the layout that the content of the file fits best, the first of equals; None if it fits none.

    Only layouts of the type that the name of the file says are considered. An XML layout fits when the root
    element and a device are where it has them; a table layout when there is a title row with the serial's title
    and half of the others. Only the beginning of the file is looked at. Never raises on bad input.
    """
    if check_type(file_name):
        return None
    file_type = extension_of(file_name)[1:]
    if check_size(data, MAX_SIZE):
        return None
    fits = _FITS[file_type](data, [layout for layout in layouts if layout.file_type == file_type])
    indexes = [index for index, layout in enumerate(layouts) if layout.file_type == file_type]
    found = [(fit, -index) for fit, index in zip(fits, indexes, strict=True) if fit is not None]
    return -max(found)[1] if found else None


# XML


def _xml_fits(data: bytes, layouts: Sequence[XmlLayout]) -> list[_Fit | None]:
    root = parse_beginning(data, recover=True)
    if isinstance(root, Issue):
        return [None] * len(layouts)
    return [_xml_fit(root, layout) for layout in layouts]


def _xml_fit(root: etree._Element, layout: XmlLayout) -> _Fit | None:
    records = list(islice(elements_at(root, layout.device_path), _RECORDS))
    if root.tag != layout.root or not records:
        return None
    # Whether a file takes pages back says nothing about its layout.
    values = ValueReader(layout, credits=True)
    faults: list[Fault] = []
    present = 0
    for elements, fields, kinds in (
        (list(islice(elements_at(root, layout.invoice_path), 1)), layout.invoice_fields, INVOICE_FIELDS),
        (records, layout.device_fields, DEVICE_FIELDS),
    ):
        plan = make_plan(fields, kinds, values)
        found: set[str] = set()
        for element in elements:
            row: dict[str, Any] = {}
            fill(row, element, plan, faults)
            found |= row.keys()
        present += len(found)
    mapped = len(layout.invoice_fields) + len(layout.device_fields)
    return present / mapped, -len(faults), True, mapped


# Tables


def _csv_fits(data: bytes, layouts: Sequence[TableLayout]) -> list[_Fit | None]:
    try:
        for encoding in {layout.encoding for layout in layouts}:
            check_text(data, encoding)
    except Unreadable:
        return [None] * len(layouts)
    beginning = data[:BEGINNING]
    splits: dict[tuple[str, str], list[Row]] = {}
    fits = []
    for layout in layouts:
        key = (layout.encoding, layout.delimiter)
        if key not in splits:
            splits[key] = _some(csv_rows(beginning, *key, whole=False))
        fits.append(_table_fit(splits[key], layout, decodes(beginning, layout.encoding)))
    return fits


def _xlsx_fits(data: bytes, layouts: Sequence[TableLayout]) -> list[_Fit | None]:
    try:
        book = Workbook(data)
    except Unreadable:
        return [None] * len(layouts)
    return [_sheet_fit(book, layout) for layout in layouts]


def _sheet_fit(book: Workbook, layout: TableLayout) -> _Fit | None:
    try:
        rows = _some(book.rows(book.sheet_for(layout)))
    except Unreadable:
        return None
    return _table_fit(rows, layout, clean=True)


def _some(rows: Iterator[Row]) -> list[Row]:
    """The first rows, up to the first that cannot be read."""
    found: list[Row] = []
    with suppress(Unreadable):
        found.extend(islice(rows, HEAD_ROWS + _RECORDS))
    return found


def _table_fit(rows: Sequence[Row], layout: TableLayout, clean: bool) -> _Fit | None:
    titles = find_titles(rows, layout)
    if titles is None:
        return None
    device_titles = {normal_title(title) for title in layout.device_fields.values()}
    above = rows[: titles.index]
    present = len(device_titles & titles.columns.keys())
    for title in layout.invoice_fields.values():
        is_column = normal_title(title) in titles.columns and normal_title(title) not in device_titles
        present += bool(is_column or find_labels(above, title))
    mapped = len(layout.invoice_fields) + len(layout.device_fields)
    if present / mapped < _MIN_SHARE:
        return None
    try:
        reader = TableReader(layout, Allowance(), cell_name=lambda line, column: "", credits=True)
        _details, issues = reader.details(iter(rows))
    except Unreadable as error:
        issues = [error.issue]
    return present / mapped, -len(issues), clean, mapped


_FITS: dict[str, Callable[[bytes, Any], list[_Fit | None]]] = {"xml": _xml_fits, "csv": _csv_fits, "xlsx": _xlsx_fits}
