# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What invoices and charges earned by the end of a day without billing it until then, and the other way round.

A document counts as the ledger has it: a posted invoice line dated by the day has billed its amount, and what of its
period lies after the day is to be *deferred*. Whatever bills later, a posted line of a later date, a draft or a charge
that waits for its invoice, has earned what lies before the end of the day: that is *unbilled*. Credit notes are
invoices below zero.

Amounts are those of the profitability report, in the company's currency: base prices month by month, of which only a
month that goes on after the day is split by days, pages by the days of their charge's period. So the report up to the
end of a month is the ledger and both of these together, to the cent. Charges and lines that say no period are earned
when they are invoiced.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from odoo.tools import SQL

from ..billing_file import to_decimal
from ..rules import part_of, passed_share
from .base_revenue import base_revenue_shares
from .charge_revenue import CHARGE_LINKS, charge_shares, waiting_charges

UNBILLED_REVENUE = "unbilled_revenue"
UNBILLED_BASE = "unbilled_base"
DEFERRED_REVENUE = "deferred_revenue"


class CutoffItem(NamedTuple):
    """``amount`` of the ``whole`` is unbilled or deferred at the day; ``first`` and ``last`` are the whole's period.

    ``move_line_id`` is the invoice line that bills it, None of a charge that waits for its invoice.
    """

    kind: str
    move_line_id: int | None
    charge_id: int | None
    first: date
    last: date
    whole: Decimal
    amount: Decimal


class WaitingCharges(NamedTuple):
    """Charges that wait for their invoice. ``unapproved`` and ``dateless``, without a period, are in no item.

    :param unrated: ids of charges whose currency has no exchange rate
    """

    items: list
    unapproved: list
    dateless: list
    unrated: list


def billed_base(env, company, day):
    """What invoice lines of base prices have billed past a day, or not yet billed by it.

    Without drafts of credit notes: nobody knows whether they will stand.

    :return: [CutoffItem], one a line at most
    """
    shares = base_revenue_shares(
        env,
        condition=SQL(
            """
            line.company_id = %(company)s AND line.xpps_period_end IS NOT NULL
            AND CASE WHEN %(billed)s THEN line.xpps_period_end > %(day)s
                     ELSE line.xpps_period_start <= %(day)s
                          AND (line.parent_state = 'posted' OR move.reversed_entry_id IS NULL) END
            """,
            company=company.id,
            billed=_billed(day),
            day=day,
        ),
    )
    rows = env.execute_query(
        SQL(
            """
            SELECT share.move_line_id, %(billed)s, line.xpps_period_start, line.xpps_period_end,
                   share.period_start, share.period_end, SUM(share.amount)
              FROM (%(shares)s) share
              JOIN account_move_line line ON line.id = share.move_line_id
          GROUP BY line.id, share.move_line_id, share.period_start, share.period_end
          ORDER BY share.move_line_id
            """,
            billed=_billed(day),
            shares=shares,
        )
    )
    months = defaultdict(list)
    for *line, first, last, amount in rows:
        months[tuple(line)].append((to_decimal(amount), passed_share(first, last, day)))
    items = []
    for (line_id, billed, first, last), of_line in months.items():
        whole = sum((amount for amount, _share in of_line), Decimal(0))
        # One rounding: months that are over are rounded already, and at most one goes on after the day.
        passed = sum((Fraction(amount) * share for amount, share in of_line), Fraction(0))
        earned = _rounded(company, passed)
        kind, amount = (DEFERRED_REVENUE, whole - earned) if billed else (UNBILLED_BASE, earned)
        items.append(CutoffItem(kind, line_id, None, first, last, whole, amount))
    return [item for item in items if item.amount]


def billed_charges(env, company, day):
    """What invoice lines of charges have billed past a day, or not yet billed by it.

    :return: [CutoffItem], one for each line and charge
    """
    lines = SQL(
        """
        SELECT line.id
          FROM account_move_line line
         WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
           AND (line.date > %(day)s OR line.id IN (
                   SELECT link.move_line_id
                     FROM (%(links)s) link
                     JOIN sale_subscription_charge charge ON charge.id = link.charge_id
                    WHERE charge.company_id = %(company)s AND charge.period_end > %(day)s
               ))
        """,
        company=company.id,
        day=day,
        links=CHARGE_LINKS,
    )
    names = SQL("move_line_id, charge_id, date, amount")
    rows = env.execute_query(
        SQL(
            """
            SELECT share.move_line_id, share.charge_id, share.date <= %(day)s,
                   COALESCE(charge.period_start, charge.period_end), charge.period_end, share.amount
              FROM (SELECT %(names)s FROM (%(alone)s) one UNION ALL SELECT %(names)s FROM (%(others)s) other) share
              JOIN sale_subscription_charge charge ON charge.id = share.charge_id
             WHERE charge.period_end IS NOT NULL
          ORDER BY share.charge_id, share.move_line_id
            """,
            day=day,
            names=names,
            alone=charge_shares(True, lines),
            others=charge_shares(False, lines),
        )
    )
    items = []
    for line_id, charge_id, billed, first, last, amount in rows:
        whole = to_decimal(amount)
        earned = _rounded(company, Fraction(whole) * passed_share(first, last, day))
        kind, amount = (DEFERRED_REVENUE, whole - earned) if billed else (UNBILLED_REVENUE, earned)
        items.append(CutoffItem(kind, line_id, charge_id, first, last, whole, amount))
    return [item for item in items if item.amount]


def unbilled_charges(env, company, day):
    """What charges have earned by a day that no posted invoice bills, or not all of it.

    :return: WaitingCharges
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT charge.id, charge.state, COALESCE(charge.period_start, charge.period_end), charge.period_end,
                   charge.uninvoiced
              FROM (%(waiting)s) charge
             WHERE charge.company_id = %(company)s
               AND (charge.period_end IS NULL OR COALESCE(charge.period_start, charge.period_end) <= %(day)s)
               AND charge.price_subtotal <> 0
          ORDER BY charge.id
            """,
            waiting=waiting_charges(SQL("%s::date", day)),
            company=company.id,
            day=day,
        )
    )
    found = WaitingCharges([], [], [], [])
    for charge_id, state, first, last, uninvoiced in rows:
        if not last:
            found.dateless.append(charge_id)
        elif uninvoiced is None:
            found.unrated.append(charge_id)
        else:
            whole = to_decimal(uninvoiced)
            amount = _rounded(company, Fraction(whole) * passed_share(first, last, day))
            item = CutoffItem(UNBILLED_REVENUE, None, charge_id, first, last, whole, amount)
            if amount:
                (found.items if state == "approved" else found.unapproved).append(item)
    return found


def _billed(day):
    """Condition on ``line``: the ledger of a day has it."""
    return SQL("(line.parent_state = 'posted' AND line.date <= %s)", day)


def _rounded(company, amount):
    currency = company.currency_id
    return part_of(
        Decimal(amount.numerator), Fraction(1, amount.denominator), currency.decimal_places, currency.rounding
    )
