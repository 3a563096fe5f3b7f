# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Records of one device that are about the same days: no constraint could be added while both say so.

Earlier releases let overlapping periods in. What they billed stays; the later record gives up the start of its period,
which its file says as well.
"""

import logging
from collections import defaultdict

from odoo.tools import SQL
from odoo.tools.sql import column_exists

_logger = logging.getLogger(__name__)

TABLE = "xpps_billing_file_line"


def migrate(cr, version):
    if not column_exists(cr, TABLE, "billed_period_start"):
        return
    # Days as the constraint counts them: the border day of two months is not one that they share.
    cr.execute(
        SQL(
            """
            SELECT line.id, line.device_id, line.billed_period_start,
                   GREATEST(line.billed_period_end, line.billed_period_start + 1), file.id,
                   COALESCE(file.name, file.file_name), line.serial
              FROM xpps_billing_file_line line
              JOIN xpps_billing_file file ON file.id = line.billing_file_id
             WHERE line.billed_period_start IS NOT NULL AND line.superseded_by_id IS NULL
               AND EXISTS (
                   SELECT FROM xpps_billing_file_line other
                    WHERE other.device_id = line.device_id AND other.id <> line.id
                      AND other.billed_period_start IS NOT NULL AND other.superseded_by_id IS NULL
                      AND other.billed_period_start < GREATEST(line.billed_period_end, line.billed_period_start + 1)
                      AND line.billed_period_start < GREATEST(other.billed_period_end, other.billed_period_start + 1)
               )
          ORDER BY line.id
            """
        )
    )
    kept, released, serials = defaultdict(list), [], defaultdict(list)
    for line_id, device_id, first, end, file_id, name, serial in cr.fetchall():
        if any(first < other_end and other_first < end for other_first, other_end in kept[device_id]):
            released.append(line_id)
            serials[file_id, name].append(serial)
        else:
            kept[device_id].append((first, end))
    if not released:
        return
    cr.execute(SQL("UPDATE xpps_billing_file_line SET billed_period_start = NULL WHERE id = ANY(%s)", released))
    for (_file_id, name), found in sorted(serials.items()):
        _logger.info(
            "Billing file %s bills devices for days that an earlier file bills, too: %s", name, ", ".join(found)
        )
