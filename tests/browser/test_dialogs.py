# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every dialog of ours, with a server that answers late: xerox_xpps/static/tests/tours/dialog_robot.js."""

from ..odoo.support.access_rights import MANAGER
from ..odoo.support.access_world import Reseller
from .robots import RobotCase
from .slow import SlowAnswers


class TestDialogs(SlowAnswers, RobotCase):
    # What is below a dialog is loaded anew when that closes.
    slow = r"call_kw/[a-z.]+/(web_read|web_search_read|get_overview|get_quickstart)$"
    delay = 0.4

    def test_all(self):
        reseller = Reseller.make(self.env, "North")
        master = reseller._agreement(running=False, is_xpps_master=True)
        paused = reseller._agreement()
        paused.action_pause()
        device, agreement, draft = reseller.device, reseller.agreement, reseller.draft
        places = [
            {"action": "xerox_xpps.action_xpps_device", "resId": device.id, "button": "Swap"},
            {"action": "xerox_xpps.action_xpps_device", "resId": device.id, "button": "Move"},
            {"action": "xerox_xpps.action_xpps_device", "resId": device.id, "button": "Remove"},
            {"action": "xerox_xpps.action_xpps_agreement", "resId": agreement.id, "button": "Add Devices"},
            {
                "action": "xerox_xpps.action_xpps_agreement",
                "resId": agreement.id,
                "selector": "button[name=action_xpps_replace]",
            },
            {"action": "xerox_xpps.action_xpps_agreement", "resId": paused.id, "button": "Resume"},
            {"action": "xerox_xpps.action_xpps_master_agreement", "resId": master.id, "button": "Copy to Customer"},
            {
                "action": "xerox_xpps.action_xpps_billing_file",
                "resId": draft.id,
                "button": "Create All Unknown Devices",
            },
            {"action": "xerox_xpps.action_xpps_billing_file", "resId": draft.id, "button": "Assign Devices"},
            {
                "action": "xerox_xpps.action_xpps_billing_file",
                "resId": draft.id,
                "selector": ".o_field_widget[name=issue_ids] button[name=action_fix]",
            },
            {"action": "xerox_xpps.action_xpps_billing_file", "button": "Import Billing File"},
            {"action": "xerox_xpps.action_xpps_billing_file_issue", "selector": "button[name=action_fix]"},
            {"action": "xerox_xpps.action_sale_subscription_charge", "select": True, "button": "Reject"},
            {"action": "xerox_xpps.action_xpps_import_wizard"},
            {"action": "xerox_xpps.action_xpps_file_format_wizard"},
            {"action": "xerox_xpps.action_xpps_vendor_report_wizard"},
            {"action": "xerox_xpps.action_xpps_back_test"},
            {"action": "xerox_xpps.action_xpps_quickstart", "button": "Show"},
            {"action": "xerox_xpps.action_xpps_settings"},
        ]
        user = reseller.users[MANAGER]
        user.password = user.login
        self._run_robot(user.login, "dialog_robot", "openDialogs", places)
