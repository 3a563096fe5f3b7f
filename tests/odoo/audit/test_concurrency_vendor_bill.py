# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two users who draft or match Xerox's bill of one file at the same moment."""

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..support.concurrency import ConcurrencyCase


class TestVendorBill(ConcurrencyCase):
    def setUp(self):
        super().setUp()
        with self._env() as env:
            company = env["res.company"].browse(self.ids["company"])
            # A partner that stays when the reseller is removed.
            company.xpps_vendor_id = company.partner_id
        self.file_id = self._new_file("imported")

    def _bills(self):
        with self._env() as env:
            return env["account.move"].search_count([("company_id", "=", self.ids["company"])])

    def _draft(self, env):
        env["xpps.billing.file"].browse(self.file_id).action_create_vendor_bill()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_at_once(self):
        self.assertOneWins(self._at_once(self._draft, self._draft), "someone else|Someone else|already")
        self.assertEqual(self._bills(), 1)

    def test_while_another_drafts(self):
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open_file(self.file_id)
        first.action_create_vendor_bill()
        first.env.flush_all()
        for method in (second.action_create_vendor_bill, second.action_match_vendor_bill):
            with self.assertRaisesRegex(UserError, "Someone else"):
                method()
        first_cr.commit()
        self.assertEqual(self._bills(), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_after_another_drafted(self):
        """A transaction from before the first's commit still sees the file without a bill."""
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open_file(self.file_id)
        self.assertFalse(second.vendor_bill_id)
        first.action_create_vendor_bill()
        first_cr.commit()
        self.assertRefused(second.action_create_vendor_bill, "Someone else|already")
        self.assertEqual(self._bills(), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_while_the_import_is_undone(self):
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open_file(self.file_id)
        first.action_cancel()
        first_cr.commit()
        self.assertRefused(second.action_create_vendor_bill, "Someone else|not imported")
        self.assertEqual(self._bills(), 0)
