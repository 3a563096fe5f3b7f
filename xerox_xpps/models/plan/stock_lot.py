# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import USER_GROUP
from ...common.today import company_today


class StockLot(models.Model):
    """The page plans that devices are under."""

    _inherit = "stock.lot"

    xpps_page_plan_ids = fields.Many2many(
        "xpps.page.plan",
        string="Page Plans",
        compute="_compute_xpps_page_plan_ids",
        groups=USER_GROUP,
        help="The plans that rate the device's pages today. What Xerox bills for these is cost only.",
    )

    @api.depends("xpps_subscription_id", "xpps_state")
    def _compute_xpps_page_plan_ids(self):
        plans = self.env["xpps.page.plan"]
        self.xpps_page_plan_ids = plans
        active = self.filtered(lambda lot: lot.xpps_subscription_id and lot.xpps_state == "active")
        for company, lots in active.grouped(lambda lot: lot.xpps_subscription_id.company_id).items():
            today = company_today(company)
            covering = plans._covering(lots.xpps_subscription_id, today, today)
            for lot in lots:
                lot.xpps_page_plan_ids = plans.union(*covering.get(lot.xpps_subscription_id.id, {}).values())
