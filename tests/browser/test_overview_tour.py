# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A billing clerk opens the app and works from its overview: xerox_xpps/static/tests/tours/overview_tour.js.

So does a user who sees no cost.
"""

from odoo.tests import HttpCase

from ..billing_file.builder import build_xml
from ..odoo.support.common import record
from ..odoo.support.importing import JANUARY
from ..odoo.support.records import Records
from .slow import SlowAnswers


class TestOverviewTour(Records, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_reseller()
        rows = [
            record("SN-1", MonthlyBasePrice="20.00", mono=(100, "0.004"), MonoPrevious=0, MonoCurrent=600),
            record("SN-2", MonthlyBasePrice="20.00", mono=(50, "0.004"), MonoPrevious=0, MonoCurrent=550),
        ]
        cls._device("SN-2")
        files = cls.env["xpps.billing.file"]
        cls.file = files._create_from_upload(build_xml(JANUARY, rows), "january.xml", cls.company)
        cls.file.action_import()

    def _tour(self, name, group):
        user = self._user("xpps_overview_user", f"xerox_xpps.{group}", password="xpps_overview_user")
        self.start_tour("/odoo", name, login=user.login, timeout=600)

    def test_clerk(self):
        self._tour("xpps_overview_tour", "group_xpps_billing")
        self.assertEqual(set(self.file.charge_ids.mapped("state")), {"approved"})

    def test_user_without_cost(self):
        self._tour("xpps_overview_user_tour", "group_xpps_user")


class TestLateOverview(SlowAnswers, Records, HttpCase):
    """The overview answers when another screen is open: the dialog that led there is gone all the same."""

    slow = r"call_kw/xpps\.overview/"
    delay = 3

    def test_import(self):
        self._make_reseller()
        user = self._user("xpps_overview_user", "xerox_xpps.group_xpps_billing", password="xpps_overview_user")
        self.start_tour("/odoo", "xpps_overview_import_tour", login=user.login, timeout=600)
        file = self.env["xpps.billing.file"].search([("name", "=", "OVERVIEW-1")])
        self.assertEqual(file.state, "imported")
