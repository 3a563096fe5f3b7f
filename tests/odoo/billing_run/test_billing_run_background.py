# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Large billing runs work in the background, on behalf of whoever started them."""

from odoo import Command
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.models.billing_run import xpps_billing_run_queue

from ..support.billing_runs import BillingRunCase
from ..support.invoicing import MODES
from ..support.notifications import Notifications

QUEUE = "odoo.addons.xerox_xpps.models.billing_run.xpps_billing_run_queue"


class BackgroundCase(Notifications, BillingRunCase):
    """``clerk`` is a billing user; nothing that is in the database is due but what the test makes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.is_paused = True
        cls.clerk = cls._user("xpps-run-clerk", "xerox_xpps.group_xpps_billing")
        cls.cron = cls.env.ref("xerox_xpps.ir_cron_work_on_billing_runs")
        cls.env["ir.cron.trigger"].search([("cron_id", "=", cls.cron.id)]).unlink()

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.assertTrue(self.cron.method_direct_trigger() is True)
        self.env.invalidate_all()

    def _work_on_batch(self, run):
        """One batch, as the cron works on it when its time is up then."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.assertEqual(run.sudo().with_env(run.sudo().env(cr=cr))._work_in_background(), 4)
        self.env.invalidate_all()


class TestBackground(BackgroundCase):
    """Runs of more than two agreements go to the background, in batches of four."""

    def setUp(self):
        super().setUp()
        self.patch(xpps_billing_run_queue, "BACKGROUND_ABOVE", 2)
        self.patch(xpps_billing_run_queue, "BATCH", {"create": 4, "post": 4, "send": 2})

    def test_threshold(self):
        self._many(2)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self.assertEqual((run.state, run.invoiced_count, self._notifications()), ("done", 2, []))

    def test_whole_flow(self):
        contracts = self._many(9)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self.assertEqual((run.state, run.task, run.progress, run.move_count), ("queued", "create", 0, 0))
        self.assertEqual(self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)]), 1)
        self._run_cron()
        self.assertEqual((run.state, run.task, run.invoiced_count), ("done", False, 9))
        self.assertEqual(set(run.move_ids.mapped("create_uid")), {self.clerk})
        self.assertEqual(self._notifications(), [("success", "9 draft invoices.")])
        self.assertNothingTwice(contracts)
        run.action_post()
        self.assertEqual(run.state, "queued")
        self._run_cron()
        self.assertEqual((run.state, set(run.move_ids.mapped("state"))), ("posted", {"posted"}))
        run.action_send()
        self._run_cron()
        self.assertEqual((run.state, run.unsent_move_count), ("posted", 0))
        self.assertEqual(self._notifications()[-1], ("success", "9 invoices are handed over."))
        self.assertEqual(self.cron.failure_count, 0)

    @mute_logger(QUEUE)
    def test_failures(self):
        contracts = self._many(9)
        bad = contracts[1] | contracts[5]
        for contract in bad:
            self._make_fail(contract)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self._run_cron()
        self.assertEqual((run.state, run.invoiced_count, run.failed_count), ("done", 7, 2))
        self.assertEqual([kind for kind, _text in self._notifications()], ["warning"])
        for contract in bad:
            self.assertIn("journal", self._line(run, contract).error)
        self.assertEqual(self.cron.failure_count, 0)
        bad.journal_id = False
        run.action_retry()
        self.assertEqual((run.state, run.invoiced_count), ("done", 9))
        self.assertNothingTwice(contracts)

    def test_all_modes(self):
        contracts = self.env["sale.subscription"]
        for mode in MODES:
            contracts |= self._many(2, template_id=self.templates[mode].id)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self._run_cron()
        self.assertEqual((run.invoiced_count, run.move_count), (8, 8))
        # What is posted and sent is decided on the run, not by the agreements' template.
        self.assertEqual(set(run.move_ids.mapped("state")), {"draft"})
        self.assertNothingTwice(contracts)

    def test_customers_stay_together(self):
        """A batch has all agreements of a customer, however many they are."""
        single = self._many(3)
        joint = self._many(6, xpps_invoice_mode="customer")
        run = self._run(self.clerk)
        run.action_create_drafts()
        self._run_cron()
        self.assertEqual((run.invoiced_count, run.move_count), (9, 4))
        self.assertEqual(len({line.move_ids for line in run.line_ids if line.subscription_id in joint}), 1)
        self.assertNothingTwice(single | joint)

    def test_goes_on_where_it_was(self):
        """The time of a cron call may be up after any batch."""
        contracts = self._many(9)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self._work_on_batch(run)
        self.assertEqual((run.state, run.invoiced_count, round(run.progress)), ("queued", 4, 44))
        self._run_cron()
        self.assertEqual((run.state, run.invoiced_count), ("done", 9))
        self.assertNothingTwice(contracts)

    def test_stop(self):
        contracts = self._many(9)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self.assertRaisesMessage("is being processed", run.action_prepare)
        self.assertRaisesMessage("is being processed", run.action_undo)
        self.assertRaisesMessage("is being processed", run.line_ids.write, {"override_reason": "Now"})
        self._work_on_batch(run)
        run.action_stop()
        self.assertEqual((run.state, run.invoiced_count, run.ready_count), ("done", 4, 5))
        self._run_cron()
        self.assertEqual(run.invoiced_count, 4)
        run.action_create_drafts()
        self._run_cron()
        self.assertNothingTwice(contracts)

    def test_a_clerk_who_left(self):
        self._many(3)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self.clerk.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self._run_cron()
        run = run.sudo()
        self.assertEqual((run.state, run.move_count), ("draft", 0))
        self.assertIn("no longer allowed to create invoices", "".join(run.message_ids.mapped("body")))

    def test_no_cron(self):
        """Switched off, as in copies of a database: nobody would ever work on it."""
        self.cron.active = False
        self._many(3)
        run = self._run(self.clerk)
        run.action_create_drafts()
        self.assertEqual((run.state, run.invoiced_count), ("done", 3))


