# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where a file keeps which value. A layout is data, so that a new one needs no code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from .model import OUTPUT_TYPES

TEXT = "text"
CURRENCY = "currency"
DATE = "date"
PAGES = "pages"
MONEY = "money"
UNIT_COST = "unit_cost"
READ_TYPE = "read_type"

# Element names without a prefix, one inside the other.
_PATH = re.compile(r"[^\W\d][\w.-]*(?:/[^\W\d][\w.-]*)*")

METER_FIELDS = {
    "previous": PAGES,
    "current": PAGES,
    "included": PAGES,
    "overage": PAGES,
    "unit_cost": UNIT_COST,
}

# Canonical field -> kind of its value.
INVOICE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "number": TEXT,
        "date": DATE,
        "period_start": DATE,
        "period_end": DATE,
        "partner_number": TEXT,
        "currency": CURRENCY,
        "device_count": PAGES,
        "total": MONEY,
    }
)
REQUIRED_INVOICE_FIELDS = ("number", "date", "period_start", "period_end", "currency")
DEVICE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "serial": TEXT,
        "model": TEXT,
        "model_number": TEXT,
        "customer_number": TEXT,
        "customer_name": TEXT,
        "agreement_number": TEXT,
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


@dataclass(frozen=True, slots=True)
class XmlLayout:
    """An XML layout.

    ``invoice_path`` and ``device_path`` are absolute element paths (``/Root/Invoice``); the two mappings give
    canonical field -> path below that element (``SerialNumber``, ``Fees/Base``). ``xsd`` is a schema that is
    complete in itself, or None: then elements that the layout does not name are left alone.
    ``date_format`` is None for ISO 8601, else as ``strptime`` takes it. ``read_types`` maps the file's word
    to "is estimated". Raises ``ValueError`` on a field or a path that cannot be.
    """

    invoice_path: str
    device_path: str
    invoice_fields: Mapping[str, str]
    device_fields: Mapping[str, str]
    xsd: bytes | None = None
    date_format: str | None = None
    decimal_mark: str = "."
    read_types: Mapping[str, bool] = field(default_factory=lambda: {"Actual": False, "Estimated": True})

    def __post_init__(self) -> None:
        for path in (self.invoice_path, self.device_path):
            if not path.startswith("/") or not _PATH.fullmatch(path[1:]):
                raise ValueError(f"{path!r} is not an absolute path of elements")
        if self.invoice_path.split("/")[1] != self.device_path.split("/")[1]:
            raise ValueError("the invoice and the devices have different root elements")
        for known, fields in ((INVOICE_FIELDS, self.invoice_fields), (DEVICE_FIELDS, self.device_fields)):
            if unknown := sorted(set(fields) - set(known)):
                raise ValueError(f"unknown fields: {', '.join(unknown)}")
            paths = list(fields.values())
            for path in paths:
                if not _PATH.fullmatch(path):
                    raise ValueError(f"{path!r} is not a path of elements")
                if paths.count(path) > 1 or any(other.startswith(f"{path}/") for other in paths):
                    raise ValueError(f"{path!r} is mapped twice, or is both a value and a group")
        if "serial" not in self.device_fields:
            raise ValueError("the layout says nowhere where the serial number is")

    @property
    def root(self) -> str:
        """Tag of the root element."""
        return self.device_path.split("/")[1]


_AUTOTASK_METERS = {
    "mono": "Mono",
    "color": "Color",
    "mono_color1": "MonoColor1",
    "clr_lvl12": "ClrLvl12",
    "clr_lvl3": "ClrLvl3",
}
_AUTOTASK_METER_FIELDS = {
    "previous": "Previous",
    "current": "Current",
    "included": "Included",
    "overage": "Over",
    "unit_cost": "OverUnitCost",
}

AUTOTASK_XML = XmlLayout(
    invoice_path="/XPPSBillingDetails/Invoice",
    device_path="/XPPSBillingDetails/Device",
    invoice_fields=MappingProxyType(
        {
            "number": "InvoiceNumber",
            "date": "InvoiceDate",
            "period_start": "PeriodStart",
            "period_end": "PeriodEnd",
            "partner_number": "PartnerNumber",
            "currency": "Currency",
            "device_count": "DeviceCount",
            "total": "InvoiceTotal",
        }
    ),
    device_fields=MappingProxyType(
        {
            "serial": "SerialNumber",
            "model": "Model",
            "model_number": "ModelNumber",
            "customer_number": "CustomerNumber",
            "customer_name": "CustomerName",
            "agreement_number": "AgreementNumber",
            "location": "Location",
            "base_price": "MonthlyBasePrice",
            "base_service": "BaseServiceFee",
            "base_supply": "BaseSupplyFee",
            "read_date": "ReadDate",
            "estimated": "ReadType",
            **{
                f"{output}_{name}": prefix + suffix
                for output, prefix in _AUTOTASK_METERS.items()
                for name, suffix in _AUTOTASK_METER_FIELDS.items()
            },
            "total": "DeviceTotal",
        }
    ),
    xsd=(Path(__file__).parent / "schema" / "autotask_billing.xsd").read_bytes(),
)
