# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read a billing details file of any supported type."""

import ctypes
import os.path
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .autotask import AUTOTASK_XML
from .checks import check_period
from .csv_file import read_csv
from .issue import ERROR, Issue, _, shown
from .layout import Layout
from .limits import MAX_SIZE
from .model import BillingDetails
from .xlsx_file import read_xlsx
from .xml_reader import read_xml

# Bytes of a file whose tree is worth it.
_BIG = 16 * 1024 * 1024

_READERS: dict[str, Callable[[bytes, Any, bool], tuple[BillingDetails | None, list[Issue]]]] = {
    "xml": read_xml,
    "csv": read_csv,
    "xlsx": read_xlsx,
}


@dataclass(frozen=True, slots=True)
class ReadResult:
    """``details`` as far as the file can be read, None if not at all; ``issues`` sorted by line."""

    details: BillingDetails | None
    issues: tuple[Issue, ...]


def read(
    data: bytes,
    file_name: str,
    layout: Layout = AUTOTASK_XML,
    *,
    max_size: int = MAX_SIZE,
    credits: bool = False,
) -> ReadResult:
    """Read a file by its layout, whose type the name of the file must have. Never raises on bad input.

    ``max_size`` is in bytes. ``credits`` says that the pages above the allowance may be below zero, as in a correction
    that takes some back. Devices with an issue are among the details too, without the values that were
    refused. What the records say together is checked by ``check_serials(details)``, and by
    ``check_totals(details, decimal_places)`` once the caller knows the decimals of the currency.
    """
    issue = _check_type(file_name, layout.file_type) or check_size(data, max_size)
    if issue:
        return ReadResult(None, (issue,))
    details, issues = _READERS[layout.file_type](data, layout, credits)
    if len(data) > _BIG:
        _give_back_memory()
    if details:
        issues += check_period(details.invoice)
    issues.sort(key=lambda issue: issue.source_line or 0)
    return ReadResult(details, tuple(issues))


def extension_of(file_name: str) -> str:
    """The type that the name of the file says, as in ".xml", or empty."""
    return os.path.splitext((file_name or "").strip())[1].lower()


def check_type(file_name: str) -> Issue | None:
    """``file_type`` when the name does not end in a supported type."""
    extension = extension_of(file_name)
    if extension[1:] in _READERS:
        return None
    if extension:
        template = _("Files of type '%(extension)s' are not supported. Please select an .xml, .csv or .xlsx file.")
    else:
        template = _("The file name has no extension. Please select an .xml, .csv or .xlsx file.")
    return Issue(ERROR, "file_type", template, {"extension": shown(extension)})


def _check_type(file_name: str, file_type: str) -> Issue | None:
    extension = extension_of(file_name)
    issue = check_type(file_name)
    if issue or extension[1:] == file_type:
        return issue
    template = _(
        "The file format is for .%(type)s files, but the name of this file ends in '%(extension)s'."
        " Please choose another file format, or select another file."
    )
    return Issue(ERROR, "file_type", template, {"type": file_type, "extension": shown(extension)})


def check_size(data: bytes, max_size: int) -> Issue | None:
    """``file_too_large`` or ``file_empty``, as far as the bytes alone tell it."""
    if len(data) > max_size:
        template = _("The file has %(size)s MiB. At most %(limit)s MiB are read.")
        params = {"size": f"{len(data) / 1024**2:.1f}", "limit": f"{max_size / 1024**2:.1f}"}
        return Issue(ERROR, "file_too_large", template, params)
    if not data.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe"):
        return Issue(ERROR, "file_empty", _("The file is empty."))
    return None


def _give_back_memory() -> None:
    """Return freed memory to the system, where the C library can.

    libxml2 frees a tree node by node, and glibc keeps all of it for libxml2: Python's own objects, which are what
    comes next, would be placed beside it.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
