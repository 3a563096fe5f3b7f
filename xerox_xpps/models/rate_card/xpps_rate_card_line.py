# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import CLICK_DIGITS, COMPONENT_SELECTION

UNIT_COST = "unit_cost"
INCLUDED = "included"


class XppsRateCardLine(models.Model):
    """One rate of a card: what a fee or a page costs, or how many pages are included, and for what that holds.

    The nearest one counts: a device's own before its agreement's, before its model's, before its price level's.
    """

    _name = "xpps.rate.card.line"
    _description = "XPPS Rate Card Line"
    _inherit = ["xpps.guard"]
    _order = "card_id, scope, component, measure, id"
    _check_company_auto = True

    card_id = fields.Many2one("xpps.rate.card", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="card_id.company_id", store=True, precompute=True, index=True)
    currency_id = fields.Many2one(related="card_id.currency_id", store=True, precompute=True)
    date_from = fields.Date(related="card_id.date_from", store=True, precompute=True)
    date_to = fields.Date(related="card_id.date_to", store=True, precompute=True)
    state = fields.Selection(related="card_id.state", store=True, precompute=True)
    scope = fields.Selection(
        [
            ("device", "Device"),
            ("agreement", "Agreement"),
            ("model", "Printer Model"),
            ("price_level", "Price Level"),
        ],
        required=True,
        default="model",
    )
    device_id = fields.Many2one("stock.lot", index="btree_not_null", ondelete="restrict", check_company=True)
    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", index="btree_not_null", ondelete="restrict", check_company=True
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Printer Model",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain=[("is_xpps_printer", "=", True)],
    )
    price_level_id = fields.Many2one(
        "xpps.price.level", index="btree_not_null", ondelete="restrict", check_company=True
    )
    component = fields.Selection(COMPONENT_SELECTION, required=True)
    measure = fields.Selection(
        [(UNIT_COST, "Unit cost"), (INCLUDED, "Included pages")],
        required=True,
        default=UNIT_COST,
        help="Unit cost: the fee of a month, or what a page above the allowance costs. Included pages: the allowance "
        "of a month.",
    )
    unit_cost = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, aggregator=None)
    included = fields.Integer(string="Included Pages", aggregator=None)
