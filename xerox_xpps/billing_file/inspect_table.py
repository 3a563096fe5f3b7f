# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Inspect tables: how the text is written, where the titles are, and what is below them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from .cells import Cell, Row, is_blank
from .csv_file import BEGINNING, check_text, csv_rows, decodes
from .field_suggestions import column_field, invoice_field, is_meter_field, meter_row_field
from .fields import DATE, DEVICE_FIELDS, INVOICE_FIELDS, MONEY, UNIT_COST
from .guessing import guess_date_format, guess_decimal_mark, looks_like_date
from .inspection import FoundColumn, Inspection, make_columns
from .issue import ERROR, Issue, Unreadable, _
from .output_words import output_type_of
from .signatures import byte_order_mark
from .table_titles import HEAD_ROWS
from .xlsx_file import Workbook

_DELIMITERS = ",;\t|"
# Rows that are looked at.
_ROWS = 250
_SHEETS = 20


def inspect_csv(data: bytes, delimiter: str = "", encoding: str = "") -> Inspection:
    """What the beginning of the text holds, with this delimiter and encoding if they are given."""
    encoding = encoding or encoding_of(data)
    if not encoding:
        template = _("The encoding of the file is unknown: it is not UTF-8, UTF-16 or Windows-1252 text.")
        return Inspection("csv", (Issue(ERROR, "file_syntax", template),))
    try:
        check_text(data, encoding)
    except Unreadable as error:
        return Inspection("csv", (error.issue,), encoding=encoding)
    beginning = data[:BEGINNING]
    best, best_score, first_error = None, None, None
    for candidate in delimiter or _DELIMITERS:
        rows: list[Row] = []
        try:
            rows += islice(csv_rows(beginning, encoding, candidate, whole=len(beginning) == len(data)), _ROWS)
        except Unreadable as error:
            first_error = first_error or error
        score = _score(rows)
        if rows and (best_score is None or score > best_score):
            best, best_score = (candidate, rows), score
    if best is None:
        return Inspection("csv", (first_error.issue,) if first_error else (_no_titles(),), encoding=encoding)
    delimiter, rows = best
    return replace(_inspect_rows("csv", rows), encoding=encoding, delimiter=delimiter)


def inspect_xlsx(data: bytes, sheet: str = "") -> Inspection:
    """What the sheet of this name, or else the most likely visible one, holds in its first rows."""
    try:
        book = Workbook(data)
        names = [sheet] if sheet in book.sheets else book.sheets[:_SHEETS]
        sheets = {name: book.head(name, _ROWS) for name in names}
    except Unreadable as error:
        return Inspection("xlsx", (error.issue,))
    name = max(sheets, key=lambda each: _score(sheets[each]))
    return replace(_inspect_rows("xlsx", sheets[name]), sheets=tuple(book.sheets), sheet=name)


# Encoding


def encoding_of(data: bytes) -> str:
    """The encoding of a text, as its beginning shows it; empty if that is none of the usual ones."""
    mark, marked = byte_order_mark(data)
    if mark:
        return "utf-8-sig" if marked == "utf-8" else marked.removesuffix("-le").removesuffix("-be")
    beginning = data[:BEGINNING]
    if b"\0" in beginning[:4]:
        return "utf-16-be" if beginning[:1] == b"\0" else "utf-16-le"
    return next((each for each in ("utf-8", "cp1252") if decodes(beginning, each)), "")


# Titles


def _suggestions(cells: Sequence[Cell]) -> set[tuple[str, str]]:
    found = {column_field(cell) for cell in cells if isinstance(cell, str)}
    return {(part, field) for part, field in found if field}


def _title_score(cells: Sequence[Cell]) -> tuple[bool, int, int]:
    found = _suggestions(cells)
    return (
        ("device", "serial") in found,
        len(found),
        sum(isinstance(cell, str) and not is_blank(cell) for cell in cells),
    )


def _title_index(rows: Sequence[Row]) -> int | None:
    """The row that looks most like titles: known ones, else the one with most texts; the first of equals."""
    head = [(_title_score(cells), -index) for index, (_line, cells) in enumerate(rows[:HEAD_ROWS])]
    score, index = max(head, default=((False, 0, 0), 0))
    return -index if score[-1] > 1 else None


