# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import models

from ...invoicing import DeviceQuantity


class SaleSubscriptionLine(models.Model):
    """What services cost in periods that are over; see ``sale.subscription._xpps_base_months``."""

    _inherit = "sale.subscription.line"

    def _xpps_counted_days(self, days):
        """On which days the devices are counted: where parts of months do not count, on the last one."""
        self.ensure_one()
        return days if self._xpps_counts_days() else (days[1], days[1])

    def _xpps_past_bill(self, piece, days, counted):
        """:return: the BaseBill of a piece of a period that is over; see ``_xpps_base_bill``"""
        self.ensure_one()
        by_days = self._xpps_counts_days()
        bill = replace(self._xpps_base_bill(piece, days, counted if by_days else None, False), named=False)
        if by_days or counted is None or len(counted[0]) == self.product_uom_qty:
            return bill
        return replace(bill, quantity=DeviceQuantity(len(counted[0]), (), piece.period_days, bill.share))
