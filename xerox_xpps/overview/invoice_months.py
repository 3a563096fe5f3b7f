# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""In which month an invoice counts: in one, whatever else stands on it.

It is the month of the run that made the invoice. Without a run it is the month of the pages that it bills, and without
pages that of its base prices; of several months the last one. So an invoice that bills January's pages and, in advance,
February's base prices is one of January.
"""

from odoo.fields import Domain

from ..rules import ends_in_domain

LINES = "invoice_line_ids"
OF_AGREEMENT = Domain("xpps_subscription_id", "!=", False)
BASE_PRICES = OF_AGREEMENT & Domain("xpps_subscription_line_id", "!=", False)
PAGES = OF_AGREEMENT & Domain("xpps_subscription_line_id", "=", False) & Domain("xpps_period_end", "!=", False)


def invoices_of(first, last, state, companies):
    """Domain of the customer invoices and credit notes of agreements that count in a month.

    :param first, last: its first and its last day
    """
    pages, base_prices = (_last_in(lines, first, last) for lines in (PAGES, BASE_PRICES))
    by_lines = Domain("xpps_billing_run_id", "=", False) & (pages | (Domain(LINES, "not any", PAGES) & base_prices))
    return (
        Domain("company_id", "in", companies.ids)
        & Domain("move_type", "in", ("out_invoice", "out_refund"))
        & Domain("state", "=", state)
        & Domain(LINES, "any", OF_AGREEMENT)
        & (ends_in_domain("xpps_billing_run_id.period_end", first, last) | by_lines)
    )


def _last_in(lines, first, last):
    """Domain of invoices of which the last of such lines is of the month."""
    later = lines & Domain("xpps_period_end", ">", last)
    return Domain(LINES, "any", lines & ends_in_domain("xpps_period_end", first, last)) & Domain(
        LINES, "not any", later
    )


def draft_days(companies):
    """Of each draft invoice of agreements the day by which it counts.

    :param companies: res.company, in sudo
    :return: set of dates
    """
    lines = companies.env["account.move.line"]
    drafts = Domain("company_id", "in", companies.ids) & Domain("parent_state", "=", "draft")
    days = {}
    for kind in (BASE_PRICES, PAGES):
        days.update(lines._read_group(drafts & kind, ["move_id"], ["xpps_period_end:max"]))
    for move in days:
        if run := move.xpps_billing_run_id:
            days[move] = run.period_end
    return {day for day in days.values() if day}
