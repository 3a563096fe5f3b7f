# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the records of a billing file to lines, issues, meter reads and charges - as values, nothing written."""

from bisect import bisect_right
from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from operator import itemgetter

from odoo import fields

from ..billing_file import check_serials, check_totals
from .charges import ChargePlan
from .context import CheckContext, plain
from .corrections import CorrectionPlan
from .device_checks import DeviceChecks
from .expectations import standing_fees
from .file_checks import FileChecks
from .issues import Findings, clipped
from .lines import prepare_line, prepare_line_base
from .lookups import Lookups
from .meter_checks import MeterChecks
from .pricing import ChargePricing

#: After how many records the progress is reported.
REPORTED = 1000


class BillingFileCheck:
    """All checks of one billing file, and what its import would write.

    After ``run`` the attributes hold:

    - ``findings``: the issues, and which records are faulty
    - ``header``: values of the file itself
    - ``lines``: {index of the record: values of ``xpps.billing.file.line``}, and ``line_base``, those that all share
    - ``prior_lines``: {index of the record: the xpps.billing.file.line that a correction replaces}
    - ``reads``: [PlannedRead] of the sound records, and ``charge_base``, the values that all their charges share
    - ``cost_changes``: [CostChange] that the sound records make

    Of a file that was imported in part only the held records are looked at.
    """

    def __init__(self, file, progress=None):
        """:param progress: called with the share that is done, 0 to 1"""
        self.file = file
        self.env = file.env
        self.company = file.company_id
        self.findings = Findings(self.env, self.env["xpps.blocking.warning"]._codes(self.company))
        self.progress = progress or (lambda share: None)
        self.header = {}
        self.lines = {}
        self.line_base = {}
        self.prior_lines = {}
        self.reads = []
        self.charge_base = {}
        self.cost_changes = []

    def run(self):
        checks = FileChecks(self.file, self.findings)
        file_format, result = self._read()
        self.progress(0.3)
        self._done = self.file._imported_sequences()
        self._details = result.details
        for issue in result.issues:
            self._add_reader_issue(issue)
        self.header = {"format_id": file_format.id}
        duplicate = checks.duplicate_file()
        if result.details is None:
            return self
        self._check_header(checks, file_format, result.details, duplicate)
        self._check_records(self._make_scope(result.details), duplicate)
        # What was read takes a third of the memory, and is written from now on.
        self._details = self._totals = None
        return self

    # The file

    def _read(self):
        return self.env["xpps.file.format"]._read_file(self.file._content(), self.file.file_name, self.company)

    @cached_property
    def _starts(self):
        """Where the records of each serial number start, so that an issue finds the one in which it is.

        {serial: [(line, index of the record)]}
        """
        starts = defaultdict(list)
        for index, record in enumerate(self._details.devices if self._details else ()):
            starts[record.serial].append((record.source_line, index))
        return starts

    def _record_of(self, issue):
        """:return: the index of the record that an issue of the reader is about; None when it is the whole file"""
        if not issue.serial and issue.code != "serial_missing":
            return None
        starts = self._starts.get(issue.serial, [])
        position = bisect_right(starts, issue.source_line or 0, key=itemgetter(0))
        return starts[position - 1][1] if position else None

    def _add_reader_issue(self, issue):
        if issue.unlisted:
            self.findings.count(issue.severity, issue.code, issue.unlisted)
            return
        index = self._record_of(issue)
        if index is not None and index + 1 in self._done:
            # Nothing of the record waits for it: it was left out.
            return
        self.findings.add(
            issue.severity,
            issue.code,
            lambda: self._say_reader_issue(issue),
            index=index,
            source_line=issue.source_line or 0,
            serial=issue.serial,
        )

    def _say_reader_issue(self, issue):
        params = {name: clipped(value) if isinstance(value, str) else value for name, value in issue.params.items()}
        message = self.env._(issue.template, **params)
        place = {"line": issue.source_line, "serial": clipped(issue.serial), "message": message}
        if issue.serial and place["serial"] not in message:
            return self.env._("Line %(line)s, device %(serial)s: %(message)s", **place)
        if issue.source_line and "line" not in issue.params:
            return self.env._("Line %(line)s: %(message)s", **place)
        return message

    def _check_header(self, checks, file_format, details, duplicate):
        invoice = details.invoice
        if "currency" in file_format._layout().invoice_fields:
            self.currency = checks.currency(invoice.currency)
        else:
            self.currency = self.company.currency_id
        self.places = self.currency.decimal_places if self.currency else 2
        self._totals = [record.computed_total(self.places) for record in details.devices]
        self.header |= {
            "name": invoice.number,
            "invoice_date": invoice.date,
            "period_start": invoice.period_start,
            "period_end": invoice.period_end,
            "currency_id": self.currency.id,
            "device_count": len(details.devices),
            "amount_total": float(sum(self._totals, Decimal(0))),
            "control_total": float(invoice.total or 0),
            "control_count": invoice.device_count or 0,
        }
        if not all((invoice.number, invoice.date, invoice.period_start, invoice.period_end)):
            self._report_head()
        for issue in (*check_serials(details), *check_totals(details, self.places, self._totals)):
            self._add_reader_issue(issue)
        if not duplicate:
            checks.duplicate_invoice(invoice.number)

    def _report_head(self):
        """A file without number, date or period cannot be imported, whether or not its format looks for them."""
        if not self.findings.has_file_errors:
            self.findings.add(
                "error",
                "value_invalid",
                lambda: self.env._(
                    "The file lacks the invoice's number, its date, or its period. Correct the file, or tell its "
                    "format where to find them."
                ),
            )

    def _make_scope(self, details):
        invoice = details.invoice
        # Without a readable period the file cannot be imported; the records are checked as of today all the same.
        period_end = invoice.period_end or invoice.period_start or fields.Date.context_today(self.file)
        period_start = invoice.period_start or period_end
        lookups = Lookups(self.file, details.devices, period_start, period_end)
        labels = self.env["xpps.meter.read"]._fields["output_type"]._description_selection(self.env)
        return CheckContext(
            file=self.file,
            env=self.env,
            company=self.company,
            findings=self.findings,
            details=details,
            currency=self.currency,
            places=self.places,
            period_start=period_start,
            period_end=period_end,
            lookups=lookups,
            pricing=ChargePricing(lookups.subscriptions, period_end),
            type_labels=dict(labels),
        )

    # The records

    def _check_records(self, context, duplicate):
        devices = DeviceChecks(context)
        meters = MeterChecks(context)
        plan = ChargePlan(context)
        self.line_base, self.charge_base = prepare_line_base(context), plan.prepare_charge_base()
        corrections = CorrectionPlan(context, plan)
        serials = set()
        records = context.details.devices
        for index, record in enumerate(records):
            if not index % REPORTED:
                self.progress(0.4 + 0.4 * index / len(records))
            repeated = record.serial_key in serials
            serials.add(record.serial_key)
            if record.sequence in self._done:
                continue
            device = context.lookups.devices.get(record.serial_key)
            self.lines[index] = prepare_line(context, record, device, self._totals[index])
            if not record.serial_key or repeated or not record.complete:
                # In a file of a single line the issue alone does not tell which record it is about.
                self.findings.faulty.add(index)
            if not record.serial_key:
                continue
            if not device:
                devices.unknown(index, record)
                continue
            if not duplicate:
                devices.period(index, record, device)
            corrected = context.is_correction and context.lookups.billed.get(device.id)
            if corrected:
                self.prior_lines[index] = corrected
                service, supply = standing_fees(record, self.lines[index], corrected, context.currency)
                self.lines[index] |= {"standing_service_cost": service, "standing_supply_cost": supply}
            if corrected and corrected.subscription_id:
                # What was billed once is corrected on that agreement, whatever became of it and of the device.
                self.lines[index] |= {
                    "subscription_id": corrected.subscription_id.id,
                    "partner_id": corrected.partner_id.id or None,
                }
            elif not devices.assignment(index, record, device):
                continue
            if record.complete:
                meters.run(index, record, device)
                self._plan_meters(context, plan, corrections, index, record, device)
        if not self._done:
            devices.absent()
        for index, fix in devices.fixes.items():
            self.lines[index]["device_fix"] = fix
        faulty = self.findings.faulty
        self.reads = [planned for planned in plan.reads if planned.index not in faulty]
        self.cost_changes = plan.cost_changes()
        self._report_cost_changes()

    def _plan_meters(self, context, plan, corrections, index, record, device):
        corrected = self.prior_lines.get(index)
        line = self.lines[index]
        agreement = context.lookups.agreements[line["subscription_id"]]
        base = plan.prepare_read_base(record, device, line)
        for meter in record.meters:
            prior = corrected and context.lookups.prior_reads.get((device.id, meter.output_type))
            if prior:
                corrections.plan_meter(index, record, device, agreement, meter, prior, base)
            else:
                plan.plan_meter(index, record, device, agreement, meter, base)

    def _report_cost_changes(self):
        for change in self.cost_changes:
            self._report_cost_change(change)

    def _report_cost_change(self, change):
        self.findings.add(
            "info",
            "unit_cost_changed",
            lambda: self.env._(
                "%(count)s device(s) have a unit cost that differs from agreement %(agreement)s's default for "
                "%(material)s: it will change there from %(old)s to %(new)s.",
                count=change.device_count,
                agreement=change.subscription.display_name,
                material=change.product.display_name,
                old=plain(change.default.unit_cost) if change.default else self.env._("none"),
                new=plain(change.new_cost),
            ),
            fix=change.subscription,
            source_line=change.source_line,
            serial=change.serial,
        )
