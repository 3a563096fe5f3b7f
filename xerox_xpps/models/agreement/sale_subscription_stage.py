# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError


class SaleSubscriptionStage(models.Model):
    """A stage in which XPPS agreements are is not deleted: without one, nobody would bill them."""

    _inherit = "sale.subscription.stage"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_xpps_used(self):
        # Whoever deletes a stage need not see the agreements in it.
        agreements = self.env["sale.subscription"].sudo().with_context(active_test=False)
        agreement = agreements.search([("stage_id", "in", self.ids), ("is_xpps", "=", True)], limit=1)
        if agreement:
            raise UserError(
                self.env._(
                    "Stage %(stage)s cannot be deleted: agreements such as %(agreement)s are in it. Move them to "
                    "another stage first.",
                    stage=agreement.stage_id.display_name,
                    agreement=agreement.display_name,
                )
            )
