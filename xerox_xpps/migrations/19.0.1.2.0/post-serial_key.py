# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Compare serial numbers after compatible characters are made the same, and format characters are taken out."""

import logging

from odoo.tools import SQL

from odoo.addons.xerox_xpps.rules import serial_key_sql

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    # Two devices that become one are for people to look at: the second keeps the key that it has.
    cr.execute(
        SQL(
            """
            WITH changed AS (
                SELECT id, company_id, is_xpps_device, %(key)s AS key
                  FROM stock_lot
                 WHERE name ~ '[^[:ascii:]]' AND COALESCE(%(key)s, '') <> COALESCE(xpps_serial_key, '')
            )
            UPDATE stock_lot lot SET xpps_serial_key = changed.key
              FROM changed
             WHERE lot.id = changed.id
               AND NOT (changed.is_xpps_device AND EXISTS (
                   SELECT FROM stock_lot other
                    WHERE other.id <> changed.id AND other.is_xpps_device AND other.company_id = changed.company_id
                      AND (other.xpps_serial_key = changed.key
                           OR other.id < changed.id AND other.id IN (
                               SELECT same.id FROM changed same WHERE same.key = changed.key))))
            """,
            key=serial_key_sql(SQL("name")),
        )
    )
    cr.execute(
        SQL(
            "SELECT name FROM stock_lot WHERE is_xpps_device AND COALESCE(%s, '') <> COALESCE(xpps_serial_key, '')",
            serial_key_sql(SQL("name")),
        )
    )
    if names := [name for (name,) in cr.fetchall()]:
        _logger.warning("These devices have the serial number of another device, in other characters: %s", names)
