# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the document "Xerox Vendor Report" says, for whichever file it is written to.

Money is ``Decimal`` in the currency that Xerox bills in, pages are integers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


def total(rows: Iterable[Any], name: str) -> Decimal:
    """The sum of an attribute, where None counts nothing."""
    return sum((getattr(row, name) or Decimal(0) for row in rows), Decimal(0))


@dataclass(frozen=True)
class FileControl:
    """What a billing file states of itself, and what of it is in the report.

    ``stated_devices`` and ``stated_amount`` are the file's own control totals, None where it states none.
    ``remarks`` say in words what does not agree; none when all of it does.
    """

    invoice: str
    kind: str
    invoice_date: date | None
    period_start: date | None
    period_end: date | None
    devices: int
    stated_devices: int | None
    row_devices: int
    amount: Decimal
    stated_amount: Decimal | None
    row_amount: Decimal
    remarks: list[str] = field(default_factory=list)

    @property
    def device_difference(self) -> int:
        """Device records of the file that are not in the report."""
        return self.devices - self.row_devices

    @property
    def stated_device_difference(self) -> int:
        return 0 if self.stated_devices is None else self.devices - self.stated_devices

    @property
    def difference(self) -> Decimal:
        """What the file bills and the report's rows do not."""
        return self.amount - self.row_amount

    @property
    def stated_difference(self) -> Decimal:
        return Decimal(0) if self.stated_amount is None else self.amount - self.stated_amount


@dataclass(frozen=True)
class CostSummary:
    """Rows of one component, or of one flag, added up.

    ``quantity`` counts pages, or devices where the component is a base fee; None where it would mix the two.
    ``previous_cost`` is None where there is nothing to compare with.
    """

    name: str
    rows: int
    xerox_cost: Decimal
    expected_cost: Decimal
    quantity: int | None = None
    previous_cost: Decimal | None = None

    @property
    def difference(self) -> Decimal:
        return self.xerox_cost - self.expected_cost

    @property
    def change(self) -> Decimal | None:
        return None if self.previous_cost is None else self.xerox_cost - self.previous_cost


@dataclass(frozen=True)
class DifferenceRow:
    """A component of a device that Xerox billed otherwise than was to be expected, or that somebody should look at.

    What Xerox does not state the cost of has no cost, and differs by no amount: these are None.
    """

    invoice: str
    period_start: date | None
    period_end: date | None
    serial: str
    customer: str
    model: str
    component: str
    flag: str
    xerox_quantity: int
    xerox_unit_cost: Decimal | None
    xerox_cost: Decimal | None
    expected_quantity: int
    expected_unit_cost: Decimal
    expected_cost: Decimal
    difference: Decimal | None
    reason: str


@dataclass(frozen=True)
class SavingsRow:
    """What Xerox billed otherwise than expected in a month, of one kind, what was claimed of it, and what of that Xerox
    credited.

    ``under_billed`` is negative. ``disputed`` is the sum of ``credited``, ``open`` and ``rejected``. The total of
    several months has no month.
    """

    month: date | None
    kind: str
    over_billed: Decimal
    under_billed: Decimal
    not_claimed: Decimal
    disputed: Decimal
    credited: Decimal
    open: Decimal
    rejected: Decimal


@dataclass
class DeviceRow:
    """What Xerox bills of one device.

    ``costs`` and ``pages`` have a value for each component that is billed; pages only for output types.
    ``total`` is None for a device that is billed no more, ``previous`` for one that was not billed before.
    """

    serial: str
    customer: str
    model: str
    costs: dict[str, Decimal] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    total: Decimal | None = None
    previous: Decimal | None = None
    flags: list[str] = field(default_factory=list)

    @property
    def change(self) -> Decimal:
        return (self.total or Decimal(0)) - (self.previous or Decimal(0))


@dataclass
class VendorSection:
    """Everything that Xerox bills in one currency.

    ``base_labels`` and ``page_labels`` name the base fees and the output types that there are, in Xerox's order:
    {component: label}.
    """

    currency: str
    decimal_places: int
    files: list[FileControl]
    base_labels: dict[str, str]
    page_labels: dict[str, str]
    components: list[CostSummary]
    flags: list[CostSummary]
    differences: list[DifferenceRow]
    devices: list[DeviceRow]
    savings: list[SavingsRow] = field(default_factory=list)
    has_previous: bool = False

    @property
    def device_count(self) -> int:
        """Devices that are billed."""
        return sum(device.total is not None for device in self.devices)

    @property
    def savings_total(self) -> SavingsRow:
        """All months and kinds together."""
        names = ("over_billed", "under_billed", "not_claimed", "disputed", "credited", "open", "rejected")
        return SavingsRow(None, "", *(total(self.savings, name) for name in names))

    @property
    def total(self) -> CostSummary:
        """All components together."""
        return CostSummary(
            name="",
            rows=sum(component.rows for component in self.components),
            xerox_cost=total(self.components, "xerox_cost"),
            expected_cost=total(self.components, "expected_cost"),
            previous_cost=total(self.components, "previous_cost") if self.has_previous else None,
        )


@dataclass
class VendorDocument:
    """The report on one billing file, or on the files of some months.

    ``invoices``: numbers of Xerox's invoices; ``previous_invoices``: of those that it is compared with.
    """

    title: str
    company: str
    period_start: date | None
    period_end: date | None
    invoices: list[str]
    previous_invoices: list[str]
    sections: list[VendorSection]
