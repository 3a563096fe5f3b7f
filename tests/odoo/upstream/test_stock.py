# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's tests of lots and serial numbers."""

from odoo.addons.stock.tests.test_generate_serial_numbers import StockGenerateCommon
from odoo.addons.stock.tests.test_stock_lot import TestLotSerial

__all__ = [
    "StockGenerateCommon",
    "TestLotSerial",
]
