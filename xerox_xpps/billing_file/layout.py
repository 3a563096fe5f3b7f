# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where a file keeps which value. A layout is data, so that a new one needs no code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar

from .fields import DEVICE_FIELDS, INVOICE_FIELDS, METER_ROW_FIELDS, RECORD_FIELDS
from .issue import shown
from .limits import MAX_PATH
from .model import OUTPUT_TYPES
from .xml_path import check_paths, element_steps

_DIRECTIVE = re.compile("%.", re.DOTALL)
# Letters, marks and spaces between the directives.
_DATE_FORMAT = re.compile("(?:%[A-Za-z]|[^%\\x00-\\x1f]){1,40}")
_SAMPLE_DAYS = (date(2026, 1, 31), date(2025, 12, 9))
_ENCODING = re.compile("utf-8(?:-sig)?|utf-16(?:-[lb]e)?|us-ascii|ascii|iso-8859-(?:[1-9]|1[013456])|cp125[0-8]")
_MAX_WORDS = 50

READ_TYPES: Mapping[str, bool] = MappingProxyType({"Actual": False, "Estimated": True})


def normal_title(title: str) -> str:
    """What two writings of one column title have in common: white space collapsed, case folded."""
    return " ".join(title.split()).casefold()


@dataclass(frozen=True, slots=True)
class XmlLayout:
    """An XML layout.

    ``invoice_path`` and ``device_path`` are absolute element paths (``/Root/Invoice``); the two mappings give
    canonical field -> path below that element (``SerialNumber``, ``Fees/Base``, ``@serial``,
    ``Meter[@type='Mono']/Over``: see ``xml_path``). All are names without namespace, and so are those of ``xsd``:
    elements are read by their local names, in whatever namespace they
    are. ``xsd`` is a schema that is complete in itself, or None: then elements that the layout does not name
    are left alone. ``date_format`` is None for ISO 8601, else as ``strptime`` takes it. ``read_types`` maps the
    file's word to "is estimated". Raises ``ValueError`` on a field, a path or a format that cannot be.
    """

    file_type: ClassVar[str] = "xml"

    invoice_path: str
    device_path: str
    invoice_fields: Mapping[str, str]
    device_fields: Mapping[str, str]
    xsd: bytes | None = None
    date_format: str | None = None
    decimal_mark: str = "."
    read_types: Mapping[str, bool] = field(default_factory=lambda: READ_TYPES)

    def __post_init__(self) -> None:
        for path in (self.invoice_path, self.device_path):
            _check_length(path, "a path")
            if element_steps(path)[0].conditions:
                raise ValueError(f"{path!r} is not an absolute path of elements")
        if element_steps(self.invoice_path)[0] != element_steps(self.device_path)[0]:
            raise ValueError("the invoice and the devices have different root elements")
        _check_fields(self)
        for fields in (self.invoice_fields, self.device_fields):
            check_paths(fields.values())
        _check_values(self)

    @property
    def root(self) -> str:
        """Tag of the root element."""
        return element_steps(self.device_path)[0].name


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A layout of rows and columns: ``file_type`` is "csv" or "xlsx".

    The two mappings give canonical field -> column title; titles are compared without regard to case and
    amount of white space. The title row is found by the serial's title. An invoice field is a column with the
    same value on every row, or else a label above the title row whose value is in the next cell; a title that
    is also a device field's is looked for among the labels only.

    ``sheet`` names the sheet of a workbook, None stands for the only visible one that holds the titles.
    In a file with a row for each meter, the fields ``meter_type``, ``meter_overage`` and the like are columns of the
    device fields, too, instead of ``mono_overage`` and so on. The rows of a serial number make one device;
    ``meter_types`` gives word -> output type for words of the type's column that are not known anyhow.

    ``delimiter`` and ``encoding`` matter for "csv" only; a byte order mark in the file overrules ``encoding``.
    ``date_format``, ``decimal_mark`` and ``read_types`` are those of ``XmlLayout``; number and date cells of a
    workbook need none. Raises ``ValueError`` on a layout that cannot be.
    """

    file_type: str
    invoice_fields: Mapping[str, str]
    device_fields: Mapping[str, str]
    sheet: str | None = None
    delimiter: str = ","
    encoding: str = "utf-8"
    date_format: str | None = None
    decimal_mark: str = "."
    read_types: Mapping[str, bool] = field(default_factory=lambda: READ_TYPES)
    meter_types: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file_type not in ("csv", "xlsx"):
            raise ValueError(f"{self.file_type!r} is no type of table")
        _check_fields(self)
        _check_meter_rows(self)
        for fields in (self.invoice_fields, self.device_fields):
            titles = [normal_title(title) for title in fields.values()]
            for title in titles:
                if not title:
                    raise ValueError("a field has no column title")
                if titles.count(title) > 1:
                    raise ValueError(f"{title!r} is mapped twice")
        _check_length(self.sheet or "", "the name of the sheet")
        _check_values(self)
        if self.file_type == "csv":
            _check_delimiter(self.delimiter, self.decimal_mark)
            _check_encoding(self.encoding)


Layout = XmlLayout | TableLayout


def _check_meter_rows(layout: TableLayout) -> None:
    of_row = set(layout.device_fields) & set(METER_ROW_FIELDS)
    if of_row and "meter_type" not in of_row:
        raise ValueError("the layout says nowhere of which type a row's meter is")
    if of_row and any(name.startswith(f"{output}_") for name in layout.device_fields for output in OUTPUT_TYPES):
        raise ValueError("the layout has a row for each meter, and columns for each type of meter")
    if len(layout.meter_types) > _MAX_WORDS:
        raise ValueError(f"there are more than {_MAX_WORDS} words for types of meters")
    for word, output_type in layout.meter_types.items():
        _check_length(word, "a word for a type of meter")
        if output_type not in OUTPUT_TYPES:
            raise ValueError(f"{output_type!r} is no type of meter")


def _check_fields(layout: Layout) -> None:
    of_device = RECORD_FIELDS if isinstance(layout, XmlLayout) else DEVICE_FIELDS
    for known, fields in ((INVOICE_FIELDS, layout.invoice_fields), (of_device, layout.device_fields)):
        for place in fields.values():
            _check_length(place, "a path or column title")
        if unknown := sorted(set(fields) - set(known)):
            raise ValueError(f"unknown fields: {', '.join(unknown)}")
    if "serial" not in layout.device_fields:
        raise ValueError("the layout says nowhere where the serial number is")


def _check_values(layout: Layout) -> None:
    if layout.decimal_mark not in (".", ","):
        raise ValueError(f"{layout.decimal_mark!r} is no decimal mark: it is a point or a comma")
    if layout.date_format is not None and not is_date_format(layout.date_format):
        raise ValueError(f"{shown(layout.date_format)!r} is no format of a whole date")
    if len(layout.read_types) > _MAX_WORDS:
        raise ValueError(f"there are more than {_MAX_WORDS} words for types of reads")
    for word in layout.read_types:
        _check_length(word, "a word for a type of read")


def is_date_format(date_format: str) -> bool:
    """Whether ``strptime`` takes the format, soon, for a whole date.

    It makes a regular expression of the format, in which each directive is tried in many ways: so each is there once.
    """
    directives = _DIRECTIVE.findall(date_format)
    if not _DATE_FORMAT.fullmatch(date_format) or len(set(directives)) < len(directives):
        return False
    try:
        return all(datetime.strptime(day.strftime(date_format), date_format).date() == day for day in _SAMPLE_DAYS)
    except (ValueError, re.error):
        return False


def _check_length(text: str, what: str) -> None:
    if len(text) > MAX_PATH:
        raise ValueError(f"{what} has more than {MAX_PATH} characters: {shown(text)!r}")


def _check_delimiter(delimiter: str, decimal_mark: str) -> None:
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or delimiter.isalnum():
        raise ValueError(f"{delimiter!r} is no delimiter: it is one character, such as a comma")
    if delimiter == decimal_mark:
        # Nothing would tell 1,50 from 1 and 50 in a row that lacks a cell somewhere else.
        raise ValueError("the delimiter is the decimal mark, so that an amount would be two cells")


def _check_encoding(encoding: str) -> None:
    # Others decode text, too, but some of them in quadratic time, or to what is no text.
    if not _ENCODING.fullmatch(encoding):
        raise ValueError(f"{shown(encoding)!r} is no encoding of text that is read")
