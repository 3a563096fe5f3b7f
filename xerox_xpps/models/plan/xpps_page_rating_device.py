# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...billing_file import to_decimal
from ...common.constants import BILLING_GROUP
from ...rating import device_shares
from .xpps_page_group import WEIGHT_DIGITS


class XppsPageRatingDevice(models.Model):
    """A device in a cycle of a page plan: its pages, and its share of what the cycle charges."""

    _name = "xpps.page.rating.device"
    _description = "XPPS Page Rating of a Device"
    _inherit = ["xpps.guard"]
    _order = "rating_id, device_id, id"
    _check_company_auto = True

    rating_id = fields.Many2one("xpps.page.rating", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    device_id = fields.Many2one("stock.lot", required=True, readonly=True, index=True, ondelete="restrict")
    product_id = fields.Many2one(related="device_id.product_id", string="Printer Model")
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", readonly=True)
    cycle_end = fields.Date(related="rating_id.cycle_end", store=True, precompute=True)
    plan_id = fields.Many2one(related="rating_id.plan_id", store=True, precompute=True)
    state = fields.Selection(related="rating_id.state")
    mono_pages = fields.Integer(string="Mono", readonly=True)
    color_pages = fields.Integer(string="Color", readonly=True)
    mono_color1_pages = fields.Integer(string="MonoColor1", readonly=True)
    clr_lvl12_pages = fields.Integer(string="ClrLvl12", readonly=True)
    clr_lvl3_pages = fields.Integer(string="ClrLvl3", readonly=True)
    weighted = fields.Float(string="Weighted Pages", digits=(16, WEIGHT_DIGITS[1]), min_display_digits=0, readonly=True)
    is_missing = fields.Boolean(string="Not Read", readonly=True)
    currency_id = fields.Many2one(related="rating_id.currency_id")
    share = fields.Monetary(readonly=True, help="The device's part of what the cycle charges, by weighted pages.")
    xerox_cost = fields.Monetary(
        string="Xerox's Cost", readonly=True, groups=BILLING_GROUP, help="What Xerox bills for the same pages."
    )

    # The few that a later file may have.
    _missing_idx = models.Index("(device_id) WHERE is_missing")
    _device_uniq = models.UniqueIndex("(rating_id, device_id)", "The device is in this cycle already.")

    @api.depends("rating_id", "device_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.device_id.name} – {line.rating_id.display_name}"

    def _share(self, total, currency):
        """:param Decimal total: what is shared among all of a cycle"""
        # As the rater has them, so that of equal remainders the same one is rounded up.
        lines = self.sorted(lambda line: line.device_id.id)
        weights = [to_decimal(line.weighted, WEIGHT_DIGITS[1]) for line in lines]
        for line, part in zip(lines, device_shares(total, weights, to_decimal(currency.rounding)), strict=True):
            if line.share != float(part):
                line.share = float(part)
