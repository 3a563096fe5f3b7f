# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the bytes of a billing file to lines, issues, meter reads and charges - as values, nothing written."""

from decimal import Decimal

from odoo import fields

from ..billing_file import check_serials, check_totals
from ..common.plural import plural
from .charges import ChargePlan
from .context import CheckContext, plain
from .corrections import CorrectionPlan
from .device_checks import DeviceChecks
from .expectations import standing_fees
from .file_checks import FileChecks
from .issues import Findings, clipped, issue_text
from .lines import prepare_line, prepare_line_base
from .lookups import Lookups
from .pricing import ChargePricing
from .reader_issues import ReaderIssues
from .record_checks import RecordChecks


def check_file(file, progress=None):
    """Check a billing file against the database.

    :param file: xpps.billing.file
    :param progress: called with the share that is done, 0 to 1
    :return: CheckResult
    """
    progress = progress or (lambda share: None)
    findings = Findings(file.env, file.env["xpps.blocking.warning"]._codes(file.company_id))
    file_format, read = file.env["xpps.file.format"]._read_file(file._content(), file.file_name, file.company_id)
    progress(0.3)
    details = read.details
    done = file._imported_sequences()
    reader_issues = ReaderIssues(findings, details, done)
    reader_issues.add(read.issues)
    checks = FileChecks(file, findings)
    duplicate = checks.duplicate_file()
    header = {"format_id": file_format.id}
    if details is None:
        return _result(header, findings)
    if "currency" in file_format._layout().invoice_fields:
        currency = checks.currency(details.invoice.currency)
    else:
        currency = file.company_id.currency_id
    places = currency.decimal_places if currency else 2
    totals = [record.computed_total(places) for record in details.devices]
    header |= _prepare_header(details, currency, totals)
    checks.head(details.invoice)
    reader_issues.add(check_serials(details))
    reader_issues.add(check_totals(details, places, totals))
    if not duplicate:
        checks.duplicate_invoice(details.invoice.number)
    context = _make_context(file, findings, details, currency, places)
    records = RecordChecks(context, totals, done, duplicate)
    records.run(lambda share: progress(0.4 + 0.4 * share))
    return _result(
        header,
        findings,
        lines=records.lines,
        line_base=prepare_line_base(context),
        prior_lines=records.prior_lines,
        reads=records.reads,
        charge_base=records.plan.prepare_charge_base(),
        cost_changes=records.cost_changes,
    )

    def __init__(self, file, progress=None):
        """:param progress: called with the share that is done, 0 to 1"""
        self.file = file
        self.env = file.env
        self.company = file.company_id
        self.findings = Findings(self.env, self.env["xpps.blocking.warning"]._codes(self.company))
        self.progress = progress or (lambda share: None)
        # Not known before the head of the file is.
        self.currency = None
        self.header = {}
        self.lines = {}
        self.line_base = {}
        self.prior_lines = {}
        self.reads = []
        self.charge_base = {}
        self.cost_changes = []

def _result(header, findings, **planned):
    return CheckResult(
        header=header,
        issues=findings.issues,
        error_count=findings.error_count,
        faulty=findings.faulty,
        has_file_errors=findings.has_file_errors,
        **planned,
    )


def _prepare_header(details, currency, totals):
    """What the file says of itself, as values of ``xpps.billing.file``."""
    invoice = details.invoice
    return {
        "name": invoice.number,
        "invoice_date": invoice.date,
        "period_start": invoice.period_start,
        "period_end": invoice.period_end,
        "currency_id": currency.id,
        "device_count": len(details.devices),
        "amount_total": float(sum(totals, Decimal(0))),
        "control_total": float(invoice.total or 0),
        "control_count": invoice.device_count or 0,
    }


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
        message = issue_text(self.env, issue, self.currency)
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
                    "The invoice number, date or period is missing from the file. Correct the file, or set in its "
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
            "old": plain(change.default.unit_cost) if change.default else self.env._("none"),
            "new": plain(change.new_cost),
        }
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
