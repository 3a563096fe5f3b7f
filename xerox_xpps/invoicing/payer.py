# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who pays what of an agreement, and how a bill of several payers is split among them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..rating import in_proportion

#: What an agreement bills, by who may pay it. All else is for the invoice address.
ROLES = ("base", "overage", "unders")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Payer:
    """Who gets a bill of an agreement, and how.

    :param partner: res.partner
    :param other: whether that is somebody else than the invoice address, with taxes and a language of his own
    :param detail: as ``xpps_invoice_detail`` of the agreement
    :param reference: what is printed as his reference; False without any
    """

    partner: Any
    other: bool
    detail: str
    reference: str | bool


@dataclass(frozen=True)
class Share:
    """What one of several payers pays of a charge, or of the base price of some days.

    All shares of one billing of an agreement have a ``key`` in common: their lines stand or fall together, so that
    nothing is ever billed in part. ``number`` is the place of this one among ``percents`` and ``partners``, which name
    all payers: those of whom it is nothing get no line. *Joined* are shares of charges where all payers have a line for
    many of them: it is the line that is split then, not each charge.

    >>> share = Share("a", (Decimal(60), Decimal(40)), ("lessor", "customer"), 0)
    >>> share.percent, share.of(Decimal("0.05"), Decimal("0.01"))
    (Decimal('60'), Decimal('0.03'))
    """

    key: str
    percents: tuple[Decimal, ...]
    partners: tuple[Any, ...]
    number: int
    joined: bool = False

    @property
    def percent(self) -> Decimal:
        return self.percents[self.number]

    def of(self, total: Decimal, unit: Decimal) -> Decimal:
        """What it comes to of a total; all shares together are just that.

        :param unit: what amounts are multiples of
        """
        return in_proportion(total, self.percents, unit)[self.number]

    def line_values(self) -> dict[str, Any]:
        """What the line of a bill says of it, from which ``share_of_line`` makes it again."""
        return {
            "xpps_share_key": self.key,
            "xpps_share_number": self.number,
            "xpps_share_percent": float(self.percent),
            "xpps_share_percents": json.dumps(
                [[str(percent), partner.id] for percent, partner in zip(self.percents, self.partners, strict=True)]
            ),
        }


def share_of_line(line: Any) -> Share | None:
    """:return: what a line of an invoice or order bills; None where it bills the whole"""
    if not line.xpps_share_key:
        return None
    shares = json.loads(line.xpps_share_percents)
    percents = tuple(Decimal(text) for text, _id in shares)
    partners = tuple(line.env["res.partner"].browse(id_) for _text, id_ in shares)
    return Share(line.xpps_share_key, percents, partners, line.xpps_share_number)


def make_shares(
    key: str, payers: Sequence[tuple[Any, Decimal]], joined: bool = False
) -> list[tuple[Any, Share | None]]:
    """How something is split.

    :param payers: [(partner, percent)], 100 percent in all
    :param joined: see ``Share``
    :return: [(partner, Share)]; of one payer the share is None, as he pays the whole

    >>> make_shares("a", [("lessor", HUNDRED)])
    [('lessor', None)]
    >>> [(partner, share.number) for partner, share in make_shares("a", [("one", Decimal(60)), ("two", Decimal(40))])]
    [('one', 0), ('two', 1)]
    """
    if len(payers) == 1:
        return [(payers[0][0], None)]
    partners, percents = zip(*payers, strict=True)
    return [(partner, Share(key, percents, partners, number, joined)) for number, partner in enumerate(partners)]


def add_up(payers: Sequence[tuple[Any, Decimal]]) -> list[tuple[Any, Decimal]]:
    """The same payers, each of them once.

    >>> add_up([("one", Decimal(50)), ("two", Decimal(30)), ("one", Decimal(20))])
    [('one', Decimal('70')), ('two', Decimal('30'))]
    """
    total: dict[Any, Decimal] = {}
    for partner, percent in payers:
        total[partner] = total.get(partner, Decimal(0)) + percent
    return list(total.items())


def wrong_total(percents: Mapping[str, Sequence[Decimal]]) -> str | None:
    """The first role whose shares are neither none nor 100 percent.

    >>> wrong_total({"base": [Decimal(60), Decimal(40)], "overage": [Decimal(0)], "unders": [Decimal(99)]})
    'unders'
    """
    for role, shares in percents.items():
        if sum(shares, Decimal(0)) not in (0, HUNDRED):
            return role
    return None
