# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError

from ...common.listing import enumeration
from .sale_subscription_kept import LIVE_ORDER_LINES

#: How many devices a message names.
MAX_NAMED = 5


class SaleSubscriptionLine(models.Model):
    """A service of an XPPS agreement is kept while devices or invoices hang on it, and copied with what it counts.

    Another one may take its place, and all of that with it; see ``_xpps_replace_by``.
    """

    _inherit = "sale.subscription.line"

    def write(self, vals):
        if "sale_subscription_id" in vals:
            # Taken off its agreement, it would be nobody's.
            ours = self._xpps_of_agreements()
            ours.filtered(
                lambda line: line.sale_subscription_id.id != vals["sale_subscription_id"]
            )._xpps_check_no_devices()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        lines = self._xpps_of_agreements()
        if not lines:
            return
        lines._xpps_check_no_devices()
        live = {"account.move.line": [("parent_state", "!=", "cancel")], "sale.order.line": LIVE_ORDER_LINES}
        for model, domain in live.items():
            billed = lines.env[model].search([("xpps_subscription_line_id", "in", lines.ids), *domain], limit=1)
            if billed:
                self._xpps_refuse_billed(billed)

    def _xpps_refuse_billed(self, billed):
        """:param billed: a line of an invoice or order that bills one of the services"""
        service = billed.xpps_subscription_line_id
        names = {"service": service.display_name, "agreement": service.sale_subscription_id.display_name}
        if billed._name == "sale.order.line":
            raise UserError(
                self.env._(
                    "“%(service)s” of %(agreement)s cannot be deleted: order %(order)s bills it. To stop billing it, "
                    "set its quantity to 0.",
                    order=billed.order_id.display_name,
                    **names,
                )
            )
        raise UserError(
            self.env._(
                "“%(service)s” of %(agreement)s cannot be deleted: invoice %(invoice)s bills it. To stop billing it, "
                "set its quantity to 0.",
                invoice=billed.move_id.display_name,
                **names,
            )
        )

    def _xpps_of_agreements(self):
        """Those of XPPS agreements, as superuser."""
        # What hangs on a service does not depend on what the user may see.
        return self.sudo().filtered("sale_subscription_id.is_xpps")

    def _xpps_check_no_devices(self):
        """:raises UserError: when devices hang on one of the services, or did; called as superuser"""
        groups = self.env["xpps.device.assignment"]._read_group(
            [("subscription_line_id", "in", self.ids)], ["subscription_line_id"], ["device_id:recordset"]
        )
        history = dict(groups)
        for line in self:
            devices = line.xpps_device_ids | history.get(line, line.xpps_device_ids)
            if devices:
                raise UserError(
                    self.env._(
                        "“%(service)s” of %(agreement)s cannot be removed: it bills devices, or did (%(serials)s). Use "
                        "“Replace Service” to put another service in its place.",
                        service=line.display_name,
                        agreement=line.sale_subscription_id.display_name,
                        serials=enumeration(self.env, sorted(set(devices.mapped("name"))), MAX_NAMED),
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
