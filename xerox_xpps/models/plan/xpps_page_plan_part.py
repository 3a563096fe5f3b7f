# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class XppsPagePlanPart(models.AbstractModel):
    """A row of a page plan's terms: it is kept as the plan is, once pages were rated by it."""

    _name = "xpps.page.plan.part"
    _description = "XPPS Part of a Page Plan"
    _inherit = ["xpps.guard"]

    plan_id = fields.Many2one("xpps.page.plan", required=True, index=True, ondelete="cascade", check_company=True)
    company_id = fields.Many2one(related="plan_id.company_id", store=True, precompute=True, index=True)

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.plan_id._check_unused()
        return parts

    def write(self, vals):
        self.plan_id._check_unused()
        result = super().write(vals)
        self.plan_id._check_unused()
        return result

    def _take_price(self, name, price):
        """Write a price whose day has come: cycles before it keep theirs."""
        return super().write({name: price})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.plan_id._check_unused()
