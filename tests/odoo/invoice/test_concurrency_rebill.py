# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A charge is billed again, and its credit note or invoice changed, at the same moment: never billed twice."""

from odoo.tools import mute_logger

from ..support.concurrency import ConcurrencyCase

SOMEONE_ELSE = "by someone else right now"


class TestRebill(ConcurrencyCase):
    def setUp(self):
        super().setUp()
        with self._env() as env:
            charge = self._charge_in(env)
            move = charge.subscription_id.create_invoice()
            move.action_post()
            credit = move._reverse_moves(cancel=True)
            self.charge_id, self.credit_id = charge.id, credit.id
        self.addCleanup(self._remove_credit)

    def _charge_in(self, env):
        return env["sale.subscription.charge"].create(
            {
                "subscription_id": self.ids["agreement"],
                "product_id": self.mono.id,
                "name": "Mono Pages",
                "quantity": 100,
                "unit_price": 0.01,
                "state": "approved",
            }
        )

    def _remove_credit(self):
        """What is billed again keeps its credit note from being deleted: charges and services forget that they were."""
        with self._env() as env:
            charge = env["sale.subscription.charge"].browse(self.charge_id)
            new = charge.invoice_line_ids.move_id if charge.earlier_line_ids else env["account.move"]
            new.filtered(lambda move: move.state == "posted").button_draft()
            new.with_context(force_delete=True).unlink()
            charge.earlier_line_ids = False
            if charge.invoice_status != "invoiced":
                charge.unlink()
            moves = env["account.move"].search([("company_id", "=", self.ids["company"])])
            moves.invoice_line_ids._xpps_write_plainly({"xpps_given_back": False})
            moves.filtered(lambda move: move.state == "posted").button_draft()
            moves.with_context(force_delete=True).unlink()

    def _rebill(self, env):
        env["sale.subscription.charge"].browse(self.charge_id).action_rebill()

    def _take_back(self, env):
        env["account.move"].browse(self.credit_id).button_draft()

    def _open_both(self):
        cr, agreement = self._open()
        env = agreement.env
        charge = env["sale.subscription.charge"].browse(self.charge_id)
        return cr, charge, env["account.move"].browse(self.credit_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_rebill_at_once(self):
        self.assertOneWins(self._at_once(self._rebill, self._rebill), f"{SOMEONE_ELSE}|not credited")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_rebill_and_take_back_at_once(self):
        results = self._at_once(self._rebill, self._take_back)
        self.assertOneWins(results, f"{SOMEONE_ELSE}|not credited|cannot be reset to draft or cancelled")
        with self._env() as env:
            charge = env["sale.subscription.charge"].browse(self.charge_id)
            credit = env["account.move"].browse(self.credit_id)
            rebilled = results[0] is None
            self.assertEqual(charge.invoice_status, "to_invoice" if rebilled else "invoiced")
            self.assertEqual(credit.state, "posted" if rebilled else "draft")

    @mute_logger("odoo.sql_db")
    def test_take_back_after_another_rebilled(self):
        """Also for whoever began before that was committed."""
        first_cr, charge, _credit = self._open_both()
        _second_cr, _charge, credit = self._open_both()
        charge.action_rebill()
        first_cr.commit()
        self.assertRefused(credit.button_draft, f"{SOMEONE_ELSE}|cannot be reset to draft or cancelled")

    @mute_logger("odoo.sql_db")
    def test_rebill_after_another_took_back(self):
        first_cr, _charge, credit = self._open_both()
        _second_cr, charge, _credit = self._open_both()
        credit.button_draft()
        credit.env.flush_all()
        first_cr.commit()
        self.assertRefused(charge.action_rebill, f"{SOMEONE_ELSE}|not credited")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_rebill_and_invoice_at_once(self):
        """Whoever invoices the agreement bills the charge at most once, with or without the other."""

        def invoice(env):
            env["sale.subscription"].browse(self.ids["agreement"]).create_invoice()

        self._at_once(self._rebill, invoice)
        with self._env() as env:
            charge = env["sale.subscription.charge"].browse(self.charge_id)
            live = charge.invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
            self.assertLessEqual(len(live), 1)
