# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What only the program says nobody else does, and nobody names what he may not read."""

from . import (
    xpps_reference_guard,
    xpps_guard,
    ir_attachment,
)
