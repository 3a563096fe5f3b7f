# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What files did not state counted as 0: take back what of it stands in reads, charges and disputes.

What a correction does not state is as it was, so the records that it corrects say it as well.
"""

from odoo.tools import SQL


def migrate(cr, version):
    _find_stated(cr)
    # A counter that a record does not have, and a start that it does not have, are not known to be 0.
    for column, name in (("current_read", "current"), ("previous_read", "previous")):
        cr.execute(
            SQL(
                """
                UPDATE xpps_meter_read read SET %(column)s = NULL
                  FROM xpps_stated stated
                 WHERE stated.read_id = read.id AND read.%(column)s = 0 AND NOT stated.%(name)s
                """,
                column=SQL.identifier(column),
                name=SQL.identifier(name),
            )
        )
    # No pages are included where nobody stated how many.
    cr.execute(
        SQL(
            """
            UPDATE xpps_meter_read read SET included_stated = stated.included
              FROM xpps_stated stated
             WHERE stated.read_id = read.id
            """
        )
    )
    # Pages whose cost nobody stated do not cost 0, and have no margin of 100 %.
    cr.execute(
        SQL(
            """
            UPDATE xpps_meter_read read SET cost_unknown = TRUE
              FROM xpps_stated stated
             WHERE stated.read_id = read.id AND read.overage <> 0 AND read.unit_cost = 0 AND NOT stated.unit_cost
            """
        )
    )
    cr.execute(
        SQL(
            """
            UPDATE sale_subscription_charge charge SET cost_unknown = TRUE, margin = 0, margin_percent = 0
              FROM xpps_stated stated
             WHERE stated.read_id = charge.meter_read_id AND charge.kind = 'pages' AND charge.unit_cost = 0
               AND NOT stated.unit_cost
            """
        )
    )
    cr.execute(
        SQL(
            """
            UPDATE xpps_dispute_line disputed SET cost_unknown = TRUE
              FROM xpps_billing_file_line line
             WHERE line.billing_file_id = disputed.billing_file_id AND line.sequence = disputed.sequence
               AND disputed.xerox_quantity <> 0 AND disputed.xerox_unit_cost = 0
               AND jsonb_exists(line.meter_values, disputed.component)
               AND line.meter_values -> disputed.component ->> 'unit_cost' IS NULL
            """
        )
    )


def _find_stated(cr):
    """What the record of each read states, or one of those that it corrects; costs in another currency are others."""
    cr.execute(
        SQL(
            """
            CREATE TEMPORARY TABLE xpps_stated ON COMMIT DROP AS
            WITH RECURSIVE source(read_id, currency_id, source_id) AS (
                SELECT id, currency_id, id FROM xpps_meter_read WHERE origin = 'file'
                 UNION ALL
                SELECT source.read_id, source.currency_id, earlier.id
                  FROM source
                  JOIN xpps_meter_read earlier ON earlier.superseded_by_id = source.source_id
                   AND earlier.origin = 'file'
            )
            SELECT source.read_id,
                   bool_or(meter ->> 'previous' IS NOT NULL) AS previous,
                   bool_or(meter ->> 'current' IS NOT NULL) AS current,
                   bool_or(meter ->> 'included' IS NOT NULL) AS included,
                   bool_or(meter ->> 'unit_cost' IS NOT NULL AND read.currency_id = source.currency_id) AS unit_cost
              FROM source
              JOIN xpps_meter_read read ON read.id = source.source_id
              JOIN xpps_billing_file_line line
                ON line.billing_file_id = read.billing_file_id AND line.device_id = read.device_id
        CROSS JOIN LATERAL (SELECT line.meter_values -> read.output_type AS meter) said
             WHERE said.meter IS NOT NULL
          GROUP BY source.read_id
            """
        )
    )
    cr.execute(SQL("CREATE UNIQUE INDEX ON xpps_stated (read_id)"))
    cr.execute(SQL("ANALYZE xpps_stated"))
