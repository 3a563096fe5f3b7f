# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""xerox_xpps does without helpdesk tickets: it needs nothing of them, and removing the addon leaves no trace."""

import unittest

from ..support.uninstalling import Uninstalling

#: A ticket with all that can be said of a device, and a question about a charge.
FILL = """
device = env["stock.lot"].search([("is_xpps_device", "=", True), ("xpps_subscription_id", "!=", False)], limit=1)
ticket = env["helpdesk.ticket"].create(
    {
        "name": "Uninstall me", "description": "Jam", "xpps_device_id": device.id, "xpps_kind": "billing_question",
        "xpps_service_reference": "X-1", "xpps_reported_on": "2026-01-01",
    }
)
assert ticket.partner_id and ticket.xpps_subscription_id
charge = env["sale.subscription.charge"].create(
    {
        "subscription_id": device.xpps_subscription_id.id, "device_id": device.id, "output_type": "mono",
        "product_id": env["product.product"].search([("xpps_role", "=", "material_code")], limit=1).id,
        "period_start": "2026-01-01", "period_end": "2026-01-31", "name": "Uninstall me",
        "quantity": 1, "unit_price": 1,
    }
)
ticket.xpps_charge_ids = charge
env.cr.commit()
"""

#: The ticket is there, and so is XPPS, whose screens say nothing of tickets.
CHECK = """
ticket = env["helpdesk.ticket"].search([("name", "=", "Uninstall me")])
assert ticket.partner_id and "xpps_device_id" not in ticket._fields
ticket.copy()
env["helpdesk.ticket"].create({"name": "Another one", "description": "Jam"})
assert env["sale.subscription.charge"].search([("name", "=", "Uninstall me")])
device = env["stock.lot"].search([("is_xpps_device", "=", True)], limit=1)
for xmlid, view_type in (("view_xpps_device_form", "form"), ("view_xpps_device_list", "list")):
    assert "ticket" not in device.get_view(env.ref(f"xerox_xpps.{xmlid}").id, view_type)["arch"]
assert device.name_search(device.name)
assert env["ir.module.module"].search([("name", "=", "xerox_xpps")]).state == "installed"
"""


class TestUninstall(Uninstalling, unittest.TestCase):
    addon = "xerox_xpps_helpdesk"
    fill = FILL
    check = CHECK

    def test_needs_nothing_of_it(self):
        found = self._depends()
        self.assertEqual([name for name in found["xerox_xpps"] if "helpdesk" in name], [])
        self.assertEqual(sorted(found["xerox_xpps_helpdesk"]), ["helpdesk_mgmt", "xerox_xpps"])
        addon = self._requirements("requirements-addon.txt")
        self.assertNotIn("helpdesk", addon)
