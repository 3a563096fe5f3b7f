# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a user would do without the addon's import: Odoo's own import of tables, into the same models.

Its records are named as in a user's table: devices by serial number, everything else by name. Only a charge names
its meter read by number, because a read has no name that could be looked up.
"""

import time

from . import billing_xml
from .world import AGREEMENTS, COMPANY, PRICES

OUTPUT_TYPES = dict(zip(billing_xml.OUTPUT_TYPES, PRICES, strict=True))
BILLING_FILE = "BENCH-TABLE"


def prepare(env, file_id):
    """Give the file a name, by which the tables can name it."""
    env["xpps.billing.file"].browse(file_id).name = BILLING_FILE


def load_lines(env, count):
    """Load a table of device records. :return: seconds"""
    fields = [
        "billing_file_id", "company_id", "currency_id", "sequence", "source_line", "serial", "device_id",
        "subscription_id", "partner_id", "xerox_model", "xerox_model_number", "read_date", "base_price_cost",
        "base_service_cost", "base_supply_cost", "overage_cost", "cost_total",
    ]  # fmt: skip
    rows = [
        [
            BILLING_FILE, COMPANY, "USD", str(number + 1), str(number + 10), billing_xml.serial(number),
            billing_xml.serial(number), _agreement(number), _customer(number), billing_xml.MODEL,
            billing_xml.MODEL_NUMBER, str(billing_xml.PRESENT.end), "12.75", "8.50", "4.25", "1.28", "14.03",
        ]
        for number in range(count)
    ]  # fmt: skip
    return _load(env["xpps.billing.file.line"], fields, rows)[0]


def load_reads_and_charges(env, count):
    """Load a table of meter reads, then one of a charge for each of them. :return: (seconds, seconds)"""
    meters = [
        (number, OUTPUT_TYPES[meter[0]], *meter[1:])
        for number in range(count // len(OUTPUT_TYPES))
        for meter in billing_xml.meters(number, billing_xml.PRESENT)
    ]
    labels = dict(env["xpps.meter.read"]._fields["output_type"].selection)
    month = [str(billing_xml.PRESENT.start), str(billing_xml.PRESENT.end)]
    fields = [
        "billing_file_id", "company_id", "currency_id", "device_id", "subscription_id", "partner_id", "output_type",
        "period_start", "period_end", "read_date", "previous_read", "current_read", "included", "overage",
        "unit_cost", "cost",
    ]  # fmt: skip
    rows = [
        [
            BILLING_FILE, COMPANY, "USD", billing_xml.serial(number), _agreement(number), _customer(number),
            labels[output_type], *month, month[1], str(previous), str(current), str(billing_xml.INCLUDED),
            str(overage), unit_cost, "1.28",
        ]
        for number, output_type, previous, current, overage, unit_cost in meters
    ]  # fmt: skip
    read_seconds, read_ids = _load(env["xpps.meter.read"], fields, rows)
    fields = [
        "subscription_id", "product_id", "device_id", "output_type", "meter_read_id/.id", "billing_file_id",
        "period_start", "period_end", "name", "quantity", "unit_cost", "unit_price", "billable",
    ]  # fmt: skip
    rows = [
        [
            _agreement(number), f"{COMPANY} {output_type}", billing_xml.serial(number), labels[output_type],
            str(read_id), BILLING_FILE, *month, f"{COMPANY} {output_type}", str(billing_xml.OVERAGE), unit_cost,
            str(PRICES[output_type]), "1",
        ]
        for (number, output_type, _previous, _current, _overage, unit_cost), read_id in zip(
            meters, read_ids, strict=True
        )
    ]  # fmt: skip
    charge_seconds, _charge_ids = _load(env["sale.subscription.charge"], fields, rows)
    return read_seconds, charge_seconds


def _agreement(number):
    return f"{COMPANY}/{number % AGREEMENTS:03d}"


def _customer(number):
    return f"{COMPANY} Customer {number % AGREEMENTS}"


def _load(model, fields, rows):
    started = time.perf_counter()
    result = model.load(fields, rows)
    model.env.flush_all()
    seconds = time.perf_counter() - started
    if not result["ids"]:
        raise RuntimeError(f"load() of {model._name} failed: {result['messages'][:3]}")
    return seconds, result["ids"]
