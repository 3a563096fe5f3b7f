# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models

from ...common.constants import USER_GROUP


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "xpps.billed.item", "xpps.guard"]

    xpps_charge_ids = fields.Many2many(
        "sale.subscription.charge",
        "xpps_charge_sale_line_rel",
        "sale_line_id",
        "charge_id",
        string="XPPS Charges",
        copy=False,
        readonly=True,
        groups=USER_GROUP,
        help="The approved charges that this line bills.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list, said = self._xpps_take_program_values(vals_list)
        lines = super().create(vals_list)
        lines._xpps_write_program_values(said)
        return lines

    def _xpps_release_days(self):
        """The order does not bill them after all: its lines stay, with a quantity of 0. The caller is superuser."""
        lines = self.filtered(lambda line: line.state != "cancel" and line.product_uom_qty)
        if not lines:
            return
        locked = lines.order_id.filtered("locked")
        locked.action_unlock()
        lines.write({"product_uom_qty": 0, "qty_delivered": 0})
        locked.action_lock()

    def _xpps_bills_share(self, cancelled=False):
        return self.filtered(
            lambda line: line.xpps_share_key and line.product_uom_qty and (line.state == "cancel") == cancelled
        )

    def _xpps_documents_of(self):
        return self.order_id

    def _prepare_invoice_line(self, **optional_values):
        """The invoice line bills the order line's charges."""
        values = super()._prepare_invoice_line(**optional_values)
        # Whoever invoices the order must mark its charges as billed, also without a right to see charges.
        charges = self.sudo().xpps_charge_ids
        if charges:
            values["xpps_charge_ids"] = [Command.set(charges.ids)]
        if self.xpps_subscription_id:
            values |= self._xpps_billed_item_values()
        return values