class TestMany(BackgroundCase):
    def test_queries_of_the_preparation(self):
        """They do not grow with the agreements."""
        queries = []
        for count in (20, 200):
            self._many(count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._run()
            queries.append(self.cr.sql_log_count - before)
        # The ORM reads and writes a thousand and a hundred records at a time.
        self.assertLess(queries[1], queries[0] + 20, queries)

    def test_queries_of_the_invoices(self):
        """Of each invoice more, Odoo's numbering asks three times; all else is asked of many at once."""
        queries = {}
        for count in (2, 10, 50):
            contracts = self._many(count)
            for number, contract in enumerate(contracts):
                contract.partner_id = self._partner(f"Customer {number} of {count}")
            run = self._run(self.clerk)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            run.action_create_drafts()
            self.env.invalidate_all()
            run.action_post()
            self.env.flush_all()
            queries[count] = self.cr.sql_log_count - before
            self.assertEqual((run.state, run.move_count), ("posted", count))
            self.assertFalse(any(run.move_ids.mapped("is_manually_modified")), "A program made them.")
        self.assertLess((queries[50] - queries[10]) / 40, 3.5, queries)

    @mute_logger(QUEUE)
    def test_one_of_many_fails(self):
        """In the first of two batches, which are as large as they are for users."""
        contracts = self._many(120)
        bad = contracts[77]
        self._make_fail(bad)
        run = self._run(self.clerk)
        self.assertEqual(run.ready_count, 120)
        run.action_create_drafts()
        self._run_cron()
        self.assertEqual((run.state, run.invoiced_count, run.failed_count, run.move_count), ("done", 119, 1, 119))
        self.assertEqual(sum(run.move_ids.mapped("amount_untaxed")), 119 * 31.0)
        self.assertIn("journal", self._line(run, bad).error)
        # Again, and by another run: nothing twice.
        run.action_retry()
        self.assertEqual((run.failed_count, run.move_count), (1, 119))
        again = self._run(self.clerk)
        self.assertEqual((again.ready_count, again.held_count), (1, 1))
        again.action_create_drafts()
        self.assertEqual((again.failed_count, again.move_count), (1, 0))
        charges = contracts.charge_ids
        self.assertEqual(charges.filtered(lambda charge: charge.invoice_status != "invoiced"), bad.charge_ids)
        counts = self.env["account.move.line"]._read_group(
            [("xpps_subscription_id", "in", contracts.ids), ("display_type", "=", "product")],
            ["xpps_subscription_id"],
            ["__count"],
        )
        self.assertEqual({count for _agreement, count in counts}, {2})
        self.assertEqual(len(counts), 119)
