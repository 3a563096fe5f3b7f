# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import CLICK_DIGITS


class XppsPagePlanTier(models.Model):
    """From how many pages above the included ones on a page has another price."""

    _name = "xpps.page.plan.tier"
    _description = "XPPS Page Plan Tier"
    _inherit = ["xpps.page.plan.part"]
    _order = "plan_id, from_pages, id"
    _check_company_auto = True

    from_pages = fields.Integer(help="The first tier begins with 0 pages.")
    unit_price = fields.Float(digits=CLICK_DIGITS, min_display_digits=2)

    _from_uniq = models.Constraint(
        "UNIQUE (plan_id, from_pages)", "Each tier of a plan begins with another number of pages."
    )
    _not_negative = models.Constraint(
        "CHECK (from_pages >= 0 AND unit_price >= 0)", "Pages and prices of a tier cannot be below 0."
    )

    def _price_on(self, name, day):
        """What a price of the tier is on a day; see the plan's."""
        self.ensure_one()
        return self[name]
