# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Our main screens can be used by who cannot see them, or not well, as far as axe-core can tell:
xerox_xpps/static/tests/tours/axe_robot.js, which says what of a screen is ours."""

from ..odoo.support.access_rights import MANAGER
from ..odoo.support.access_world import Reseller
from ..odoo.support.common import record
from .robots import AxeCase

MAY = {"InvoiceNumber": "North-5", "InvoiceDate": "2026-06-03", "PeriodStart": "2026-05-01", "PeriodEnd": "2026-05-31"}


class TestAccessibility(AxeCase):
    browser_size = "1280x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reseller = Reseller.make(cls.env, "North")
        cls.user = cls.reseller.users[MANAGER]
        cls.user.password = cls.user.login

    def test_main_screens(self):
        self._run_robot(self.user.login, "axe_robot", "judgeScreens", self._screens())

    def _screens(self):
        """Where somebody is from an empty database to the first invoice, each month, and when it is audited."""
        reseller = self.reseller
        screens = {
            "QuickStart": ("action_xpps_quickstart",),
            "Overview": ("action_xpps_overview",),
            "Import": (self._import_wizard(),),
            "Billing file": ("action_xpps_billing_file", reseller.draft),
            "Charges": ("action_sale_subscription_charge",),
            "Billing run": ("action_xpps_billing_run", reseller.run),
            "Agreement": ("action_xpps_agreement", reseller.agreement),
            "Devices": ("action_xpps_device",),
            "Device": ("action_xpps_device", reseller.device),
            "Vendor report": ("action_xpps_vendor_report",),
            "Dispute": ("action_xpps_dispute", reseller.dispute),
            "Customer questions": ("action_xpps_customer_query",),
            "Customer question": ("action_xpps_customer_query", reseller.query),
            "Options grid": ("action_xpps_options_row",),
            "Health": ("action_xpps_health",),
        }
        return [
            {
                "name": name,
                "action": f"xerox_xpps.{action}" if isinstance(action, str) else action,
                "resId": records[0].id if records else None,
            }
            for name, (action, *records) in screens.items()
        ]

    def _import_wizard(self):
        """A file that was chosen just now, with a device that is unknown."""
        rows = [record("SN-1", MonthlyBasePrice="20.00", mono=(5, "0.007")), record("SN-8")]
        wizard = self.reseller._file(rows, self.env(user=self.user), **MAY)
        return {
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [[False, "form"]],
            "target": "new",
        }
