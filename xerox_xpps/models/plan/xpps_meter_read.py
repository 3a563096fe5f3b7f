# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import USER_GROUP


class XppsMeterRead(models.Model):
    """Reads that a page plan rates."""

    _inherit = "xpps.meter.read"

    # Customers read their reads, and no plans.
    page_plan_id = fields.Many2one(
        "xpps.page.plan",
        groups=USER_GROUP,
        help="The plan that rates the pages. What Xerox bills of them is cost only.",
    )

    # What plans rate, among the many reads of agreements without one.
    _page_plan_idx = models.Index("(page_plan_id, period_end) WHERE page_plan_id IS NOT NULL")
