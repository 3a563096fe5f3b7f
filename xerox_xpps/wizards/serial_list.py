# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Serial numbers as they are scanned, typed or copied from a spreadsheet."""

import csv
import re
from dataclasses import dataclass

#: Columns of a line, in this order.
COLUMNS = ("serial", "location", "asset_number")
#: More characters than any serial number has.
MAX_LENGTH = 64

_DELIMITERS = "\t;,"
# What a spreadsheet makes of a serial number such as 3512345678901 or 351E10.
_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SerialLine:
    """A line that is not blank: ``number`` counts from 1, ``text`` is the line as it was entered.

    ``extra`` says that there are more columns than known ones.
    """

    number: int
    text: str
    serial: str
    location: str
    asset_number: str
    extra: bool


def serial_lines(text):
    """The lines of a text that are not blank: a serial number each, a place and an asset number where there are any.

    The first tab, else semicolon, else comma of a line tells what separates its columns.
    """
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = _cells(line)
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            known = (cells + [""] * len(COLUMNS))[: len(COLUMNS)]
            lines.append(SerialLine(number, line, *known, extra=len(cells) > len(COLUMNS)))
    return lines


def _cells(line):
    delimiter = next((delimiter for delimiter in _DELIMITERS if delimiter in line), "\t")
    try:
        cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        # Longer than any cell can be: as a serial number, it is refused with its line.
        cells = [line]
    return [cell.strip() for cell in cells]


def is_scientific(serial):
    """Whether a spreadsheet turned the serial number into a number with an exponent: its digits are lost."""
    return bool(_SCIENTIFIC.fullmatch(serial))
