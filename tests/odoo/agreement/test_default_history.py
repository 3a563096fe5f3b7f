# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who changed a contract default, and what Xerox's files made of it."""

from ..support.access import BILLING, USER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase


class TestDefaultHistory(ImportCase):
    def _tracked(self, default):
        """:return: [(field, old value, new value)], the oldest first"""
        self.env.flush_all()
        self.cr.precommit.run()
        values = default.message_ids.sudo().tracking_value_ids.sorted("id")
        found = []
        for value in values:
            kind = "char" if value.old_value_char or value.new_value_char else "float"
            if value.field_id.ttype == "boolean":
                kind = "integer"
            found.append((value.field_id.name, value[f"old_value_{kind}"], value[f"new_value_{kind}"]))
        return found

    def test_changes_by_hand(self):
        clerk = self._user("xpps_test_clerk", BILLING)
        default = self._default(unit_cost=0.004, unit_price=0.02)
        self._tracked(default)
        default.with_user(clerk).unit_price = 0.030001
        self.assertIn(("unit_price", 0.02, 0.030001), self._tracked(default))
        self.assertEqual(default.message_ids[0].author_id, clerk.partner_id)
        default.write({"price_method": "cost_plus", "markup_percent": 25})
        tracked = self._tracked(default)
        self.assertIn(("price_method", "Fixed Price", "Xerox's Cost Plus"), tracked)
        self.assertIn(("markup_percent", 0, 25), tracked)
        self.assertIn(("unit_price", 0.030001, 0.005), tracked)
        default.billable = False
        self.assertIn(("billable", 1, 0), self._tracked(default))
        default.unit_cost = 0.0044
        self.assertIn(("unit_cost", 0.004, 0.0044), self._tracked(default))

    def test_costs_are_not_told_by_the_history(self):
        reader = self._user("xpps_test_reader", USER)
        default = self._default(unit_cost=0.004, unit_price=0.02)
        self._tracked(default)
        default.write({"unit_cost": 0.005, "unit_price": 0.03, "price_method": "cost_plus", "markup_percent": 500})
        self._tracked(default)
        messages = default.with_user(reader).message_ids
        shown = (
            messages.sudo().tracking_value_ids.with_user(reader).sudo()._filter_has_field_access(self.env(user=reader))
        )
        names = set(shown.field_id.mapped("name"))
        self.assertIn("unit_price", names)
        self.assertFalse(names & {"unit_cost", "markup_percent"})

    def test_imports_leave_a_record_of_their_own(self):
        """Not in the chatter, neither their costs nor the prices that follow them; nor does their undo."""
        default = self._default(price_method="cost_plus", markup_percent=25)
        self._tracked(default)
        messages = default.message_ids
        january = self._load([record("SN-1", mono=(10, "0.004"), color=(10, "0.04"))], **JANUARY)
        february = self._load([record("SN-1", mono=(10, "0.006"))], **FEBRUARY)
        self._tracked(default)
        self.assertEqual(default.message_ids, messages)
        self.assertRecordValues(
            default.cost_change_ids.sorted("id"),
            [
                {"billing_file_id": january.id, "old_cost": 0, "new_cost": 0.004, "period_end": self.day("2026-01-31")},
                {
                    "billing_file_id": february.id,
                    "old_cost": 0.004,
                    "new_cost": 0.006,
                    "period_end": self.day("2026-02-28"),
                },
            ],
        )
        made = self.agreement.charge_default_ids - default
        self.assertEqual((made.product_id, made.cost_change_ids.billing_file_id), (self.color, january))
        self.assertFalse(made.message_ids)
        february.action_cancel()
        self._tracked(default)
        self.assertEqual(default.message_ids, messages)
        self.assertEqual((default.cost_change_ids.billing_file_id, default.unit_price), (january, 0.005))

    def test_made_by_an_import_and_changed_by_hand(self):
        """An undo keeps what somebody agreed on, also a price that follows a cost of 0 then."""
        file = self._load([record("SN-1", mono=(10, "0.004"))], **JANUARY)
        default = self.agreement.charge_default_ids
        self._tracked(default)
        default.write({"price_method": "cost_plus", "markup_percent": 25})
        self.assertIn(("unit_price", 0, 0.005), self._tracked(default))
        file.action_cancel()
        self.assertEqual((default.unit_cost, default.unit_price, default.markup_percent), (0, 0, 25))
