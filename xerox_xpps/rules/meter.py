# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a meter counts. A read that is not stated is not 0: from it, nothing follows."""

from odoo.tools import SQL


def printed_pages(previous: int, current: int) -> int:
    """Pages from one read to the next; a meter that runs backwards counts none.

    >>> printed_pages(1000, 2500), printed_pages(2500, 1000)
    (1500, 0)
    """
    return max(0, current - previous)


def expected_overage(previous: int | None, current: int | None, included: int | None) -> int | None:
    """Pages above the allowance, by two reads. No allowance is one of 0 pages.

    :return: None where one of the reads is not stated

    >>> expected_overage(1000, 2500, 500), expected_overage(1000, 1200, 500), expected_overage(1000, 1200, None)
    (1000, 0, 200)
    >>> expected_overage(None, 1200, 500)
    """
    if previous is None or current is None:
        return None
    return max(0, current - previous - (included or 0))


def expected_overage_sql(previous: SQL, current: SQL, included: SQL) -> SQL:
    """As ``expected_overage``."""
    # GREATEST would take a 0 for NULL.
    return SQL(
        "CASE WHEN %(pages)s < 0 THEN 0 ELSE %(pages)s END",
        pages=SQL("(%s - %s - COALESCE(%s, 0))", current, previous, included),
    )
