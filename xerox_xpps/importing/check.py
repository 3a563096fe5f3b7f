# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the bytes of a billing file to lines, issues, meter reads and charges - as values, nothing written."""

from decimal import Decimal

from ..billing_file import check_serials, check_totals
from ..common.rates import unrated_currencies
from ..common.today import company_today
from .check_result import CheckResult
from .codes import lowered_codes
from .context import CheckContext
from .contract_rates import ContractRates
from .file_checks import FileChecks
from .issues import Findings
from .lines import prepare_line_base
from .lookups import Lookups
from .pricing import ChargePricing
from .reader_issues import ReaderIssues
from .record_checks import RecordChecks


def check_file(file, progress=None, imports=False):
    """Check a billing file against the database.

    :param file: xpps.billing.file
    :param progress: called with the share that is done, 0 to 1
    :param imports: whether what is found is imported
    :return: CheckResult
    """
    progress = progress or (lambda share: None)
    blocking = file.env["xpps.blocking.warning"]._codes(file.company_id)
    findings = Findings(file.env, blocking, lowered_codes(file.company_id))
    file_format, read = file.env["xpps.file.format"]._read_file(
        file._content(),
        file.file_name,
        file.company_id,
        credits=file.kind == "correction",
        asked=file._asked_format(),
    )
    progress(0.3)
    details = read.details
    done = file._imported_sequences()
    reader_issues = ReaderIssues(findings, details, done, file)
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
    reader_issues.currency = currency
    places = currency.decimal_places if currency else 2
    totals = [record.computed_total(places) for record in details.devices]
    header |= _prepare_header(details, currency, totals)
    checks.head(details.invoice)
    reader_issues.add(check_serials(details))
    reader_issues.add(check_totals(details, places, totals))
    context = _make_context(file, findings, details, currency, places)
    context.imports = imports
    checks.currency_rate(context)
    records = RecordChecks(context, totals, done, duplicate)
    records.numbers.partner()
    records.run(lambda share: progress(0.4 + 0.4 * share))
    return _result(
        header,
        findings,
        lines=records.lines,
        line_base=prepare_line_base(context),
        prior_lines=records.prior_lines,
        reads=records.reads,
        charge_base=records.plan.prepare_charge_base(),
        cycle_charges=records.cycle_charges,
        cycle_agreement_ids=records.cycle_agreement_ids,
        cost_changes=records.cost_changes,
        base_fees=records.base_fees,
        absent=records.devices.absent_counts,
    )


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
        "partner_number": invoice.partner_number or False,
        "currency_id": currency.id,
        "device_count": len(details.devices),
        "amount_total": float(sum(totals, Decimal(0))),
        "control_total": float(invoice.total or 0),
        "control_count": invoice.device_count or 0,
    }


def _make_context(file, findings, details, currency, places):
    invoice = details.invoice
    # Without a readable period, or with one that ends before it starts, the file cannot be imported; the records are
    # checked as of its last day, or of today, all the same.
    period_end = invoice.period_end or invoice.period_start or company_today(file.company_id)
    period_start = min(invoice.period_start or period_end, period_end)
    lookups = Lookups(file, details.devices, period_start, period_end)
    labels = file.env["xpps.meter.read"]._fields["output_type"]._description_selection(file.env)
    return CheckContext(
        file=file,
        env=file.env,
        company=file.company_id,
        findings=findings,
        details=details,
        currency=currency,
        places=places,
        period_start=period_start,
        period_end=period_end,
        lookups=lookups,
        pricing=ChargePricing(lookups.subscriptions, period_end, file.company_id),
        contract_rates=ContractRates(file.env, file.company_id, currency, period_end),
        unrated=unrated_currencies(
            currency | lookups.subscriptions.currency_id, file.company_id, invoice.date or period_end
        ),
        type_labels=dict(labels),
    )
