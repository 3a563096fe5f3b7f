# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which serial numbers a text names."""

import re
from collections.abc import Iterable

from odoo.addons.xerox_xpps.billing_file import serial_key

#: How much of a text is looked at, in characters.
MAX_TEXT = 100_000
#: What a whole word does not go on with: a letter or digit, also behind a hyphen.
_NOT_BEFORE, _NOT_AFTER = r"(?<![^\W_])(?<![^\W_]-)", r"(?![^\W_])(?!-[^\W_])"


def named_serials(text: str, serials: Iterable[str]) -> set[str]:
    """Those of the serial numbers that are whole words of a text, compared as ``serial_key`` does.

    A serial number that is written in several words may have its white space or not.

    >>> sorted(named_serials("Both sn-1 and (SN-10) are out of toner.", ["SN-1", "SN-10", "SN-100"]))
    ['SN-1', 'SN-10']
    >>> named_serials("XSN-1, SN-1-2, A-SN-1, SN-1B", ["SN-1"])
    set()
    >>> sorted(named_serials("Serials: 3TX 77\\n4TX88_", ["3TX 77", "4TX 88"]))
    ['3TX 77', '4TX 88']
    """
    # Odoo's own types are not known to mypy.
    words: list[str] = [serial_key(word) for word in text[:MAX_TEXT].split()]
    line, compact = " ".join(words), "".join(words)
    named = set()
    for serial in serials:
        parts: list[str] = [serial_key(part) for part in serial.split()]
        # Most serial numbers are not there at all, which is known at once.
        if parts and "".join(parts) in compact:
            pattern = " ?".join(re.escape(part) for part in parts)
            if re.search(f"{_NOT_BEFORE}{pattern}{_NOT_AFTER}", line):
                named.add(serial)
    return named
