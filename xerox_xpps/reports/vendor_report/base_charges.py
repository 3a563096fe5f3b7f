# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers were charged and invoiced for the base fees of devices, in the company's currency."""

from dataclasses import replace

from odoo.tools import SQL

from ...rules import billed_fee_sql, overlap_sql
from ..base_revenue import base_revenue
from ..fees import expected_row_fee, held_condition
from ..row_ids import missing_key, record_key
from .presence import missing_devices


def charged_base(env, asked):
    """Base revenue of each record: (base_key, component, drafted, posted).

    The months of an invoice and the period of a file may be shifted against each other. They go together when the
    middles of both lie in one month; of two records of a device in a month, the later one has the revenue. What a
    customer pays for supplies counts with the service fee where Xerox bills no supply fee.

    :param RowFilter asked: which records
    """
    period = SQL("TRUE")
    if asked.files is not None:
        files, months = _files_of_months(env, asked.files)
        asked = replace(asked, files=files)
        period = SQL(
            """
            EXISTS (
                SELECT FROM UNNEST(%s::timestamp[]) month
                 WHERE %s
            )
            """,
            months,
            overlap_sql(
                SQL("month"),
                SQL("month + INTERVAL '1 month' - INTERVAL '1 day'"),
                SQL("line.xpps_period_start"),
                SQL("line.xpps_period_end"),
            ),
        )
    return SQL(
        """
        SELECT target.base_key,
               CASE WHEN target.has_supply THEN revenue.component ELSE 'base_service' END AS component,
               SUM(revenue.drafted_amount) AS drafted, SUM(revenue.posted_amount) AS posted
          FROM (SELECT DISTINCT ON (device_id, month) device_id, month, base_key, has_supply
                  FROM (%(records)s UNION ALL %(missing)s) record
              ORDER BY device_id, month, period_end DESC, base_key DESC) target
          JOIN (SELECT device_id, component, %(month)s AS month, drafted_amount, posted_amount
                  FROM (%(revenue)s) period) revenue
            ON revenue.device_id = target.device_id AND revenue.month = target.month
      GROUP BY 1, 2
        """,
        records=_records(asked),
        missing=_missing(env, asked),
        month=_month_of("period"),
        revenue=base_revenue(env, period),
    )


def _month(start, end):
    return SQL("DATE_TRUNC('month', %s + (%s - %s) / 2)", start, end, start)


def _month_of(table):
    return _month(SQL.identifier(table, "period_start"), SQL.identifier(table, "period_end"))


def _files_of_months(env, files):
    """The files that share a month with some files. :return: ([id], [month])"""
    rows = env.execute_query(
        SQL(
            """
            SELECT file.id, %(month)s
              FROM xpps_billing_file file
             WHERE file.state = 'imported'
               AND %(month)s IN (SELECT %(month)s FROM xpps_billing_file file WHERE file.id = ANY(%(files)s))
            """,
            month=_month_of("file"),
            files=files,
        )
    )
    return [file_id for file_id, _month in rows], list({month for _file_id, month in rows})


def _records(asked):
    return SQL(
        """
        SELECT line.device_id, %(month)s AS month, %(key)s AS base_key, file.period_end,
               %(supply)s <> 0 OR COALESCE(%(expected)s, 0) <> 0 AS has_supply
          FROM xpps_billing_file_line line
          JOIN xpps_billing_file file ON file.id = line.billing_file_id
         WHERE line.device_id IS NOT NULL AND %(asked)s
           AND (line.state = 'imported' AND line.superseded_by_id IS NULL OR %(held)s)
        """,
        month=_month_of("file"),
        asked=asked.of("line"),
        key=record_key(),
        supply=billed_fee_sql("base_supply"),
        expected=expected_row_fee("base_supply"),
        held=held_condition(),
    )


def _missing(env, asked):
    return SQL(
        """
        SELECT missing.device_id, %s, %s, missing.period_end, missing.base_supply <> 0
          FROM (%s) missing
        """,
        _month_of("missing"),
        missing_key(),
        missing_devices(env, asked),
    )
