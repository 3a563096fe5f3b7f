# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Xerox bills with a file, by device record and component."""

from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from odoo.exceptions import UserError
from odoo.fields import Domain

from ..billing_file import OUTPUT_TYPES, round_half_up, serial_key, to_decimal
from ..rules import line_amount, same_period_domain, service_fee

LINE_FIELDS = [
    "serial",
    "state",
    "device_id",
    "partner_id",
    "subscription_id",
    "currency_id",
    "base_price_cost",
    "base_supply_cost",
    "base_service_stated",
    "base_supply_stated",
    "cost_total",
    "meter_values",
]


class Share(NamedTuple):
    """Pages (0 of a base fee) and what they cost, both negative where a correction takes something back."""

    pages: int
    cost: Decimal


class Statement:
    """What Xerox says of one device and period, by one record or by several that correct each other.

    ``base`` is {component: Decimal}, ``meters`` {output type: [overage, unit cost]}; what no record states is not in
    there, or None.
    """

    def __init__(self):
        self.base = {}
        self.meters = {}

    def take(self, line):
        """Let a later record speak. What it does not state stays as it was."""
        supply = to_decimal(line.base_supply_cost)
        service = service_fee(to_decimal(line.base_price_cost), supply)
        # What is billed is stated, also by records that are older than these two fields.
        if line.base_service_stated or service:
            self.base["base_service"] = service
        if line.base_supply_stated or supply:
            self.base["base_supply"] = supply
        for output_type, values in (line.meter_values or {}).items():
            meter = self.meters.setdefault(output_type, [None, None])
            overage = values["overage"]
            if overage is not None:
                # Pages below zero are taken back from those that were billed before.
                meter[0] = overage if overage >= 0 else (meter[0] or 0) + overage
            if values["unit_cost"] is not None:
                meter[1] = Decimal(values["unit_cost"])

    def shares(self, places):
        """:return: {component: Share}, each cost rounded as Xerox does"""
        shares = {component: Share(0, cost) for component, cost in self.base.items()}
        for output_type, (overage, unit_cost) in self.meters.items():
            pages = overage or 0
            shares[output_type] = Share(pages, line_amount(places, pages, unit_cost or Decimal(0)))
        return shares


class VendorAmounts:
    """What Xerox bills with an imported file, without taxes.

    A regular file bills what its records say, those that are held or left out included: Xerox bills them all the same.
    A correction bills the difference to what Xerox said of the same devices and period before; what it does not state
    stays as it was.
    """

    def __init__(self, file):
        self.file = file.ensure_one()
        self.env = file.env
        self.places = file.currency_id.decimal_places

    @cached_property
    def records(self):
        """[(xpps.billing.file.line, {component: Share})], in the order of the file."""
        lines = self.env["xpps.billing.file.line"].search_fetch([("billing_file_id", "=", self.file.id)], LINE_FIELDS)
        before = self._statements_before(lines) if self.file.kind == "correction" else {}
        return [(line, self._shares(line, before.get(line))) for line in lines]

    def _shares(self, line, statement):
        before = statement.shares(self.places) if statement else {}
        statement = statement or Statement()
        statement.take(line)
        nothing = Share(0, Decimal(0))
        return {
            component: Share(*(new - old for new, old in zip(share, before.get(component, nothing), strict=True)))
            for component, share in statement.shares(self.places).items()
        }

    @cached_property
    def rounding(self):
        """What the file's total has more than its records: base fees may have fractions of a cent."""
        if self.file.kind == "correction":
            return Decimal(0)
        total = round_half_up(to_decimal(self.file.amount_total), self.places)
        return total - sum((to_decimal(line.cost_total) for line, _shares in self.records), Decimal(0))

    @cached_property
    def by_component(self):
        """{component: Decimal}, those of which Xerox bills nothing included."""
        totals = dict.fromkeys(("base_service", "base_supply", *OUTPUT_TYPES), Decimal(0))
        for _line, shares in self.records:
            for component, share in shares.items():
                totals[component] += share.cost
        totals["base_service"] += self.rounding
        return totals

    @property
    def total(self):
        """What Xerox's bill comes to; below 0 it is a refund."""
        return sum(self.by_component.values())

    # Corrections

    def _statements_before(self, lines):
        """What Xerox said, before this file, of the devices in it.

        Also of those whose records were not imported: they are known by their serial numbers.

        :return: {xpps.billing.file.line: Statement}
        :raises UserError: when that was billed in another currency
        """
        by_device = {line.device_id.id: line for line in lines if line.device_id}
        by_serial = {serial_key(line.serial or ""): line for line in lines}
        statements = defaultdict(Statement)
        for file in self._files_before():
            for earlier in self.env["xpps.billing.file.line"].search_fetch(
                [("billing_file_id", "=", file.id)], LINE_FIELDS
            ):
                line = by_device.get(earlier.device_id.id) or by_serial.get(serial_key(earlier.serial or ""))
                if not line:
                    continue
                self._check_currency(line, earlier, file)
                statements[line].take(earlier)
        return statements

    def _files_before(self):
        """Imported files of the period, in the order in which Xerox billed. As in the check, a period is the same when
        it starts or ends on the same day."""
        file = self.file
        files = file.search(
            Domain("company_id", "=", file.company_id.id)
            & Domain("state", "=", "imported")
            & same_period_domain(file.period_start, file.period_end)
        )

        def order(each):
            return each.invoice_date, each.id

        return files.filtered(lambda each: order(each) < order(file)).sorted(order)

    def _check_currency(self, line, earlier, file):
        if earlier.currency_id == line.currency_id:
            return
        raise UserError(
            self.env._(
                "Device %(serial)s was billed in %(old)s by %(earlier)s and is corrected in %(new)s. A bill cannot be "
                "in two currencies, so enter Xerox's bill manually.",
                serial=line.serial,
                old=earlier.currency_id.name,
                new=line.currency_id.name,
                earlier=file.display_name,
            )
        )
