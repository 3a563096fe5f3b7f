# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a line of an invoice came about, as its customer reads it on the portal.

The figures are those of the annex "Device usage", of one line at a time: nothing is reckoned anew. Money and signs are
as in ``device_usage``.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from .device_usage import AgreementUsage


@dataclass(frozen=True)
class LineDevice:
    """A device that a line bills pages of."""

    id: int
    name: str


@dataclass
class LineExplanation:
    """``sentences`` say how the line came about, ``usage`` has the rows, plans or base price that it is made of.

    ``days`` is the length of the period of a base price, None of pages. ``tiers`` are the first pages of the plan's
    tiers that the line bills, by their price: {price: pages above the included ones}.
    """

    line_id: int
    name: str
    quantity: Decimal
    unit_price: Decimal
    usage: AgreementUsage
    sentences: tuple[str, ...]
    days: int | None = None
    tiers: dict[Decimal, int] = field(default_factory=dict)
    devices: list[LineDevice] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        """That of the invoice line, before taxes."""
        return self.usage.amount

    @property
    def rounding(self) -> Decimal:
        return self.usage.rounding + sum((plan.rounding for plan in self.usage.plans), Decimal(0))

    @property
    def adjustment(self) -> Decimal:
        return self.usage.adjustment + sum((plan.adjustment for plan in self.usage.plans), Decimal(0))
