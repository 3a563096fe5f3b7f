# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...common.listing import enumeration


class ResPartner(models.Model):
    """A customer of devices is archived, not deleted: these, and what was billed of them, would be nobody's."""

    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_xpps_used(self):
        for partner in self if self._xpps_uses() else ():
            uses = partner._xpps_uses()
            if uses:
                raise UserError(
                    self.env._(
                        "%(customer)s cannot be deleted because of its %(uses)s. Archive it instead.",
                        customer=partner.display_name,
                        uses=enumeration(self.env, uses, len(uses)),
                    )
                )

    def _xpps_uses(self):
        """What would lose one of the customers or addresses: [plural of its name]"""
        of_partner = Domain("partner_id", "in", self.ids)
        addresses = Domain("partner_invoice_id", "in", self.ids) | Domain("partner_shipping_id", "in", self.ids)
        uses = (
            (
                "sale.subscription",
                (of_partner | addresses) & Domain("is_xpps", "=", True),
                self.env._("PageConnect/XPPS agreements"),
            ),
            ("stock.lot", Domain("xpps_partner_id", "in", self.ids), self.env._("devices")),
            ("xpps.device.assignment", of_partner, self.env._("device history")),
            ("xpps.meter.read", of_partner, self.env._("meter reads")),
            (
                "xpps.billing.file.line",
                of_partner & Domain("billing_file_id.state", "=", "imported"),
                self.env._("billing files"),
            ),
        )
        # What hangs on it does not depend on what the user may see.
        found = self.sudo().with_context(active_test=False).env
        return [name for model, domain, name in uses if found[model].search_count(domain, limit=1)]
