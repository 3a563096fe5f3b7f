# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Meter reads that were noted when devices were installed or taken away, in the period of a billing file."""

from odoo.tools import SQL

from ..rules import says_where_meter_is_sql


class ManualReads:
    """Opening and closing reads of a company's devices in a period, the last of each, loaded with one query.

    ``opening`` and ``closing`` are {(stock.lot id, output type): (date, counter)}; ``at_end`` has the ids of those on
    the last day of the period: {(stock.lot id, output type): xpps.meter.read id}. A file's read of the period takes
    the place of such a one, as there is one live read a day.
    """

    def __init__(self, env, company, period_start, period_end):
        self.opening, self.closing, self.at_end = {}, {}, {}
        by_origin = {"opening": self.opening, "closing": self.closing}
        reads = env["xpps.meter.read"]
        reads.flush_model()
        rows = env.execute_query(
            SQL(
                """
                SELECT device_id, output_type, origin, period_end, current_read, id, superseded_by_id IS NULL
                  FROM %s
                 WHERE company_id = %s AND origin <> 'file' AND %s AND period_end BETWEEN %s AND %s
              ORDER BY period_end, id
                """,
                SQL.identifier(reads._table),
                company.id,
                says_where_meter_is_sql(SQL("origin")),
                period_start,
                period_end,
            )
        )
        for device_id, output_type, origin, day, counter, read_id, live in rows:
            key = (device_id, output_type)
            by_origin[origin][key] = (day, counter or 0)
            if live and day == period_end:
                self.at_end[key] = read_id
