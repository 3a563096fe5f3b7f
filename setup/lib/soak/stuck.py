# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Records that wait for somebody who does not come: only SQL would help them."""

from collections.abc import Iterator
from typing import Any

#: What it is: the records that wait, in a company.
WAITING = {
    "billing files in the queue": "SELECT id FROM xpps_billing_file WHERE company_id = %s AND state = 'queued'",
    "billing files that wait for a check": "SELECT id FROM xpps_billing_file WHERE company_id = %s AND check_queued",
    "billing runs in progress": "SELECT id FROM xpps_billing_run WHERE company_id = %s AND state = 'queued'",
    "agreements that a run has not come to": "SELECT id FROM xpps_billing_run_line WHERE company_id = %s AND waiting",
    "billing runs that say to be at something": (
        "SELECT id FROM xpps_billing_run WHERE company_id = %s AND state <> 'queued' AND task IS NOT NULL"
    ),
}


def waiting(cr: Any, company: int) -> dict[str, list[int]]:
    """:return: {what waits: ids}"""
    found = {}
    for what, query in WAITING.items():
        cr.execute(query, [company])
        if ids := [id_ for (id_,) in cr.fetchall()]:
            found[what] = ids
    return found


def locked(cr: Any) -> Iterator[str]:
    """Transactions that nobody ends: what they have locked, nobody can work on.

    :param cr: cursor of the superuser, who sees all connections
    """
    cr.execute(
        "SELECT pid, state, left(query, 200) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND xact_start < clock_timestamp() - interval '60 seconds'"
    )
    for pid, state, query in cr.fetchall():
        yield f"Connection {pid} is {state} in a transaction for more than a minute: {query}"
