# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Xerox sends: billing files of a month, and what stands in one, read without the addon."""

import random
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

OUTPUT_TYPES = {"Mono": "mono", "Color": "color"}
UNIT_COSTS = {"Mono": ("0.0041", "0.00415", "0.0052"), "Color": ("0.048", "0.0505")}
FEES = {"BaseServiceFee": "8.50", "BaseSupplyFee": "4.25"}


def serial(number: int) -> str:
    return f"SK{number:05d}"


@dataclass(frozen=True)
class Month:
    """A month that Xerox bills; ``number`` counts from January 2025."""

    number: int

    @property
    def start(self) -> date:
        return date(2025 + self.number // 12, self.number % 12 + 1, 1)

    @property
    def end(self) -> date:
        return Month(self.number + 1).start - timedelta(days=1)


def build_file(number: str, month: Month, serials: list[str], choice: random.Random, flaw: bool = False) -> bytes:
    """A file of devices, each with random pages above the included ones.

    :param flaw: whether one of them has a number of pages that is none
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<XPPSBillingDetails>\n<Invoice>',
        f"<InvoiceNumber>{number}</InvoiceNumber>\n<InvoiceDate>{month.end + timedelta(days=3)}</InvoiceDate>",
        f"<PeriodStart>{month.start}</PeriodStart>\n<PeriodEnd>{month.end}</PeriodEnd>\n<Currency>USD</Currency>",
        "</Invoice>",
    ]
    for position, name in enumerate(serials):
        lines.append(f"<Device>\n<SerialNumber>{name}</SerialNumber>")
        lines += [f"<{tag}>{fee}</{tag}>" for tag, fee in FEES.items()]
        for tag, costs in UNIT_COSTS.items():
            pages = "many" if flaw and not position else choice.choice((0, 1, 7, choice.randrange(5000)))
            lines.append(
                f"<{tag}Over>{pages}</{tag}Over>\n<{tag}OverUnitCost>{choice.choice(costs)}</{tag}OverUnitCost>"
            )
        lines.append("</Device>")
    return "\n".join([*lines, "</XPPSBillingDetails>", ""]).encode()


@dataclass(frozen=True)
class Record:
    """A device in a file: {output type: (pages above the included ones, Xerox's price of a page)}, and its fees."""

    meters: dict[str, tuple[int, Decimal]]
    fees: Decimal
    is_flawed: bool = False

    @property
    def cost(self) -> Decimal:
        """What Xerox bills for it, each product rounded."""
        cent = Decimal("0.01")
        pages = ((pages * price).quantize(cent, ROUND_HALF_UP) for pages, price in self.meters.values())
        return self.fees + sum(pages, Decimal(0))


def read_file(data: bytes) -> dict[str, Record]:
    """:return: {serial number: Record}; what is no number is left out"""
    found = {}
    for device in ET.fromstring(data).findall("Device"):
        meters, flawed = {}, False
        for tag, output_type in OUTPUT_TYPES.items():
            pages = device.findtext(f"{tag}Over") or ""
            flawed |= not pages.isdigit()
            if pages.isdigit():
                meters[output_type] = (int(pages), Decimal(device.findtext(f"{tag}OverUnitCost") or "0"))
        fees = (Decimal(device.findtext(tag) or 0) for tag in FEES)
        found[device.findtext("SerialNumber") or ""] = Record(meters, sum(fees, Decimal(0)), flawed)
    return found
