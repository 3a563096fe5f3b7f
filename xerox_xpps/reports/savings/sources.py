# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the savings report adds up, in Xerox's currency: differences of the vendor report, and lines of disputes.

Each function gives a SELECT with the columns ``id``, ``company_id``, ``currency_id``, ``billing_file_id``,
``dispute_id``, ``partner_id``, ``month``, ``kind`` and the ``MEASURES``. ``kind`` is what is wrong, the most severe
flag.
"""

from odoo.tools import SQL

from ...rules import month_of_sql
from ..row_ids import KINDS, READ_CODE, dispute_row_id

#: The kind of what differs without a flag.
OTHER = "other"
MEASURES = (
    "over_billed",
    "under_billed",
    "not_claimed",
    "disputed_amount",
    "credited_amount",
    "open_amount",
    "rejected_amount",
)


def savings_rows(rows, disputed):
    """:param SQL rows: the rows of the vendor report, perhaps of some files only
    :param SQL disputed: a condition on the lines of disputes, ``line``
    """
    return SQL("%s UNION ALL %s", _differences(rows), _disputed(disputed))


def _differences(rows):
    """Rows that Xerox billed otherwise than expected. What is claimed of one is told by what keeps it from being
    disputed twice.

    Of the record that a row is of, only few ask: the report would look it up for all rows.
    """
    return SQL(
        """
        SELECT item.id, item.company_id, item.currency_id, item.billing_file_id, NULL::int AS dispute_id,
               item.partner_id, %(month)s AS month, COALESCE(item.flag, %(other)s) AS kind,
               GREATEST(item.difference, 0) AS over_billed, LEAST(item.difference, 0) AS under_billed,
               GREATEST(GREATEST(item.difference, 0) - GREATEST(claim.amount, 0), 0) AS not_claimed,
               0 AS disputed_amount, 0 AS credited_amount, 0 AS open_amount, 0 AS rejected_amount
          FROM (SELECT id, company_id, currency_id, billing_file_id, device_id, serial, component, partner_id,
                       period_start, period_end, difference, flag
                  FROM (%(rows)s) report
                 -- Few differ: an inequality would be taken to leave nearly all rows.
                 WHERE ABS(SIGN(difference)) = 1) item
     LEFT JOIN (SELECT line.billing_file_id, line.sequence, COALESCE(line.serial, '') AS serial, line.component,
                       SUM(line.amount) AS amount
                  FROM xpps_dispute_line line
                  JOIN xpps_dispute dispute ON dispute.id = line.dispute_id AND dispute.state <> 'cancelled'
              GROUP BY 1, 2, 3, 4) claim
            ON claim.billing_file_id = item.billing_file_id AND claim.component = item.component
           AND claim.serial = COALESCE(item.serial, '')
           -- Not as an equation, which would be asked of all rows, also where nothing is claimed.
           AND claim.sequence - %(sequence)s = 0
        """,
        month=month_of_sql(SQL("item.period_start"), SQL("item.period_end")),
        other=OTHER,
        rows=rows,
        sequence=_sequence(),
    )


def _sequence():
    """The place in its file of the record that a row is of, by what the row's id tells; 0 where there is none."""
    return SQL(
        """
        COALESCE((
            SELECT record.sequence
              FROM xpps_billing_file_line record
             WHERE record.id = CASE
                   WHEN item.id %% %(kinds)s < %(read)s THEN item.id / %(kinds)s
                   WHEN item.id %% %(kinds)s = %(read)s THEN (
                       SELECT MIN(line.id)
                         FROM xpps_billing_file_line line
                        WHERE line.device_id = item.device_id AND line.billing_file_id = item.billing_file_id
                   ) END
        ), 0)
        """,
        kinds=KINDS,
        read=READ_CODE,
    )


def _disputed(condition):
    """Lines of disputes that were not withdrawn. What Xerox did not credit once it answered is rejected."""
    return SQL(
        """
        SELECT %(id)s, line.company_id, dispute.currency_id, line.billing_file_id, line.dispute_id, line.partner_id,
               %(month)s, COALESCE(line.flag, %(other)s), 0, 0, 0, line.amount, line.credited_amount,
               CASE WHEN line.is_open THEN line.amount ELSE 0 END,
               CASE WHEN line.is_open THEN 0 ELSE line.amount - line.credited_amount END
          FROM xpps_dispute_line line
          JOIN xpps_dispute dispute ON dispute.id = line.dispute_id
         WHERE dispute.state <> 'cancelled' AND %(condition)s
        """,
        id=dispute_row_id(SQL("line.id::bigint")),
        month=month_of_sql(SQL("line.period_start"), SQL("line.period_end")),
        other=OTHER,
        condition=condition,
    )
