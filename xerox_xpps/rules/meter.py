# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a meter counts. A read that is not stated is not 0: from it, nothing follows."""

from odoo.tools import SQL


def printed_pages(previous: int, current: int) -> int:
    """Pages from one read to the next; a meter that runs backwards counts none.

    >>> printed_pages(1000, 2500), printed_pages(2500, 1000)
    (1500, 0)
    """
    return max(0, current - previous)


def counted_reads(previous: int | None, current: int | None, last: int | None) -> tuple[int | None, int | None]:
    """From which read to which one a record counts.

    A meter whose start is not stated starts at the last read that is known, and the first read of all counts no pages.
    A record without a counter counts none either, and says nothing of where the meter is.

    :param last: of our own; None of a meter that was never read
    :return: (previous, current), None where nobody knows it

    >>> counted_reads(None, 2500, 1000), counted_reads(None, 2500, None)
    ((1000, 2500), (2500, 2500))
    >>> counted_reads(3000, None, 2900), counted_reads(None, None, 2900)
    ((3000, None), (None, None))
    """
    if current is None:
        return previous, None
    start = last if previous is None else previous
    return current if start is None else start, current


def stated_allowance(included: int, stated: bool) -> int | None:
    """The pages that are included; None where nobody stated how many, which a read has as 0.

    >>> stated_allowance(500, True), stated_allowance(0, True), stated_allowance(0, False)
    (500, 0, None)
    """
    return included if stated else None


def stated_allowance_sql(included: SQL, stated: SQL) -> SQL:
    """As ``stated_allowance``."""
    return SQL("CASE WHEN %s THEN %s END", stated, included)


def missing_overage(previous: int | None, current: int | None, included: int | None, overage: int | None) -> int:
    """Pages above an allowance that are not billed because nobody stated them; 0 where nothing says that there are any.

    >>> missing_overage(1000, 3000, 500, None), missing_overage(1000, 3000, 500, 0)
    (1500, 0)
    >>> missing_overage(1000, 3000, None, None), missing_overage(None, 3000, 500, None)
    (0, 0)
    """
    if overage is not None or included is None:
        return 0
    return expected_overage(previous, current, included) or 0


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
