# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""On a small desk screen nothing of what a row is about is cut, and on a phone nothing is wider than the screen:
xerox_xpps/static/tests/tours/width_robot.js."""

from ..odoo.support.access_rights import MANAGER
from ..odoo.support.access_world import Reseller
from ..odoo.support.languages import WEB_CLIENT, speak
from .robots import RobotCase

LONG = "Bright Independent School District No. 271 of Hennepin County and its Libraries"


class WidthCase(RobotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reseller = Reseller.make(cls.env, "North")
        cls.reseller.customer.name = LONG
        cls.reseller._device("SERIAL-NUMBER-OF-24-CHARS")
        cls.reseller._agreement(running=False, is_xpps_master=True)
        cls.user = cls.reseller.users[MANAGER]
        cls.user.password = cls.user.login

    def _measure(self):
        self._run_robot(self.user.login, "width_robot", "measureEverywhere", "xerox_xpps.menu_xpps_root")


class TestDesk(WidthCase):
    browser_size = "1280x900"

    def test_nothing_is_cut(self):
        self._measure()


class TestGermanDesk(WidthCase):
    """The longest words are German."""

    browser_size = "1280x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        speak(cls.env, "de_DE", WEB_CLIENT)
        cls.user.lang = "de_DE"

    def test_nothing_is_cut(self):
        self._measure()


class TestPhone(WidthCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_nothing_is_wider(self):
        self._measure()
