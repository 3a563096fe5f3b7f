# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a device and its agreement print, drawn for a user: xerox_xpps/static/tests/tours/usage_tour.js."""

from odoo.tests import HttpCase

from ..odoo.support.records import Records


class TestUsageTour(Records, HttpCase):
    def test_usage(self):
        self._make_reseller()
        user = self._user("xpps_test_user", "xerox_xpps.group_xpps_user")
        # As start_tour logs in.
        user.password = user.login
        self._two_reads(2000)
        self.start_tour(f"/odoo/xpps-devices/{self.device.id}", "xpps_usage_tour", login=user.login, timeout=600)
