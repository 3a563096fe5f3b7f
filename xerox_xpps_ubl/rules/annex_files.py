# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which files an electronic invoice takes along."""

from collections.abc import Iterable

MEBIBYTE = 1024 * 1024


def fitting_files(sizes: Iterable[tuple[str, int]], limit: float) -> tuple[list[str], list[str]]:
    """Those that together stay within the limit, the first ones first, and those that are left out.

    :param sizes: [(name, bytes)]
    :param limit: in MiB, of all of them together

    >>> fitting_files([("pdf", 2 * MEBIBYTE), ("xlsx", 1)], 2)
    (['pdf'], ['xlsx'])
    >>> fitting_files([("pdf", 2 * MEBIBYTE + 1), ("xlsx", 1)], 2)
    (['xlsx'], ['pdf'])
    """
    left = int(limit * MEBIBYTE)
    fitting, too_large = [], []
    for name, size in sizes:
        if size <= left:
            left -= size
            fitting.append(name)
        else:
            too_large.append(name)
    return fitting, too_large
