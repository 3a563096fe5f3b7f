# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Is what a record says of a device plausible? All of this warns, and nothing here keeps a file from being read."""

from odoo.tools import format_date

from ..billing_file import to_decimal
from ..common.formats import amount_text, percent_text
from ..common.plural import plural
from ..rules import expected_overage, missing_overage, printed_pages
from .expectations import known_start
from .issues import pages_text


class MeterChecks:
    """Warnings about the record of one device. Each is added to its ``RecordCheck``."""

    def __init__(self, context):
        self.context = context
        self.env = context.env
        self._spike_percent = context.company.xpps_usage_spike_percent

    def run(self, check):
        self._check_model(check)
        if check.record.estimated:
            check.add(
                "read_estimated",
                lambda: self.env._(
                    "Line %(line)s: Xerox estimated the meter read of device %(serial)s.", **check.place
                ),
                fix=check.device.record,
            )
        self._check_base_fee(check)
        for meter in check.record.meters:
            self._check_meter(check, meter)
        self._check_spike(check)

    def _check_model(self, check):
        ours, theirs = check.device.model_number, check.record.model_number
        if not theirs or not ours or theirs.casefold() == ours.casefold():
            return
        check.add(
            "model_mismatch",
            lambda: self.env._(
                "Line %(line)s: Xerox lists device %(serial)s as a %(theirs)s, but here it is a %(ours)s.",
                theirs=theirs,
                ours=ours,
                **check.place,
            ),
            fix=check.device.record,
        )

    def _check_base_fee(self, check):
        last = self.context.lookups.last_base_costs.get(check.device.id)
        currency = self.context.currency
        if not last or last[0] != currency.id or self._is_agreed(check):
            return
        base = self.context.round(check.record.base_total)
        if to_decimal(last[1]) == base:
            return
        check.add(
            "base_fee_changed",
            lambda: self.env._(
                "Line %(line)s: Xerox's base fee for device %(serial)s changed from %(old)s to %(new)s.",
                old=amount_text(self.env, last[1], currency),
                new=amount_text(self.env, base, currency),
                **check.place,
            ),
            fix=check.device.record,
        )

    def _is_agreed(self, check):
        """Whether a rate card says what the base fees are, so that last month's are of no account."""
        line = check.line
        has_supply = line["base_supply_cost"] or line["expected_supply_cost"]
        return line["contract_service_cost"] is not None and (
            not has_supply or line["contract_supply_cost"] is not None
        )

    def _check_meter(self, check, meter):
        if meter.current is not None and meter.previous is not None:
            self._check_pages(check, meter)
        self._check_missing(check, meter)
        self._check_gap(check, meter)

    def _check_missing(self, check, meter):
        """Were pages printed above the allowance of which the record says nothing? What is not stated is not 0."""
        lookups, key = self.context.lookups, (check.device.id, meter.output_type)
        if check.pages.get(meter.output_type) is not None or (check.prior and key in lookups.prior_reads):
            # Somebody has decided it; and what a correction does not state stays as it was.
            return
        start = known_start(lookups, *key) if meter.previous is None else meter.previous
        pages = missing_overage(start, meter.current, meter.included, meter.overage)
        if not pages:
            return
        check.add(
            "overage_missing",
            lambda: self._say_missing(check, meter, start, pages),
            fix=check.device.record,
            output_type=meter.output_type,
            value=str(pages),
        )

    def _say_missing(self, check, meter, start, pages):
        values = check.place_of(meter) | {
            "previous": start,
            "current": meter.current,
            "included": meter.included,
            "pages": pages_text(self.env, pages),
        }
        return plural(
            pages,
            self.env._(
                "Line %(line)s: by its reads (%(previous)s to %(current)s, %(included)s included) device %(serial)s "
                "printed 1 %(type)s page above the allowance, but Xerox does not state how many it bills. Charge it, "
                "or ask Xerox.",
                **values,
            ),
            self.env._(
                "Line %(line)s: by its reads (%(previous)s to %(current)s, %(included)s included) device %(serial)s "
                "printed %(pages)s %(type)s pages above the allowance, but Xerox does not state how many it bills. "
                "Charge them, or ask Xerox.",
                **values,
            ),
        )

    def _check_gap(self, check, meter):
        """Does the meter start where it was last read, and end no later than when the device was taken away?"""
        device = check.device
        lookups, key = self.context.lookups, (device.id, meter.output_type)
        opening, last = lookups.manual_reads.opening.get(key), lookups.last_reads.get(key)
        start = opening or last
        if start and meter.previous is not None and start[1] != meter.previous:
            check.add("read_gap", lambda: self._say_start(check, meter, opening, last), fix=device.record)
        closing = device.until and device.until <= self.context.period_end and lookups.manual_reads.closing.get(key)
        if closing and (meter.current or 0) > closing[1]:
            check.add(
                "read_gap",
                lambda: self.env._(
                    "Line %(line)s: the %(type)s meter of device %(serial)s ends at %(current)s, but it was at "
                    "%(closing)s when the device was removed on %(date)s.",
                    current=meter.current,
                    closing=closing[1],
                    date=format_date(self.env, closing[0]),
                    **check.place_of(meter),
                ),
                fix=device.record,
            )

    def _say_start(self, check, meter, opening, last):
        if opening:
            return self.env._(
                "Line %(line)s: the %(type)s meter of device %(serial)s starts at %(previous)s, but it was at "
                "%(opening)s when the device was installed on %(date)s.",
                previous=meter.previous,
                opening=opening[1],
                date=format_date(self.env, opening[0]),
                **check.place_of(meter),
            )
        return self.env._(
            "Line %(line)s: the %(type)s meter of device %(serial)s starts at %(previous)s, but our last read is "
            "%(last)s.",
            previous=meter.previous,
            last=last[1],
            **check.place_of(meter),
        )

    def _check_pages(self, check, meter):
        if meter.current < meter.previous:
            check.add(
                "read_backwards",
                lambda: self.env._(
                    "Line %(line)s: the %(type)s meter of device %(serial)s runs backwards, from %(previous)s "
                    "to %(current)s.",
                    previous=meter.previous,
                    current=meter.current,
                    **check.place_of(meter),
                ),
                fix=check.device.record,
            )
            return
        expected = expected_overage(meter.previous, meter.current, meter.included)
        if meter.overage is None or meter.overage == expected:
            return
        check.add(
            "overage_mismatch",
            lambda: self.env._(
                "Line %(line)s: Xerox's number of %(type)s pages of device %(serial)s above the allowance is "
                "%(overage)s; according to its reads it is %(expected)s.",
                overage=meter.overage,
                expected=expected,
                **check.place_of(meter),
            ),
            fix=check.device.record,
        )

    def _check_spike(self, check):
        """Did the device print far more than in the three months before?"""
        mean = self.context.lookups.mean_pages.get(check.device.id)
        if not self._spike_percent or not mean:
            return
        pages = sum(
            printed_pages(meter.previous, meter.current)
            for meter in check.record.meters
            if meter.current is not None and meter.previous is not None
        )
        if pages <= mean * (1 + self._spike_percent / 100):
            return
        check.add(
            "usage_spike",
            lambda: self.env._(
                "Line %(line)s: device %(serial)s printed %(pages)s pages, %(percent)s more than the average of "
                "the previous months (%(mean)s).",
                pages=pages,
                percent=percent_text(self.env, round(100 * (pages - mean) / mean)),
                mean=round(mean),
                **check.place,
            ),
            fix=check.device.record,
        )
