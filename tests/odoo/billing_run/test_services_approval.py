# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Recurring services that are approved on the line of a billing run before they are drafted."""

from odoo.exceptions import AccessError, UserError

from ..support.payers import PayerCase


class TestServicesApproval(PayerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_approve_services = True

    def _set_up_once(self):
        super()._set_up_once()
        self.charges = self._january()
        self.run = self._run()
        self.line = self.run.line_ids

    def test_not_approved(self):
        self.assertEqual((self.line.state, self.line.hold_code), ("held", "services_to_approve"))
        self.assertEqual(self.line.problem, "Its recurring services of $160.00 are waiting for approval.")
        self.assertRaisesMessage("No agreement is ready", self.run.action_create_drafts)
        with self.assertRaisesRegex(UserError, "Approve them first"), self.cr.savepoint():
            self.line.override_reason = "Bill it"

    def test_approved(self):
        user = self._user("xpps_billing", "xerox_xpps.group_xpps_billing")
        self.line.with_user(user).action_approve_services()
        self.assertEqual((self.line.state, self.line.approved_by_id, self.line.can_approve), ("ready", user, False))
        self.assertIn("$160.00", self.run.message_ids[0].body)
        self.assertEqual(self._drafts(self.run).amount_untaxed, 166.25)
        self.assertRaisesMessage("no recurring services to approve", self.line.action_approve_services)

    def test_another_amount(self):
        self.line.action_approve_services()
        self.base_line.price_unit = 90.0
        self.run.action_create_drafts()
        self.assertFalse(self.run.move_ids)
        self.assertEqual((self.line.state, self.line.hold_code), ("held", "services_to_approve"))
        self.assertIn("approved at $160.00, and come to $180.00 now", self.line.reason)
        self.line.action_approve_services()
        self.assertEqual(self._drafts(self.run).amount_untaxed, 186.25)

    def test_what_else_is_missing(self):
        """It is still to be said why the agreement is billed all the same."""
        self._device("SN-3")
        self.run.action_prepare()
        self.line.action_approve_services()
        self.assertEqual((self.line.state, self.line.hold_code), ("held", "devices_missing"))
        self.line.override_reason = "Bill it"
        self.assertEqual(self.line.state, "ready")

    def test_charges_alone_need_none(self):
        self.agreement.recurring_next_date = "2026-03-01"
        self.run.action_prepare()
        self.assertEqual(self.line.state, "ready")

    def test_the_cron_bills_nothing(self):
        self.env["sale.subscription"].cron_subscription_management()
        self.assertFalse(self._moves())

    def test_nobody_says_so_himself(self):
        user = self._user("xpps_billing", "xerox_xpps.group_xpps_billing")
        line = self.line.with_user(user)
        with self.assertRaises(AccessError), self.cr.savepoint():
            line.write({"approved_by_id": user.id, "approved_amount": 160.0})
        reader = self._user("xpps_user", "xerox_xpps.group_xpps_user")
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.line.with_user(reader).action_approve_services()

    def test_several_at_once(self):
        """The list of the run's agreements offers it, where the company has services approved."""
        self.assertTrue(self.run.action_open_lines()["context"]["xpps_approves_services"])
        self.company.xpps_approve_services = False
        self.assertNotIn("xpps_approves_services", self.run.action_open_lines()["context"])

    def test_off_at_first(self):
        self.company.xpps_approve_services = False
        self.run.action_prepare()
        self.assertEqual((self.line.state, self.line.hold_code), ("ready", False))
