# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Billing Details Files of any size, the same on every run.

Every device has a meter of each output type. Of ten devices, five print more Mono pages than are included, four
more Color pages and one each more of the other types: 12,000 overages of 10,000 devices.
"""

from dataclasses import dataclass
from datetime import date

#: Output type in the file: (last digits of the devices' numbers with overage, Xerox's price of a page).
OUTPUT_TYPES = {
    "Mono": ((0, 1, 2, 3, 4), "0.0051"),
    "Color": ((2, 3, 5, 6), "0.048"),
    "MonoColor1": ((7,), "0.0062"),
    "ClrLvl12": ((8,), "0.031"),
    "ClrLvl3": ((9,), "0.0725"),
}
#: The same as the addon calls them.
COMPONENTS = ("mono", "color", "mono_color1", "clr_lvl12", "clr_lvl3")
SERVICE_FEE, SUPPLY_FEE = 8.5, 4.25
MODEL = "Bench Printer"
MODEL_NUMBER = "BP-1"
INCLUDED = 1000
OVERAGE = 250
#: Pages that a meter within its allowance turns in a month.
USUAL = 900


@dataclass(frozen=True)
class Month:
    """One billing period; ``number`` counts the months, the meters turn with it."""

    number: int
    start: date
    end: date
    invoiced: date


#: The month before the measured one, so that a check has a past to compare with.
PAST = Month(1, date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 3))
PRESENT = Month(2, date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 3))


def serial(number):
    return f"XB{number:07d}"


def build_file(devices, month, *, wrong=False):
    """The month's file of the first ``devices`` devices.

    :param wrong: one record in ten has an error: of each twenty, one an unknown serial number and one a number of
        pages that is none
    :return: bytes
    """
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<XPPSBillingDetails>\n<Invoice>\n'
        f"<InvoiceNumber>BENCH-{month.number}</InvoiceNumber>\n<InvoiceDate>{month.invoiced}</InvoiceDate>\n"
        f"<PeriodStart>{month.start}</PeriodStart>\n<PeriodEnd>{month.end}</PeriodEnd>\n"
        f"<Currency>USD</Currency>\n<DeviceCount>{devices}</DeviceCount>\n</Invoice>\n"
    ]
    for number in range(devices):
        record = _device(number, month)
        if wrong and number % 20 == 9:
            record = record.replace(serial(number), f"UNKNOWN{number}")
        elif wrong and number % 20 == 19:
            record = record.replace("<MonoOver>", "<MonoOver>about ")
        parts.append(record)
    parts.append("</XPPSBillingDetails>\n")
    return "".join(parts).encode()


def meters(number, month):
    """The meters of a device: [(element prefix, previous read, current read, overage, unit cost)]"""
    found = []
    for tag, (digits, unit_cost) in OUTPUT_TYPES.items():
        overage = OVERAGE if number % 10 in digits else 0
        pages = INCLUDED + overage if overage else USUAL
        previous = number % 1000 + pages * (month.number - 1)
        found.append((tag, previous, previous + pages, overage, unit_cost))
    return found


def _device(number, month):
    elements = "".join(
        f"<{tag}Previous>{previous}</{tag}Previous>\n<{tag}Current>{current}</{tag}Current>\n"
        f"<{tag}Included>{INCLUDED}</{tag}Included>\n<{tag}Over>{overage}</{tag}Over>\n"
        f"<{tag}OverUnitCost>{unit_cost}</{tag}OverUnitCost>\n"
        for tag, previous, current, overage, unit_cost in meters(number, month)
    )
    return (
        f"<Device>\n<SerialNumber>{serial(number)}</SerialNumber>\n<Model>{MODEL}</Model>\n"
        f"<ModelNumber>{MODEL_NUMBER}</ModelNumber>\n<BaseServiceFee>{SERVICE_FEE:.2f}</BaseServiceFee>\n"
        f"<BaseSupplyFee>{SUPPLY_FEE:.2f}</BaseSupplyFee>\n<ReadDate>{month.end}</ReadDate>\n<ReadType>Actual</ReadType>\n"
        f"{elements}</Device>\n"
    )
