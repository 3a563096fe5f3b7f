# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Calendar months, and the one that billing is at. A month is the date of its first day."""

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import UserError

from ..billing_run import RunPreparation
from ..rules import days_in_common, month_of, reached_domain
from .invoice_months import draft_months

#: How many months there are to choose from, and how far back it is looked for what is left to do.
MAX_LISTED = 36


def first_day(date):
    return date + relativedelta(day=1)


def last_day(month):
    return month + relativedelta(day=31)


def parse_month(env, text):
    """:raises UserError: when ``text`` is no date such as 2026-10-01; any day of the month will do"""
    try:
        return first_day(fields.Date.to_date(text))
    except (TypeError, ValueError) as error:
        raise UserError(env._("“%s” is not a month. Enter it as 2026-10-01.", text)) from error


def share_of_month(first, last, month):
    """The share of what is billed for a period that is a month's, as ``reports.base_revenue`` has it.

    That of a quarter is a third in each of the months that end in its parts.

    >>> from datetime import date
    >>> share_of_month(date(2026, 1, 15), date(2026, 2, 14), date(2026, 2, 1))
    1.0
    >>> share_of_month(date(2026, 1, 1), date(2026, 3, 31), date(2026, 2, 1)) == 1 / 3
    True
    >>> share_of_month(date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1))
    0.0
    """
    count = max(round(((last - first).days + 1) / 30.44), 1)
    ends = [first_day(last - relativedelta(months=back)) for back in range(count)]
    return ends.count(month) / count


class Months:
    """Which months there are for some companies.

    :param companies: res.company; all users of a company find the same months, whatever they may see of them
    """

    def __init__(self, companies):
        self.user_companies = companies
        # Which month it is does not depend on what the user may see of it.
        self.companies = companies.sudo()
        self.env = self.companies.env
        self.today = fields.Date.context_today(companies)

    def with_files(self):
        """:return: the months of billing files that are not cancelled, the newest first"""
        domain = [*self._of_files(), ("period_end", "!=", False)]
        return sorted(self._months_of("xpps.billing.file", "", domain, limit=MAX_LISTED), reverse=True)

    def unfinished(self):
        """:return: set of the months in which something waits: a file or record to import, a charge to approve or to
        invoice, a draft invoice
        """
        waiting = (
            ("xpps.billing.file", "", [("state", "in", ("draft", "queued")), ("is_unusable", "=", False)]),
            ("xpps.billing.file.line", "billing_file_id.", [("state", "=", "held")]),
            ("sale.subscription.charge", "", [("state", "=", "draft")]),
            # What waits for the end of its cycle is none of its month's business.
            (
                "sale.subscription.charge",
                "",
                [("invoice_status", "=", "to_invoice"), *reached_domain("bill_after", self.today)],
            ),
        )
        found = draft_months(self.companies)
        for model, prefix, domain in waiting:
            domain = [*self._of_companies(), (f"{prefix}period_end", "!=", False), *domain]
            found |= self._months_of(model, prefix, domain)
        return found

    def unchecked(self):
        """:return: set of the months with an imported file of which Xerox's bill is missing, or differs"""
        return self._months_of(
            "xpps.billing.file",
            "",
            [
                *self._of_companies(),
                ("state", "=", "imported"),
                ("period_end", "!=", False),
                ("vendor_bill_state", "!=", "equal"),
            ],
            limit=MAX_LISTED,
        )

    def _months_of(self, model, prefix, domain, limit=None):
        """The months that some records are about.

        :param prefix: of the names of the first and last day of their period
        :param limit: how many periods, the newest ones
        """
        first, last = f"{prefix}period_start:day", f"{prefix}period_end:day"
        periods = self.env[model]._read_group(domain, [first, last], order=f"{last} DESC", limit=limit)
        return {month_of(*period) for period in periods}

    def skipped(self, until):
        """Months without a file since a company's first one, where it has devices.

        A month has its file when at least half of its days are in one, or in several.

        :param until: the month that billing is at, which is not skipped yet
        :return: set of months
        """
        since = until - relativedelta(months=MAX_LISTED)
        files = self.env["xpps.billing.file"].search_fetch(
            [*self._of_files(), ("period_start", "!=", False), ("period_end", ">=", since)],
            ["company_id", "period_start", "period_end"],
        )
        found = set()
        for company, of_company in files.grouped("company_id").items():
            periods = {(file.period_start, file.period_end) for file in of_company}
            month = max(first_day(min(start for start, _end in periods)), since)
            has_begun, missing = False, set()
            while month < until:
                days = sum(days_in_common(start, end, month, last_day(month)) for start, end in periods)
                has_file = 2 * days >= last_day(month).day
                has_begun = has_begun or has_file
                if has_begun and not has_file:
                    missing.add(month)
                month += relativedelta(months=1)
            if missing and self._has_devices(company):
                found |= missing
        return found

    def _has_devices(self, company):
        domain = [("company_id", "=", company.id), ("is_xpps_device", "=", True), ("xpps_state", "=", "active")]
        return bool(self.env["stock.lot"].search_count(domain, limit=1))

    def open(self, with_files, unfinished):
        """The month that billing is at.

        It is the newest month with a billing file while anything of it waits, agreements to be invoiced included.
        Once it is done, it is the last month that has ended, of which the file is due. So a month stays until its work
        is done, the next one comes by itself, and a charge that was forgotten a year ago does not hold it up: it is
        among ``unfinished``.

        :param with_files: see there
        :param unfinished: see there
        """
        ended = first_day(self.today) - relativedelta(months=1)
        newest = next(iter(with_files), ended)
        if newest >= ended or newest in unfinished or self._has_agreements_to_invoice(newest):
            return newest
        return ended

    def used_companies(self):
        """:return: the companies, as the user's, that have agreements, devices or files"""
        used = self.env["res.company"]
        for model, domain in (
            ("xpps.billing.file", []),
            ("stock.lot", [("is_xpps_device", "=", True)]),
            ("sale.subscription", [("is_xpps", "=", True)]),
        ):
            for company in self.companies - used:
                if self.env[model].search_count([("company_id", "=", company.id), *domain], limit=1):
                    used |= company
        return self.user_companies.filtered(lambda company: company in used)

    def _has_agreements_to_invoice(self, month):
        return any(agreements_to_invoice(company, month, self.today) for company in self.companies)

    def _of_companies(self):
        return [("company_id", "in", self.companies.ids)]

    def _of_files(self):
        """What can be imported, or is: no month has a file by another one."""
        return [*self._of_companies(), ("state", "!=", "cancelled"), ("is_unusable", "=", False)]


def month_preparation(company, month, invoice_date):
    """What a billing run of the month would find.

    :return: RunPreparation
    """
    run = company.env["xpps.billing.run"].new(
        {
            "company_id": company.id,
            "period_start": month,
            "period_end": last_day(month),
            "invoice_date": invoice_date,
        }
    )
    return RunPreparation(run)


def agreements_to_invoice(company, month, invoice_date):
    """What a billing run of the month would find to invoice, complete or not.

    :return: sale.subscription
    """
    return month_preparation(company, month, invoice_date).billable_agreements()
