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
        self.env["xpps.meter.read"].create(
            [
                {
                    "device_id": self.device.id,
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                    "subscription_id": self.agreement.id,
                    "output_type": "mono",
                    "period_start": f"2026-0{month}-01",
                    "period_end": f"2026-0{month}-28",
                    "previous_read": 1500 * (month - 1),
                    "current_read": 1500 * month,
                    "included": 1200,
                    "overage": 300,
                }
                for month in (1, 2)
            ]
        )
        user = self._user("xpps_test_agent", "helpdesk_mgmt.group_helpdesk_user")
        # As start_tour logs in.
        user.password = user.login
        ticket = self.env["helpdesk.ticket"].create({"name": "Paper jam", "description": "Tray 2"})
        self.start_tour(f"/odoo/helpdesk-tickets/{ticket.id}", "xpps_ticket_tour", login=user.login, timeout=600)
        self.assertEqual((ticket.xpps_device_id, ticket.partner_id), (self.device, self.customer))
