# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import ValidationError

from .xpps_price_rule_proposal import OPEN


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.constrains("xpps_escalators")
    def _check_xpps_escalators(self):
        # Nobody would see what customers were told. The rule holds for whoever sets the company up.
        companies = self.sudo().filtered(lambda company: not company.xpps_escalators)
        change = companies and self.env["xpps.price.change"].sudo().search(
            [
                ("company_id", "in", companies.ids),
                "|",
                ("state", "in", OPEN),
                ("version_ids", "any", [("in_force", "=", False)]),
            ],
            limit=1,
        )
        if change:
            raise ValidationError(
                self.env._(
                    "Escalators cannot be switched off yet: %s is still to take effect. Skip it or take it back first.",
                    change.display_name,
                )
            )
