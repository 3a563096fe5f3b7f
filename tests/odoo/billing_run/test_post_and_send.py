# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Invoices of a run are posted and sent by one click, in the background, too."""

from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.models.billing_run import xpps_billing_run_queue

from ..support.access import BILLING
from ..support.billing_runs import BillingRunCase
from ..support.notifications import Notifications

QUEUE = "odoo.addons.xerox_xpps.models.billing_run.xpps_billing_run_queue"


class TestPostAndSend(Notifications, BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True
        cls.clerk = cls._user("xpps_post_clerk", BILLING)
        cls.agreements = cls.env["sale.subscription"]
        for number in range(3):
            cls.agreements |= cls._contract("draft", cls.coffee, partner_id=cls._partner(f"Customer {number}").id)
        cls.cron = cls.env.ref("xerox_xpps.ir_cron_work_on_billing_runs")

    def _billed(self):
        run = self._run(self.clerk)
        run.action_create_drafts()
        self.assertEqual((run.state, len(run.move_ids)), ("done", 3))
        return run

    def _block(self, move):
        """An invoice of nobody cannot be posted."""
        move.partner_id = False

    def assertSent(self, moves):
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertTrue(all(move.is_move_sent and move.xpps_sent_message_id for move in moves))

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.assertTrue(self.cron.method_direct_trigger() is True)
        self.env.invalidate_all()

    def _in_background(self):
        self.patch(xpps_billing_run_queue, "BACKGROUND_ABOVE", 2)
        self.patch(xpps_billing_run_queue, "BATCH", {"create": 4, "post": 4, "send": 2})

    def test_at_once(self):
        run = self._billed()
        self.assertIs(run.action_post_and_send(), True)
        self.assertSent(run.move_ids)
        self.assertEqual((run.state, run.task, run.send_after_post), ("posted", False, False))
        bodies = "".join(run.message_ids.mapped("body"))
        self.assertIn("3 invoices are posted.", bodies)
        self.assertIn("3 invoices are handed over.", bodies)

    @mute_logger(QUEUE)
    def test_one_cannot_be_posted(self):
        """It says why, and is not sent; the others are."""
        run = self._billed()
        bad = run.move_ids[1]
        self._block(bad)
        run.action_post_and_send()
        self.assertSent(run.move_ids - bad)
        self.assertEqual((bad.state, bad.is_move_sent, run.state), ("draft", False, "done"))
        self.assertIn("Customer", run.line_ids.filtered(lambda line: bad in line.move_ids).error)
        self.assertEqual(run.error_count, 1)

    def test_one_has_no_address(self):
        self.agreements[1].partner_id.email = False
        run = self._billed()
        run.action_post_and_send()
        unsent = self._line(run, self.agreements[1])
        self.assertEqual((unsent.move_ids.state, unsent.move_ids.is_move_sent), ("posted", False))
        self.assertIn("no e-mail address", unsent.error)
        self.assertSent(run.move_ids - unsent.move_ids)
        # Mended, the same click sends what is left, for there is nothing to post.
        self.agreements[1].partner_id.email = "found@example.com"
        run.action_post_and_send()
        self.assertSent(run.move_ids)
        self.assertRaisesMessage("already been sent", run.action_post_and_send)

    def test_posted_before(self):
        """What was posted before and not sent goes out, too; what was sent goes out once."""
        run = self._billed()
        first = self._line(run, self.agreements[0]).move_ids
        first.action_post()
        first._xpps_send()
        sent = first.xpps_sent_message_id
        self._line(run, self.agreements[1]).move_ids.action_post()
        run.action_post_and_send()
        self.assertSent(run.move_ids)
        self.assertEqual(first.xpps_sent_message_id, sent)

    def test_posting_alone_sends_nothing(self):
        run = self._billed()
        run.action_post()
        self.assertEqual((run.unsent_move_count, set(run.move_ids.mapped("is_move_sent"))), (3, {False}))

    def test_background(self):
        run = self._billed()
        self._in_background()
        run.action_post_and_send()
        self.assertEqual((run.state, run.task, run.send_after_post), ("queued", "post", True))
        self._run_cron()
        self.assertSent(run.move_ids)
        self.assertEqual((run.state, run.task, run.send_after_post, run.progress), ("posted", False, False, 0))
        self.assertEqual(
            self._notifications(),
            [("success", "3 invoices are posted."), ("success", "3 invoices are handed over.")],
        )
        self.assertEqual(self.cron.failure_count, 0)

    def test_few_are_left_to_send(self):
        """What the background posted it sends as well, however few they are: in batches of its own."""
        run = self._billed()
        self._line(run, self.agreements[0]).move_ids.action_post()
        self.agreements[0].partner_id.email = False
        self.patch(xpps_billing_run_queue, "BACKGROUND_ABOVE", 1)
        self.patch(xpps_billing_run_queue, "BATCH", {"create": 4, "post": 4, "send": 1})
        run.action_post_and_send()
        self.assertEqual(run.state, "queued")
        self._run_cron()
        self.assertEqual((run.state, run.unsent_move_count, run.error_count), ("posted", 1, 1))

    def test_stopped(self):
        """Who stops the run stops the sending, too."""
        run = self._billed()
        self._in_background()
        run.action_post_and_send()
        run.action_stop()
        self.assertEqual((run.state, run.send_after_post), ("done", False))
        self._run_cron()
        self.patch(xpps_billing_run_queue, "BACKGROUND_ABOVE", 50)
        run.action_post()
        self.assertEqual(set(run.move_ids.mapped("is_move_sent")), {False})

    def test_too_early(self):
        run = self._run(self.clerk)
        self.assertRaisesMessage("its status is", run.action_post_and_send)
