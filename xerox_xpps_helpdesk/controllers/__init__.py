# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the customers' pages say of tickets. May import ``models`` and what is below it."""

from . import portal
