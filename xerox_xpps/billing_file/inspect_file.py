# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Inspect a file of no known layout, of any supported type."""

from .inspect_table import inspect_csv, inspect_xlsx
from .inspect_xml import inspect_xml
from .inspection import Inspection
from .limits import MAX_SIZE
from .reader import check_size, check_type, extension_of


def inspect(data: bytes, file_name: str, *, delimiter: str = "", encoding: str = "", sheet: str = "") -> Inspection:
    """What the file holds. Never raises on bad input; of a big file only the beginning is looked at.

    ``delimiter`` and ``encoding`` (CSV) and ``sheet`` (XLSX) say how to read it; without, it is the likeliest.
    """
    if issue := check_type(file_name):
        return Inspection("", (issue,))
    file_type = extension_of(file_name)[1:]
    if issue := check_size(data, MAX_SIZE):
        return Inspection(file_type, (issue,))
    if file_type == "csv":
        return inspect_csv(data, delimiter, encoding)
    return inspect_xlsx(data, sheet) if file_type == "xlsx" else inspect_xml(data)
