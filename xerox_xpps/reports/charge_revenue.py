# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What invoices earn with the pages of charges, as queries for the reports.

An invoice line may bill several charges, such as those of one material code. Its amount is split among them by what
each comes to, and the shares are rounded as they add up, so that those of a line are its amount to the cent. Where the
charges come to nothing together, the first one has the amount.

What a page plan charges for several devices together is shared by their weighted pages.
"""

from odoo.tools import SQL

from ..common.rates import exchange_rate_sql
from ..rules import round_amount_sql

#: Which charges an invoice line or a line of a credit note has to do with, those that it bills no more among them.
CHARGE_LINKS = SQL(
    """
    SELECT invoice_line_id AS move_line_id, charge_id FROM xpps_charge_invoice_line_rel
     UNION ALL SELECT invoice_line_id, charge_id FROM xpps_charge_earlier_line_rel
     UNION ALL SELECT credit_line_id, charge_id FROM xpps_charge_credit_line_rel
    """
)


#: A charge of several devices together.
POOLED = SQL("(charge.page_rating_id IS NOT NULL AND charge.device_id IS NULL)")


def charge_shares(alone, lines=None):
    """Posted invoice lines, credit notes negative, by charge.

    :param alone: whether of the lines of one charge, which are most and need no splitting, or of the others
    :param lines: [account.move.line id], or SQL of a SELECT of such, only of these; None for all
    :return: SQL of a SELECT with ``move_line_id``, ``slot`` (a number of the share within its line), ``charge_id``,
        ``company_id``, ``subscription_id``, ``device_id``, ``output_type``, ``period_end``, ``meter_read_id``,
        ``cost_unknown``, ``is_pooled``, ``page_rating_id``, ``date`` of the accounting entry, ``is_first_payer`` (which
        one of several lines is, that bill the shares of payers), and ``amount`` in the company's currency
    """
    lines = _charge_lines(alone, lines)
    if alone:
        return SQL("SELECT line.*, 0 AS slot, total AS amount FROM (%s) line", lines)
    return SQL(
        """
        SELECT share.*, share.number AS slot,
               CASE WHEN share.weight = 0 THEN CASE WHEN share.number = 1 THEN share.total ELSE 0 END
                    ELSE ROUND(share.total * share.so_far / share.weight, currency.decimal_places)
                       - ROUND(share.total * (share.so_far - share.price) / share.weight, currency.decimal_places)
                END AS amount
          FROM (
                SELECT line.*, ROW_NUMBER() OVER so_far AS number, SUM(price) OVER so_far AS so_far,
                       SUM(price) OVER (PARTITION BY move_line_id) AS weight
                  FROM (%s) line
                WINDOW so_far AS (PARTITION BY move_line_id ORDER BY charge_id)
               ) share
          JOIN res_currency currency ON currency.id = share.company_currency_id
        """,
        lines,
    )


def _charge_lines(alone, lines):
    return SQL(
        """
        SELECT line.id AS move_line_id, line.company_id, line.date, -line.balance AS total,
               COALESCE(line.xpps_subscription_id, charge.subscription_id) AS subscription_id,
               charge.id AS charge_id, charge.device_id, charge.output_type, charge.period_end,
               charge.price_subtotal AS price, charge.meter_read_id, charge.cost_unknown, line.company_currency_id,
               charge.page_rating_id, %(pooled)s AS is_pooled,
               COALESCE(line.xpps_share_number, 0) = 0 AS is_first_payer
          FROM (%(links)s) link
          JOIN account_move_line line ON line.id = link.move_line_id
          JOIN sale_subscription_charge charge ON charge.id = link.charge_id
         WHERE line.parent_state = 'posted' AND line.display_type = 'product' AND %(asked)s
           AND %(alone)s EXISTS (
                   SELECT FROM (%(links)s) other
                    WHERE other.move_line_id = link.move_line_id AND other.charge_id <> link.charge_id
               )
        """,
        links=CHARGE_LINKS,
        asked=_asked(lines),
        pooled=POOLED,
        alone=SQL("NOT") if alone else SQL(),
    )


def _asked(lines):
    if lines is None:
        return SQL("TRUE")
    if isinstance(lines, SQL):
        return SQL("link.move_line_id IN (%s)", lines)
    return SQL("link.move_line_id = ANY(%s::int[])", lines)


def pooled_shares():
    """What posted invoice lines bill of page plans for several devices together, by device.

    In proportion to weighted pages, by largest remainder, as ``rating.device_shares`` does. Where nothing was printed,
    all devices have the same.

    :return: SQL of a SELECT with ``move_line_id``, ``slot`` (a number of the share within its charge), ``charge_id``,
        ``company_id``, ``subscription_id``, ``device_id``, ``period_end``, ``date`` and ``amount``
    """
    lines = SQL(
        "SELECT link.move_line_id FROM (%s) link JOIN sale_subscription_charge charge ON charge.id = link.charge_id "
        "WHERE %s",
        CHARGE_LINKS,
        POOLED,
    )
    names = SQL(
        "move_line_id, charge_id, company_id, subscription_id, period_end, date, amount, page_rating_id, "
        "company_currency_id"
    )
    return SQL(
        """
        SELECT share.move_line_id, share.charge_id, share.company_id, share.subscription_id, share.device_id,
               share.period_end, share.date,
               ROW_NUMBER() OVER (PARTITION BY share.charge_id ORDER BY share.move_line_id, share.device_id) AS slot,
               CASE WHEN share.exact IS NULL THEN share.amount ELSE share.unit * (
                   TRUNC(share.exact) + CASE WHEN share.place <= ABS(share.missing) THEN SIGN(share.missing) ELSE 0 END
               ) END AS amount
          FROM (
                SELECT part.*, ROUND(part.amount / part.unit - SUM(TRUNC(part.exact)) OVER line) AS missing,
                       ROW_NUMBER() OVER (
                           PARTITION BY part.move_line_id, part.charge_id
                           ORDER BY ABS(part.exact - TRUNC(part.exact)) DESC, part.device_id
                       ) AS place
                  FROM (
                        SELECT billed.*, rated.device_id, POWER(0.1::numeric, currency.decimal_places) AS unit,
                               billed.amount * rated.weight / (
                                   SUM(rated.weight) OVER (PARTITION BY billed.move_line_id, billed.charge_id)
                               ) * POWER(10::numeric, currency.decimal_places) AS exact
                          FROM (
                                SELECT %(names)s FROM (%(alone)s) line WHERE is_pooled
                                 UNION ALL
                                SELECT %(names)s FROM (%(together)s) line WHERE is_pooled
                               ) billed
                          JOIN res_currency currency ON currency.id = billed.company_currency_id
                     LEFT JOIN (
                                SELECT rating_id, device_id,
                                       CASE WHEN SUM(weighted) OVER (PARTITION BY rating_id) = 0 THEN 1 ELSE weighted
                                        END AS weight
                                  FROM xpps_page_rating_device
                               ) rated ON rated.rating_id = billed.page_rating_id
                       ) part
                WINDOW line AS (PARTITION BY part.move_line_id, part.charge_id)
               ) share
        """,
        names=names,
        alone=charge_shares(alone=True, lines=lines),
        together=charge_shares(alone=False, lines=lines),
    )


def waiting_charges(day):
    """Billable charges that no posted invoice bills, or not all of it, those that wait for approval included.

    :param day: SQL, the day whose exchange rates count
    :return: SQL of a SELECT with the columns of ``sale_subscription_charge`` and ``uninvoiced``, what they come to in
        the company's currency, less the shares of payers whose invoices are posted; NULL without an exchange rate
    """
    amount = round_amount_sql(
        SQL(
            "charge.price_subtotal * (1 - COALESCE(paid.percent, 0) / 100) * (%s)::numeric",
            exchange_rate_sql(SQL("charge.currency_id"), SQL("company.currency_id"), "company", day),
        ),
        SQL("currency.decimal_places"),
        SQL("currency.rounding"),
    )
    return SQL(
        """
        SELECT charge.*, %(amount)s AS uninvoiced
          FROM sale_subscription_charge charge
          JOIN res_company company ON company.id = charge.company_id
          JOIN res_currency currency ON currency.id = company.currency_id
     LEFT JOIN (SELECT link.charge_id, SUM(line.xpps_share_percent) AS percent
                  FROM account_move_line line
                  JOIN xpps_charge_invoice_line_rel link ON link.invoice_line_id = line.id
                 WHERE line.xpps_share_key IS NOT NULL AND line.parent_state = 'posted'
              GROUP BY link.charge_id) paid
            ON paid.charge_id = charge.id
         WHERE charge.billable AND charge.state IN ('draft', 'approved') AND charge.quantity <> 0
           AND COALESCE(paid.percent, 0) < 100
           AND NOT EXISTS (
                   SELECT FROM xpps_charge_invoice_line_rel link
                     JOIN account_move_line line ON line.id = link.invoice_line_id
                    WHERE link.charge_id = charge.id AND line.parent_state = 'posted'
                      AND line.xpps_share_key IS NULL
               )
        """,
        amount=amount,
    )
