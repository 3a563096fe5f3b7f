# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BillingPart:
    """What one agreement contributes to an invoice: recurring lines and charges, either of them perhaps empty."""

    agreement: Any
    lines: Any
    charges: Any

    def __bool__(self) -> bool:
        return bool(self.lines or self.charges)


@dataclass(frozen=True)
class BillingDocument:
    """One invoice to be made; ``parts`` are BillingParts of agreements that go on it together, none of them empty."""

    parts: list[BillingPart]

    @property
    def first(self) -> Any:
        return self.parts[0].agreement

    @property
    def scheduled(self) -> Any:
        """The date that the recurring lines are due on, False without any."""
        dates = [part.agreement.recurring_next_date for part in self.parts if part.lines]
        return max(filter(None, dates), default=False)
