# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Robots click through the app: Odoo's own one through views and filters, ours through groupings
(xerox_xpps/static/tests/tours/group_by_robot.js). Neither may meet an error.

Groupings are clicked by whoever has most and whoever has least of them; that the server answers each kind of user is
asked without a browser, in ``tests/odoo/access/test_screens.py``.
"""

from ..odoo.support.access_rights import BILLING, MANAGER, USER
from ..odoo.support.access_world import Reseller
from .robots import RobotCase

APP = "xerox_xpps.menu_xpps_root"
CLICK = f"""
odoo.loader.modules.get("@web/webclient/clickbot/clickbot_loader").startClickEverywhere("{APP}");
"""


class TestClickEverywhere(RobotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reseller = Reseller.make(cls.env, "North")
        for kind in (USER, BILLING, MANAGER):
            user = cls.reseller.users[kind]
            user.password = user.login

    def _login(self, kind):
        return self.reseller.users[kind].login

    def _administrator(self):
        """Odoo's own, who may do what no XPPS user may."""
        administrator = self.env.ref("base.user_admin")
        company = self.reseller.company
        administrator.company_ids |= company
        administrator.company_id = company
        return administrator.login

    def _click(self, login):
        self._run_code(CLICK, login, "clickbot test succeeded")

    def _group(self, login):
        self._run_robot(login, "group_by_robot", "groupEverywhere", APP)

    def test_administrator_clicks(self):
        self._click(self._administrator())

    def test_administrator_groups(self):
        self._group(self._administrator())

    def test_billing_clicks(self):
        self._click(self._login(BILLING))

    def test_user_clicks(self):
        self._click(self._login(USER))

    def test_user_groups(self):
        self._group(self._login(USER))
