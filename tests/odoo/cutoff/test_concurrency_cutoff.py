# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two users who make the entry of one cut-off, or a cut-off of one day, at the same moment."""

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..support.concurrency import ConcurrencyCase

END = "2026-01-31"


class TestCutoff(ConcurrencyCase):
    def setUp(self):
        super().setUp()
        self._new_file("imported")
        with self._env() as env:
            company = env["res.company"].browse(self.ids["company"])
            accounts = env["account.account"]
            journals = env["account.journal"].search([("company_id", "=", company.id)])
            company.write(
                {
                    "xpps_cutoff_journal_id": journals.filtered(lambda journal: journal.type == "general")[:1].id,
                    "xpps_cutoff_accrued_revenue_account_id": accounts.search(
                        [("company_ids", "in", company.id), ("account_type", "=", "asset_current")], limit=1
                    ).id,
                    "xpps_cutoff_accrued_cost_account_id": accounts.search(
                        [("company_ids", "in", company.id), ("account_type", "=", "liability_current")], limit=1
                    ).id,
                }
            )
            cutoff = env["xpps.cutoff"].create({"date": END})
            cutoff.action_compute()
            self.assertTrue(cutoff.accrued_cost)
            self.cutoff_id = cutoff.id
        self.addCleanup(self._remove_cutoffs)

    def _remove_cutoffs(self):
        with self._env() as env:
            env["xpps.cutoff"].search([("company_id", "=", self.ids["company"])]).unlink()

    def _entries(self):
        with self._env() as env:
            return env["account.move"].search_count([("company_id", "=", self.ids["company"])])

    def _draft(self, env):
        env["xpps.cutoff"].browse(self.cutoff_id).action_create_entry()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_entries_at_once(self):
        """Both may come through, one after the other: there is one entry."""
        for error in filter(None, self._at_once(self._draft, self._draft)):
            self.assertIsInstance(error, UserError)
            self.assertRegex(str(error), "Someone else")
        self.assertEqual(self._entries(), 2)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_after_another_made_it(self):
        """A transaction from before the first's commit still sees the cut-off without an entry."""
        first_cr, first = self._open()
        _second_cr, second = self._open()
        mine, theirs = (each.env["xpps.cutoff"].browse(self.cutoff_id) for each in (first, second))
        self.assertFalse(theirs.move_id)
        mine.action_create_entry()
        first_cr.commit()
        self.assertRefused(theirs.action_create_entry, "Someone else")
        self.assertEqual(self._entries(), 2)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_of_a_day(self):
        def make(env):
            env["xpps.cutoff"].create({"date": "2026-02-28"})

        self.assertOneWins(self._at_once(make, make), "already is a cut-off of this date")
