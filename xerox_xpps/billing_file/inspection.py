# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a file of no known layout holds, so that a layout can be made for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .issue import Issue, shown

_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A place that may hold a value.

    ``name`` is what a layout has for it: the title of a column, the text of a label above the title row, or the
    path of an XML element below the invoice's or the device's element. ``samples`` are up to three of its
    values, as text. ``part`` is "invoice" or "device": where the value stands, or of what the suggested field
    is. ``suggestion`` is the canonical field of that part that the name makes plain, or empty; a file's
    suggestions name each field at most once.
    """

    name: str
    samples: tuple[str, ...] = ()
    part: str = "device"
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found. A value that does not go with the type of the file is empty.

    - ``file_type``: "xml", "csv" or "xlsx", by the name of the file; empty when it is of no supported type.
    - ``issues``: why the file cannot be read, or why nothing was found in it.
    - ``columns``: what a layout may map. Of a table its columns from left to right, then its labels; of XML what
      is below the first of ``invoice_paths``, then below the first of ``record_paths``.
    - ``record_paths``, ``invoice_paths`` (XML): absolute paths of elements that may be a device, or the invoice;
      the most likely first. ``leaves`` has the columns of each of these paths.
    - ``encoding``: "utf-8", "utf-8-sig", "cp1252", "utf-16", or "utf-16-le"/"utf-16-be" without a mark (CSV).
    - ``delimiter`` (CSV), ``sheets``: the visible ones, and ``sheet``: the one that was looked at (XLSX).
    - ``title_row``: its line in the file or row in the sheet, from 1; None when there is none.
    - ``decimal_mark``, ``date_format``: as a layout has them. ``date_format`` is None for ISO 8601, and when the
      dates of the file can be read in more than one way.
    """

    file_type: str
    issues: tuple[Issue, ...] = ()
    columns: tuple[FoundColumn, ...] = ()
    record_paths: tuple[str, ...] = ()
    invoice_paths: tuple[str, ...] = ()
    leaves: Mapping[str, tuple[FoundColumn, ...]] = field(default_factory=dict, hash=False)
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    title_row: int | None = None
    decimal_mark: str = "."
    date_format: str | None = None


def make_columns(values: Mapping[str, Sequence[str]], suggest: Callable[[str], tuple[str, str]]) -> list[FoundColumn]:
    """Columns from name -> values; ``suggest`` gives part and field of a name. The first to name a field has it."""
    taken = set()
    columns = []
    for name, texts in values.items():
        part, suggestion = suggest(name)
        if (part, suggestion) in taken:
            suggestion = ""
        taken.add((part, suggestion))
        samples = tuple(dict.fromkeys(shown(text) for text in texts if text.strip()))[:_SAMPLES]
        columns.append(FoundColumn(name, samples, part, suggestion))
    return columns
