# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customer's page of a device lists the customer's tickets about it."""

from odoo.tests import HttpCase

from ..support.portal import Customers
from ..support.tickets import TicketCase


class TestTicketPortal(Customers, TicketCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._portal_user(cls.customer)

    def _page(self):
        self.env.flush_all()
        self.authenticate(self.user.login, self.user.login)
        response = self.url_open(f"/my/xpps/devices/{self.device.id}")
        self.assertEqual(response.status_code, 200)
        return response.text

    def test_own_tickets(self):
        mine = self._ticket(partner_id=self.customer.id, xpps_service_reference="XRX-CALL-77")
        self._ticket(self.other_device, name="Another device")
        page = self._page()
        self.assertIn("Paper jam", page)
        self.assertIn(f"/my/ticket/{mine.id}", page)
        self.assertIn(mine.number, page)
        for text in ("Another device", "XRX-CALL-77"):
            self.assertNotIn(text, page)

    def test_without_tickets(self):
        self.assertNotIn("Tickets</h2>", self._page())
