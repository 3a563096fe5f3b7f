# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who handles tickets scans a serial number: xerox_xpps_helpdesk/static/tests/tours/ticket_tour.js."""

from odoo.tests import HttpCase

from ..odoo.support.records import Records


class TestTicketTour(Records, HttpCase):
    def test_scan(self):
        self._make_reseller()
        self.device.xpps_location = "2nd floor"
        for serial in ("0SN-1", "SN-10"):
            self._device(serial)
        self._two_reads(1200, overage=300)
        user = self._user("xpps_test_agent", "helpdesk_mgmt.group_helpdesk_user")
        # As start_tour logs in.
        user.password = user.login
        ticket = self.env["helpdesk.ticket"].create({"name": "Paper jam", "description": "Tray 2"})
        self.start_tour(f"/odoo/helpdesk-tickets/{ticket.id}", "xpps_ticket_tour", login=user.login, timeout=600)
        self.assertEqual((ticket.xpps_device_id, ticket.partner_id), (self.device, self.customer))
