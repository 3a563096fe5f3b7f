# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers were charged and invoiced for the pages of meter reads, in the company's currency."""

from odoo.tools import SQL

from ...common.rates import exchange_rate_sql
from ...rules import known_sql, round_amount_sql
from ..charge_revenue import CHARGE_LINKS, charge_shares


def charged_pages(asked):
    """The charges of each live read: (meter_read_id, quantity, amount, covered).

    ``quantity`` pages and ``amount`` are what is billable and not rejected; ``covered`` are the pages of all charges
    that are not rejected, also of those that the contract does not bill, but not of cycles, whose pages are those of
    their months. A charge of another currency is converted
    at the file's invoice date; where that cannot be done, the amount is NULL.

    :param RowFilter asked: which reads; as for the other functions
    """
    return SQL(
        """
        SELECT charge.meter_read_id,
               SUM(charge.quantity) FILTER (WHERE charge.billable) AS quantity,
               %s AS amount,
               SUM(charge.quantity) FILTER (WHERE charge.kind IS DISTINCT FROM 'cycle') AS covered
          FROM (%s) charge
          JOIN xpps_meter_read read ON read.id = charge.meter_read_id
          JOIN (%s) rate ON rate.file_id = read.billing_file_id AND rate.currency_id = charge.currency_id
         WHERE charge.state <> 'rejected'
      GROUP BY charge.meter_read_id
        """,
        known_sql(
            SQL(
                "COALESCE(SUM(%s) FILTER (WHERE charge.billable), 0)",
                round_amount_sql(SQL("charge.price_subtotal * rate.rate"), SQL("rate.places"), SQL("rate.rounding")),
            ),
            SQL("BOOL_OR(charge.billable AND rate.rate IS NULL)"),
        ),
        _charges_of_reads(asked),
        _rates(),
    )


def invoiced_pages(env, asked):
    """Posted invoice lines less posted credit notes of each live read: (meter_read_id, amount)."""
    lines = None if asked.devices is None else _lines_of(env, asked)
    return SQL(
        """
        SELECT charge.meter_read_id, SUM(share.amount) AS amount
          FROM (SELECT charge_id, amount FROM (%s) single
                 UNION ALL SELECT charge_id, amount FROM (%s) part) share
          JOIN (%s) charge ON charge.id = share.charge_id
      GROUP BY charge.meter_read_id
        """,
        charge_shares(alone=True, lines=lines),
        charge_shares(alone=False, lines=lines),
        _charges_of_reads(asked),
    )


def _lines_of(env, asked):
    """:return: [account.move.line id] of the charges of reads, looked up, as a plan for all of them is a slow one"""
    rows = env.execute_query(
        SQL(
            "SELECT DISTINCT link.move_line_id FROM (%s) charge JOIN (%s) link ON link.charge_id = charge.id",
            _charges_of_reads(asked),
            CHARGE_LINKS,
        )
    )
    return [line_id for (line_id,) in rows]


def _charges_of_reads(asked):
    """Charges with the live read whose pages they bill: that which replaced their own, or for a charge that was made
    by hand the read of its device, output type and period.
    """
    return SQL(
        """
        WITH RECURSIVE replaced AS (
            SELECT id, superseded_by_id AS live_id FROM xpps_meter_read WHERE superseded_by_id IS NOT NULL
             UNION
            SELECT replaced.id, read.superseded_by_id
              FROM replaced
              JOIN xpps_meter_read read ON read.id = replaced.live_id AND read.superseded_by_id IS NOT NULL
        )
        SELECT charge.id, charge.currency_id, charge.state, charge.billable, charge.quantity, charge.price_subtotal,
               charge.kind, COALESCE(live.live_id, charge.meter_read_id) AS meter_read_id
          FROM sale_subscription_charge charge
     LEFT JOIN (SELECT replaced.id, replaced.live_id
                  FROM replaced
                  JOIN xpps_meter_read read ON read.id = replaced.live_id AND read.superseded_by_id IS NULL) live
            ON live.id = charge.meter_read_id
         WHERE charge.meter_read_id IS NOT NULL AND %(own)s
     UNION ALL
        SELECT charge.id, charge.currency_id, charge.state, charge.billable, charge.quantity, charge.price_subtotal,
               charge.kind, read.id
          FROM sale_subscription_charge charge
          JOIN xpps_meter_read read
            ON read.device_id = charge.device_id AND read.output_type = charge.output_type
           AND read.period_end = charge.period_end AND read.superseded_by_id IS NULL AND read.origin = 'file'
           AND %(asked)s
         WHERE charge.meter_read_id IS NULL
        """,
        own=SQL("TRUE")
        if asked.files is None
        else SQL(
            "charge.meter_read_id IN ("
            "SELECT read.id FROM xpps_meter_read read WHERE %(asked)s UNION ALL SELECT replaced.id FROM replaced "
            "JOIN xpps_meter_read read ON read.id = replaced.live_id AND %(asked)s)",
            asked=asked.of("read"),
        ),
        asked=asked.of("read"),
    )


def _rates():
    """What currencies were worth in the company's at the invoice date of each file: (file_id, currency_id, rate,
    places, rounding).
    """
    return SQL(
        """
        SELECT file.id AS file_id, used.currency_id, own.decimal_places AS places, own.rounding, %s AS rate
          FROM xpps_billing_file file
          JOIN res_company company ON company.id = file.company_id
          JOIN res_currency own ON own.id = company.currency_id
    CROSS JOIN (SELECT DISTINCT currency_id FROM sale_subscription_charge) used
         WHERE file.state = 'imported'
        """,
        exchange_rate_sql(SQL("used.currency_id"), SQL("company.currency_id"), "company", SQL("file.invoice_date")),
    )
