# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import BILLING_GROUP
from .xpps_billed_item import DROPPING


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "xpps.guard"]

    xpps_billing_run_id = fields.Many2one(
        "xpps.billing.run",
        string="XPPS Billing Run",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups=BILLING_GROUP,
    )

    def _xpps_drop_empty(self):
        """As of invoices; see ``account.move``.

        :return: the other orders
        """
        empty = self.filtered(lambda order: order.currency_id.is_zero(order.amount_total))
        empty -= empty.order_line._xpps_documents_with_shares_of((self - empty).order_line)
        elsewhere = (self - empty).order_line.filtered("xpps_subscription_line_id").xpps_subscription_id
        empty = empty.filtered(lambda order: order.order_subscription_id not in elsewhere)
        others = self - empty
        empty.with_context(xpps_dropping=DROPPING).unlink()
        return others

    def group_subscription_lines(self):
        """An order made by an XPPS agreement starts no further subscription."""
        if self.order_subscription_id._xpps_ours():
            return {}
        return super().group_subscription_lines()

    def write(self, vals):
        """A cancelled order bills no days of recurring services any more."""
        cancelled = vals.get("state") == "cancel" and self.filtered(lambda order: order.state != "cancel")
        if cancelled:
            cancelled.order_line._xpps_check_shares_together()
        result = super().write(vals)
        if cancelled:
            lines = cancelled.order_line
            lines._xpps_free(lines._xpps_billed_spans())
        return result
