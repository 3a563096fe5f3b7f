# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError


class SaleSubscriptionLine(models.Model):
    """A service of an XPPS agreement is kept while devices or invoices hang on it, and copied with what it counts."""

    _inherit = "sale.subscription.line"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # What hangs on a service does not depend on what the user may see.
        lines = self.sudo().filtered("sale_subscription_id.is_xpps")
        if not lines:
            return
        assignments = lines.env["xpps.device.assignment"]
        device = assignments.search([("subscription_line_id", "in", lines.ids)], limit=1)
        if device:
            raise UserError(
                self.env._(
                    "“%(service)s” of %(agreement)s cannot be deleted: it bills the base price of device %(serial)s, "
                    "or did so. Give its devices another service first, or close the agreement.",
                    service=device.subscription_line_id.display_name,
                    agreement=device.subscription_line_id.sale_subscription_id.display_name,
                    serial=device.device_id.name,
                )
            )
        billed = lines.env["account.move.line"].search(
            [("xpps_subscription_line_id", "in", lines.ids), ("parent_state", "!=", "cancel")], limit=1
        )
        if billed:
            raise UserError(
                self.env._(
                    "“%(service)s” of %(agreement)s cannot be deleted: invoice %(invoice)s bills it. To stop billing "
                    "it, set its quantity to 0.",
                    service=billed.xpps_subscription_line_id.display_name,
                    agreement=billed.xpps_subscription_line_id.sale_subscription_id.display_name,
                    invoice=billed.move_id.display_name,
                )
            )

    def _xpps_count_like(self, sources):
        """Count the devices of each other, as the services do that these are copies of.

        :param sources: sale.subscription.line, in the order of their copies
        """
        copies = dict(zip(sources, self, strict=True))
        for source, copy in copies.items():
            counted = copies.get(source.xpps_devices_line_id)
            if counted:
                copy.xpps_devices_line_id = counted
