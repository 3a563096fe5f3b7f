# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a line of an electronic invoice says of the devices and meters that it bills.

A line may bill one meter of one device, or all pages of a material code. It says only what is so for all of it: reads
of one meter are no reads of another, and what Xerox does not state is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ReadFigures:
    """A meter read; None is what the billing file does not state."""

    id: int
    previous: int | None = None
    current: int | None = None
    included: int | None = None
    pages: int | None = None
    read_date: date | None = None
    estimated: bool = False


@dataclass(frozen=True)
class BilledCharge:
    """A charge of a line.

    ``read`` is that of the charge's own period: the pages of a cycle have many. ``pages`` are those that are charged;
    a minimum or maximum amount has none.
    """

    serial: str = ""
    output_type: str = ""
    pages: int | None = None
    read: ReadFigures | None = None


def line_figures(charges: Sequence[BilledCharge]) -> dict[str, str]:
    """:return: {what: value} in the order in which a reader wants them; dates and numbers as in XML

    >>> read = ReadFigures(1, 1000, 1620, 500, 620, date(2026, 1, 30))
    >>> line_figures([BilledCharge("SN-1", "Color", 120, read)])  # doctest: +NORMALIZE_WHITESPACE
    {'serial': 'SN-1', 'output_type': 'Color', 'previous': '1000', 'current': '1620', 'included': '500',
     'printed': '620', 'read_date': '2026-01-30'}

    Of two devices, their pages in all:

    >>> other = ReadFigures(2, 50, 350, 100, 300, estimated=True)
    >>> line_figures([BilledCharge("SN-1", "Color", 120, read), BilledCharge("SN-2", "Color", 200, other)])
    {'devices': '2', 'output_type': 'Color', 'printed': '920'}

    A page plan charges the pages of many reads:

    >>> line_figures([BilledCharge(pages=500)])
    {'billed': '500'}
    >>> line_figures([BilledCharge()]), line_figures([])
    ({}, {})
    """
    return {**_devices(charges), **_reads(charges)}


def _devices(charges: Sequence[BilledCharge]) -> dict[str, str]:
    figures = {}
    serials = {charge.serial for charge in charges}
    if "" not in serials and serials:
        figures = {"serial": serials.pop()} if len(serials) == 1 else {"devices": str(len(serials))}
    output_types = {charge.output_type for charge in charges}
    if len(output_types) == 1 and (output_type := output_types.pop()):
        figures["output_type"] = output_type
    return figures


def _reads(charges: Sequence[BilledCharge]) -> dict[str, str]:
    reads = {charge.read for charge in charges if charge.read}
    if not reads or any(charge.read is None for charge in charges):
        return _numbers(billed=_total([charge.pages for charge in charges]))
    printed = _total([read.pages for read in reads])
    if len(reads) > 1:
        return _numbers(printed=printed)
    (read,) = reads
    figures = _numbers(previous=read.previous, current=read.current, included=read.included, printed=printed)
    if read.read_date:
        figures["read_date"] = read.read_date.isoformat()
    if read.estimated:
        figures["estimated"] = "true"
    return figures


def _total(pages: Sequence[int | None]) -> int | None:
    """None where one of them is not known."""
    known = [number for number in pages if number is not None]
    return sum(known) if known and len(known) == len(pages) else None


def _numbers(**numbers: int | None) -> dict[str, str]:
    return {name: str(number) for name, number in numbers.items() if number is not None}
