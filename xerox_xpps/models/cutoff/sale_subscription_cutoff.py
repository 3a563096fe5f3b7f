# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SaleSubscription(models.Model):
    _inherit = "sale.subscription"

    def _xpps_paused_spans(self):
        """The days that are not billed if the agreement, which is paused, is resumed today; none of one that runs.

        :return: [(first day, last day)]
        """
        self.ensure_one()
        if not self.is_paused:
            return []
        first, last = self._xpps_pause_to_skip()
        return [(first, last)] if first and first <= last else []
