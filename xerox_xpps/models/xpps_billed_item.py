# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsBilledItem(models.AbstractModel):
    """What an invoice line, or the order line before it, bills of an agreement.

    Copied, unlike the charges: a credit note concerns the agreement and period of what it credits. Upstream is about to
    take the names without the prefix for invoice lines.
    """

    _name = "xpps.billed.item"
    _description = "XPPS Billed Item"

    xpps_subscription_id = fields.Many2one(
        "sale.subscription",
        string="XPPS Agreement",
        index="btree_not_null",
        readonly=True,
        help="The agreement that this line bills.",
    )
    xpps_subscription_line_id = fields.Many2one(
        "sale.subscription.line",
        string="XPPS Service",
        index="btree_not_null",
        readonly=True,
        help="The recurring service of the agreement that this line bills.",
    )
    xpps_period_start = fields.Date(string="XPPS Period Start", readonly=True)
    xpps_period_end = fields.Date(string="XPPS Period End", readonly=True)

    def _xpps_billed_item_values(self):
        """What the line says of this, to have another line say the same."""
        self.ensure_one()
        return {
            "xpps_subscription_id": self.xpps_subscription_id.id,
            "xpps_subscription_line_id": self.xpps_subscription_line_id.id,
            "xpps_period_start": self.xpps_period_start,
            "xpps_period_end": self.xpps_period_end,
        }
