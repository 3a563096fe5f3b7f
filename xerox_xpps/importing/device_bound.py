# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How many devices a billing file may have, told from its bytes alone, before anything of it is read."""

import re
from collections import Counter
from itertools import islice

from ..billing_file import extension_of

#: A row of a workbook takes more bytes than that, packed as it is.
ROW_SIZE = 50
#: How many elements are counted at a time, and how many names of elements no billing file has.
SOME = 10_000

_OPENING = re.compile(rb"<([^\s<>/!?]+)")


def may_exceed(data: bytes, file_name: str, limit: int) -> bool:
    """Whether a file may have more devices than ``limit``; never False when it has. It takes a fraction of a second.

    Of XML, the most frequent element counts, for a device is one element; of CSV, the lines; of a workbook, what its
    size allows.
    """
    # Of UTF-16, too: all that is counted is ASCII.
    text = data.replace(b"\0", b"")
    file_type = extension_of(file_name)[1:]
    if file_type == "xml":
        return _has_more_elements(text, limit)
    if file_type == "csv":
        return max(text.count(b"\n"), text.count(b"\r")) > limit
    return len(data) // ROW_SIZE > limit


def _has_more_elements(text: bytes, limit: int) -> bool:
    names = (match[1] for match in _OPENING.finditer(text))
    counts: Counter[bytes] = Counter()
    while some := list(islice(names, SOME)):
        counts.update(some)
        if len(counts) > SOME or max(counts.values()) > limit:
            return True
    return False
