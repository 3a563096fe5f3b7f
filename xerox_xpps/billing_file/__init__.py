# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read a Xerox XPPS billing details file. Nothing in this package imports Odoo.

``read(data, file_name)`` never raises on bad input: it returns the details as far as they can be read, and
every issue of the file.
"""

from .amounts import round_half_up, to_decimal
from .checks import check_period, check_serials, check_totals
from .issue import ERROR, INFO, WARNING, Issue
from .layout import AUTOTASK_XML, DEVICE_FIELDS, INVOICE_FIELDS, XmlLayout
from .model import OUTPUT_TYPES, BillingDetails, DeviceRecord, InvoiceRecord, MeterRecord, serial_key
from .reader import MAX_SIZE, ReadResult, read

__all__ = [
    "AUTOTASK_XML",
    "DEVICE_FIELDS",
    "ERROR",
    "INFO",
    "INVOICE_FIELDS",
    "MAX_SIZE",
    "OUTPUT_TYPES",
    "WARNING",
    "BillingDetails",
    "DeviceRecord",
    "InvoiceRecord",
    "Issue",
    "MeterRecord",
    "ReadResult",
    "XmlLayout",
    "check_period",
    "check_serials",
    "check_totals",
    "read",
    "round_half_up",
    "serial_key",
    "to_decimal",
]
