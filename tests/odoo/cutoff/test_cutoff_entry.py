# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The entry of a cut-off: one, reversed on the next day, made anew while it is not posted."""

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ..support.common import record
from ..support.cutoffs import Cutoffs
from ..support.importing import JANUARY, ImportCase

END = "2026-01-31"


class CutoffEntryCase(Cutoffs, ImportCase):
    """January: 100 pages at 0.01 and a base price of 30.00 that nobody billed, and 20.40 that Xerox has not billed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_cutoff_accounts()
        cls.agreement.date_start = "2026-01-01"
        cls.clerk = cls._user("cutoff-clerk", "xerox_xpps.group_xpps_billing")

    def _set_up_once(self):
        super()._set_up_once()
        self.file = self._load([record("SN-1", mono=(100, "0.004"), BaseServiceFee=20)], **JANUARY)
        self.file.charge_ids.action_approve()

    def _drafted(self):
        cutoff = self._cutoff(END)
        cutoff.action_create_entry()
        return cutoff

    def _balances(self, move):
        return sorted((line.account_id.code, round(line.balance, 2)) for line in move.line_ids)

    def _expected(self, sign=1):
        income = self.mono.product_tmpl_id.with_company(self.company).get_product_accounts()["income"].code
        balances = [
            (income, -1.0),
            (income, -30.0),
            ("XC1", 1.0),
            ("XC1", 30.0),
            ("XC4", 20.4),
            ("XC3", -20.4),
        ]
        return sorted((code, sign * amount) for code, amount in balances)


class TestEntry(CutoffEntryCase):
    def test_one_entry_and_its_reversal(self):
        cutoff = self._drafted()
        move, reversal = cutoff.move_id, cutoff.reversal_id
        self.assertEqual(self._balances(move), self._expected())
        self.assertEqual(self._balances(reversal), self._expected(-1))
        self.assertEqual((str(move.date), str(reversal.date)), (END, "2026-02-01"))
        self.assertEqual((move.state, reversal.state, cutoff.state), ("draft", "draft", "entry"))
        self.assertEqual((move.journal_id, reversal.journal_id), (self.cutoff_journal, self.cutoff_journal))
        self.assertEqual(reversal.reversed_entry_id, move)
        cutoff.action_post()
        self.assertEqual((move.state, reversal.state, cutoff.state), ("posted", "posted", "posted"))
        self.assertFalse(sum((move | reversal).line_ids.mapped("balance")))

    def test_again_it_is_made_anew(self):
        cutoff = self._drafted()
        moves = cutoff.move_id | cutoff.reversal_id
        self._charge(200, 0.01, period_start="2026-01-01", period_end=END)
        cutoff.action_compute()
        self.assertEqual(cutoff.move_id | cutoff.reversal_id, moves)
        self.assertEqual(cutoff.unbilled_revenue, 3)
        self.assertIn(("XC1", 3.0), self._balances(cutoff.move_id))
        self.assertIn(("XC1", -3.0), self._balances(cutoff.reversal_id))
        cutoff.action_create_entry()
        found = self.env["account.move"].search([("journal_id", "=", self.cutoff_journal.id)])
        self.assertEqual(found, moves)

    def test_an_entry_that_was_deleted_is_made_again(self):
        cutoff = self._drafted()
        cutoff.move_id.unlink()
        self.assertEqual(cutoff.state, "entry")
        cutoff.reversal_id.unlink()
        self.assertEqual(cutoff.state, "computed")
        cutoff.action_create_entry()
        self.assertEqual(self._balances(cutoff.move_id), self._expected())
        cutoff.move_id.button_cancel()
        cutoff.reversal_id.button_cancel()
        self.assertEqual(cutoff.state, "computed")
        cutoff.action_create_entry()
        self.assertEqual((cutoff.state, cutoff.move_id.state), ("entry", "draft"))

    def test_what_is_posted_stays(self):
        cutoff = self._drafted()
        cutoff.action_post()
        for method in (cutoff.action_compute, cutoff.action_create_entry, cutoff.unlink):
            self.assertRaisesMessage("is posted: .* Reset the entry and its reversal to draft", method)
        for values in ({"date": "2026-02-28"}, {"accrued_cost_account_id": self.deferred_revenue.id}):
            self.assertRaisesMessage("is posted", cutoff.write, values)
        # So is a reversal alone.
        cutoff.move_id.button_draft()
        self.assertRaisesMessage("is posted", cutoff.action_compute)
        cutoff.reversal_id.button_draft()
        self.assertEqual(cutoff.state, "entry")
        cutoff.action_compute()
        cutoff.move_id.action_post()
        cutoff.action_post()
        self.assertEqual(cutoff.reversal_id.state, "posted")

    def test_nothing_to_accrue(self):
        cutoff = self._cutoff("2025-12-31")
        self.assertEqual(self._amounts(cutoff), {})
        self.assertRaisesMessage("has nothing to accrue or defer", cutoff.action_create_entry)
        self.assertRaisesMessage("has no entry yet", cutoff.action_post)
        cutoff = self.env["xpps.cutoff"].create({"date": "2025-11-30"})
        self.assertRaisesMessage("has no preview yet", cutoff.action_create_entry)

    def test_drafts_go_with_the_last_amount(self):
        cutoff = self._drafted()
        moves = cutoff.move_id | cutoff.reversal_id
        self._pay_xerox(self.file, END)
        self.file.charge_ids.action_reset()
        self.file.charge_ids.action_reject()
        self.base_line.price_unit = 0
        cutoff.action_compute()
        self.assertFalse(moves.exists())
        self.assertEqual(cutoff.state, "computed")

    def test_another_date_is_another_preview(self):
        cutoff = self._drafted()
        moves = cutoff.move_id | cutoff.reversal_id
        cutoff.date = "2026-01-15"
        self.assertFalse(moves.exists())
        self.assertEqual((cutoff.state, cutoff.line_ids.ids, cutoff.accrued_cost), ("draft", [], 0))

    def test_other_accounts(self):
        cutoff = self._drafted()
        cutoff.accrued_cost_account_id = self.deferred_revenue
        self.assertIn(("XC2", -20.4), self._balances(cutoff.move_id))
        self.assertIn(("XC2", 20.4), self._balances(cutoff.reversal_id))

    def test_deleting(self):
        cutoff = self._drafted()
        moves = cutoff.move_id | cutoff.reversal_id
        cutoff.with_user(self.clerk).unlink()
        self.assertFalse(moves.exists())

    @mute_logger("odoo.sql_db")
    def test_one_a_day(self):
        self._cutoff(END)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.env["xpps.cutoff"].create({"date": END}).flush_recordset()

    def test_what_is_not_set_up_is_told(self):
        self.company.write({"xpps_cutoff_journal_id": False, "xpps_cutoff_accrued_cost_account_id": False})
        cutoff = self._cutoff(END)
        self.assertTrue(cutoff.line_ids)
        self.assertRaisesMessage("Choose the journal of Cut-off of 01/31/2026", cutoff.action_create_entry)
        cutoff.journal_id = self.cutoff_journal
        self.assertRaisesMessage("no account for: Accrued Cost", cutoff.action_create_entry)
        cutoff.accrued_cost_account_id = self.accrued_cost
        cutoff.action_create_entry()
        self.env["xpps.component.account"].search([("company_id", "=", self.company.id)]).unlink()
        journals = self.env["account.journal"].search([("company_id", "=", self.company.id), ("type", "=", "purchase")])
        journals.default_account_id = False
        self.assertRaisesMessage("No account is set up for X-1", cutoff.action_compute)

    def test_locked_dates(self):
        cutoff = self._cutoff(END)
        for field in ("fiscalyear_lock_date", "hard_lock_date"):
            with self.subTest(field), self.cr.savepoint() as savepoint:
                self.company[field] = END
                self.assertRaisesMessage(r"the books are locked: .*01/31/2026", cutoff.action_create_entry)
                # A preview writes nothing to them.
                cutoff.action_compute()
                savepoint.rollback()
                self.env.invalidate_all()
        cutoff.action_create_entry()
        self.company.fiscalyear_lock_date = END
        self.assertRaisesMessage("the books are locked", cutoff.action_post)
        self.assertRaisesMessage("the books are locked", cutoff.action_compute)
        self.company.fiscalyear_lock_date = False
        self.company.sale_lock_date = END
        cutoff.action_post()

    def test_currency_of_the_entry(self):
        cutoff = self._drafted()
        self.assertEqual(cutoff.move_id.currency_id, self.usd)
        self.assertFalse(cutoff.move_id.line_ids.tax_ids)


class TestRights(CutoffEntryCase):
    def test_a_clerk_does_it_all(self):
        cutoff = self.env["xpps.cutoff"].with_user(self.clerk).create({"date": END})
        cutoff.action_compute()
        cutoff.action_create_entry()
        self.assertEqual(self._balances(cutoff.move_id), self._expected())
        for action in (cutoff.action_open_lines(), cutoff.action_open_moves()):
            self.assertTrue(self.env[action["res_model"]].with_user(self.clerk).search(action["domain"]))
        for line in cutoff.line_ids:
            self.assertTrue(line.action_open()["res_id"])
        cutoff.action_post()
        self.assertEqual(cutoff.state, "posted")

    def test_others_do_not(self):
        cutoff = self._cutoff(END)
        for number, groups in enumerate(
            (["xerox_xpps.group_xpps_user"], ["account.group_account_user", "account.group_account_invoice"])
        ):
            user = self._user(f"cutoff-other-{number}", *groups)
            for method in ("action_compute", "action_create_entry", "action_post", "action_open_lines"):
                with self.assertRaises(AccessError):
                    getattr(cutoff.with_user(user), method)()
            with self.assertRaises(AccessError):
                cutoff.line_ids.with_user(user).read(["amount"])

    def test_nothing_of_it_is_written_by_hand(self):
        cutoff = self._cutoff(END).with_user(self.clerk)
        for values in ({"accrued_cost": 1}, {"state": "posted"}, {"computed_on": False}, {"move_id": False}):
            with self.assertRaises(UserError):
                cutoff.write(values)
        with self.assertRaises(AccessError):
            cutoff.line_ids[:1].write({"amount": 1})
        with self.assertRaises(AccessError):
            self.env["xpps.cutoff.line"].with_user(self.clerk).create({"cutoff_id": cutoff.id, "kind": "accrued_cost"})

    def test_another_company(self):
        cutoff = self._cutoff(END)
        other = self._company("XPPS Other Reseller")
        user = self._user("cutoff-elsewhere", "xerox_xpps.group_xpps_billing", company=other)
        cutoffs = self.env["xpps.cutoff"].with_user(user).with_context(allowed_company_ids=other.ids)
        self.assertFalse(cutoffs.search([]))
        with self.assertRaises(AccessError):
            cutoffs.browse(cutoff.id).action_compute()
        theirs = cutoffs.create({"date": END})
        self.assertFalse(theirs.journal_id)
        theirs.action_compute()
        self.assertFalse(theirs.line_ids)
        with self.assertRaises(UserError):
            theirs.journal_id = self.cutoff_journal.id

    def test_settings_of_the_same_company(self):
        other = self._company("XPPS Other Reseller")
        self.assertRaisesMessage(
            "belongs to another company", other.write, {"xpps_cutoff_journal_id": self.cutoff_journal.id}
        )
        self.assertRaisesMessage(
            "belongs to another company",
            other.write,
            {"xpps_cutoff_accrued_cost_account_id": self.accrued_cost.id},
        )
