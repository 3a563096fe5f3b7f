# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How pages are rated over more than one month: it takes reads and terms, and gives what is charged.

Nothing here imports Odoo, nor anything else of the addon.
"""

from .cycles import CycleRead, allowance, balance, cycle_pages

__all__ = ["CycleRead", "allowance", "balance", "cycle_pages"]
