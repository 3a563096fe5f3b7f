# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

from odoo.addons.xerox_xpps.common.listing import enumeration

from ..rules import named_serials

#: How many devices a message names.
MAX_NAMED = 10


class HelpdeskTicket(models.Model):
    """An e-mail that names one device of its sender's customer makes a ticket about this device."""

    _inherit = "helpdesk.ticket"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        ticket = super().message_new(msg_dict, custom_values)
        text = f"{msg_dict.get('subject') or ''}\n{html2plaintext(msg_dict.get('body') or '')}"
        ticket._xpps_find_device(text)
        return ticket

    def _xpps_find_device(self, text):
        """Set the device that a text names; of several none, and say so on the ticket."""
        self.ensure_one()
        # Mails are received by users who need not see devices.
        ticket = self.sudo()
        if ticket.xpps_device_id or not ticket.partner_id:
            return
        devices = ticket._xpps_devices_of_contact()
        serials = named_serials(text, devices.mapped("name"))
        named = devices.filtered(lambda device: device.name in serials)
        if len(named) == 1:
            ticket.xpps_device_id = named
        elif named:
            ticket.message_post(
                body=self.env._(
                    "The e-mail names several devices of the customer: %(serials)s. Choose the one that the ticket is "
                    "about.",
                    serials=enumeration(self.env, sorted(named.mapped("name")), MAX_NAMED),
                ),
                subtype_xmlid="mail.mt_note",
            )

    def _xpps_devices_of_contact(self):
        """:return: the devices that the customer of the contact has on the day of the ticket"""
        self.ensure_one()
        names = ("xpps_partner_id", "xpps_subscription_id.partner_id", "xpps_assignment_ids.partner_id")
        ever_theirs = Domain.OR(Domain(name, "child_of", self.partner_id.commercial_partner_id.ids) for name in names)
        devices = self.env["stock.lot"].search(
            Domain("is_xpps_device", "=", True) & Domain("company_id", "=", self.company_id.id) & ever_theirs
        )
        day = self._xpps_day()
        holders = devices._xpps_holders({(device, day) for device in devices})
        return devices.filtered(lambda device: self._xpps_is_theirs(holders[device, day][0]))
