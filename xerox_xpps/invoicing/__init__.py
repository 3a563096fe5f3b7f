# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a bill consists of: the documents that agreements are billed with, how much of a service is billed, and the
lines of charges with their wording; and how all of it is split among payers.

Takes agreements, charges and the days of devices; gives plain objects of which ``models.agreement`` makes invoices and
orders. May import ``billing_file``, ``rules`` and ``common``.
"""

from .base_bill import BaseBill, BaseChange
from .charge_lines import prepare_charge_lines
from .document import BillingDocument, BillingPart
from .payer import HUNDRED, ROLES, Payer, Share, add_up, make_shares, share_of_line, wrong_total
from .quantity import DeviceQuantity
from .splitting import Splitting

__all__ = [
    "HUNDRED",
    "ROLES",
    "BaseBill",
    "BaseChange",
    "BillingDocument",
    "BillingPart",
    "DeviceQuantity",
    "Payer",
    "Share",
    "Splitting",
    "add_up",
    "make_shares",
    "prepare_charge_lines",
    "share_of_line",
    "wrong_total",
]
