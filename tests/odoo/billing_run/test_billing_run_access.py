# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who may do what with billing runs, and in which company."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..support.billing_runs import BillingRunCase

USER = "xerox_xpps.group_xpps_user"
BILLING = "xerox_xpps.group_xpps_billing"


class TestAccess(BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract()
        cls.user = cls._user("xpps_run_user", USER)
        cls.clerk = cls._user("xpps_run_clerk", BILLING)

    def assertDenied(self, method, *args):
        with mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule"):
            self.assertRaisesMessage("", method, *args, exception=AccessError)

    def test_a_user_sees_nothing_and_starts_nothing(self):
        run = self._run()
        self._drafts(run)
        mine = run.with_user(self.user)
        self.assertDenied(mine.read, ["name"])
        self.assertDenied(run.line_ids.with_user(self.user).read, ["state"])
        self.assertDenied(mine.create, {})
        for name in (
            "action_prepare",
            "action_create_drafts",
            "action_retry",
            "action_post",
            "action_send",
            "action_post_and_send",
            "action_undo",
            "action_cancel",
            "action_draft",
            "action_stop",
        ):
            with self.subTest(method=name):
                self.assertDenied(getattr(mine, name))
        line = run.line_ids[:1].with_user(self.user)
        self.assertDenied(line.write, {"override_reason": "Mine"})
        for name in ("action_fix", "action_release", "action_open_agreement", "action_open_invoices"):
            with self.subTest(method=name):
                self.assertDenied(getattr(line, name))
        self.assertEqual((run.state, run.move_ids.state), ("done", "draft"))

    def test_a_clerk_does_it_all(self):
        orders = self._contract("sale_and_invoice")
        run = self._run(self.clerk)
        self.assertEqual(run.held_count, 1)
        run.line_ids.filtered(lambda line: line.state == "held").override_reason = "Known"
        self._drafts(run)
        self.assertEqual(run.invoiced_count, 3)
        run.action_undo()
        self.assertEqual(set(orders.sale_order_ids.mapped("state")), {"cancel"})
        run.action_prepare()
        run.action_create_drafts()
        run.action_post()
        run.action_send()
        self.assertEqual((run.state, run.unsent_move_count, run.error_count), ("posted", 0, 0))
        self.assertNothingTwice(self.agreement | self.contract | orders)

    def test_a_clerk_may_not_release_in_another_company(self):
        run = self._run()
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_run_stranger", BILLING, company=other)
        self.assertDenied(run.with_user(stranger).with_context(allowed_company_ids=other.ids).action_create_drafts)
        line = run.line_ids[:1].with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertDenied(line.write, {"override_reason": "Mine"})

    def test_a_run_of_another_company(self):
        """The run's company decides, not the one that the user works in; each bills its own agreements."""
        other = self._company("XPPS Other Reseller", self.eur)
        prices = self._pricelist("Euro", self.eur)
        prices.company_id = other
        foreign = self._contract(company_id=other.id, pricelist_id=prices.id)
        self.clerk.company_ids = [Command.link(other.id)]
        self.agreement.is_paused = True
        companies = (self.company | other).ids
        runs = {company: self._run(self.clerk, companies, company_id=company.id) for company in (self.company, other)}
        self.assertEqual(runs[other].line_ids.subscription_id, foreign)
        self.assertNotIn(foreign, runs[self.company].line_ids.subscription_id)
        moves = self._drafts(runs[other])
        self.assertEqual((moves.company_id, moves.currency_id), (other, self.eur))
        self.assertEqual(moves.journal_id.company_id, other)
        self.assertEqual(self._drafts(runs[self.company]).company_id, self.company)
        runs[other].action_post()
        self.assertEqual(moves.state, "posted")
        self.assertNothingTwice(self.contract | foreign)
