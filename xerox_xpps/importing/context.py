# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..billing_file import BillingDetails, round_half_up, to_decimal
from .issues import Findings
from .lookups import Lookups
from .pricing import ChargePricing


def plain(value):
    """A click price without trailing zeros: 0.005100 reads 0.0051."""
    return f"{to_decimal(value).normalize():f}"


@dataclass(slots=True)
class CheckContext:
    """What all checks of one billing file look at.

    ``currency`` is Xerox's (it may be empty or inactive, then an issue says so), ``places`` its decimals.
    """

    file: Any
    env: Any
    company: Any
    findings: Findings
    details: BillingDetails
    currency: Any
    places: int
    period_start: date
    period_end: date
    lookups: Lookups
    pricing: ChargePricing
    type_labels: dict[str, str]

    @property
    def is_correction(self):
        return self.file.kind == "correction"

    def round(self, amount):
        """A Decimal, rounded to Xerox's currency."""
        return round_half_up(amount, self.places)
