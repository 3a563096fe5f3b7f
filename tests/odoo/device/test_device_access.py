# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who says whose a device is, and which agreement bills it: those who bill, by whatever door."""

from odoo import Command

from ..support.access import BILLING, USER, AccessCase

STOCK = "stock.group_stock_manager"
SALES = "sales_team.group_sale_manager"


class TestDeviceAccess(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_test_clerk", BILLING)
        cls.strangers = cls._user("xpps_test_stock", STOCK) | cls._user("xpps_test_sales", STOCK, SALES, USER)
        cls.other = cls._agreement()
        cls.values = {
            "is_xpps_device": False,
            "xpps_partner_id": cls._partner("Mine").id,
            "xpps_subscription_id": cls.other.id,
            "xpps_subscription_line_id": cls.other.sale_subscription_line_ids.id,
            "xpps_install_date": "2020-01-01",
            "xpps_removal_date": "2020-01-31",
            "xpps_state": "removed",
        }

    def _said(self):
        return self.device.read(list(self.values))

    def test_strangers_change_nothing(self):
        said = self._said()
        for user in self.strangers:
            device = self.device.with_user(user)
            for name, value in self.values.items():
                if name in ("xpps_install_date", "xpps_removal_date", "xpps_state") and user.has_group(USER):
                    # When a device came and went is known to whoever handles it.
                    continue
                with self.subTest(field=name, user=user.login):
                    self.assertDenied(device.write, {name: value})
                    self.assertDenied(device.web_save, {name: value}, {})
                    self.assertDenied(device.copy, {"name": "SN-9", name: value})
                    new = {"name": "SN-9", "product_id": self.printer.id}
                    self.assertDenied(device.create, new | {name: value})
                    self.assertDenied(device.with_context(**{f"default_{name}": value}).create, new)
            self.assertDenied(device.unlink)
        self.assertEqual(self._said(), said)

    def test_side_doors(self):
        said = self._said()
        user = self.strangers[-1]
        moves = {
            self.other: "xpps_device_ids",
            self.other.sale_subscription_line_ids: "xpps_device_ids",
            self.customer: "xpps_device_ids",
        }
        for record, name in moves.items():
            for command in (
                Command.link(self.device.id),
                Command.set(self.device.ids),
                Command.update(self.device.id, {"xpps_subscription_id": self.other.id}),
                Command.unlink(self.device.id),
                Command.delete(self.device.id),
            ):
                with self.subTest(model=record._name, command=command):
                    theirs = record.with_user(user)
                    try:
                        with self.cr.savepoint():
                            theirs.write({name: [command]})
                            self.env.flush_all()
                    except Exception as error:
                        self.assertEqual(type(error).__name__, "AccessError")
                    self.env.invalidate_all()
                    self.assertEqual(self._said(), said)
        assignment = self.device.xpps_assignment_ids.with_user(user)
        self.assertDenied(assignment.write, {"subscription_id": self.other.id})
        self.assertDenied(assignment.create, {"device_id": self.device.id, "subscription_id": self.other.id})
        self.assertDenied(
            self.device.with_user(user).write,
            {"xpps_assignment_ids": [Command.update(assignment.id, {"subscription_id": self.other.id})]},
        )
        self.assertEqual(self._said(), said)

    def test_what_stock_users_may(self):
        for number, user in enumerate(self.strangers):
            device = self.device.with_user(user)
            device.write({"xpps_location": f"Floor {number}", "xpps_asset_number": "A-1", "note": "Dusty", "ref": "R"})
            self.assertEqual(self.device.xpps_location, f"Floor {number}")
            lot = device.create({"name": f"LOT-{number}", "product_id": self.printer.id})
            lot.ref = "R"
            copy = device.copy({"name": f"SN-9{number}"}).sudo()
            self.assertFalse(copy.is_xpps_device or copy.xpps_subscription_id or copy.xpps_partner_id)
            lot.unlink()
        fields = self.device.with_user(self.strangers[0]).fields_get(["xpps_subscription_id", "xpps_location"])
        self.assertTrue(fields["xpps_subscription_id"]["readonly"])
        self.assertFalse(fields["xpps_location"]["readonly"])

    def test_who_bills(self):
        device = self.device.with_user(self.clerk)
        device.write(
            {
                "xpps_subscription_id": self.other.id,
                "xpps_subscription_line_id": self.other.sale_subscription_line_ids.id,
                "xpps_partner_id": self.customer.id,
            }
        )
        self.assertEqual(self.device.xpps_subscription_id, self.other)

    def test_a_copy_starts_anew(self):
        """Another device is at another place, and nobody has it yet."""
        self.device.write({"xpps_location": "Floor 1", "xpps_asset_number": "A-1", "xpps_install_date": "2025-01-01"})
        copy = self.device.with_user(self.clerk).copy({"name": "SN-9"})
        self.assertTrue(copy.is_xpps_device)
        for name in (
            "xpps_partner_id",
            "xpps_subscription_id",
            "xpps_subscription_line_id",
            "xpps_location",
            "xpps_asset_number",
            "xpps_install_date",
            "xpps_removal_date",
            "xpps_assignment_ids",
        ):
            self.assertFalse(copy[name], name)
        self.assertEqual(copy.xpps_state, "active")
