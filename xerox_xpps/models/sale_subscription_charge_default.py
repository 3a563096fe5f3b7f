# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from .field_types import CLICK_DIGITS


class SaleSubscriptionChargeDefault(models.Model):
    """An agreement's own cost, price and billability of a material code."""

    _name = "sale.subscription.charge.default"
    _description = "XPPS Contract Cost and Price Default"
    _check_company_auto = True
    _rec_name = "product_id"

    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="subscription_id.currency_id")
    product_id = fields.Many2one(
        "product.product",
        string="Material Code",
        required=True,
        domain=[("xpps_role", "=", "material_code")],
        ondelete="restrict",
        check_company=True,
    )
    unit_cost = fields.Float(
        digits=CLICK_DIGITS,
        min_display_digits=2,
        groups="xerox_xpps.group_xpps_billing",
        help="What Xerox last billed for a page on this agreement. Each import brings it up to date.",
    )
    unit_price = fields.Float(
        digits=CLICK_DIGITS,
        min_display_digits=2,
        help="What the customer pays for a page. At 0 the agreement's pricelist decides, then the sales price.",
    )
    billable = fields.Boolean(default=True, help="Pages that are not billable are never invoiced, but count as cost.")

    _material_uniq = models.Constraint(
        "UNIQUE (subscription_id, product_id)", "An agreement has one default for each material code."
    )
