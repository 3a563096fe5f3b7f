# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Memory of the tree of a big file."""

import ctypes
from contextlib import suppress


def give_back_memory() -> None:
    """Return freed memory to the system, where the C library can.

    libxml2 frees a tree node by node, and glibc keeps all of it for libxml2: Python's own objects, which are what
    comes next, would be placed beside it.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
