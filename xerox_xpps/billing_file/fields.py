# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The canonical fields of a billing file, and of which kind their values are."""

from collections.abc import Mapping
from types import MappingProxyType

from .model import OUTPUT_TYPES

TEXT = "text"
# A text of which a part is of no use: a serial or another number.
IDENTIFIER = "identifier"
CURRENCY = "currency"
DATE = "date"
PAGES = "pages"
# Pages that are billed: below zero they are taken back.
OVERAGE = "overage"
MONEY = "money"
UNIT_COST = "unit_cost"
READ_TYPE = "read_type"

METER_FIELDS = {
    "previous": PAGES,
    "current": PAGES,
    "included": PAGES,
    "overage": OVERAGE,
    "unit_cost": UNIT_COST,
}

# Canonical field -> kind of its value, in a table with a row for each meter.
METER_ROW_FIELDS: Mapping[str, str] = MappingProxyType(
    {"meter_type": TEXT, **{f"meter_{name}": kind for name, kind in METER_FIELDS.items()}}
)
# Canonical field -> kind of its value.
INVOICE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "number": IDENTIFIER,
        "date": DATE,
        "period_start": DATE,
        "period_end": DATE,
        "partner_number": IDENTIFIER,
        "currency": CURRENCY,
        "device_count": PAGES,
        "total": MONEY,
    }
)
REQUIRED_INVOICE_FIELDS = ("number", "date", "period_start", "period_end", "currency")
# Those of a device record.
RECORD_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "serial": IDENTIFIER,
        "model": TEXT,
        "model_number": IDENTIFIER,
        "customer_number": IDENTIFIER,
        "customer_name": TEXT,
        "agreement_number": IDENTIFIER,
        "location": TEXT,
        "base_price": MONEY,
        "base_service": MONEY,
        "base_supply": MONEY,
        "read_date": DATE,
        "estimated": READ_TYPE,
        **{f"{output}_{name}": kind for output in OUTPUT_TYPES for name, kind in METER_FIELDS.items()},
        "total": MONEY,
    }
)
# All that a layout may have of a device; those of a row for each meter in tables only.
DEVICE_FIELDS: Mapping[str, str] = MappingProxyType({**RECORD_FIELDS, **METER_ROW_FIELDS})
