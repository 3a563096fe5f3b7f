# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The cells of a table, whatever file it is in, and their values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .fields import DATE, IDENTIFIER, READ_TYPE, TEXT
from .issue import _
from .values import EXPECTED, ValueReader

# Spreadsheets keep no more digits of a number than these.
_DIGITS_KEPT = 15

FORMULA = _(
    "%(element)s in cell %(cell)s is a formula. Its last result may be out of date: replace the formula by its value."
)
FAULTY = _("%(element)s in cell %(cell)s is %(value)s. Expected a text, a number or a date.")
NO_TEXT = _(
    "%(element)s in cell %(cell)s was turned into the number or date %(value)s by the spreadsheet."
    " Format the cell as text, and enter the value again."
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell that gives no value whatever is expected there: ``template`` is the sentence that says why."""

    template: str
    text: str

    def __str__(self) -> str:
        return self.text


# None and blank text are empty; Decimal and date come from typed cells only.
Cell = str | Decimal | date | Refused | None
# The line from 1 (of a workbook: the row), and the cells from the first column on.
Row = tuple[int, list[Cell]]


class CellError(ValueError):
    """The cell gives no value; ``template`` is the sentence that says why."""

    def __init__(self, template: str) -> None:
        super().__init__(template)
        self.template = template


def is_blank(cell: Cell) -> bool:
    """Whether there is nothing in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def converter(kind: str, values: ValueReader) -> Callable[[Cell], Any]:
    """A function from a cell that is not None to its value of ``kind``; it raises ``CellError``."""
    convert = values.converters[kind]
    expected = EXPECTED[kind]
    refusal = NO_TEXT if kind in (TEXT, IDENTIFIER) else expected

    def from_cell(cell: Cell) -> Any:
        if isinstance(cell, str):
            try:
                return convert(cell)
            except ValueError as error:
                raise CellError(getattr(error, "template", expected)) from error
        try:
            if isinstance(cell, Decimal):
                return convert(_number_text(cell, kind, values))
            if isinstance(cell, date) and kind == DATE:
                return cell
        except ValueError as error:
            raise CellError(getattr(error, "template", refusal)) from error
        raise CellError(cell.template if isinstance(cell, Refused) else refusal)

    return from_cell


def _number_text(number: Decimal, kind: str, values: ValueReader) -> str:
    """A number cell as the layout would write it. Raises ``ValueError`` where a number is no such value."""
    integral = number == number.to_integral_value()
    if kind in (TEXT, IDENTIFIER):
        # A serial that was taken for a number: beyond these digits the spreadsheet has put zeros.
        if not integral or number.adjusted() >= _DIGITS_KEPT:
            raise ValueError(number)
    elif kind == READ_TYPE or (kind == DATE and not values.takes_numbers_as_dates):
        raise ValueError(number)
    if integral:
        return f"{number:.0f}"
    return f"{number:f}".replace(".", values.decimal_mark)
