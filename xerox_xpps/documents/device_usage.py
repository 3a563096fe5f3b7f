# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the annex "Device usage" of an invoice says, for whichever file it is written to.

Money is ``Decimal`` in the invoice's currency, pages are integers. Amounts and pages have the sign that they have on
the document: what a credit note gives back is positive there.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .plan_usage import PlanUsage


@dataclass(frozen=True)
class UsageRow:
    """Pages of one output type of a device in one period, and what the invoice bills of them.

    The meter's figures are None where no read stands behind a charge, or where a row above has them already.
    ``unit_price`` is None where nothing is billed; then ``reason`` says why, if any pages were printed.
    """

    site: str
    model: str = ""
    serial: str = ""
    asset_number: str = ""
    output_type: str = ""
    period_start: date | None = None
    period_end: date | None = None
    read_date: date | None = None
    estimated: bool = False
    previous_read: int | None = None
    current_read: int | None = None
    pages: int | None = None
    included: int | None = None
    overage: int | None = None
    billed_pages: int = 0
    unit_price: Decimal | None = None
    amount: Decimal = Decimal(0)
    reason: str = ""


@dataclass
class SiteUsage:
    """The rows of the devices at one location."""

    name: str
    rows: list[UsageRow]

    @property
    def billed_pages(self) -> int:
        return sum(row.billed_pages for row in self.rows)

    @property
    def amount(self) -> Decimal:
        return sum((row.amount for row in self.rows), Decimal(0))


@dataclass(frozen=True)
class BasePrice:
    """An invoice line that bills no pages: a monthly base price, and the days that it is for."""

    name: str
    period_start: date | None
    period_end: date | None
    quantity: Decimal
    amount: Decimal


@dataclass
class AgreementUsage:
    """What one agreement puts on the invoice. What its page plans charge is in ``plans``, and in no row.

    ``rounding``: an invoice line over many devices is rounded once, its rows one by one. ``adjustment``: what was
    changed on the invoice itself.
    """

    name: str
    sites: list[SiteUsage]
    base_prices: list[BasePrice]
    rounding: Decimal = Decimal(0)
    adjustment: Decimal = Decimal(0)
    plans: list[PlanUsage] = field(default_factory=list)

    @property
    def rows(self) -> list[UsageRow]:
        return [row for site in self.sites for row in site.rows]

    @property
    def billed_pages(self) -> int:
        return sum(site.billed_pages for site in self.sites)

    @property
    def all_pages(self) -> int:
        """Those that page plans bill included."""
        return self.billed_pages + sum(plan.billed_pages for plan in self.plans)

    @property
    def usage_amount(self) -> Decimal:
        return sum((site.amount for site in self.sites), self.rounding + self.adjustment)

    @property
    def base_amount(self) -> Decimal:
        return sum((base.amount for base in self.base_prices), Decimal(0))

    @property
    def plan_amount(self) -> Decimal:
        return sum((plan.amount for plan in self.plans), Decimal(0))

    @property
    def amount(self) -> Decimal:
        return self.usage_amount + self.plan_amount + self.base_amount


@dataclass
class DeviceUsage:
    """The annex of one invoice; ``amount`` is the untaxed total of the invoice's XPPS items."""

    title: str
    document: str
    customer: str
    currency: str
    decimal_places: int
    invoice_date: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    agreements: list[AgreementUsage] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return sum((agreement.amount for agreement in self.agreements), Decimal(0))

    @property
    def has_several_periods(self) -> bool:
        """Whether a row's period is not that of the whole annex."""
        return len({(row.period_start, row.period_end) for agr in self.agreements for row in agr.rows}) > 1
