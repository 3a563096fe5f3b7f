# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rule of corrections: what stands charged of a meter, what Xerox bills now, and which charges make up for it.

Nothing here asks the database. What Xerox bills exactly as before changes nothing, and is not brought here.

>>> def case(standing, before, now, cost="0.004", price="0.01"):
...     old, new = PageTerms(Decimal("0.004"), Decimal("0.01")), PageTerms(Decimal(cost), Decimal(price))
...     for found in differences(standing, before, now, old, new):
...         print(
...             f"{found.kind:15} {found.pages:+5} at {'new' if found.is_new else 'old'} terms,",
...             "billed" if found.moves_price else "not billed",
...         )

More pages are charged, fewer are taken back, at what the customer pays so far:

>>> case(standing=1000, before=1000, now=1200)
correction       +200 at new terms, billed
>>> case(standing=1000, before=1000, now=400)
correction       -600 at old terms, billed
>>> case(standing=1000, before=1000, now=0)
correction      -1000 at old terms, billed
>>> case(standing=0, before=0, now=300)
correction       +300 at new terms, billed

A charge that was rejected, or whose pages were changed by hand, stays so while Xerox bills as many pages as before;
from then on all of them count:

>>> case(standing=0, before=1000, now=1000, cost="0.005")
>>> case(standing=0, before=1000, now=1200)
correction      +1200 at new terms, billed
>>> case(standing=800, before=1000, now=1200)
correction       +400 at new terms, billed
>>> case(standing=1300, before=1000, now=1000)

Another cost is no affair of the customer's. The pages that stay are moved from the old cost to the new one by two
charges that are not billed:

>>> case(standing=1000, before=1000, now=1000, cost="0.005")
cost_correction -1000 at old terms, not billed
cost_correction +1000 at new terms, not billed
>>> case(standing=1000, before=1000, now=1200, cost="0.005")
correction       +200 at new terms, billed
cost_correction -1000 at old terms, not billed
cost_correction +1000 at new terms, not billed
>>> case(standing=1000, before=1000, now=700, cost="0.005")
correction       -300 at old terms, billed
cost_correction  -700 at old terms, not billed
cost_correction  +700 at new terms, not billed
>>> case(standing=1000, before=1000, now=0, cost="0.005")
correction      -1000 at old terms, billed

Where the price follows the cost, the two are billed: the pages that stay are taken back at the old price, and charged
at the new one:

>>> case(standing=1000, before=1000, now=1000, cost="0.005", price="0.0125")
cost_correction -1000 at old terms, billed
cost_correction +1000 at new terms, billed
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from ..rating import PLAN, PLAN_AMOUNT, UNDERS

#: Kinds of ``sale.subscription.charge``: pages as they are billed first, pages that a correction charges or takes back,
#: pages that it moves from one cost to another, and what a cycle that is rated as a whole charges.
PAGES = "pages"
CORRECTION = "correction"
COST_CORRECTION = "cost_correction"
CYCLE = "cycle"
#: All that a plan charges.
PLAN_KINDS = (PLAN, UNDERS, PLAN_AMOUNT)


class Charged(NamedTuple):
    """A charge that the reads of a meter led to so far; ``read_id`` is the read that it is of."""

    kind: str
    read_id: int
    pages: int
    unit_price: Decimal
    billable: bool = True
    is_rejected: bool = False


class Standing(NamedTuple):
    """What stands charged of a meter.

    ``first`` is the position of the charge that says where the pages are billed, ``last`` of the one that says what
    they cost so far, which earlier corrections may have changed. ``unit_price`` is what the customer pays for a page.
    """

    pages: int
    first: int
    last: int
    unit_price: Decimal


class PageTerms(NamedTuple):
    """What a page costs and what it is sold at."""

    unit_cost: Decimal
    unit_price: Decimal


class Difference(NamedTuple):
    """A charge to be made: so many pages, at the new terms or at the old ones.

    It is billed where the first charge is, but for one of kind ``COST_CORRECTION`` that does not ``moves_price``.
    """

    kind: str
    pages: int
    is_new: bool
    moves_price: bool = True


