# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which agreements a billing run bills, and what holds others back.

``RunPreparation`` takes a record of ``xpps.billing.run`` and gives a ``Billable`` and the ``HoldReasons`` of each
agreement; it writes nothing. May import ``importing``, ``invoicing``, ``documents`` and what is below them.
"""

from .preparation import Billable, HoldReasons, RunPreparation, joint_key

__all__ = [
    "Billable",
    "HoldReasons",
    "RunPreparation",
    "joint_key",
]
