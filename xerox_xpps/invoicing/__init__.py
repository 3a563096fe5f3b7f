# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a bill consists of: the documents that agreements are billed with, and how much of a service is billed.

Takes agreements, charges and the days of devices; gives plain objects of which ``models.agreement`` makes invoices and
orders. May import ``billing_file``, ``rules`` and ``common``.
"""

from .document import BillingDocument, BillingPart
from .quantity import DeviceQuantity

__all__ = [
    "BillingDocument",
    "BillingPart",
    "DeviceQuantity",
]
