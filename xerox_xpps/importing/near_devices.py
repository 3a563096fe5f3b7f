# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which device an unknown serial number may mean."""

from collections import defaultdict
from itertools import islice

from odoo.tools import SQL

from ..billing_file import MAX_ISSUES
from ..rules import blurred_key_sql, near_keys


def find_near_devices(env, company, unknown, named):
    """Devices whose serial numbers are nearly those that nobody knows, with one query.

    :param unknown: keys of serial numbers that no device has
    :param named: keys of the serial numbers that the file has, and of the devices that it is known to mean
    :return: {unknown key: stock.lot}: where there is just one, of which the file has no record
    """
    # Of very many unknown ones nobody looks at each.
    wanted = {key: near_keys(key) for key in islice(dict.fromkeys(unknown), MAX_ISSUES)}
    if not any(wanted.values()):
        return {}
    lots = env["stock.lot"]
    lots.flush_model(["xpps_serial_key", "is_xpps_device", "company_id"])
    blurred = blurred_key_sql(SQL("xpps_serial_key"))
    rows = env.execute_query(
        SQL(
            "SELECT id, %s FROM stock_lot WHERE is_xpps_device AND company_id = %s AND %s = ANY(%s) "
            "AND NOT xpps_serial_key = ANY(%s)",
            blurred,
            company.id,
            blurred,
            list(set().union(*wanted.values())),
            list(named),
        )
    )
    found = defaultdict(set)
    for lot_id, key in rows:
        found[key].add(lot_id)
    candidates = {key: set().union(*(found[near] for near in nears)) for key, nears in wanted.items()}
    return {key: lots.browse(ids) for key, ids in candidates.items() if len(ids) == 1}
