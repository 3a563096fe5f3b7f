# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models


class SaleSubscriptionLine(models.Model):
    _inherit = "sale.subscription.line"

    xpps_device_ids = fields.One2many(
        "stock.lot", "xpps_subscription_line_id", string="Devices", groups="xerox_xpps.group_xpps_user"
    )
    xpps_role = fields.Selection(related="product_id.xpps_role")
    xpps_qty_from_devices = fields.Boolean(
        string="By Devices", help="The quantity follows the number of active devices that the line bills."
    )
    product_uom_qty = fields.Float(
        compute="_compute_product_uom_qty", store=True, readonly=False, precompute=True, default=None
    )

    @api.depends("xpps_qty_from_devices", "xpps_device_ids.xpps_state")
    def _compute_product_uom_qty(self):
        following = self.filtered("xpps_qty_from_devices")
        counts = dict(
            self.env["stock.lot"]._read_group(
                [("xpps_subscription_line_id", "in", following.ids), ("xpps_state", "=", "active")],
                ["xpps_subscription_line_id"],
                ["__count"],
            )
        )
        for line in following:
            line.product_uom_qty = counts.get(line, 0)
        for line in self - following:
            # What stands on an existing line was typed, be it 0.
            line.product_uom_qty = line.product_uom_qty if line._origin else line.product_uom_qty or 1.0

    def _compute_tax_ids(self):
        """Taxes of the agreement's company, whichever company the user works in."""
        xpps = self.filtered("sale_subscription_id.is_xpps")
        result = super(SaleSubscriptionLine, self - xpps)._compute_tax_ids()
        for company, lines in xpps.grouped("company_id").items():
            super(SaleSubscriptionLine, lines.with_company(company))._compute_tax_ids()
        return result

    def _prepare_account_move_line(self):
        """Leave the income account to Odoo, which maps it by fiscal position and company.

        And an analytic distribution that the line does not have: Odoo's distribution models decide.
        """
        values = super()._prepare_account_move_line()
        if self.sale_subscription_id.is_xpps:
            del values["account_id"]
            del values["price_subtotal"]
            if not values["analytic_distribution"]:
                del values["analytic_distribution"]
        return values

    def _prepare_sale_order_line(self):
        values = super()._prepare_sale_order_line()
        if self.sale_subscription_id.is_xpps:
            del values["price_subtotal"]
            values["tax_ids"] = [Command.set(self.tax_ids.ids)]
        return values
