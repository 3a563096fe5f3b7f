# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where the title row of a table is, and which column or label holds which field."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from .cells import Cell, Row
from .layout import TableLayout, normal_title
from .limits import MAX_TEXT

# The title row is among these.
HEAD_ROWS = 50


@dataclass(frozen=True, slots=True)
class Titles:
    """The title row, its index among the rows, and the columns of each normal title."""

    line: int
    index: int
    columns: dict[str, list[int]]

    @property
    def width(self) -> int:
        """Number of columns up to the last with a title."""
        return max(max(columns) for columns in self.columns.values()) + 1


@dataclass(frozen=True, slots=True)
class Label:
    """A cell right of a label; ``column`` counts from 0."""

    line: int
    column: int
    value: Cell


def _may_be_title(cell: Cell) -> TypeGuard[str]:
    return isinstance(cell, str) and len(cell) <= MAX_TEXT


def columns_by_title(cells: Sequence[Cell]) -> dict[str, list[int]]:
    """Normal title -> the columns that have it."""
    columns: dict[str, list[int]] = {}
    for column, cell in enumerate(cells):
        title = normal_title(cell) if _may_be_title(cell) else ""
        if title:
            columns.setdefault(title, []).append(column)
    return columns


def find_titles(head: Sequence[Row], layout: TableLayout) -> Titles | None:
    """The row that has the serial's title and the most others of the layout; the first of equals."""
    serial = normal_title(layout.device_fields["serial"])
    wanted = {normal_title(title) for title in (*layout.device_fields.values(), *layout.invoice_fields.values())}
    best, best_score = None, 0
    for index, (line, cells) in enumerate(head[:HEAD_ROWS]):
        columns = columns_by_title(cells)
        score = len(wanted & columns.keys())
        if serial in columns and score > best_score:
            best, best_score = Titles(line, index, columns), score
    return best


def find_labels(above: Sequence[Row], title: str) -> list[Label]:
    """The cells right of those that hold this title, with or without a colon after it."""
    title = normal_title(title).rstrip(": ")
    found = []
    for line, cells in above:
        for column, cell in enumerate(cells):
            if _may_be_title(cell) and normal_title(cell).rstrip(": ") == title:
                found.append(Label(line, column + 1, cells[column + 1] if column + 1 < len(cells) else None))
    return found
