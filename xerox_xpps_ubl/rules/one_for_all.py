# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What several say: of a document only what all of them say alike."""

from collections.abc import Iterable


def one_for_all(values: Iterable[str]) -> str:
    """The value that all have; nothing where they differ, or one has none.

    >>> one_for_all(["PO-1", "PO-1"]), one_for_all(["PO-1", "PO-2"]), one_for_all(["PO-1", ""]), one_for_all([])
    ('PO-1', '', '', '')
    """
    found = set(values)
    return found.pop() if len(found) == 1 else ""
