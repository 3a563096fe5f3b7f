# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain


class SaleSubscription(models.Model):
    """Columns of agreements by stage, empty ones included."""

    _inherit = "sale.subscription"

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Upstream searches stages by the domain of the subscriptions; with fields that stages lack it cannot.

        Such are all domains of XPPS agreements. Then all stages are columns.
        """
        names = {condition.field_expr.partition(".")[0] for condition in Domain(domain).iter_conditions()}
        if names <= stages._fields.keys():
            return super()._read_group_stage_ids(stages, domain)
        return stages.search([], order=stages._order)
