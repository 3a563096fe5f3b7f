# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Calendar months, and the one that billing is at. A month is the date of its first day."""

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..billing_run import RunPreparation
from ..rules import ends_in_domain

#: How many months there are to choose from.
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


def of_month(field_name, month):
    """Domain of what has a date in the month.

    :param field_name: may be a path
    """
    return ends_in_domain(field_name, month, last_day(month))


def live_invoices(month, state, companies):
    """Domain of customer invoices and credit notes that bill agreements for a period that ended in the month."""
    lines = Domain("xpps_subscription_id", "!=", False) & of_month("xpps_period_end", month)
    return (
        Domain("company_id", "in", companies.ids)
        & Domain("move_type", "in", ("out_invoice", "out_refund"))
        & Domain("state", "=", state)
        & Domain("invoice_line_ids", "any", lines)
    )


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
        groups = self.env["xpps.billing.file"]._read_group(
            [*self._of_companies(), ("state", "!=", "cancelled"), ("period_end", "!=", False)],
            ["period_end:month"],
            order="period_end:month DESC",
            limit=MAX_LISTED,
        )
        return [month for (month,) in groups]

    def unfinished(self):
        """:return: set of the months in which something waits: a file or record to import, a charge to approve or to
        invoice, a draft invoice
        """
        waiting = (
            ("xpps.billing.file", "period_end", [("state", "in", ("draft", "queued"))]),
            ("xpps.billing.file.line", "billing_file_id.period_end", [("state", "=", "held")]),
            ("sale.subscription.charge", "period_end", [("state", "=", "draft")]),
            ("sale.subscription.charge", "period_end", [("invoice_status", "=", "to_invoice")]),
            (
                "account.move.line",
                "xpps_period_end",
                [("xpps_subscription_id", "!=", False), ("parent_state", "=", "draft")],
            ),
        )
        found = set()
        for model, date, domain in waiting:
            domain = [*self._of_companies(), (date, "!=", False), *domain]
            found.update(month for (month,) in self.env[model]._read_group(domain, [f"{date}:month"]))
        return found

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


def agreements_to_invoice(company, month, invoice_date):
    """What a billing run of the month would find to invoice, complete or not.

    :return: sale.subscription
    """
    run = company.env["xpps.billing.run"].new(
        {
            "company_id": company.id,
            "period_start": month,
            "period_end": last_day(month),
            "invoice_date": invoice_date,
        }
    )
    return RunPreparation(run).billable_agreements()
