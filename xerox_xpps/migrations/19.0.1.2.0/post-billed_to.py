# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whom Xerox billed the pages of a meter read to, as their records say it."""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL(
            """
            UPDATE xpps_meter_read read
               SET xerox_customer_number = line.xerox_customer_number,
                   xerox_agreement_number = line.xerox_agreement_number
              FROM xpps_billing_file_line line
             WHERE line.billing_file_id = read.billing_file_id AND line.device_id = read.device_id
               AND read.origin = 'file'
               AND COALESCE(line.xerox_customer_number, line.xerox_agreement_number) IS NOT NULL
            """
        )
    )
