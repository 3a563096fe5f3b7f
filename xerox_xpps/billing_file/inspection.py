# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Inspect a file of no known layout, of any supported type."""

from .found import Inspection
from .inspect_table import inspect_csv, inspect_xlsx
from .inspect_xml import inspect_xml
from .reader import MAX_SIZE, check_size, check_type, extension_of

_INSPECTORS = {"xml": inspect_xml, "csv": inspect_csv, "xlsx": inspect_xlsx}


def inspect(data: bytes, file_name: str) -> Inspection:
    """What the file holds. Never raises on bad input; of a big file only the beginning is looked at."""
    if issue := check_type(file_name):
        return Inspection("", (issue,))
    file_type = extension_of(file_name)[1:]
    if issue := check_size(data, file_type, MAX_SIZE):
        return Inspection(file_type, (issue,))
    return _INSPECTORS[file_type](data)
