# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What fails in a billing run stops no other, says why, and can be tried again."""

from unittest.mock import patch

from odoo.tools import mute_logger

from ..support.billing_runs import BillingRunCase

QUEUE = "odoo.addons.xerox_xpps.models.billing_run.xpps_billing_run_queue"


class TestFailures(BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.is_paused = True
        cls.contracts = cls._contract() | cls._contract() | cls._contract()
        cls.bad = cls.contracts[1]

    @mute_logger(QUEUE)
    def test_one_fails(self):
        self._make_fail(self.bad)
        charges = self._charges(self.bad)
        run = self._run()
        moves = self._drafts(run)
        good = self.contracts - self.bad
        self.assertEqual((len(moves), run.state), (2, "done"))
        self.assertEqual((run.failed_count, run.error_count, run.invoiced_count), (1, 1, 2))
        line = self._line(run, self.bad)
        self.assertEqual((line.state, line.move_ids.ids), ("failed", []))
        self.assertIn("journal", line.error)
        self.assertEqual(line.action_fix()["res_id"], self.bad.id)
        self.assertEqual(self.bad.recurring_next_date, self.day("2026-02-01"))
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
        self.assertNothingTwice(good)
        # Again: it fails again, and the others are left alone.
        run.action_retry()
        self.assertEqual((line.state, len(run.move_ids)), ("failed", 2))
        self.bad.journal_id = False
        run.action_retry()
        self.assertEqual((line.state, line.error, len(run.move_ids)), ("invoiced", False, 3))
        self.assertNothingTwice(self.contracts)
        self.assertRaisesMessage("No agreement failed", run.action_retry)

    @mute_logger(QUEUE)
    def test_all_fail(self):
        for contract in self.contracts:
            self._make_fail(contract)
        run = self._run()
        self.assertFalse(self._drafts(run))
        self.assertEqual((run.state, run.failed_count), ("draft", 3))

    @mute_logger(QUEUE)
    def test_retry_takes_the_failed_ones_only(self):
        self._make_fail(self.bad)
        run = self._run()
        self._drafts(run)
        later = self._contract()
        run.action_prepare()
        self.assertEqual(self._line(run, later).state, "ready")
        self.assertEqual(self._line(run, self.bad).state, "ready")
        run.action_create_drafts()
        self.assertEqual((self._line(run, later).state, self._line(run, self.bad).state), ("invoiced", "failed"))
        last = self._contract()
        run._prepare(last)
        self.bad.journal_id = False
        run.action_retry()
        self.assertEqual((self._line(run, last).state, self._line(run, self.bad).state), ("ready", "invoiced"))

    @mute_logger(QUEUE)
    def test_unexpected(self):
        """The user is not shown what went wrong inside."""

        def fail(agreement):
            raise ZeroDivisionError("division by zero")

        with patch.object(type(self.bad), "_prepare_xpps_section", fail), self.assertLogs(QUEUE, "ERROR") as logs:
            (self.contracts - self.bad).xpps_invoice_mode = "customer"
            run = self._run()
            self._drafts(run)
        self.assertIn("ZeroDivisionError", logs.output[0])
        self.assertEqual(self._line(run, self.bad).state, "invoiced")
        self.assertIn("server log", self._line(run, self.contracts[0]).error)

    # Posting

    @mute_logger(QUEUE)
    def test_posting(self):
        """An archived account can be invoiced to, but not posted."""
        account = self._archived_account()
        self.color.property_account_income_id = account
        self._charges(self.bad)
        run = self._run()
        self._drafts(run)
        run.action_post()
        line = self._line(run, self.bad)
        self.assertEqual((line.state, line.move_ids.state, run.state), ("invoiced", "draft", "done"))
        self.assertIn("Archived", line.error)
        self.assertEqual(line.action_fix()["domain"], [("id", "in", line.move_ids.ids)])
        self.assertEqual((run.error_count, run.failed_count, run.draft_move_count), (1, 0, 1))
        account.active = True
        run.action_post()
        self.assertEqual((line.error, line.move_ids.state, run.state), (False, "posted", "posted"))

    def test_posting_is_told_on_the_invoice(self):
        """Once and in one go; where the law asks for it, with the changed values."""
        run = self._run()
        moves = self._drafts(run)
        run.action_post()
        for move in moves:
            told = move.message_ids.filtered(lambda message: f"Posted by billing run {run.name}" in message.body)
            self.assertEqual((len(told), len(move.message_ids.tracking_value_ids)), (1, 0))
        self.company.restrictive_audit_trail = True
        self._contract()
        run = self._run()
        moves = self._drafts(run)
        self.env.flush_all()
        run.action_post()
        self.cr.flush()
        self.assertTrue(moves.message_ids.tracking_value_ids)

    def test_posted_elsewhere(self):
        run = self._run()
        self._drafts(run).action_post()
        run.action_post()
        self.assertEqual(run.state, "posted")

    # Sending

    def test_sending(self):
        self.bad.partner_id = self._partner("Without", email=False)
        run = self._run()
        self._drafts(run)
        self.assertRaisesMessage("have already been sent", run.action_send)
        run.action_post()
        self.assertEqual(run.unsent_move_count, 3)
        run.action_send()
        self.assertEqual((run.unsent_move_count, run.error_count, run.state), (1, 1, "posted"))
        line = self._line(run, self.bad)
        self.assertIn("Without has no e-mail address", line.error)
        self.assertFalse(line.move_ids.is_move_sent)
        mails = self.env["mail.mail"].search([("model", "=", "account.move"), ("res_id", "in", run.move_ids.ids)])
        self.assertEqual(sorted(mails.mapped("res_id")), sorted((run.move_ids - line.move_ids).ids))
        line.move_ids.partner_id.email = "now@example.com"
        run.action_send()
        self.assertEqual((run.unsent_move_count, line.error), (0, False))
        self.assertRaisesMessage("have already been sent", run.action_send)

    # Nothing twice

    def test_two_runs(self):
        """The second run of a month finds what the first one left."""
        first, second = self._run(), self._run()
        self._drafts(first)
        self.assertEqual(second.ready_count, 3)
        self.assertFalse(self._drafts(second))
        self.assertEqual(set(second.line_ids.filtered(lambda line: line.state != "held").mapped("state")), {"nothing"})
        self.assertIn("invoiced elsewhere", self._line(second, self.bad).reason)
        self.assertNothingTwice(self.contracts)
        charge = self._charge(subscription_id=self.bad.id)
        third = self._run()
        self.assertEqual(third.line_ids.filtered(lambda line: line.state == "ready").subscription_id, self.bad)
        self.assertEqual(self._drafts(third).amount_untaxed, 1.0)
        self.assertBilledOnce(charge)

    def test_after_the_user_invoiced_one(self):
        run = self._run()
        self.bad.generate_invoice()
        moves = self._drafts(run)
        self.assertEqual((len(moves), self._line(run, self.bad).state), (2, "nothing"))
        self.assertNothingTwice(self.contracts)

    def test_paused_meanwhile(self):
        run = self._run()
        self.bad.is_paused = True
        self._drafts(run)
        line = self._line(run, self.bad)
        self.assertEqual((line.state, line.hold_code), ("held", "paused"))
        self.assertFalse(self._moves(self.bad))
