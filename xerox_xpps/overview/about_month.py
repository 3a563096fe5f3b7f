# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Domains of what is about a month, by the days of its period that lie in it. A month is the date of its first day."""

from dateutil.relativedelta import relativedelta

from odoo.fields import Domain

from ..rules import covers_period, ends_in_domain, month_of


def of_month(records, domain, month, prefix=""):
    """Domain of the records that are about a month. It names the periods that there are: the web client takes no rule.

    :param records: a model
    :param domain: of the records that may be about it
    :param prefix: of the names of the first and last day of the period
    """
    first, last = f"{prefix}period_start", f"{prefix}period_end"
    near = ends_in_domain(last, month, month + relativedelta(months=1, day=31))
    groups = records._read_group(Domain(domain) & near, [f"{first}:day", f"{last}:day"])
    return Domain.OR(
        Domain(first, "=", start) & Domain(last, "=", end) for start, end in groups if month_of(start, end) == month
    )


def files_of_month(company, month, domain=()):
    """The billing files that cover a month, wherever they end: one of a quarter covers three."""
    month_last = month + relativedelta(day=31)
    files = company.env["xpps.billing.file"].search(
        Domain("company_id", "=", company.id)
        & Domain(domain)
        & Domain("period_end", ">=", month)
        & (Domain("period_start", "<=", month_last) | Domain("period_start", "=", False))
    )
    return files.filtered(
        lambda file: covers_period(file.period_start or file.period_end, file.period_end, month, month_last)
    )
