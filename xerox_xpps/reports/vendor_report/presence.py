# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where devices were in the periods of billing files, by their history as it is known today."""

from odoo.tools import SQL

from ...rules import RUN_FIELDS, beyond_border_sql, billed_fee_sql, overlap_sql, runs_in_period_sql


def absences(env, asked):
    """The periods of files in which devices were nowhere: they had left before, and came back later or not at all.

    :param RowFilter asked: as for the other functions
    :return: SQL: (device_id, period_start, period_end), each once
    """
    # No window function, which would keep the whole report from being read by several processes at once.
    return SQL(
        """
        SELECT span.device_id, period.period_start, period.period_end
          FROM (%(spans)s) span
          JOIN (SELECT DISTINCT period_start, period_end FROM xpps_billing_file file
                 WHERE state = 'imported' AND %(files)s) period
            ON span.date_to < period.period_start
         WHERE %(devices)s
           AND NOT EXISTS (SELECT FROM (%(spans)s) other WHERE other.device_id = span.device_id AND %(there)s)
      GROUP BY span.device_id, period.period_start, period.period_end
        """,
        spans=env["xpps.device.assignment"]._spans(),
        files=asked.of_file(SQL("file.id")),
        devices=asked.of_device(SQL("span.device_id")),
        there=overlap_sql(
            SQL("other.date_from"), SQL("other.date_to"), SQL("period.period_start"), SQL("period.period_end")
        ),
    )


def unserved_lines(env, asked):
    """Records of devices that had no service to bill their base price in the period: (id of the record)."""
    return SQL(
        """
        SELECT line.id
          FROM xpps_billing_file_line line
         WHERE line.device_id IN (SELECT device_id FROM (%(spans)s) span WHERE subscription_line_id IS NULL)
           AND line.billed_period_end IS NOT NULL AND %(asked)s
           AND NOT EXISTS (
               SELECT FROM (%(spans)s) span
                WHERE span.device_id = line.device_id AND span.subscription_line_id IS NOT NULL
                  AND %(there)s)
      GROUP BY line.id
        """,
        asked=asked.of("line"),
        there=overlap_sql(
            SQL("span.date_from"),
            SQL("span.date_to"),
            SQL("line.billed_period_start"),
            SQL("line.billed_period_end"),
        ),
        spans=env["xpps.device.assignment"]._spans(),
    )


def missing_devices(env, asked):
    """Devices on agreements that ran in a period, which no file names in it, though there is a regular one.

    :return: SQL: (file_id, company_id, currency_id, period_start, period_end, device_id, partner_id, subscription_id,
        base_service, base_supply), the first file of each period, and the fees that Xerox billed last. Files whose
        periods overlap by more than a border day count together, as Xerox may bill its agreements apart.
    """
    # No subquery for each of them, which would keep the whole report from being read by several processes at once.
    return SQL(
        """
        SELECT DISTINCT ON (absent.file_id, absent.device_id) absent.*,
               CASE WHEN last.currency_id = absent.currency_id THEN %s ELSE 0 END AS base_service,
               CASE WHEN last.currency_id = absent.currency_id THEN %s ELSE 0 END AS base_supply
          FROM (%s) absent
     LEFT JOIN xpps_billing_file_line last
            ON last.device_id = absent.device_id AND last.superseded_by_id IS NULL
           AND last.billed_period_end <= absent.period_start
      ORDER BY absent.file_id, absent.device_id, last.billed_period_end DESC NULLS LAST
        """,
        billed_fee_sql("base_service", "last"),
        billed_fee_sql("base_supply", "last"),
        _absent_devices(env, asked),
    )


def _absent_devices(env, asked):
    """Devices that were on an agreement that ran in a period, without a record: (file_id, company_id, currency_id,
    period_start, period_end, device_id, partner_id, subscription_id), who had them last.
    """
    # A count, where a join would be planned for a tenth of the rows. No EXCEPT, WITH or LIMIT in any part, which keep
    # the whole report from being read by several processes at once.
    return SQL(
        """
        SELECT DISTINCT ON (place.file_id, place.device_id) place.*
          FROM (SELECT file_id, device_id
                  FROM (SELECT file_id, device_id, 0 AS records FROM (%(places)s) expected
                         UNION ALL
                        SELECT period.file_id, line.device_id, 1
                          FROM (%(periods)s) period
                          JOIN xpps_billing_file other
                            ON other.company_id = period.company_id AND other.state = 'imported'
                           AND %(together)s
                          JOIN xpps_billing_file_line line ON line.billing_file_id = other.id AND %(devices)s) known
              GROUP BY file_id, device_id
                HAVING SUM(records) = 0) absent
          JOIN (%(places)s) place ON place.file_id = absent.file_id AND place.device_id = absent.device_id
      ORDER BY place.file_id, place.device_id, place.date_from DESC NULLS LAST
        """,
        places=_places(env, asked),
        together=beyond_border_sql(
            SQL("other.period_start"),
            SQL("other.period_end"),
            SQL("period.period_start"),
            SQL("period.period_end"),
        ),
        periods=_periods(asked),
        devices=asked.of_device(SQL("line.device_id")),
    )


def _periods(asked):
    """The first regular file of each period."""
    return SQL(
        """
        SELECT MIN(id) AS file_id, company_id, MIN(currency_id) AS currency_id, period_start, period_end
          FROM xpps_billing_file
         WHERE state = 'imported' AND kind = 'regular'
      GROUP BY company_id, period_start, period_end
        HAVING %s
        """,
        asked.of_file(SQL("MIN(id)")),
    )


def _places(env, asked):
    """Where devices were in the periods of files, on agreements that ran in them."""
    env["sale.subscription"].flush_model([*RUN_FIELDS, "is_xpps"])
    env["sale.subscription.stage"].flush_model(["type"])
    start, end = SQL("period.period_start"), SQL("period.period_end")
    return SQL(
        """
        SELECT period.file_id, period.company_id, period.currency_id, period.period_start, period.period_end,
               span.device_id, span.partner_id, span.subscription_id, span.date_from
          FROM (%(periods)s) period
          JOIN (%(spans)s) span ON span.company_id = period.company_id AND %(there)s
          JOIN sale_subscription agreement ON agreement.id = span.subscription_id
          JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
         WHERE %(asked)s AND agreement.is_xpps AND %(runs)s
        """,
        periods=_periods(asked),
        spans=env["xpps.device.assignment"]._spans(),
        there=overlap_sql(SQL("span.date_from"), SQL("span.date_to"), start, end),
        runs=runs_in_period_sql(start, end),
        asked=asked.of_device(SQL("span.device_id")),
    )
