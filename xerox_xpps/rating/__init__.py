# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How pages are rated over more than one month: it takes reads and terms, and gives what is charged.

Nothing here imports Odoo, nor anything else of the addon.
"""

from .back_test import (
    EACH,
    SHARED,
    TOGETHER,
    MonthRead,
    MonthUse,
    OwnPages,
    at_use,
    break_even_base,
    own_amounts,
    read_cost,
)
from .cycles import CycleRead, allowance, balance, cycle_pages
from .plans import (
    FLAT,
    GRADUATED,
    PLAN,
    PLAN_AMOUNT,
    UNDERS,
    VOLUME,
    Carried,
    PlanLine,
    PlanPages,
    PlanPrices,
    Rollover,
    Settled,
    Tier,
    device_shares,
    plan_allowance,
    plan_differences,
    plan_lines,
    settle,
    weighted_pages,
)
from .proportion import in_proportion

__all__ = [
    "EACH",
    "FLAT",
    "GRADUATED",
    "PLAN",
    "PLAN_AMOUNT",
    "SHARED",
    "TOGETHER",
    "UNDERS",
    "VOLUME",
    "Carried",
    "CycleRead",
    "MonthRead",
    "MonthUse",
    "OwnPages",
    "PlanLine",
    "PlanPages",
    "PlanPrices",
    "Rollover",
    "Settled",
    "Tier",
    "allowance",
    "at_use",
    "balance",
    "break_even_base",
    "cycle_pages",
    "device_shares",
    "in_proportion",
    "own_amounts",
    "plan_allowance",
    "plan_differences",
    "plan_lines",
    "read_cost",
    "settle",
    "weighted_pages",
]
