# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Check a billing file, plan what its import makes, write it, and take it back.

``BillingFileCheck`` takes a record of ``xpps.billing.file`` and what ``billing_file`` has read of it; it asks the
database and writes nothing. ``CheckWriter`` stores what it found, ``ImportWriter`` what it planned: lines, reads,
charges and unit costs. ``ImportUndo`` takes an import back. May import ``billing_file``, ``rules`` and ``common``.
"""

from .amounts import AMOUNT_FIELDS, charge_amounts, cost_plus_price, page_amount
from .assignments import BILLED_FIELDS
from .check import BillingFileCheck
from .context import plain
from .device_bound import may_exceed
from .issues import clipped
from .undo import ImportUndo
from .writer import CheckWriter, ImportWriter

__all__ = [
    "AMOUNT_FIELDS",
    "BILLED_FIELDS",
    "BillingFileCheck",
    "CheckWriter",
    "ImportUndo",
    "ImportWriter",
    "charge_amounts",
    "clipped",
    "cost_plus_price",
    "may_exceed",
    "page_amount",
    "plain",
]
