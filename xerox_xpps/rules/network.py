# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a device is reached: addresses as people write them, and the one form in which they are kept."""

import ipaddress
import re

#: What people put between the digits of a MAC address.
_SEPARATORS = re.compile(r"[\s:.\-]")
_MAC_DIGITS = re.compile(r"[0-9A-Fa-f]{12}")
#: IPv4 as printers' own reports write it, with zeros in front.
_DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+){3}")


def mac_address(text: str) -> str | None:
    """A MAC address with colons and capital letters; None if the text is none.

    >>> mac_address(" 9c-93-4e-00-a1-b2"), mac_address("9c93.4e00.a1b2"), mac_address("9C:93:4E")
    ('9C:93:4E:00:A1:B2', '9C:93:4E:00:A1:B2', None)
    """
    digits = _SEPARATORS.sub("", text)
    if not _MAC_DIGITS.fullmatch(digits):
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)).upper()


def ip_address(text: str) -> str | None:
    """An IPv4 or IPv6 address in its short form; None if the text is none.

    >>> ip_address("192.168.001.020 "), ip_address("FE80:0::1"), ip_address("192.168.1"), ip_address("printer.local")
    ('192.168.1.20', 'fe80::1', None, None)
    """
    text = text.strip()
    if _DOTTED.fullmatch(text):
        text = ".".join(number.lstrip("0") or "0" for number in text.split("."))
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
