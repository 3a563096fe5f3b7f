# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a billing file says, whatever its layout. None means that the file has no value, never zero."""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from .amounts import add_up, multiply, round_half_up

OUTPUT_TYPES = ("mono", "color", "mono_color1", "clr_lvl12", "clr_lvl3")


# Characters that only say how to write the others, such as those that join them or turn their direction: of Unicode's
# category "Cf", as (first, last). PostgreSQL, which does not know categories, is told the same.
FORMAT_CHARACTERS = (
    (0xAD, 0xAD),
    (0x600, 0x605),
    (0x61C, 0x61C),
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x8E2, 0x8E2),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2064),
    (0x2066, 0x206F),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0xE0001, 0xE0001),
    (0xE0020, 0xE007F),
)
_FORMAT = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in FORMAT_CHARACTERS)}]")


def serial_key(serial: str) -> str:
    """What two writings of one serial number have in common: upper case, no white space.

    Compatible characters are the same (NFKC), such as those of full width, and format characters count for nothing.

    >>> serial_key(" y4x-1234 56 "), serial_key("\\uff19Y\\u200b8")
    ('Y4X-123456', '9Y8')
    """
    if not serial.isascii():
        serial = _FORMAT.sub("", unicodedata.normalize("NFKC", serial))
    return "".join(serial.split()).upper()


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """A device's meter of one output type: counts of pages, ``unit_cost`` in currency units a page."""

    output_type: str
    previous: int | None
    current: int | None
    included: int | None
    overage: int | None
    unit_cost: Decimal | None

    @property
    def cost_unrounded(self) -> Decimal:
        """Overage × unit cost; zero when the file lacks one of the two."""
        if self.overage is None or self.unit_cost is None:
            return Decimal(0)
        return multiply(self.overage, self.unit_cost)


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """One device of the file.

    ``sequence`` counts the device records from 1; ``source_line`` is where the record starts. ``meters`` has
    only the output types for which the file has a value. ``complete`` is False when part of the record could
    not be read, so that its sums say nothing.
    """

    source_line: int
    sequence: int
    serial: str
    model: str
    model_number: str
    customer_number: str
    customer_name: str
    agreement_number: str
    location: str
    base_price: Decimal | None
    base_service: Decimal | None
    base_supply: Decimal | None
    read_date: datetime.date | None
    estimated: bool
    meters: tuple[MeterRecord, ...]
    total: Decimal | None
    complete: bool = True

    @property
    def serial_key(self) -> str:
        """The serial as it is compared."""
        return serial_key(self.serial)

    @property
    def base_total(self) -> Decimal:
        """Base service + base supply; the monthly base price when both are absent."""
        if self.base_service is None and self.base_supply is None:
            return self.base_price or Decimal(0)
        return add_up((self.base_service or Decimal(0), self.base_supply or Decimal(0)))

    @property
    def product_count(self) -> int:
        """How many products of pages and unit cost its total is rounded from."""
        return sum(1 for meter in self.meters if meter.overage and meter.unit_cost)

    def computed_total(self, decimal_places: int) -> Decimal:
        """What the record adds up to: its base plus every meter's cost, each cost rounded half up."""
        costs = (round_half_up(meter.cost_unrounded, decimal_places) for meter in self.meters)
        return add_up((self.base_total, *costs))


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    """The head of the file. A mandatory value is None, or empty, only when an issue says so."""

    number: str
    date: datetime.date | None
    period_start: datetime.date | None
    period_end: datetime.date | None
    partner_number: str
    currency: str
    device_count: int | None
    total: Decimal | None
    source_line: int


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """A whole file."""

    invoice: InvoiceRecord
    devices: tuple[DeviceRecord, ...]