def _score(rows: Sequence[Row]) -> tuple[bool, int, int]:
    """How much the rows look like a table."""
    index = _title_index(rows)
    if index is None:
        return (False, 0, 0)
    titles = rows[index][1]
    serial, known, _texts = _title_score(titles)
    alike = sum(len(cells) == len(titles) for _line, cells in rows[index:])
    return serial, known, alike * len(titles)


# Columns


def _inspect_rows(file_type: str, rows: Sequence[Row]) -> Inspection:
    index = _title_index(rows)
    if index is None:
        return Inspection(file_type, (_no_titles(),))
    line, titles = rows[index]
    columns: dict[str, list[Cell]] = {}
    for number, title in enumerate(titles):
        name = " ".join(title.split()) if isinstance(title, str) else ""
        # A layout cannot tell two columns of one title apart; the first stands for both.
        if name and name not in columns:
            columns[name] = [cells[number] for _line, cells in rows[index + 1 :] if number < len(cells)]
    texts = {name: _texts(cells) for name, cells in columns.items()}
    found = make_columns(texts, column_field)
    if meter_type := _meter_type(found, texts):
        found = make_columns(texts, lambda name: _field_of_row(name, meter_type))
    labels = _labels(rows[:index])
    taken = {(column.part, column.suggestion) for column in found}
    for column in make_columns({name: _texts([cell]) for name, cell in labels.items()}, _label_field):
        known = (column.part, column.suggestion) in taken
        found.append(replace(column, suggestion="" if known else column.suggestion))
    # Numbers and dates of a workbook say nothing about how texts are written.
    cells = {**{name: [cell] for name, cell in labels.items()}, **columns}
    dates: list[str] = []
    amounts: list[str] = []
    for column in found:
        kind, written = _kind(column), [cell for cell in cells[column.name] if isinstance(cell, str)]
        if kind == DATE:
            dates += written
        elif kind in (None, MONEY, UNIT_COST):
            amounts += written
            dates += () if kind else filter(looks_like_date, written)
    return Inspection(
        file_type,
        columns=tuple(found),
        title_row=line,
        decimal_mark=guess_decimal_mark(amounts),
        date_format=guess_date_format(dates),
    )


def _meter_type(found: Sequence[FoundColumn], texts: Mapping[str, Sequence[str]]) -> str:
    """The column that says of which type of pages a row's meter is, in a table with a row for each meter, or empty.

    All of its words are types of pages, no column is of a meter of one type, and some are of a meter of any type.
    """
    if any(is_meter_field(column.suggestion) for column in found):
        return ""
    rows = [column.name for column in found if meter_row_field(column.name) not in ("", "meter_type")]
    for column in found:
        words = {text.strip() for text in texts[column.name]} - {""}
        if rows and words and not column.suggestion and all(map(output_type_of, words)):
            return column.name
    return ""


def _field_of_row(name: str, meter_type: str) -> tuple[str, str]:
    part, field = column_field(name)
    if name == meter_type:
        return "device", "meter_type"
    of_row = meter_row_field(name)
    return ("device", of_row) if not field and of_row != "meter_type" else (part, field)


def _labels(above: Sequence[Row]) -> dict[str, Cell]:
    """Texts above the titles, each with the cell to its right."""
    labels: dict[str, Cell] = {}
    for _line, cells in above:
        number = 0
        while number + 1 < len(cells):
            label, value = cells[number : number + 2]
            if isinstance(label, str) and not is_blank(label) and not is_blank(value):
                labels.setdefault(" ".join(label.split()).rstrip(": "), value)
                number += 1
            number += 1
    return labels


def _label_field(name: str) -> tuple[str, str]:
    return "invoice", invoice_field(name)


def _kind(column: FoundColumn) -> str | None:
    return (DEVICE_FIELDS if column.part == "device" else INVOICE_FIELDS).get(column.suggestion)


def _texts(cells: Sequence[Cell]) -> list[str]:
    return ["" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else str(cell) for cell in cells]


def _no_titles() -> Issue:
    template = _("No row of the file looks like column titles.")
    return Issue(ERROR, "file_schema", template)
