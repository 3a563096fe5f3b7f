# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass, field
from typing import Any

from .payer import Payer, Share


@dataclass(frozen=True)
class BillingPart:
    """What one agreement contributes to an invoice: recurring lines and charges, either of them perhaps empty.

    Where the agreement has payers, ``payer`` is who gets the invoice, ``bills`` what he pays of its base prices,
    {line id: [(BaseBill or BaseChange, Share or None)]}, and ``shares`` are those of charges that are not his alone,
    {charge id: Share}.
    """

    agreement: Any
    lines: Any
    charges: Any
    payer: Payer | None = None
    bills: dict[int, list[tuple[Any, Share | None]]] = field(default_factory=dict)
    shares: dict[int, Share] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.lines or self.charges)

    def bills_of(self, line: Any, bills: dict[int, list[Any]]) -> list[tuple[Any, Share | None]]:
        """What the part bills of a recurring line.

        :param bills: {line id: [BaseBill or BaseChange]} of the lines that are not split among payers
        :return: [(BaseBill or BaseChange, Share or None)]
        """
        if line.id in self.bills:
            return self.bills[line.id]
        return [(bill, None) for bill in line._xpps_filled_bills(bills)]


@dataclass(frozen=True)
class BillingDocument:
    """One invoice to be made; ``parts`` are BillingParts of agreements that go on it together, none of them empty."""

    parts: list[BillingPart]

    @property
    def first(self) -> Any:
        return self.parts[0].agreement

    @property
    def payer(self) -> Payer | None:
        """Who gets it; None is the invoice address of an agreement without payers."""
        return self.parts[0].payer

    @property
    def scheduled(self) -> Any:
        """The date that the recurring lines are due on, False without any."""
        dates = [part.agreement.recurring_next_date for part in self.parts if part.lines]
        return max(filter(None, dates), default=False)

    @property
    def reference(self) -> str | bool:
        """The customer's references of what it bills; False without any."""
        references = [
            part.payer.reference if part.payer else part.agreement.xpps_customer_reference for part in self.parts
        ]
        return ", ".join(str(reference) for reference in dict.fromkeys(filter(None, references))) or False
