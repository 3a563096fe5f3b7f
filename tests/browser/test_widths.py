# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""On a small desk screen nothing of what a row is about is cut, and on a phone nothing is wider than the screen:
xerox_xpps/static/tests/tours/width_robot.js."""

from odoo.tests import HttpCase

from ..odoo.support.access_rights import MANAGER
from ..odoo.support.access_world import Reseller

MEASURE = """
odoo.loader.modules.get("@xerox_xpps/../tests/tours/width_robot").measureEverywhere("xerox_xpps.menu_xpps_root");
"""
LONG = "Bright Independent School District No. 271 of Hennepin County and its Libraries"


class WidthCase(HttpCase):
    allow_end_on_form = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reseller = Reseller.make(cls.env, "North")
        cls.reseller.customer.name = LONG
        cls.reseller._device("SERIAL-NUMBER-OF-24-CHARS")
        cls.user = cls.reseller.users[MANAGER]
        cls.user.password = cls.user.login

    def _run(self, code, signal):
        self.browser_js(
            "/odoo", code, "odoo.isReady === true", login=self.user.login, timeout=600, success_signal=signal
        )


class TestDesk(WidthCase):
    browser_size = "1280x900"

    def test_nothing_is_cut(self):
        self._run(MEASURE, "width robot succeeded")


class TestPhone(WidthCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_nothing_is_wider(self):
        self._run(MEASURE, "width robot succeeded")
