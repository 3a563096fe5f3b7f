# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the pages say, for whichever template or file it is written to.

Texts are in the language of the user, pages are integers; None is what nobody stated.
"""

from dataclasses import dataclass, field
from datetime import date

from .chart import Chart


@dataclass(frozen=True)
class Fact:
    """Something that is known of an agreement or a device; ``url`` leads to more of it."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class HomeCard:
    """A way from the first page; ``count`` is None where there is nothing to count."""

    title: str
    text: str
    url: str
    icon: str
    count: int | None = None


@dataclass(frozen=True)
class AgreementRow:
    id: int
    number: str
    place: str
    period: str
    state: str
    is_running: bool
    devices: int


@dataclass(frozen=True)
class PriceRow:
    """What the customer pays; ``note`` says instead of a price why there is none."""

    name: str
    quantity: str = ""
    price: str = ""
    note: str = ""


@dataclass(frozen=True)
class PlanTerms:
    """What a page plan includes, and what it charges."""

    name: str
    facts: list[Fact]
    prices: list[PriceRow]


@dataclass(frozen=True)
class AgreementPage:
    id: int
    number: str
    state: str
    is_running: bool
    facts: list[Fact]
    services: list[PriceRow]
    pages: list[PriceRow]
    plans: list[PlanTerms]
    devices: int


@dataclass(frozen=True)
class DeviceRow:
    id: int
    serial: str
    model: str
    place: str
    agreement: str
    last_read: str
    is_removed: bool


@dataclass(frozen=True)
class Allowance:
    """How much of the included pages the last month used, in whole percent; more than 100 where there was overage."""

    month: str
    pages: int
    included: int

    @property
    def percent(self) -> int:
        return round(100 * self.pages / self.included)

    @property
    def width(self) -> int:
        """Of the bar, in percent."""
        return min(100, self.percent)

    @property
    def is_exceeded(self) -> bool:
        return self.pages > self.included


@dataclass(frozen=True)
class ReadRow:
    """``previous`` and ``pages`` are empty where a read counts none: opening and closing reads."""

    day: str
    period: str
    output_type: str
    kind: str
    previous: str
    current: str
    pages: str
    included: str


@dataclass(frozen=True)
class PlaceRow:
    """Where a device was."""

    period: str
    place: str
    agreement: str


@dataclass(frozen=True)
class UsageMonth:
    """Pages of a month: one number for each output type of the table; ``included`` is None where none are."""

    label: str
    pages: list[int]
    included: int | None

    @property
    def total(self) -> int:
        return sum(self.pages)


@dataclass(frozen=True)
class DevicePage:
    id: int
    serial: str
    model: str
    is_removed: bool
    takes_reads: bool
    facts: list[Fact]
    allowance: Allowance | None
    plans: list[str]
    output_types: list[str]
    months: list[UsageMonth]
    chart: Chart
    reads: list[ReadRow]
    places: list[PlaceRow]


@dataclass(frozen=True)
class UsagePage:
    output_types: list[str]
    months: list[UsageMonth]
    chart: Chart

    @property
    def totals(self) -> list[int]:
        """Of each output type."""
        return [sum(month.pages[index] for month in self.months) for index in range(len(self.output_types))]

    @property
    def total(self) -> int:
        return sum(self.totals)

    @property
    def has_included(self) -> bool:
        return any(month.included is not None for month in self.months)


@dataclass(frozen=True)
class UsageLine:
    """A row of the downloads: pages of an output type that a device printed in a month.

    ``included`` is None under a page plan, which includes pages of its own.
    """

    month: date
    serial: str
    model: str
    asset_number: str
    place: str
    output_type: str
    pages: int
    included: int | None


@dataclass(frozen=True)
class InvoiceRow:
    id: int
    name: str
    day: str
    period: str
    amount: str
    is_credit: bool
    has_annex: bool


@dataclass(frozen=True)
class HomePage:
    cards: list[HomeCard] = field(default_factory=list)
    #: Where the user says whether he wants e-mails about usage; None where nobody gets any.
    usage_mails_url: str | None = None
