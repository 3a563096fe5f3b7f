# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Device records as lines of the billing file."""

import json
from decimal import Decimal

from ..rules import is_unsplit
from .expectations import agreed_fees, contract_meter, expected_fees


def prepare_line_base(context):
    """What all lines of a file share."""
    return {
        "billing_file_id": context.file.id,
        "company_id": context.company.id,
        "currency_id": context.currency.id or None,
    }


def prepare_line(context, record, device, total):
    """The values of one ``xpps.billing.file.line``, as its columns store them, without what all lines share.

    :param record: billing_file.DeviceRecord
    :param device: DeviceSnapshot, or None
    :param total: Decimal, what the record adds up to
    """
    base = record.base_total
    unsplit = is_unsplit(record.base_price, record.base_service, record.base_supply)
    last = device and context.lookups.last_base_costs.get(device.id)
    expected_service, expected_supply = expected_fees(record, last, context.currency)
    terms = context.contract_rates.of(device, device.agreement.id if device and device.agreement else None)
    contract_service, contract_supply = agreed_fees(context, terms, record)
    return {
        "sequence": record.sequence,
        "source_line": record.source_line,
        "serial": record.serial,
        "device_id": device.id if device else None,
        "subscription_id": device.agreement.id if device and device.agreement else None,
        "partner_id": device.owner_id if device else None,
        "xerox_model": record.model,
        "xerox_model_number": record.model_number,
        "xerox_customer_number": record.customer_number,
        "xerox_customer_name": record.customer_name,
        "xerox_agreement_number": record.agreement_number,
        "xerox_location": record.location,
        "read_date": record.read_date,
        "estimated": record.estimated,
        "base_price_cost": context.round(base),
        "base_service_cost": context.round(record.base_service or Decimal(0)),
        "base_supply_cost": context.round(record.base_supply or Decimal(0)),
        "base_service_stated": record.base_service is not None or unsplit,
        "base_supply_stated": record.base_supply is not None or unsplit,
        "expected_service_cost": expected_service,
        "expected_supply_cost": expected_supply,
        "contract_service_cost": contract_service,
        "contract_supply_cost": contract_supply,
        "expected_customer_number": None,
        "expected_agreement_number": None,
        "expected_serial": None,
        "standing_service_cost": None,
        "standing_supply_cost": None,
        "device_fix": None,
        "near_device_id": None,
        "overage_cost": context.round(total - base),
        "cost_total": context.round(total),
        "meter_values": json.dumps({meter.output_type: _meter_values(meter, terms) for meter in record.meters}),
    }


def _meter_values(meter, terms):
    values = {
        "previous": meter.previous,
        "current": meter.current,
        "included": meter.included,
        "overage": meter.overage,
        "unit_cost": None if meter.unit_cost is None else f"{meter.unit_cost:f}",
    }
    if not terms:
        return values
    unit_cost, included = contract_meter(terms, meter)
    # What is agreed is expected as well; it need not be said twice of each meter.
    if unit_cost != meter.unit_cost and unit_cost is not None:
        values["contract_unit_cost"] = f"{unit_cost:f}"
    if included != meter.included and included is not None:
        values["contract_included"] = included
    return values
