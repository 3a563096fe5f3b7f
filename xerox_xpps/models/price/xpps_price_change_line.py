# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import CLICK_DIGITS

#: Why a price does not rise.
LEFT_OUT = [
    ("cost_plus", "Follows Xerox's cost"),
    ("not_billable", "Not billable"),
    ("fixed", "Fixed until later"),
    ("by_pages", "Depends on the number of pages"),
    ("unrated", "No exchange rate"),
    ("capped", "Nothing left after cap or rounding"),
]


class XppsPriceChangeLine(models.Model):
    """One price of an increase, as it is and as it will be, or why it stays."""

    _name = "xpps.price.change.line"
    _description = "XPPS Price Increase: Price"
    _inherit = ["xpps.price.item", "xpps.guard"]
    _order = "change_id, kind, name, id"
    _check_company_auto = True

    change_id = fields.Many2one(
        "xpps.price.change", string="Price Increase", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="change_id.company_id", store=True, precompute=True, index=True)
    old_price = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, readonly=True)
    new_price = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, readonly=True)
    percent = fields.Float(string="Increase (%)", digits=(16, 2), compute="_compute_percent")
    left_out = fields.Selection(LEFT_OUT, readonly=True, help="Why the increase does not change this price.")

    @api.depends("old_price", "new_price")
    def _compute_percent(self):
        for line in self:
            line.percent = (line.new_price / line.old_price - 1) * 100 if line.old_price else 0.0
