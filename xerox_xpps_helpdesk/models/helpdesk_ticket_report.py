# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.xerox_xpps.common.today import company_today
from odoo.addons.xerox_xpps.common.window_actions import open_dialog

from ..groups import METRICS_GROUPS


class HelpdeskTicket(models.Model):
    """What is done about the device of a ticket: report it to Xerox, move it, remove it."""

    _inherit = "helpdesk.ticket"

    xpps_vendor_id = fields.Many2one(
        "res.partner",
        string="Xerox",
        compute="_compute_xpps_vendor_id",
        compute_sudo=True,
        groups=METRICS_GROUPS,
        help="Whom the company reports its service calls to: its Xerox vendor, or that of its parent company.",
    )

    @api.depends("company_id")
    def _compute_xpps_vendor_id(self):
        """As superuser: whoever writes to Xerox need not see what else the company decided about XPPS."""
        for ticket in self:
            ticket.xpps_vendor_id = ticket.company_id._xpps_vendor_settings().xpps_vendor_id

    def _xpps_check_device(self):
        """:raises UserError: when the ticket is about no device"""
        self.ensure_one()
        self.check_access("write")
        if not self.xpps_device_id:
            raise UserError(self.env._("Choose the device that the ticket is about first."))

    def action_xpps_report_to_xerox(self):
        """Write to Xerox, with what it needs to know of the device."""
        self._xpps_check_device()
        template = self.env.ref("xerox_xpps_helpdesk.mail_template_report_to_xerox", raise_if_not_found=False)
        return open_dialog(
            self.env["mail.compose.message"],
            self.env._("Report to Xerox"),
            {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                # Customers who follow the ticket do not get it.
                "default_composition_comment_option": "forward",
                "default_template_id": template.id if template else False,
                "xpps_report_to_xerox": True,
            },
        )

    def message_post(self, **kwargs):
        if not self.env.context.get("xpps_report_to_xerox"):
            return super().message_post(**kwargs)
        # What is written to Xerox is none of the customer's, who reads the messages in the portal.
        kwargs |= {"subtype_id": False, "subtype_xmlid": "mail.mt_note"}
        message = super().message_post(**kwargs)
        if message.partner_ids and not self.xpps_reported_on:
            self.xpps_reported_on = company_today(self.company_id)
        return message

    def action_xpps_move_device(self):
        """Open *Move* for the device, with what is known of it."""
        self._xpps_check_device()
        wizard = self.env["xpps.device.move.wizard"]
        wizard.check_access("create")
        device = self.xpps_device_id
        return open_dialog(
            wizard,
            self.env._("Move Devices"),
            {
                "default_device_ids": [Command.set(device.ids)],
                "default_partner_id": device.xpps_partner_id.id,
                "default_subscription_id": device.xpps_subscription_id.id,
                "default_subscription_line_id": device.xpps_subscription_line_id.id,
            },
        )

    def action_xpps_remove_device(self):
        """Open *Remove* for the device, with the ticket as the reason."""
        self._xpps_check_device()
        wizard = self.env["xpps.device.remove.wizard"]
        wizard.check_access("create")
        return open_dialog(
            wizard,
            self.env._("Remove Devices"),
            {
                "default_device_ids": [Command.set(self.xpps_device_id.ids)],
                "default_reason": self.env._("Ticket %(number)s: %(title)s", number=self.number, title=self.name),
            },
        )
