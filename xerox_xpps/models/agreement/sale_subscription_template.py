# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules import STARTED_STAGES


class SaleSubscriptionTemplate(models.Model):
    _inherit = "sale.subscription.template"

    def write(self, vals):
        """Another length of periods does not move the next invoice dates of XPPS agreements, as another template."""
        if {"recurring_rule_type", "recurring_interval"}.isdisjoint(vals):
            return super().write(vals)
        # The rule holds whatever the user may see of the agreements.
        agreements = self.env["sale.subscription"].sudo().with_context(active_test=False)
        started = agreements.search(
            [("template_id", "in", self.ids), ("is_xpps", "=", True), ("stage_id.type", "in", STARTED_STAGES)]
        )
        dates = {agreement: agreement.recurring_next_date for agreement in started}
        cycles = {agreement: agreement._xpps_cycle() for agreement in started}
        result = super().write(vals)
        started._xpps_keep_next_dates(dates, cycles)
        return result
