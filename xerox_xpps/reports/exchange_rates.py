# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's currency rates as SQL, for reports that convert by the thousand."""

from odoo.tools import SQL


def exchange_rate(from_currency, to_currency, company, date):
    """What one unit of a currency was worth in another one, as ``res.currency._get_conversion_rate`` has it.

    It is not rounded. The same rows of ``res.currency.rate`` count: those of the company's root, then those of all
    companies, the last one by the date, else the first one ever; without any the rate is 1.

    :param from_currency, to_currency, company: SQL, ids
    :param date: SQL, a date
    :return: SQL, numeric
    """
    return SQL(
        "CASE WHEN %(source)s = %(target)s THEN 1 ELSE %(target_rate)s / %(source_rate)s END",
        source=from_currency,
        target=to_currency,
        target_rate=_rate(to_currency, company, date),
        source_rate=_rate(from_currency, company, date),
    )


def _rate(currency, company, date):
    return SQL(
        "COALESCE((%s), (%s), 1.0)",
        _rate_row(currency, company, SQL("AND rate.name <= %s", date), SQL("DESC")),
        _rate_row(currency, company, SQL(), SQL("ASC")),
    )


def _rate_row(currency, company, condition, direction):
    return SQL(
        """
        SELECT rate.rate
          FROM res_currency_rate rate
          JOIN res_company owner ON owner.id = %(company)s
         WHERE rate.currency_id = %(currency)s %(condition)s
           AND (rate.company_id IS NULL OR rate.company_id = split_part(owner.parent_path, '/', 1)::int)
      ORDER BY rate.company_id NULLS LAST, rate.name %(direction)s
         LIMIT 1
        """,
        company=company,
        currency=currency,
        condition=condition,
        direction=direction,
    )
