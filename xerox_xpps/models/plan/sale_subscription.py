# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import USER_GROUP
from ...common.window_actions import open_records


class SaleSubscription(models.Model):
    """Page plans of agreements."""

    _inherit = "sale.subscription"

    page_plan_ids = fields.One2many("xpps.page.plan", "subscription_id", string="Page Plans", groups=USER_GROUP)
    xpps_has_plans = fields.Boolean(compute="_compute_xpps_has_plans")
    page_rating_ids = fields.Many2many(
        "xpps.page.rating", string="Last Cycles", compute="_compute_page_rating_ids", groups=USER_GROUP
    )
    page_rating_count = fields.Integer(compute="_compute_page_rating_ids", groups=USER_GROUP)

    def _compute_xpps_has_plans(self):
        for agreement in self:
            # Whoever looks at agreements follows the company's settings without a right to read them.
            agreement.xpps_has_plans = agreement.company_id.sudo().xpps_page_plans

    def _compute_page_rating_ids(self):
        """Those of the last six months."""
        ratings = self.env["xpps.page.rating"].search([("subscription_id", "in", self.ids)])
        by_agreement = ratings.grouped("subscription_id")
        for agreement in self:
            own = by_agreement.get(agreement, ratings.browse())
            ends = sorted(set(own.mapped("cycle_end")))[-6:]
            agreement.page_rating_ids = own.filtered(lambda rating: rating.cycle_end in ends)
            agreement.page_rating_count = len(own)

    def _xpps_prepare_copy(self):
        plans = [plan._prepare_copy() for plan in self.page_plan_ids]
        return super()._xpps_prepare_copy() | {"page_plan_ids": [command for command in plans if command]}

    def action_open_page_ratings(self):
        return open_records(self, "xerox_xpps.action_xpps_page_rating", [("subscription_id", "in", self.ids)])
