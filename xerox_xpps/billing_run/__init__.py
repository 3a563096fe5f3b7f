# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which agreements a billing run bills, and what holds others back.

``RunPreparation`` takes a record of ``xpps.billing.run`` and gives a ``Billable`` and the ``HoldReasons`` of each
agreement; it writes nothing but the taxes of services, where it is told to. ``OtherItems`` finds the drafts and orders
of a customer that go on the same invoice. May import ``importing``, ``invoicing``, ``documents`` and what is below
them.
"""

from .other_items import OtherItems
from .preparation import RELEASABLE, Billable, HoldReasons, RunPreparation, amount_to_bill, joint_key

__all__ = [
    "RELEASABLE",
    "Billable",
    "HoldReasons",
    "OtherItems",
    "RunPreparation",
    "amount_to_bill",
    "joint_key",
]
