# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Xerox's own bill of a billing file: what it should come to, a draft of it, and which of its lines bill what.

``VendorAmounts`` takes a record of ``xpps.billing.file`` and gives amounts by component, of which ``VendorBillDraft``
makes a vendor bill; ``LineRecognition`` reads one that is there. May import ``importing``, ``invoicing``, ``documents``
and what is below them.
"""

from .amounts import VendorAmounts
from .draft import VendorBillDraft
from .recognition import LineRecognition

__all__ = [
    "LineRecognition",
    "VendorAmounts",
    "VendorBillDraft",
]
