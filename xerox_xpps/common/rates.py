# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Exchange rates of a day: those of that day or of one before it. Odoo takes a later rate for an earlier day, and 1
for none.

The company's own currency needs no rate. Of those that the company's root has, and those of all companies, the root's
come first.
"""

from odoo.tools import SQL


def unrated_currencies(currencies, company, day):
    """Those of the currencies that cannot be converted on a day: no rate is of that day or of one before it.

    :param currencies: res.currency; the company's own needs no rate
    :return: res.currency
    """
    foreign = currencies - company.currency_id
    if not foreign:
        return foreign
    # Whoever imports or bills need not see rates.
    groups = (
        company.env["res.currency.rate"]
        .sudo()
        ._read_group(
            [
                ("currency_id", "in", foreign.ids),
                ("name", "<=", day),
                ("company_id", "in", (False, company.sudo().root_id.id)),
            ],
            ["currency_id"],
        )
    )
    rated = {currency.id for (currency,) in groups}
    return foreign.filtered(lambda currency: currency.id not in rated)


def converted(amount, from_currency, to_currency, company, day):
    """:return: an amount in another currency, rounded as that is; None where one of the two cannot be converted"""
    if from_currency != to_currency and unrated_currencies(from_currency | to_currency, company, day):
        return None
    return from_currency._convert(amount, to_currency, company, day)


def exchange_rate_sql(from_currency, to_currency, company, day):
    """What one unit of a currency was worth in another one on a day, not rounded, for queries that convert by the
    thousand.

    :param from_currency, to_currency: SQL, ids
    :param company: the name of ``res_company`` in the query
    :param day: SQL, a date
    :return: SQL, numeric; NULL where one of the two cannot be converted (``unrated_currencies``)
    """
    return SQL(
        "CASE WHEN %(source)s = %(target)s THEN 1 ELSE %(target_rate)s / %(source_rate)s END",
        source=from_currency,
        target=to_currency,
        target_rate=_rate_sql(to_currency, company, day),
        source_rate=_rate_sql(from_currency, company, day),
    )


def _rate_sql(currency, company, day):
    return SQL(
        """
        COALESCE((
            SELECT rate.rate
              FROM res_currency_rate rate
             WHERE rate.currency_id = %(currency)s AND rate.name <= %(day)s
               AND (rate.company_id IS NULL OR rate.company_id = split_part(%(path)s, '/', 1)::int)
          ORDER BY rate.company_id NULLS LAST, rate.name DESC
             LIMIT 1
        ), CASE WHEN %(currency)s = %(own)s THEN 1.0 END)
        """,
        currency=currency,
        day=day,
        path=SQL.identifier(company, "parent_path"),
        own=SQL.identifier(company, "currency_id"),
    )
