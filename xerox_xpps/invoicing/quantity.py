# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much of a service is billed when devices were there for a part of the period only."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class DeviceQuantity:
    """Devices that a service bills for a period.

    ``whole`` devices count in full; ``days`` has the number of days of each other one, of ``period_days``.
    """

    whole: int
    days: tuple[int, ...]
    period_days: int

    @classmethod
    def by_day(cls, days: Iterable[int], period_days: int) -> "DeviceQuantity":
        """Each device for the days that it was there; ``days`` has a number a device."""
        partial = tuple(sorted(number for number in days if 0 < number < period_days))
        return cls(sum(1 for number in days if number >= period_days), partial, period_days)

    @classmethod
    def by_month(cls, days: Iterable[int], period_days: int, swaps: int = 0) -> "DeviceQuantity":
        """Each device that was there at all in full; one that took the place of another counts as the same."""
        return cls(sum(1 for number in days if number > 0) - swaps, (), period_days)

    @property
    def units(self) -> Fraction:
        """The exact number of monthly prices.

        >>> DeviceQuantity.by_day([31, 10, 0, 5], 31).units
        Fraction(46, 31)
        """
        return self.whole + Fraction(sum(self.days), self.period_days)

    def describe(self, interval: str) -> str:
        """As a customer checks it.

        >>> DeviceQuantity.by_day([30, 30, 14], 30).describe("1 month")
        '2 × 1 month, 1 × 14/30'
        """
        parts = [f"{self.whole} × {interval}"] if self.whole else []
        parts += [f"{count} × {days}/{self.period_days}" for days, count in sorted(Counter(self.days).items())]
        return ", ".join(parts)
