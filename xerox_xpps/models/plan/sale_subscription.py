# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

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
            agreement.page_rating_ids = own.filtered_domain([("cycle_end", "in", ends)])
            agreement.page_rating_count = len(own)

    @api.constrains("pricelist_id")
    def _check_currency_of_plans(self):
        # What a cycle charged is compared with what it comes to, whatever its user may see.
        ratings = self.env["xpps.page.rating"].sudo()
        for company, agreements in self.filtered("is_xpps").grouped("company_id").items():
            rating = ratings.search(
                [
                    ("company_id", "=", company.id),
                    ("subscription_id", "in", agreements.ids),
                    ("plan_id.date_to", "=", False),
                ]
            ).filtered(lambda rating: rating.currency_id != rating.subscription_id.currency_id)[:1]
            if rating:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s cannot be billed in another currency than %(currency)s while page plan %(plan)s "
                        "is in force. Enter the plan's end first, and make another plan afterwards.",
                        agreement=rating.subscription_id.display_name,
                        currency=rating.currency_id.name,
                        plan=rating.plan_id.name,
                    )
                )

    def _xpps_prepare_copy(self):
        plans = [plan._prepare_copy() for plan in self.page_plan_ids]
        return super()._xpps_prepare_copy() | {"page_plan_ids": [command for command in plans if command]}

    def action_open_page_ratings(self):
        return open_records(self, "xerox_xpps.action_xpps_page_rating", [("subscription_id", "in", self.ids)])
