# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much of a service is billed when devices were there for a part of the period only."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class DeviceQuantity:
    """Devices that a service bills for a period.

    ``whole`` devices count in full; ``days`` has the number of days of each other one, of ``period_days``. All of it is
    a ``share`` of the recurring price, less than 1 where only some months of a longer period are billed.
    """

    whole: int
    days: tuple[int, ...]
    period_days: int
    share: Fraction = Fraction(1)

    @classmethod
    def by_day(cls, days: Collection[int], period_days: int, share: Fraction = Fraction(1)) -> "DeviceQuantity":
        """Each device for the days that it was there; ``days`` has a number a device."""
        partial = tuple(sorted(number for number in days if 0 < number < period_days))
        return cls(sum(1 for number in days if number >= period_days), partial, period_days, share)

    @classmethod
    def by_month(
        cls, days: Iterable[int], period_days: int, swaps: int = 0, share: Fraction = Fraction(1)
    ) -> "DeviceQuantity":
        """Each device that was there at all in full; one that took the place of another counts as the same."""
        return cls(sum(1 for number in days if number > 0) - swaps, (), period_days, share)

    @property
    def units(self) -> Fraction:
        """The exact number of monthly prices.

        >>> DeviceQuantity.by_day([31, 10, 0, 5], 31).units
        Fraction(46, 31)
        >>> DeviceQuantity.by_day([28, 14], 28, Fraction(1, 3)).units
        Fraction(1, 2)
        """
        return self.share * (self.whole + Fraction(sum(self.days), self.period_days))

    def describe(self, interval: str) -> str:
        """As a customer checks it.

        >>> DeviceQuantity.by_day([30, 30, 14], 30).describe("1 month")
        '2 × 1 month, 1 × 14/30'
        >>> DeviceQuantity.by_day([28, 14], 28, Fraction(1, 3)).describe("3 months")
        '1/3 × (1 × 3 months, 1 × 14/28)'
        """
        parts = [f"{self.whole} × {interval}"] if self.whole else []
        parts += [f"{count} × {days}/{self.period_days}" for days, count in sorted(Counter(self.days).items())]
        text = ", ".join(parts)
        return text if self.share == 1 else f"{self.share} × ({text})"
