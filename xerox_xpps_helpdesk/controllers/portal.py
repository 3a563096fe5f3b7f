# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass

from odoo.http import request
from odoo.tools import format_datetime

from odoo.addons.xerox_xpps.controllers.portal.devices import XppsPortalDevices

#: Tickets that the page of a device lists, the newest first.
TICKETS = 20


@dataclass(frozen=True)
class TicketRow:
    """A ticket of a device, as its page lists it."""

    number: str
    name: str
    day: str
    stage: str
    url: str


class PortalDevices(XppsPortalDevices):
    """The page of a device also has the customer's tickets about it."""

    def _xpps_device_values(self, device, page):
        return {**super()._xpps_device_values(device, page), "tickets": self._xpps_tickets(device)}

    def _xpps_tickets(self, device):
        """:return: [TicketRow] of the tickets that the user may read"""
        tickets = request.env["helpdesk.ticket"]
        if not tickets.has_access("read"):
            return []
        found = tickets.search([("xpps_device_id", "=", device.id)], order="create_date desc, id desc", limit=TICKETS)
        return [
            TicketRow(
                number=ticket.number,
                name=ticket.name,
                day=format_datetime(request.env, ticket.create_date, dt_format="short"),
                stage=ticket.stage_id.name or "",
                url=f"/my/ticket/{ticket.id}",
            )
            for ticket in found
        ]
