# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Check a billing file, plan what its import makes, write it, and take it back.

``check_file`` takes a record of ``xpps.billing.file`` and has ``billing_file`` read it; it asks the database, writes
nothing, and gives a ``CheckResult``. ``CheckWriter`` stores what that found, ``ImportWriter`` what it planned: lines,
reads, charges and unit costs. ``ImportUndo`` takes an import back. ``CODES`` are the kinds of problems that there are.
``PlanRater`` rates page plans, and ``ChargePricing`` knows prices. ``DeviceProposals`` are what a file tells about
devices that nobody knows yet.
May import ``billing_file``, ``rules`` and ``common``.
"""

from .assignments import BILLED_FIELDS
from .check import check_file
from .check_result import CheckResult
from .codes import CODES, SEVERITY_RANKS
from .device_bound import may_exceed
from .cycles import CycleLedger, uncharged_cycles
from .difference import CORRECTION, COST_CORRECTION, CYCLE, PAGES, PLAN, PLAN_AMOUNT, PLAN_KINDS, UNDERS
from .issues import clipped, issue_text, pages_text, price_text
from .known_numbers import (
    agreements_without_number,
    customers_without_number,
    propose_agreement_numbers,
    propose_customer_numbers,
)
from .plan_rating import PlanRater
from .plan_reads import PRINTED
from .pricing import ChargePricing, price_for_cost
from .proposals import DeviceProposals, only_agreements
from .undo import ImportUndo
from .writer import CheckWriter, ImportWriter

__all__ = [
    "BILLED_FIELDS",
    "CODES",
    "CORRECTION",
    "COST_CORRECTION",
    "CYCLE",
    "ChargePricing",
    "CheckResult",
    "CheckWriter",
    "CycleLedger",
    "DeviceProposals",
    "ImportUndo",
    "ImportWriter",
    "PAGES",
    "PLAN",
    "PLAN_AMOUNT",
    "PLAN_KINDS",
    "PRINTED",
    "PlanRater",
    "SEVERITY_RANKS",
    "UNDERS",
    "agreements_without_number",
    "check_file",
    "clipped",
    "customers_without_number",
    "issue_text",
    "may_exceed",
    "only_agreements",
    "pages_text",
    "plain",
    "price_for_cost",
    "propose_agreement_numbers",
    "propose_customer_numbers",
    "uncharged_cycles",
]