def standing(charges: Sequence[Charged]) -> Standing:
    """What stands of charges, at least one, the oldest first.

    Rejected ones do not stand. It is not by the reads that pages are counted: what was rejected, or corrected by hand,
    may be older than the read that is replaced.

    >>> price, dearer = Decimal("0.01"), Decimal("0.0125")
    >>> first = Charged(PAGES, 1, 1000, price)
    >>> standing([first, Charged(CORRECTION, 2, 200, price)])
    Standing(pages=1200, first=0, last=1, unit_price=Decimal('0.01'))
    >>> standing([first, Charged(CORRECTION, 2, 200, price, is_rejected=True)])
    Standing(pages=1000, first=0, last=0, unit_price=Decimal('0.01'))
    >>> standing([first._replace(is_rejected=True)])
    Standing(pages=0, first=0, last=0, unit_price=Decimal('0.01'))

    Charges that move the cost move no pages, whatever became of one of them: the cost is the reseller's.

    >>> back, again = (Charged(COST_CORRECTION, 2, pages, price, billable=False) for pages in (-1000, 1000))
    >>> standing([first, back, again])
    Standing(pages=1000, first=0, last=2, unit_price=Decimal('0.01'))
    >>> standing([first, back._replace(is_rejected=True), again])
    Standing(pages=1000, first=0, last=2, unit_price=Decimal('0.01'))
    >>> standing([first, back, again._replace(pages=900)])
    Standing(pages=1000, first=0, last=2, unit_price=Decimal('0.01'))

    Two that moved the price with the cost say what the customer pays by now. Where only one of them stands, or where
    its pages were changed by hand, they are pages that are charged or taken back as any other.

    >>> back, again = Charged(COST_CORRECTION, 2, -1000, price), Charged(COST_CORRECTION, 2, 1000, dearer)
    >>> standing([first, back, again])
    Standing(pages=1000, first=0, last=2, unit_price=Decimal('0.0125'))
    >>> standing([first, back, again._replace(is_rejected=True)])
    Standing(pages=0, first=0, last=0, unit_price=Decimal('0.01'))
    >>> standing([first, back, again._replace(pages=900)])
    Standing(pages=900, first=0, last=2, unit_price=Decimal('0.01'))
    >>> standing([first, back._replace(is_rejected=True), again._replace(is_rejected=True)])
    Standing(pages=1000, first=0, last=0, unit_price=Decimal('0.01'))
    """
    positions = range(len(charges))
    moved = set(_moved(charges))
    live = [position for position in positions if not charges[position].is_rejected]
    counted = [position for position in live if position not in moved]
    first = (counted or [position for position in positions if position not in moved] or positions)[0]
    last = next((position for position in reversed(live) if charges[position].pages > 0), first)
    prices = [
        charges[position].unit_price
        for position in live
        if position in moved and charges[position].billable and charges[position].pages > 0
    ]
    return Standing(
        pages=sum(charges[position].pages for position in counted),
        first=first,
        last=last,
        unit_price=prices[-1] if prices else charges[first].unit_price,
    )


def _moved(charges: Sequence[Charged]) -> Iterator[int]:
    """The positions of the charges that moved a cost, and no pages."""
    of_read: dict[int, list[int]] = {}
    for position, charge in enumerate(charges):
        if charge.kind == COST_CORRECTION:
            of_read.setdefault(charge.read_id, []).append(position)
    for positions in of_read.values():
        both = [charges[position] for position in positions]
        pages = sum(charge.pages for charge in both if not charge.is_rejected)
        if not pages or not any(charge.billable for charge in both):
            yield from positions


def differences(standing: int, before: int, now: int, old: PageTerms, new: PageTerms) -> list[Difference]:
    """What is to be charged so that what stands becomes what Xerox bills.

    :param standing: pages that stand charged
    :param before: pages that Xerox billed until the correction
    :param now: pages that it bills by the correction
    :param old: terms of the pages that stand
    :param new: terms of pages from now on
    :return: differences other than 0; see the cases above
    """
    found = []
    delta = now - standing if now != before else 0
    if delta:
        found.append(Difference(CORRECTION, delta, is_new=delta > 0))
    kept = min(standing, now)
    if kept > 0 and old.unit_cost != new.unit_cost:
        moves_price = old.unit_price != new.unit_price
        found.append(Difference(COST_CORRECTION, -kept, is_new=False, moves_price=moves_price))
        found.append(Difference(COST_CORRECTION, kept, is_new=True, moves_price=moves_price))
    return found
