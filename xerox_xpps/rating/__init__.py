# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How pages are rated over more than one month: it takes reads and terms, and gives what is charged.

Nothing here imports Odoo, nor anything else of the addon.
"""

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
    "FLAT",
    "GRADUATED",
    "PLAN",
    "PLAN_AMOUNT",
    "UNDERS",
    "VOLUME",
    "Carried",
    "CycleRead",
    "PlanLine",
    "PlanPages",
    "PlanPrices",
    "Rollover",
    "Settled",
    "Tier",
    "allowance",
    "balance",
    "cycle_pages",
    "device_shares",
    "in_proportion",
    "plan_allowance",
    "plan_differences",
    "plan_lines",
    "settle",
    "weighted_pages",
]
