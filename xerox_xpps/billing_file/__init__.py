# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read a Xerox XPPS billing details file. Nothing in this package imports Odoo, or another package of the addon.

``read(data, file_name, layout)`` never raises on bad input: it returns the details as far as they can be read,
and every issue of the file. ``find_layout`` says which of several layouts a file fits; ``inspect`` says what a
file of no known layout holds, so that a layout can be made for it.
"""

from .amounts import round_half_up, to_decimal
from .checks import check_period, check_serials, check_totals
from .issue import ERROR, INFO, WARNING, Issue
from .autotask import AUTOTASK_XML
from .fields import DEVICE_FIELDS, INVOICE_FIELDS
from .layout_detection import find_layout
from .inspection import FoundColumn, Inspection
from .inspect_file import inspect
from .layout import Layout, TableLayout, XmlLayout
from .limits import MAX_ISSUES, MAX_SIZE
from .model import OUTPUT_TYPES, BillingDetails, DeviceRecord, InvoiceRecord, MeterRecord, serial_key
from .rates import RateRow, read_rates
from .reader import ReadResult, extension_of, read

__all__ = [
    "AUTOTASK_XML",
    "DEVICE_FIELDS",
    "ERROR",
    "INFO",
    "INVOICE_FIELDS",
    "MAX_ISSUES",
    "MAX_SIZE",
    "OUTPUT_TYPES",
    "WARNING",
    "BillingDetails",
    "DeviceRecord",
    "FoundColumn",
    "Inspection",
    "InvoiceRecord",
    "Issue",
    "Layout",
    "MeterRecord",
    "RateRow",
    "ReadResult",
    "TableLayout",
    "XmlLayout",
    "check_period",
    "check_serials",
    "check_totals",
    "extension_of",
    "find_layout",
    "inspect",
    "read",
    "read_rates",
    "round_half_up",
    "serial_key",
    "to_decimal",
]
