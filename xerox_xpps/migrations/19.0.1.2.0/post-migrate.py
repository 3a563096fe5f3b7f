# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Say of the charges that are there of which kind they are. They were told apart by what they are of, until then."""

from odoo.tools import SQL


def migrate(cr, version):
    _mark_cost_corrections(cr)
    _mark_corrections(cr)


def _mark_cost_corrections(cr):
    """The last two charges of a read that take back as many pages as they charge."""
    cr.execute(
        SQL(
            """
            WITH ranked AS (
                SELECT id, meter_read_id, quantity,
                       row_number() OVER (PARTITION BY meter_read_id ORDER BY id DESC) AS place
                  FROM sale_subscription_charge
                 WHERE meter_read_id IS NOT NULL
            ), pair AS (
                SELECT array_agg(id) AS ids
                  FROM ranked
                 WHERE place <= 2
              GROUP BY meter_read_id
                HAVING count(*) = 2 AND sum(quantity) = 0
            )
            UPDATE sale_subscription_charge charge SET kind = 'cost_correction'
              FROM pair WHERE charge.id = ANY(pair.ids)
            """
        )
    )


def _mark_corrections(cr):
    """Other charges of a read that replaced one which had charges, too."""
    cr.execute(
        SQL(
            """
            WITH RECURSIVE earlier(read_id, earlier_id) AS (
                SELECT superseded_by_id, id FROM xpps_meter_read WHERE superseded_by_id IS NOT NULL
                 UNION
                SELECT earlier.read_id, replaced.id
                  FROM earlier
                  JOIN xpps_meter_read replaced ON replaced.superseded_by_id = earlier.earlier_id
            )
            UPDATE sale_subscription_charge charge SET kind = 'correction'
             WHERE charge.kind = 'pages'
               AND charge.meter_read_id IN (
                   SELECT earlier.read_id
                     FROM earlier
                     JOIN sale_subscription_charge first ON first.meter_read_id = earlier.earlier_id)
            """
        )
    )
