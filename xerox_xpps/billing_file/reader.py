# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read a billing details file of any supported type."""

import os.path
from collections.abc import Callable
from dataclasses import dataclass

from .checks import check_period
from .issue import ERROR, Issue, _, shown
from .layout import AUTOTASK_XML, XmlLayout
from .model import BillingDetails
from .xml_reader import read_xml

MAX_SIZE = 64 * 1024 * 1024
# Nobody mends more than this before trying again.
MAX_ISSUES = 100_000

# A file within the size limit could still be nothing but tags, at some 150 bytes of memory each.
_BYTES_PER_TAG = 8

# File type -> reader, None for a type that is known but has none yet.
_READERS: dict[str, Callable[[bytes, XmlLayout], tuple[BillingDetails | None, list[Issue]]] | None] = {
    ".xml": read_xml,
    ".csv": None,
    ".xlsx": None,
}


@dataclass(frozen=True, slots=True)
class ReadResult:
    """``details`` as far as the file can be read, None if not at all; ``issues`` sorted by line."""

    details: BillingDetails | None
    issues: tuple[Issue, ...]


def read(data: bytes, file_name: str, layout: XmlLayout = AUTOTASK_XML, *, max_size: int = MAX_SIZE) -> ReadResult:
    """Read a file. Never raises on bad input.

    ``max_size`` is in bytes. Devices with an issue are among the details too, without the values that were
    refused. What the records say together is checked by ``check_serials(details)``, and by
    ``check_totals(details, decimal_places)`` once the caller knows the decimals of the currency.
    """
    issue = _check_type(file_name) or _check_size(data, max_size)
    if issue:
        return ReadResult(None, (issue,))
    details, issues = _READERS[_extension(file_name)](data, layout)
    if details:
        issues += check_period(details.invoice)
    issues.sort(key=lambda issue: issue.source_line or 0)
    return ReadResult(details, tuple(_limited(issues)))


def _extension(file_name: str) -> str:
    return os.path.splitext((file_name or "").strip())[1].lower()


def _check_type(file_name: str) -> Issue | None:
    extension = _extension(file_name)
    if _READERS.get(extension):
        return None
    if extension in _READERS:
        template = _("There is no file format for '%(extension)s' files yet. Please select an .xml file.")
    elif extension:
        template = _("Files of type '%(extension)s' are not supported. Please select an .xml, .csv or .xlsx file.")
    else:
        template = _("The name of the file has no type. Please select an .xml, .csv or .xlsx file.")
    return Issue(ERROR, "file_type", template, {"extension": shown(extension)})


def _check_size(data: bytes, max_size: int) -> Issue | None:
    if len(data) > max_size:
        template = _("The file has %(size)s MiB. At most %(limit)s MiB are read.")
        params = {"size": f"{len(data) / 1024**2:.1f}", "limit": f"{max_size / 1024**2:.1f}"}
        return Issue(ERROR, "file_too_large", template, params)
    if not data.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe"):
        return Issue(ERROR, "file_empty", _("The file is empty."))
    if data.count(b"<") > max_size // _BYTES_PER_TAG:
        return Issue(ERROR, "file_too_large", _("The file holds more elements than are read."))
    return None


def _limited(issues: list[Issue]) -> list[Issue]:
    if len(issues) <= MAX_ISSUES:
        return issues
    template = _("%(count)s more problems are not listed.")
    more = Issue(ERROR, "file_schema", template, {"count": len(issues) - MAX_ISSUES})
    return [*issues[:MAX_ISSUES], more]
