# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The day on which agreements were closed, of those that are closed already."""

from odoo.tools import SQL


def migrate(cr, version):
    # The chatter says when they came from which stage. One that nobody saw come was brought in as closed.
    cr.execute(
        SQL(
            """
            UPDATE sale_subscription
               SET xpps_closed_on = found.day
              FROM (
                    SELECT agreement.id,
                           CASE WHEN closing.agreement_id IS NOT NULL THEN closing.day
                                ELSE COALESCE(agreement.date, agreement.write_date::date) END AS day
                      FROM sale_subscription agreement
                      JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id AND stage.type = 'post'
                 LEFT JOIN (
                        SELECT message.res_id AS agreement_id,
                               (MAX(message.date) FILTER (WHERE old.type = 'in_progress'))::date AS day
                          FROM mail_tracking_value change
                          JOIN ir_model_fields field ON field.id = change.field_id
                           AND field.model = 'sale.subscription' AND field.name = 'stage_id'
                          JOIN mail_message message ON message.id = change.mail_message_id
                           AND message.model = 'sale.subscription'
                          JOIN sale_subscription_stage new ON new.id = change.new_value_integer AND new.type = 'post'
                     LEFT JOIN sale_subscription_stage old ON old.id = change.old_value_integer
                      GROUP BY message.res_id
                           ) closing ON closing.agreement_id = agreement.id
                   ) found
             WHERE found.id = sale_subscription.id AND sale_subscription.xpps_closed_on IS NULL
            """
        )
    )
