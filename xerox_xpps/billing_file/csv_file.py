# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Split delimited text into rows, strictly: what is not plainly one cell is refused."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import count

from .cells import Row
from .issue import ERROR, Issue, Unreadable, _, shown
from .layout import TableLayout
from .limits import MAX_CELLS, MAX_COLUMNS, MAX_LINE, MAX_LINES, Allowance, check_limit, too_large
from .model import BillingDetails
from .signatures import byte_order_mark, refuse_binary
from .table_reader import TableReader

# Enough of a file to see how it is built.
BEGINNING = 256 * 1024

# How spreadsheets are told to leave 00123 as it is.
_AS_TEXT = re.compile(r'="([^"]*)"')


def read_csv(data: bytes, layout: TableLayout, credits: bool = False) -> tuple[BillingDetails | None, list[Issue]]:
    """The details, as far as they can be read, and the issues of reading them.

    The details are None when the file is not such text, or has no title row.
    """
    try:
        check_text(data, layout.encoding, layout.delimiter)
        reader = TableReader(layout, Allowance(), cell_name=_cell_name, credits=credits)
        return reader.details(csv_rows(data, layout.encoding, layout.delimiter))
    except Unreadable as error:
        return None, [error.issue, *error.found]


def check_text(data: bytes, encoding: str, delimiter: str = "") -> None:
    """Raise ``Unreadable`` when the bytes are no such text, or have too many lines or cells."""
    refuse_binary(data)
    encoding = byte_order_mark(data)[1] or encoding

    def occurrences(character: str) -> int:
        # Of UTF-16 the mark that encode() puts before it is no part of the text.
        return data.count(character.encode(encoding).removeprefix("".encode(encoding)))

    lines = occurrences("\n")
    # Two of three ways to end a line have one of these.
    check_limit(max(lines, occurrences("\r")), MAX_LINES, _("The file has more than %(limit)s lines. Split the file."))
    if delimiter:
        check_limit(occurrences(delimiter), MAX_CELLS, _("The file has more than %(limit)s cells. Split the file."))


def csv_rows(data: bytes, encoding: str, delimiter: str, *, whole: bool = True) -> Iterator[Row]:
    """The rows of the text, each with the line on which it starts; a byte order mark overrules ``encoding``.

    Raises ``Unreadable`` at the first place that is broken. ``whole`` is False for the beginning of a file,
    which may end within a character.
    """
    refuse_binary(data)
    mark, marked_encoding = byte_order_mark(data)
    encoding = marked_encoding or encoding
    source = io.BytesIO(data)
    source.seek(len(mark))
    text = io.TextIOWrapper(source, encoding, errors="strict" if whole else "replace", newline="")
    lines = _Lines(text, delimiter)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield lines.start, [_plain(cell) if cell[:2] == '="' else cell for cell in cells]
            lines.start = reader.line_num + 1
            lines.delimiters = 0
    except UnicodeError:
        raise Unreadable(_undecodable(data[len(mark) :], encoding)) from None
    except csv.Error as error:
        raise Unreadable(_broken(lines.start, str(error))) from error


def decodes(beginning: bytes, encoding: str) -> bool:
    """Whether the beginning of a file, which may end within a character, is text of the encoding."""
    mark, marked_encoding = byte_order_mark(beginning)
    try:
        codecs.getincrementaldecoder(marked_encoding or encoding)().decode(beginning[len(mark) :])
    except UnicodeError:
        return False
    return True


class _Lines:
    """The lines of the text, refused as soon as they would harm; ``start`` is where the current row starts."""

    def __init__(self, text: io.TextIOWrapper, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self.start = 1
        self.delimiters = 0

    def __iter__(self) -> Iterator[str]:
        for number in count(1):
            # What is left of a line that is too long is not even read.
            line = self._text.readline(MAX_LINE + 1)
            if not line:
                return
            if len(line) > MAX_LINE:
                raise too_large(_("A line of the file has more than %(limit)s characters."), MAX_LINE, number)
            if "\0" in line:
                raise Unreadable(_broken(number, "it has NUL characters, as binary files and UTF-16 text have"))
            self.delimiters += line.count(self._delimiter)
            if self.delimiters >= MAX_COLUMNS:
                raise Unreadable(_broken(self.start, f"it has more than {MAX_COLUMNS} cells"))
            yield line


def _plain(cell: str) -> str:
    match = _AS_TEXT.fullmatch(cell)
    return match.group(1) if match else cell


def _broken(line: int, detail: str) -> Issue:
    template = _("The row that starts on line %(line)s cannot be read: %(detail)s.")
    return Issue(ERROR, "file_syntax", template, {"line": line, "detail": shown(detail)}, line)


def _undecodable(data: bytes, encoding: str) -> Issue:
    """Where the text stops to be of this encoding, which the caller has seen it do."""
    try:
        data.decode(encoding)
        start = 0
    except UnicodeError as error:
        # An error of the whole text, such as a missing mark, has no place.
        start = getattr(error, "start", 0)
    line = 1 + data[:start].decode(encoding, "replace").count("\n")
    template = _(
        "Line %(line)s is not text of the encoding %(encoding)s. Save the file in that encoding, or choose another"
        " file format."
    )
    return Issue(ERROR, "file_syntax", template, {"line": line, "encoding": encoding}, line)


def _cell_name(line: int, column: int) -> str:
    return f"{column + 1} of line {line}"
