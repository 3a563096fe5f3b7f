# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which canonical field a column or element plainly is, by its name."""

from collections.abc import Iterable, Mapping

from .autotask import AUTOTASK_XML
from .model import OUTPUT_TYPES
from .output_words import OUTPUT_WORDS, output_type_of
from .output_words import word_key as _key
from .xml_path import Step, parse_path

_INVOICE_NAMES = {
    "number": ("Invoice No", "Invoice Nr", "Invoice Num", "Invoice #", "Invoice ID"),
    "date": ("Date of Invoice", "Billing Date", "Bill Date"),
    "period_start": ("Billing Period Start", "Period Start Date", "Period From", "Start of Period", "Billing Start"),
    "period_end": ("Billing Period End", "Period End Date", "Period To", "End of Period", "Billing End"),
    "partner_number": ("Partner No", "Partner ID", "Reseller Number", "Dealer Number"),
    "currency": ("Currency Code", "Invoice Currency"),
    "device_count": ("Number of Devices", "Devices"),
    "total": ("Invoice Amount", "Total Invoice", "Invoice Grand Total"),
}
# Names that say what they are only where the invoice's values are apart from the devices'.
_INVOICE_NAMES_ALONE = {
    "number": ("Number", "No", "Nr", "ID"),
    "date": ("Date",),
    "period_start": ("From", "Start", "Start Date"),
    "period_end": ("To", "End", "End Date"),
    "total": ("Total", "Amount", "Grand Total"),
}
_DEVICE_NAMES = {
    "serial": ("Serial", "Serial No", "Serial Nr", "Serial Num", "Serial #", "S/N", "Device Serial Number"),
    "model": ("Model Name", "Device Model", "Printer Model"),
    "model_number": ("Model No", "Model Nr", "Model Code"),
    "customer_number": ("Customer No", "Customer Nr", "Customer ID", "Account Number"),
    "customer_name": ("Customer", "Account Name"),
    "agreement_number": ("Agreement", "Agreement No", "Agreement ID", "Contract Number", "Contract No", "Contract"),
    "location": ("Device Location", "Install Location", "Site"),
    "base_price": ("Base Price", "Monthly Base", "Monthly Base Charge", "Base Charge"),
    "base_service": ("Base Service", "Service Fee", "Service Base Fee", "Monthly Base Service Fee"),
    "base_supply": ("Base Supply", "Supply Fee", "Supply Base Fee", "Base Supplies Fee", "Monthly Base Supply Fee"),
    "read_date": ("Meter Read Date", "Reading Date", "Date of Read"),
    "estimated": ("Meter Read Type", "Reading Type"),
    "total": ("Total of Device", "Device Amount", "Line Total"),
}
_METER_NAMES = {
    "previous": ("Previous", "Previous Read", "Previous Meter", "Prev", "Start Meter", "Begin Meter"),
    "current": ("Current", "Current Read", "Current Meter", "Curr", "End Meter"),
    "included": ("Included", "Included Pages", "Allowance"),
    "overage": ("Over", "Overage", "Overage Pages", "Over Pages"),
    "unit_cost": ("OverUnitCost", "Over Unit Cost", "Overage Unit Cost", "Unit Cost", "Overage Rate", "Cost Per Page"),
}


def _keys(*tables: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {_key(name): field for table in tables for field, names in table.items() for name in names}


def _autotask(fields: Mapping[str, str]) -> dict[str, tuple[str]]:
    return {field: (name,) for field, name in fields.items()}


_METER_KEYS = {
    _key(output_name + meter_name): f"{output}_{meter}"
    for output in OUTPUT_TYPES
    for output_name in OUTPUT_WORDS[output]
    for meter, meter_names in _METER_NAMES.items()
    for meter_name in meter_names
}
# In a table with a row for each meter: its title need not say of which type it is.
_METER_TYPE_NAMES = ("Meter Type", "Type", "Meter", "Output Type", "Print Type", "Color Mode", "Counter", "Meter Name")
_METER_ROW_NAMES = {
    **{f"meter_{meter}": names for meter, names in _METER_NAMES.items()},
    "meter_type": _METER_TYPE_NAMES,
}
_METER_ROW_KEYS = _keys(_METER_ROW_NAMES)
_DEVICE_KEYS = _METER_KEYS | _keys(_DEVICE_NAMES, _autotask(AUTOTASK_XML.device_fields))
_INVOICE_KEYS = _keys(_INVOICE_NAMES, _autotask(AUTOTASK_XML.invoice_fields))
_INVOICE_KEYS_ALONE = _keys(_INVOICE_NAMES_ALONE) | _INVOICE_KEYS
_METER_FIELDS = set(_METER_KEYS.values())
_DEVICE_KEYS_ALONE = {"total": "total", "amount": "total"} | _DEVICE_KEYS


def device_field(name: str) -> str:
    """The device field that an element path below a device record plainly names, or empty."""
    return _by_path(name, _DEVICE_KEYS_ALONE)


def invoice_field(name: str) -> str:
    """The invoice field that an element path below the invoice, or a label, plainly names, or empty."""
    return _by_path(name, _INVOICE_KEYS_ALONE)


def column_field(title: str) -> tuple[str, str]:
    """``("device" or "invoice", field)`` of a column in a table that holds both; field is empty if not plain."""
    key = _key(title)
    if field := _INVOICE_KEYS.get(key):
        return "invoice", field
    return "device", _DEVICE_KEYS.get(key) or (_DEVICE_KEYS_ALONE.get(key, ""))


def meter_row_field(title: str) -> str:
    """The field of a column in a table with a row for each meter, where its title plainly names one, or empty."""
    return _METER_ROW_KEYS.get(_key(title), "")


def is_meter_field(field: str) -> bool:
    """Whether a device field is one of a meter of a type that the field names."""
    return field in _METER_FIELDS


def _by_path(path: str, keys: Mapping[str, str]) -> str:
    """The last steps of the path say it (``Id/SerialNumber``), or all of them together (``Mono/Over``).

    Of an element that is asked for a type of pages, the type counts for its name (``Meter[@type='Mono']/Over``).
    """
    steps, typed = _names_on(path)
    for start in range(len(steps)):
        if field := keys.get(_key("".join(steps[start:]))):
            return field
    for start in range(typed + 1, len(steps)) if typed is not None else ():
        if field := keys.get(_key("".join([steps[typed or 0], *steps[start:]]))):
            return field
    return ""


def _names_on(path: str) -> tuple[list[str], int | None]:
    """What the steps of a path are called, and which of them is a type of pages that is asked for.

    A label above a table is whatever it is.
    """
    try:
        parsed = parse_path(path)
    except ValueError:
        return path.split("/"), None
    names = list(map(_name_of, parsed.steps))
    typed = [index for index, step in enumerate(parsed.steps) if names[index] != step.name]
    return [*names, *([parsed.attribute] if parsed.attribute else [])], typed[-1] if typed else None


def _name_of(step: Step) -> str:
    return next((value for _key, value in step.conditions if output_type_of(value)), step.name)
