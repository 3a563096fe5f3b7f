# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The layout of the billing details that Autotask's Xerox PageConnect/XPPS extension imports."""

from pathlib import Path
from types import MappingProxyType

from .layout import XmlLayout

_METERS = {
    "mono": "Mono",
    "color": "Color",
    "mono_color1": "MonoColor1",
    "clr_lvl12": "ClrLvl12",
    "clr_lvl3": "ClrLvl3",
}
_METER_FIELDS = {
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
                for output, prefix in _METERS.items()
                for name, suffix in _METER_FIELDS.items()
            },
            "total": "DeviceTotal",
        }
    ),
    xsd=(Path(__file__).parent / "schema" / "autotask_billing.xsd").read_bytes(),
)
