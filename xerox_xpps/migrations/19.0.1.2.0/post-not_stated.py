# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What files did not state counted as 0: take back what of it stands in reads and charges."""

from odoo.tools import SQL


def migrate(cr, version):
    # A counter that a record does not have, and a start that it does not have, are not known to be 0.
    for column, name in (("current_read", "current"), ("previous_read", "previous")):
        cr.execute(
            SQL(
                """
                UPDATE xpps_meter_read read SET %(column)s = NULL
                  FROM xpps_billing_file_line line
                 WHERE line.billing_file_id = read.billing_file_id AND line.device_id = read.device_id
                   AND read.origin = 'file' AND read.%(column)s = 0
                   AND jsonb_exists(line.meter_values, read.output_type)
                   AND line.meter_values -> read.output_type ->> %(name)s IS NULL
                """,
                column=SQL.identifier(column),
                name=name,
            )
        )
    # Pages whose cost nobody stated do not cost 0, and have no margin of 100 %.
    cr.execute(
        SQL(
            """
            UPDATE xpps_meter_read read SET cost_unknown = TRUE
              FROM xpps_billing_file_line line
             WHERE line.billing_file_id = read.billing_file_id AND line.device_id = read.device_id
               AND read.origin = 'file' AND read.overage <> 0 AND read.unit_cost = 0
               AND jsonb_exists(line.meter_values, read.output_type)
               AND line.meter_values -> read.output_type ->> 'unit_cost' IS NULL
            """
        )
    )
    cr.execute(
        SQL(
            """
            UPDATE sale_subscription_charge charge SET cost_unknown = TRUE, margin = 0, margin_percent = 0
              FROM xpps_meter_read read
              JOIN xpps_billing_file_line line
                ON line.billing_file_id = read.billing_file_id AND line.device_id = read.device_id
             WHERE charge.meter_read_id = read.id AND charge.kind = 'pages' AND charge.unit_cost = 0
               AND jsonb_exists(line.meter_values, read.output_type)
               AND line.meter_values -> read.output_type ->> 'unit_cost' IS NULL
            """
        )
    )
