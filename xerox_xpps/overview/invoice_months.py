# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""In which month an invoice counts: in one, whatever else stands on it.

It is the month of the run that made the invoice. Without a run it is the month of the pages that it bills, and without
pages that of its base prices; of several months the last one. So an invoice that bills January's pages and, in advance,
February's base prices is one of January.
"""

from dateutil.relativedelta import relativedelta

from odoo.fields import Domain

from ..rules import month_of
from .about_month import of_month

LINES = "invoice_line_ids"
OF_AGREEMENT = Domain("xpps_subscription_id", "!=", False)
BASE_PRICES = OF_AGREEMENT & Domain("xpps_subscription_line_id", "!=", False)
PAGES = OF_AGREEMENT & Domain("xpps_subscription_line_id", "=", False) & Domain("xpps_period_end", "!=", False)


def invoices_of(month, state, companies):
    """Domain of the customer invoices and credit notes of agreements that count in a month."""
    of_companies = Domain("company_id", "in", companies.ids)
    # Which periods and runs there are does not depend on what the user may see.
    lines, runs = (companies.env[model].sudo() for model in ("account.move.line", "xpps.billing.run"))
    live = of_companies & Domain("parent_state", "=", state)
    pages, base_prices = (_last_in(lines, kind, live, month) for kind in (PAGES, BASE_PRICES))
    by_lines = Domain("xpps_billing_run_id", "=", False) & (pages | (Domain(LINES, "not any", PAGES) & base_prices))
    by_run = Domain("xpps_billing_run_id", "in", runs.search(of_month(runs, of_companies, month) & of_companies).ids)
    return (
        of_companies
        & Domain("move_type", "in", ("out_invoice", "out_refund"))
        & Domain("state", "=", state)
        & Domain(LINES, "any", OF_AGREEMENT)
        & (by_run | by_lines)
    )


def _last_in(lines, kind, live, month):
    """Domain of invoices of which the last of such lines is about the month."""
    about = of_month(lines, live & kind, month, "xpps_")
    later = Domain("xpps_period_end", ">", month + relativedelta(day=31)) & ~about
    return Domain(LINES, "any", kind & about) & Domain(LINES, "not any", kind & later)


def draft_months(companies):
    """The months in which draft invoices of agreements count.

    :param companies: res.company, in sudo
    :return: set of months
    """
    lines = companies.env["account.move.line"]
    drafts = Domain("company_id", "in", companies.ids) & Domain("parent_state", "=", "draft")
    found = {}
    for kind in (BASE_PRICES, PAGES):
        groups = lines._read_group(
            drafts & kind & Domain("xpps_period_end", "!=", False),
            ["move_id", "xpps_period_start:day", "xpps_period_end:day"],
            order="xpps_period_end:day",
        )
        # The last period of each invoice, and pages before base prices.
        found.update((move, month_of(first, last)) for move, first, last in groups)
    for move in found:
        if run := move.xpps_billing_run_id:
            found[move] = month_of(run.period_start, run.period_end)
    return set(found.values())
