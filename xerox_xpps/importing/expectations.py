# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was to be expected of a device record when it was imported: the vendor report compares Xerox's bill with it.

It is kept on lines and reads, where None means that there is nothing to compare with.
"""

from ..billing_file import to_decimal
from ..rules import billed_fees, contract_fees, expected_overage, is_unsplit, missing_overage, service_fee
from .contract_rates import NO_TERMS


def known_start(lookups, device_id, output_type):
    """Where a meter is known to start: at the read of its installation in the period, else at our last read.

    :return: pages, or None of a meter that was never read
    """
    key = device_id, output_type
    noted = lookups.manual_reads.opening.get(key) or lookups.last_reads.get(key)
    return noted[1] if noted else None


def expected_meter(lookups, device_id, meter, contract_included=None):
    """Where a meter should start, and how many pages Xerox should bill.

    :param meter: billing_file.MeterRecord; only if it states both of its reads, the pages above the allowance can be
        compared; and if nothing is stated of these, only where the reads tell of some
    :param contract_included: what the rate card has in place of the allowance that Xerox states, or None
    :return: (our last read, pages above the allowance from that read on); None where there is nothing to compare with
    """
    previous, current = meter.previous, meter.current
    start = known_start(lookups, device_id, meter.output_type)
    first = previous if start is None else start
    included = meter.included if contract_included is None else contract_included
    if meter.overage is None:
        missing = missing_overage(first, current, meter.included, None)
        expected = expected_overage(first, current, included) if missing else None
        return start if previous is not None else None, expected
    if previous is None:
        return None, None
    return start, expected_overage(first, current, included)


def contract_meter(terms, meter):
    """What Xerox has agreed to bill for a meter, as far as the record states what is compared with it.

    What nobody stated of a page that is billed is not known, but agreed all the same.

    :param terms: as ``ContractRates.of`` gives them
    :return: (unit cost, included pages); None where there is nothing to compare with
    """
    if not terms or meter.output_type not in terms:
        return None, None
    rate, allowance = terms[meter.output_type]
    return (
        rate.value if rate and (meter.unit_cost is not None or meter.overage) else None,
        allowance.value if allowance and meter.included is not None else None,
    )


def last_included(lookups, device_id, meter):
    """The pages that were included the last time; None where nobody stated them, then or now."""
    last = lookups.last_billed.get((device_id, meter.output_type)) if meter.included is not None else None
    return last[5] if last else None


def last_unit_cost(lookups, device_id, meter, currency):
    """What Xerox billed for a page of the meter the last time, in the same currency; None when it did not."""
    last = lookups.last_billed.get((device_id, meter.output_type))
    return (last[3] or None) if last and last[4] == currency.id else None


def expected_fees(record, last, currency):
    """The base fees that Xerox billed last for the device, split as they are now.

    What is not split counts as the service fee. As long as Xerox splits only one of two equal base prices, neither of
    the two fees has changed.

    :param record: billing_file.DeviceRecord
    :param last: what ``xpps.billing.file.line._last_base_costs`` has of the device, or None
    :return: (service fee, supply fee) as floats, None and None for a first bill or one in another currency
    """
    if not last or last[0] != currency.id:
        return None, None
    _currency, price, service, supply = last
    if is_unsplit(record.base_price, record.base_service, record.base_supply):
        return price, 0.0
    if not service and not supply:
        supply = min(float(record.base_supply or 0), price)
    return float(service_fee(to_decimal(price), to_decimal(supply))), supply


def agreed_fees(context, terms, record, standing=(None, None)):
    """The base fees that Xerox has agreed to, split as it bills them.

    :param terms: as ``ContractRates.of`` gives them
    :param standing: what ``standing_fees`` has of a correction
    :return: (service fee, supply fee) as Decimals, None where there is nothing to compare with
    """
    if not terms:
        return None, None
    service, supply = terms.get("base_service", NO_TERMS).unit_cost, terms.get("base_supply", NO_TERMS).unit_cost
    if not service and not supply:
        return None, None
    stated = record.base_service, record.base_supply
    unsplit = is_unsplit(record.base_price, *stated)
    if standing != (None, None):
        # A correction that states no fee leaves what stood; without a supply fee that was a base price, not split.
        unsplit = stated == (None, None) and bool(standing[0]) and not standing[1]
    service, supply = contract_fees(service and service.value, supply and supply.value, unsplit)
    has_service = service is not None and (unsplit or stated[0] is not None or standing[0])
    has_supply = supply is not None and (stated[1] is not None or standing[1])
    return context.round(service) if has_service else None, context.round(supply) if has_supply else None


def standing_fees(record, line, prior, currency):
    """The base fees that stand after a correction: what its record does not state stays as it was.

    :param record: billing_file.DeviceRecord of the correction
    :param line: what ``lines.prepare_line`` made of it
    :param prior: the xpps.billing.file.line that it replaces
    :return: (service fee, supply fee), None and None where the record speaks for itself
    """
    has_service, has_supply = record.base_service is not None, record.base_supply is not None
    unsplit = is_unsplit(record.base_price, record.base_service, record.base_supply)
    if unsplit or (has_service and has_supply) or prior.currency_id != currency:
        return None, None
    # A correction that was corrected may itself have left them as they were. The ORM reads a column's NULL as 0.
    service, supply = map(
        float,
        billed_fees(
            to_decimal(prior.base_price_cost),
            to_decimal(prior.base_supply_cost),
            to_decimal(prior.standing_service_cost) or None,
            to_decimal(prior.standing_supply_cost) or None,
        ),
    )
    return (
        line["base_service_cost"] if has_service else service,
        line["base_supply_cost"] if has_supply else supply,
    )
