# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Devices, where they were and when, what they printed, and which of them need attention."""

from . import (
    xpps_usage,
    xpps_meter_read,
    xpps_device_assignment,
    stock_lot,
    stock_lot_history,
    stock_lot_import,
    stock_lot_kept,
    stock_lot_service,
    stock_lot_made,
    stock_move,
    stock_move_line,
    xpps_device_attention,
)
