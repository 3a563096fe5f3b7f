# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .quantity import DeviceQuantity


@dataclass(frozen=True)
class BaseBill:
    """What one line of a bill says of a recurring service: some days of one of its periods.

    ``quantity`` counts devices; without one, the service's own quantity stands, and ``share`` is what the days come to
    of the price. A *named* bill tells its period to the customer. ``days`` are what each device is billed for, by its
    id, where a later bill makes up for devices that come or go. ``price`` is that of the period, where the service
    itself has another one by now, or not yet.
    """

    first: date
    last: date
    period_days: int
    quantity: DeviceQuantity | None = None
    share: Fraction = Fraction(1)
    named: bool = False
    days: dict[int, int] | None = None
    price: float | None = None

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def describe_share(self, interval: str) -> str:
        """As a customer checks it: by days, or by months of a longer period.

        >>> BaseBill(date(2026, 6, 21), date(2026, 6, 30), 30, share=Fraction(1, 3)).describe_share("1 month")
        '10/30'
        >>> BaseBill(date(2026, 4, 1), date(2026, 4, 30), 91, share=Fraction(1, 3)).describe_share("3 months")
        '1/3 × 3 months'
        """
        if self.share == Fraction(self.length, self.period_days):
            return f"{self.length}/{self.period_days}"
        return f"{self.share} × {interval}"


@dataclass(frozen=True)
class BaseChange:
    """A catch-up, or a credit, of devices that came or went in a period that was billed in advance.

    ``days`` are those to add, by device, of a period of ``period_days``; ``units`` are monthly prices, where whole
    devices are counted. ``price`` and ``discount`` are those that the period was billed at.
    """

    first: date
    last: date
    period_days: int
    price: float
    discount: float
    days: dict[int, int] = field(default_factory=dict)
    units: int = 0
    serials: str = ""

    @property
    def quantity(self) -> Fraction:
        """Monthly prices, negative to give some back.

        >>> july = date(2026, 7, 1), date(2026, 7, 31)
        >>> BaseChange(*july, 31, 50.0, 0.0, {7: -11}).quantity, BaseChange(*july, 31, 50.0, 0.0, units=2).quantity
        (Fraction(-11, 31), Fraction(2, 1))
        """
        return self.units + Fraction(sum(self.days.values()), self.period_days)

    def describe(self) -> str:
        """As a customer checks it, with its sign.

        >>> BaseChange(date(2026, 7, 1), date(2026, 7, 31), 31, 50.0, 0.0, {7: -11}).describe()
        '−11/31'
        """
        sign = "−" if self.quantity < 0 else "+"
        if self.units:
            return f"{sign}{abs(self.units)}"
        return f"{sign}{abs(sum(self.days.values()))}/{self.period_days}"
