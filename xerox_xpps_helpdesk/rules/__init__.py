# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Business rules of tickets, a file each, of plain values. Nothing asks the database."""

from .named_serials import named_serials

__all__ = ["named_serials"]
