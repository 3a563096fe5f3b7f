# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""All checks of the device records of a file, one record after the other, and what its import makes of each."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo.tools import format_date

from ..billing_file import round_half_up
from ..common.plural import plural
from .charges import ChargePlan
from .contract_checks import ContractChecks
from .corrections import CorrectionPlan
from .cycles import CyclePlan
from .device_checks import DeviceChecks
from .expectations import agreed_fees, standing_fees
from .issues import BaseFees, pages_text, price_text
from .lines import prepare_line
from .meter_checks import MeterChecks
from .number_checks import NumberChecks
from .record_check import RecordCheck

#: After how many records the progress is reported.
REPORTED = 1000


class RecordChecks:
    """The records of one file.

    :param totals: [Decimal], what each of the records adds up to
    :param done: the ``sequence`` of each record that is imported or left out: it is not looked at
    :param is_duplicate: whether the very same file was imported before: no record need say so once more

    After ``run``, ``lines``, ``prior_lines``, ``reads``, ``cycle_charges``, ``cycle_agreement_ids``, ``cost_changes``
    and ``base_fees`` are as in ``CheckResult``.
    """

    def __init__(self, context, totals, done, is_duplicate):
        self.context = context
        self.env = context.env
        self.lookups = context.lookups
        self.totals = totals
        self.done = done
        self.is_duplicate = is_duplicate
        self.devices = DeviceChecks(context)
        self.meters = MeterChecks(context)
        self.contract = ContractChecks(context)
        self.numbers = NumberChecks(context)
        self.decisions = context.file._decided_pages()
        self.device_lines = {}
        self.plan = ChargePlan(context)
        self.corrections = CorrectionPlan(context, self.plan)
        self.lines = {}
        self.prior_lines = {}
        self.reads = []
        self.cycle_charges = []
        self.cycle_agreement_ids = set()
        self.cost_changes = []
        self.base_fees = {}
        self._charged = []

    def run(self, progress):
        """:param progress: called with the share of the records that is done, 0 to 1"""
        serials = set()
        records = self.context.details.devices
        for index, record in enumerate(records):
            if not index % REPORTED:
                progress(index / len(records))
            repeated = record.serial_key in serials
            serials.add(record.serial_key)
            if record.sequence not in self.done:
                self._check(index, record, repeated)
        if not self.done:
            self.devices.absent()
        self.numbers.report()
        faulty = self.context.findings.faulty
        self.reads = [planned for planned in self.plan.reads if planned.index not in faulty]
        cycles = CyclePlan(self.context, self.plan)
        self.cycle_charges = cycles.run(self.reads)
        self.cycle_agreement_ids = cycles.agreement_ids
        self.cost_changes = self.plan.cost_changes()
        self.base_fees = self._add_up_base_fees(faulty)
        for change in self.cost_changes:
            self._report_cost_change(change)

    def _check(self, index, record, repeated):
        device = self.lookups.device_of(record)
        line = prepare_line(self.context, record, device, self.totals[index])
        self.lines[index] = line
        check = RecordCheck(self.context, index, record, device, line)
        check.pages = self.decisions.get((record.sequence, record.serial), {})
        if not record.serial_key or repeated or not record.complete:
            # In a file of a single line the issue alone does not tell which record it is about.
            self.context.findings.faulty.add(index)
        if not record.serial_key:
            return
        if not device:
            self.devices.unknown(check)
            return
        first, line = self.device_lines.setdefault(device.id, (index, record.source_line))
        if first != index and not repeated:
            self.devices.twice(check, line)
            return
        if not self.is_duplicate:
            self.devices.period(check)
        billable = self._has_agreement(check)
        self.numbers.run(check)
        if billable and self._has_rate(check) and record.complete:
            self.meters.run(check)
            self.contract.run(check)
            self._plan_meters(check)

    def _has_agreement(self, check):
        """Whether the record can be billed, and to whom: its line says so then."""
        prior = self.context.is_correction and self.lookups.billed.get(check.device.id)
        if prior:
            check.prior = self.prior_lines[check.index] = prior
            standing = standing_fees(check.record, check.line, prior, self.context.currency)
            check.line |= dict(zip(("standing_service_cost", "standing_supply_cost"), standing, strict=True))
            if prior.subscription_id:
                # What was billed once is corrected on that agreement, whatever became of it and of the device.
                check.line |= {"subscription_id": prior.subscription_id.id, "partner_id": prior.partner_id.id or None}
            terms = self.context.contract_rates.of(check.device, check.line["subscription_id"])
            agreed = agreed_fees(self.context, terms, check.record, standing)
            check.line |= dict(zip(("contract_service_cost", "contract_supply_cost"), agreed, strict=True))
            if prior.subscription_id:
                return True
        return self.devices.assignment(check)

    def _has_rate(self, check):
        """Whether the agreement's currency can be converted. That Xerox's cannot is said of the whole file."""
        agreement = self.lookups.agreements[check.line["subscription_id"]]
        if agreement.currency == self.context.currency or agreement.currency not in self.context.unrated:
            return True
        check.add(
            "currency_rate_missing",
            lambda: self.env._(
                "Line %(line)s: agreement %(agreement)s of device %(serial)s is billed in %(currency)s, which has no "
                "exchange rate of %(day)s or before. Enter the rate, then check the file again.",
                agreement=agreement.record.display_name,
                currency=agreement.currency.name,
                day=format_date(self.env, self.context.rate_day),
                **check.place,
            ),
            fix=agreement.currency,
        )
        return False

    def _add_up_base_fees(self, faulty):
        """Of the sound records. A correction says what a fee is, not by how much it differs."""
        fees = defaultdict(BaseFees)
        for index, device_id, agreement in () if self.context.is_correction else self._charged:
            if index not in faulty:
                of_agreement = fees[agreement.id]
                of_agreement.device_ids.add(device_id)
                of_agreement.amount += self._base_fee(self.lines[index]["base_price_cost"], agreement)
        return fees

    def _base_fee(self, fee, agreement):
        currency = self.context.currency
        if not currency or currency == agreement.currency:
            return fee
        rate = self.context.pricing.rate(currency, agreement.currency, self.context.company, self.context.rate_day)
        return round_half_up(fee * Decimal(repr(rate)), agreement.places)

    def _plan_meters(self, check):
        agreement = self.lookups.agreements[check.line["subscription_id"]]
        self._charged.append((check.index, check.device.id, agreement))
        base = self.plan.prepare_read_base(check)
        for meter in check.record.meters:
            prior = check.prior and self.lookups.prior_reads.get((check.device.id, meter.output_type))
            if prior:
                meter = self._without_credit(check, meter, prior)
                self.corrections.plan_meter(check, agreement, meter, prior, base)
            else:
                self.plan.plan_meter(check, agreement, meter, base)

    def _without_credit(self, check, meter, prior):
        """The meter with the pages that Xerox bills in all: those below zero are taken back from what it billed."""
        if not meter.overage or meter.overage > 0:
            return meter
        left = prior.overage + meter.overage
        if left < 0 <= prior.overage:
            check.add(
                "value_invalid",
                lambda: self.env._(
                    "Line %(line)s: Xerox takes back %(credit)s %(type)s pages of device %(serial)s, but has billed "
                    "%(billed)s in the period. Ask Xerox, or leave the record out.",
                    credit=pages_text(self.env, -meter.overage),
                    billed=pages_text(self.env, prior.overage),
                    **check.place_of(meter),
                ),
            )
        return replace(meter, overage=left)

    def _report_cost_change(self, change):
        self.context.findings.add(
            "unit_cost_changed",
            lambda: self._say_cost_change(change),
            fix=change.subscription,
            source_line=change.source_line,
            serial=change.serial,
        )

    def _say_cost_change(self, change):
        values = {
            "count": change.device_count,
            "agreement": change.subscription.display_name,
            "material": change.product.display_name,
            "old": price_text(self.env, change.default.unit_cost) if change.default else self.env._("none"),
            "new": price_text(self.env, change.new_cost),
        }
        if self.context.imports:
            return plural(
                change.device_count,
                self.env._(
                    "The unit cost of 1 device differs from agreement %(agreement)s's default for %(material)s: the "
                    "default was changed from %(old)s to %(new)s.",
                    **values,
                ),
                self.env._(
                    "The unit cost of %(count)s devices differs from agreement %(agreement)s's default for "
                    "%(material)s: the default was changed from %(old)s to %(new)s.",
                    **values,
                ),
            )
        return plural(
            change.device_count,
            self.env._(
                "The unit cost of 1 device differs from agreement %(agreement)s's default for %(material)s: the "
                "default will change from %(old)s to %(new)s.",
                **values,
            ),
            self.env._(
                "The unit cost of %(count)s devices differs from agreement %(agreement)s's default for %(material)s: "
                "the default will change from %(old)s to %(new)s.",
                **values,
            ),
        )
