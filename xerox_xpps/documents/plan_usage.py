# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the annex "Device usage" says of a cycle of a page plan that the invoice bills.

Xerox's included pages and cost are no part of it: what a plan includes is the reseller's own. Money and signs are as in
``device_usage``.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class PlanDevice:
    """What a device printed in the cycle, and its share of what the invoice bills of it.

    ``pages`` are those of the plan's output types, in their order. ``included``,
    ``rolled_in`` and ``billable`` are of plans that rate each device by itself, None of others.
    """

    site: str
    model: str
    serial: str
    asset_number: str
    pages: tuple[int, ...]
    weighted: Decimal
    share: Decimal
    included: int | None = None
    rolled_in: int | None = None
    billable: int | None = None
    is_missing: bool = False


@dataclass(frozen=True)
class PlanFigure:
    """Pages of the cycle, such as those that the plan includes; ``name`` is that of the rating's field."""

    name: str
    label: str
    pages: int


@dataclass(frozen=True)
class PlanPrice:
    """Pages at one price; of a minimum or maximum amount, both are None."""

    label: str
    pages: int | None
    unit_price: Decimal | None
    amount: Decimal


@dataclass
class PlanUsage:
    """A cycle of a plan; where the plan rates each device by itself, that of all devices that the invoice bills.

    ``prices`` and the devices' shares are what this invoice bills. ``cycle`` is what the cycle comes to in all, with
    the pages and amounts that other invoices bill or will bill; it is empty where this invoice bills all of it.
    """

    name: str
    period_start: date
    period_end: date
    output_types: tuple[str, ...]
    by_device: bool = False
    devices: list[PlanDevice] = field(default_factory=list)
    figures: list[PlanFigure] = field(default_factory=list)
    prices: list[PlanPrice] = field(default_factory=list)
    cycle: list[PlanPrice] = field(default_factory=list)
    rounding: Decimal = Decimal(0)
    adjustment: Decimal = Decimal(0)

    def pages_of(self, name: str) -> int:
        """:param name: of a figure; one that says nothing is 0"""
        return sum(figure.pages for figure in self.figures if figure.name == name)

    @property
    def billed_pages(self) -> int:
        return sum(price.pages or 0 for price in self.prices)

    @property
    def shared_amount(self) -> Decimal:
        return sum((price.amount for price in self.prices), Decimal(0))

    @property
    def amount(self) -> Decimal:
        return self.shared_amount + self.rounding + self.adjustment
