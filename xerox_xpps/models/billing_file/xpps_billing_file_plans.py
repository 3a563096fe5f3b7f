# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain

from ...common.window_actions import open_records


class XppsBillingFile(models.Model):
    """The cycles of page plans that a file's reads count towards."""

    _inherit = "xpps.billing.file"

    page_rating_count = fields.Integer(compute="_compute_page_rating_count")

    @api.depends("state")
    def _compute_page_rating_count(self):
        for file in self:
            file.page_rating_count = self.env["xpps.page.rating"].search_count(file._page_rating_domain())

    def _page_rating_domain(self):
        """Each read counts towards the cycle that its last day is in."""
        groups = self.env["xpps.meter.read"]._read_group(
            [("billing_file_id", "in", self.ids), ("page_plan_id", "!=", False)], ["page_plan_id", "period_end:day"]
        )
        return Domain.OR(
            Domain("plan_id", "=", plan.id) & Domain("cycle_start", "<=", day) & Domain("cycle_end", ">=", day)
            for plan, day in groups
        )

    def action_open_page_ratings(self):
        self.check_access("read")
        return open_records(self, "xerox_xpps.action_xpps_page_rating", list(self._page_rating_domain()))
