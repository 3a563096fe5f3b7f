# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Checks of what was read, whatever the layout of the file: each returns the issues that it finds, as a log lists."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeGuard

from .amounts import add_up, round_half_up
from .issue import ERROR, WARNING, Issue, _
from .issue_log import IssueLog
from .model import BillingDetails, InvoiceRecord


def check_period(invoice: InvoiceRecord) -> list[Issue]:
    """``period_invalid`` when the period starts after its end."""
    start, end = invoice.period_start, invoice.period_end
    if start is None or end is None or start <= end:
        return []
    template = _("The billing period starts on %(start)s, after its end on %(end)s.")
    params = {"start": start, "end": end}
    return [Issue(ERROR, "period_invalid", template, params, invoice.source_line)]


def check_serials(details: BillingDetails) -> list[Issue]:
    """``serial_missing``, and ``serial_duplicate`` at every record after the first with its serial."""
    issues = IssueLog()
    first_lines: dict[str, int] = {}
    params: dict[str, Any]
    for device in details.devices:
        key, line = device.serial_key, device.source_line
        if not key:
            if not issues.takes("serial_missing"):
                issues.count("serial_missing")
                continue
            template = _("Device record %(sequence)s (line %(line)s) has no serial number.")
            params = {"sequence": device.sequence, "line": line}
            issues.add(Issue(ERROR, "serial_missing", template, params, line))
        elif key in first_lines:
            if not issues.takes("serial_duplicate"):
                issues.count("serial_duplicate")
                continue
            template = _("Serial number %(serial)s is in the file twice: on line %(first)s and on line %(line)s.")
            params = {"serial": device.serial, "first": first_lines[key], "line": line}
            issues.add(Issue(ERROR, "serial_duplicate", template, params, line, device.serial))
        else:
            first_lines[key] = line
    return issues.listed()


def check_totals(
    details: BillingDetails, decimal_places: int, computed: Sequence[Decimal] | None = None
) -> list[Issue]:
    """``device_count_mismatch``, ``total_mismatch``, or ``total_rounding`` where a total differs by no more than the
    rounding of the products in it: half a cent each. ``decimal_places`` are those of the currency.

    ``computed`` are the devices' computed totals, where the caller has them already.

    A record that could not be read wholly has no total to compare, and the invoice total of its file neither.
    """
    issues = IssueLog()
    invoice, devices = details.invoice, details.devices
    params: dict[str, Any]
    if invoice.device_count is not None and invoice.device_count != len(devices):
        template = _("Devices stated in the file: %(given)s. Device records found: %(counted)s.")
        params = {"given": invoice.device_count, "counted": len(devices)}
        issues.add(Issue(ERROR, "device_count_mismatch", template, params, invoice.source_line))
    if computed is None:
        computed = [device.computed_total(decimal_places) for device in devices]
    for device, total in zip(devices, computed, strict=True):
        if device.complete and _differ(device.total, total, decimal_places):
            params = _shown_amounts(device.total, total, decimal_places)
            line, serial = device.source_line, device.serial
            if _is_rounding(device.total, total, device.product_count, decimal_places):
                if not issues.takes("total_rounding"):
                    issues.count("total_rounding")
                    continue
                template = _(
                    "The device total is %(given)s, but base fees and overages add up to %(computed)s. The difference "
                    "of %(difference)s is one of rounding."
                )
                issues.add(Issue(WARNING, "total_rounding", template, params, line, serial))
                continue
            if not issues.takes("total_mismatch"):
                issues.count("total_mismatch")
                continue
            template = _("The device total is %(given)s, but base fees and overages add up to %(computed)s.")
            issues.add(Issue(ERROR, "total_mismatch", template, params, line, serial))
    total = add_up(computed)
    if all(device.complete for device in devices) and _differ(invoice.total, total, decimal_places):
        params = _shown_amounts(invoice.total, total, decimal_places)
        if _is_rounding(invoice.total, total, sum(device.product_count for device in devices), decimal_places):
            template = _(
                "The invoice total is %(given)s, but the devices add up to %(computed)s. The difference of "
                "%(difference)s is one of rounding."
            )
            issues.add(Issue(WARNING, "total_rounding", template, params, invoice.source_line))
        else:
            template = _("The invoice total is %(given)s, but the devices add up to %(computed)s.")
            issues.add(Issue(ERROR, "total_mismatch", template, params, invoice.source_line))
    return issues.listed()


def _is_rounding(given: Decimal, computed: Decimal, products: int, decimal_places: int) -> bool:
    """Whether a difference can come from rounding that many products: each of them by up to half the smallest unit."""
    return 2 * abs(given - computed) <= products * Decimal(1).scaleb(-decimal_places)


def _differ(given: Decimal | None, computed: Decimal, decimal_places: int) -> TypeGuard[Decimal]:
    """Whether a control total is there and is not ``computed``, to the smallest unit of the currency."""
    if given is None or given == computed:
        return False
    return round_half_up(given, decimal_places) != round_half_up(computed, decimal_places)


def _shown_amounts(given: Decimal, computed: Decimal, decimal_places: int) -> dict[str, Decimal]:
    return {
        "given": round_half_up(given, decimal_places),
        "computed": round_half_up(computed, decimal_places),
        "difference": abs(round_half_up(given, decimal_places) - round_half_up(computed, decimal_places)),
    }
