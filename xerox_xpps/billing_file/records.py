# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the values of a row, whatever file it stood in, to the records of the model."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import Any

from .fields import INVOICE_FIELDS, METER_FIELDS, RECORD_FIELDS
from .issue import ERROR, Issue, Unreadable, _
from .limits import MAX_DEVICES, too_large
from .model import OUTPUT_TYPES, DeviceRecord, InvoiceRecord, MeterRecord
from .values import EMPTY

_EMPTY_DEVICE = {field: EMPTY.get(kind) for field, kind in RECORD_FIELDS.items()}
_EMPTY_INVOICE = {field: EMPTY.get(kind) for field, kind in INVOICE_FIELDS.items()}
# The fields of a device record before its meters, in the order of the record.
_take_head = itemgetter(
    "serial",
    "model",
    "model_number",
    "customer_number",
    "customer_name",
    "agreement_number",
    "location",
    "base_price",
    "base_service",
    "base_supply",
    "read_date",
    "estimated",
)
_TAKE_METER = tuple(
    (output_type, itemgetter(*(f"{output_type}_{name}" for name in METER_FIELDS))) for output_type in OUTPUT_TYPES
)
_take_all = attrgetter(*(field.name for field in fields(DeviceRecord) if field.name != "complete"))
_NO_METER = (None,) * len(METER_FIELDS)
# From values by their position, which no type can tell of those that a getter takes.
_make_device: Callable[..., DeviceRecord] = DeviceRecord


def device_record(row: Mapping[str, Any], line: int, sequence: int, complete: bool = True) -> DeviceRecord:
    """The record of a device from canonical field -> value; a field that is not there is empty."""
    values = {**_EMPTY_DEVICE, **row}
    meters = [
        MeterRecord(output_type, *meter) for output_type, take in _TAKE_METER if (meter := take(values)) != _NO_METER
    ]
    return _make_device(line, sequence, *_take_head(values), tuple(meters), values["total"], complete)


def incomplete(device: DeviceRecord) -> DeviceRecord:
    """The record, of which a part could not be read. ``dataclasses.replace`` would take five times as long."""
    return _make_device(*_take_all(device), complete=False) if device.complete else device


def invoice_record(row: Mapping[str, Any], line: int) -> InvoiceRecord:
    """The head of the file from canonical field -> value; a field that is not there is empty."""
    return InvoiceRecord(**{**_EMPTY_INVOICE, **row}, source_line=line)


def no_devices() -> Issue:
    """``file_empty``: there is not one record."""
    return Issue(ERROR, "file_empty", _("The file contains no device records."))


def too_many_devices() -> Unreadable:
    """``file_too_large``: there are more than ``MAX_DEVICES`` records."""
    return too_large(_("The file has more than %(limit)s device records. Split it."), MAX_DEVICES)
