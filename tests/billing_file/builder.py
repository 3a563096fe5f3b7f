# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Make billing details files for tests. Imports nothing of the addon, so that Odoo tests can use it too."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

INVOICE = {
    "InvoiceNumber": "X-1001",
    "InvoiceDate": "2026-02-03",
    "PeriodStart": "2026-01-01",
    "PeriodEnd": "2026-01-31",
    "Currency": "USD",
}


def build_xml(invoice: Mapping[str, object] | None = None, devices: Sequence[Mapping[str, object]] = ()) -> bytes:
    """A file with one element a line: the root is on line 2, ``<Invoice>`` on 3, its first element on 4.

    Keys are element names, in the order in which they are to stand; ``invoice`` adds to ``INVOICE``. A value None
    leaves the element out, "" makes it empty, and ``bytes`` are put in as they are, as XML.
    """
    lines = [b'<?xml version="1.0" encoding="UTF-8"?>', b"<XPPSBillingDetails>"]
    for tag, values in (
        ("Invoice", {**INVOICE, **(invoice or {})}),
        *(("Device", device) for device in devices),
    ):
        lines.append(f"  <{tag}>".encode())
        lines += [b"    " + _element(name, value) for name, value in values.items() if value is not None]
        lines.append(f"  </{tag}>".encode())
    return b"\n".join([*lines, b"</XPPSBillingDetails>", b""])


def _element(name: str, value: object) -> bytes:
    if isinstance(value, bytes):
        content = value
    else:
        content = escape(format(value, "f") if hasattr(value, "quantize") else str(value)).encode()
    tag = name.encode()
    return b"<" + tag + b">" + content + b"</" + tag + b">" if content else b"<" + tag + b"/>"
