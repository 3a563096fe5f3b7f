# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from ...common.window_actions import open_dialog


class SaleSubscriptionLine(models.Model):
    """Another service takes the place of one that devices hang on, and all of that with it."""

    _inherit = "sale.subscription.line"

    def action_xpps_replace(self):
        """Open *Replace Service* for this service."""
        self.ensure_one()
        self.check_access("read")
        self.env["xpps.service.replace.wizard"].check_access("create")
        if not self.sale_subscription_id._xpps_ours():
            raise UserError(self.env._("%s is not an XPPS agreement.", self.sale_subscription_id.display_name))
        wizard = self.env["xpps.service.replace.wizard"]
        return open_dialog(wizard, wizard._description, {"default_subscription_line_id": self.id})

    def _xpps_replace_by(self, new):
        """Have another service of the agreement bill what this one does, and remove this one.

        The caller has checked that the user may write both.
        """
        self.ensure_one()
        # What belongs to the service moves whoever replaces it, and whatever the user may see of it.
        old, target = self.sudo(), new.sudo()
        waivers = self.env["xpps.base.waiver"].sudo()
        waivers.search([("subscription_line_id", "=", target.id)]).filtered(
            lambda waiver: waiver.kind == "added"
        ).unlink()
        waivers.search([("subscription_line_id", "=", old.id)]).subscription_line_id = target
        for model in ("account.move.line", "sale.order.line"):
            # As above.
            lines = self.env[model].sudo().search([("xpps_subscription_line_id", "=", old.id)])
            lines._xpps_write_plainly({"xpps_subscription_line_id": target.id})
        # As above.
        assignments = self.env["xpps.device.assignment"].sudo().with_context(active_test=False)
        assignments.search([("subscription_line_id", "=", old.id)]).write({"subscription_line_id": target.id})
        # As above.
        lots = self.env["stock.lot"].sudo().search([("xpps_subscription_line_id", "=", old.id)])
        lots.xpps_subscription_line_id = target
        followers = old.search([("xpps_devices_line_id", "=", old.id)]) - target
        followers.xpps_devices_line_id = target
        name, agreement = old.product_id.display_name or old.name, old.sale_subscription_id
        self.unlink()
        agreement._message_log(
            body=self.env._(
                "Service “%(old)s” was replaced by “%(new)s”.",
                old=name,
                new=target.product_id.display_name or target.name,
            )
        )
