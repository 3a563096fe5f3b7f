# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ..billing_file import BillingDetails, round_half_up, to_decimal
from .contract_rates import ContractRates
from .issues import Findings
from .lookups import Lookups
from .pricing import ChargePricing


@dataclass(slots=True)
class CheckContext:
    """What all checks of one billing file look at.

    ``currency`` is Xerox's (it may be empty or inactive, then an issue says so), ``places`` its decimals.
    ``unrated`` are the currencies, Xerox's or of an agreement, without an exchange rate on the invoice's date, and
    ``rate_day`` is that date. ``imports`` says whether the file is imported with what is found, so that issues tell
    what was done instead of what will be.
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
    contract_rates: ContractRates
    unrated: Any
    type_labels: dict[str, str]
    imports: bool = False
    # Every record asks for the one, every charge for the other.
    is_correction: bool = field(init=False)
    margin_floor: Decimal = field(init=False)

    def __post_init__(self):
        self.is_correction = self.file.kind == "correction"
        self.margin_floor = to_decimal(self.company.xpps_margin_floor_percent)

    @property
    def rate_day(self):
        return self.details.invoice.date or self.period_end

    def round(self, amount):
        """A Decimal, rounded to Xerox's currency."""
        return round_half_up(amount, self.places)
