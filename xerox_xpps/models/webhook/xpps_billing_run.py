# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class XppsBillingRun(models.Model):
    _inherit = "xpps.billing.run"

    def _prepare_webhook_data(self):
        """What others are told of the run: counts, and neither amounts nor customers."""
        # What became of the run's invoices does not depend on the right to see them.
        moves, lines = self.sudo().move_ids, self.line_ids
        return {
            "type": "billing_run",
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "agreements": len(lines),
            "failed": len(lines.filtered("error")),
            "invoices": len(moves),
            "posted": len(moves.filtered(lambda move: move.state == "posted")),
        }
