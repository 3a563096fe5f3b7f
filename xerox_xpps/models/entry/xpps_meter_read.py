# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import USER_GROUP


class XppsMeterRead(models.Model):
    """Reads that customers entered."""

    _inherit = "xpps.meter.read"

    customer_entry_id = fields.Many2one(
        "xpps.customer.entry",
        index="btree_not_null",
        ondelete="restrict",
        groups=USER_GROUP,
        help="What the customer entered, with the photo.",
    )
