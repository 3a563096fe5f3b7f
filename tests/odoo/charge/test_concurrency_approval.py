# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Several users approve, reject, correct, invoice or undo the same charges at the same moment."""

from odoo.service.model import retrying
from odoo.tools import mute_logger

from ..support.common import record
from ..support.concurrency import ConcurrencyCase

SOMEONE_ELSE = "by someone else right now, or have just been"


class TestApproval(ConcurrencyCase):
    def setUp(self):
        super().setUp()
        rows = [record("SN-1", mono=(100, "0.004"), color=(10, "0.04"))]
        self.file_id = self._new_file("imported", rows)
        with self._env() as env:
            self.charge_ids = env["xpps.billing.file"].browse(self.file_id).charge_ids.ids

    def _charge_records(self, env):
        return env["sale.subscription.charge"].browse(self.charge_ids)

    def _open_charges(self):
        cr, agreement = self._open()
        return cr, self._charge_records(agreement.env)

    def _approve(self, env):
        self._charge_records(env).action_approve()

    def _reject(self, env):
        self._charge_records(env).action_reject()

    def _approve_file(self, env):
        env["xpps.billing.file"].browse(self.file_id).action_approve_charges()

    def assertCharges(self, state):
        self.assertEqual(self._charges(), [(state, 10), (state, 100)])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_approve_at_once(self):
        self.assertOneWins(self._at_once(self._approve, self._approve), SOMEONE_ELSE)
        self.assertCharges("approved")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_approve_the_file_at_once(self):
        self.assertOneWins(self._at_once(self._approve_file, self._approve_file), SOMEONE_ELSE)
        self.assertCharges("approved")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_approves_and_one_rejects_at_once(self):
        results = self._at_once(self._approve, self._reject)
        self.assertOneWins(results, SOMEONE_ELSE)
        self.assertCharges("approved" if results[0] is None else "rejected")

    def test_while_another_approves(self):
        """The second is told at once, and need not wait."""
        first_cr, first = self._open_charges()
        _second_cr, second = self._open_charges()
        first.action_approve()
        self.assertRefused(second[0].action_approve, SOMEONE_ELSE)
        first_cr.commit()
        self.assertCharges("approved")

    @mute_logger("odoo.sql_db")
    def test_after_another_approved(self):
        """Whoever decided before the first's commit is told so; afterwards there is nothing to decide."""
        first_cr, first = self._open_charges()
        _second_cr, second = self._open_charges()
        first.action_approve()
        first_cr.commit()
        self.assertRefused(second.action_approve, SOMEONE_ELSE)
        with self._env() as env:
            self.assertTrue(self._charge_records(env).action_approve())
        self.assertCharges("approved")

    @mute_logger("odoo.sql_db")
    def test_refused_transaction_goes_on(self):
        """A caller that catches the refusal can go on with the same transaction."""
        first_cr, first = self._open_charges()
        _second_cr, second = self._open_charges()
        first.action_approve()
        first_cr.commit()
        with self.assertRaisesRegex(Exception, SOMEONE_ELSE):
            second.action_approve()
        self.assertTrue(second.subscription_id.name)

    @mute_logger("odoo.sql_db")
    def test_after_another_corrected(self):
        """Nobody approves a price that is another than the one he saw."""
        first_cr, first = self._open_charges()
        _second_cr, second = self._open_charges()
        first.write({"unit_price": 0.5, "reason": "Agreed on the phone"})
        first_cr.commit()
        self.assertRefused(second.action_approve, SOMEONE_ELSE)
        self.assertCharges("draft")

    def test_reject_while_another_invoices(self):
        with self._env() as env:
            self._approve(env)
        first_cr, first = self._open()
        _second_cr, second = self._open_charges()
        first.create_invoice()
        first.env.flush_all()
        self.assertRefused(second.action_reject, SOMEONE_ELSE)
        first_cr.commit()
        self.assertCharges("approved")

    @mute_logger("odoo.sql_db")
    def test_reject_after_another_invoiced(self):
        with self._env() as env:
            self._approve(env)
        first_cr, first = self._open()
        _second_cr, second = self._open_charges()
        first.create_invoice()
        first_cr.commit()
        self.assertRefused(second.action_reject, SOMEONE_ELSE)
        with self._env() as env:
            self.assertRefused(self._charge_records(env).action_reject, "is on invoice")
            self.assertEqual(set(self._charge_records(env).mapped("invoice_status")), {"invoiced"})
        self.assertCharges("approved")

    def test_invoice_while_another_rejects(self):
        """What may be rejected in a moment is not invoiced."""
        with self._env() as env:
            self._approve(env)
        first_cr, first = self._open_charges()
        _second_cr, second = self._open()
        first.action_reject()
        self.assertRefused(second.create_invoice, "someone else")
        first_cr.commit()
        with self._env() as env:
            self.assertFalse(self._charge_records(env).invoice_line_ids)

    # Undo

    def test_undo_while_another_approves(self):
        first_cr, first = self._open_charges()
        _second_cr, second = self._open_file(self.file_id)
        first.action_approve()
        self.assertRefused(second.action_cancel, SOMEONE_ELSE)
        first_cr.commit()
        self.assertEqual(self._state(self.file_id), "imported")
        self.assertCharges("approved")

    @mute_logger("odoo.sql_db")
    def test_undo_after_another_approved(self):
        first_cr, first = self._open_charges()
        _second_cr, second = self._open_file(self.file_id)
        first.action_approve()
        first_cr.commit()
        self.assertRefused(second.action_cancel, SOMEONE_ELSE)
        self.assertCharges("approved")

    def test_approve_while_another_undoes(self):
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open_charges()
        first.action_cancel()
        self.assertRefused(second.action_approve, SOMEONE_ELSE)
        first_cr.commit()
        self.assertEqual(self._charges(), [])

    @mute_logger("odoo.sql_db")
    def test_approve_after_another_undid(self):
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open_charges()
        first.action_cancel()
        first_cr.commit()
        self.assertRefused(second.action_approve, SOMEONE_ELSE)
        self.assertEqual(self._charges(), [])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_approve_and_undo_at_once(self):
        def undo(env):
            env["xpps.billing.file"].browse(self.file_id).action_cancel()

        results = self._at_once(self._approve, undo)
        self.assertOneWins(results, "someone else")
        if results[0] is None:
            self.assertCharges("approved")
        else:
            self.assertEqual(self._charges(), [])


class TestUndo(ConcurrencyCase):
    def setUp(self):
        super().setUp()
        self.file_id = self._new_file("imported")

    def _undo(self, env):
        env["xpps.billing.file"].browse(self.file_id).action_cancel()

    def _import(self, env):
        env["xpps.billing.file"].browse(self.file_id).action_import()

    def _invoice(self, env):
        env["sale.subscription"].browse(self.ids["agreement"]).create_invoice()

    def _invoiced_pages(self):
        with self._env() as env:
            moves = env["account.move"].search([("company_id", "=", self.ids["company"])])
            lines = moves.invoice_line_ids.filtered(lambda line: line.product_id.id == self.mono.id)
            return sum(lines.mapped("quantity"))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_undo_at_once(self):
        self.assertOneWins(self._at_once(self._undo, self._undo), "someone else|cancelled already")
        self.assertEqual((self._state(self.file_id), self._charges()), ("cancelled", []))

    @mute_logger("odoo.sql_db")
    def test_after_another_undid(self):
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open_file(self.file_id)
        first.action_cancel()
        first_cr.commit()
        self.assertRefused(second.action_cancel, "someone else")
        with self._env() as env:
            self.assertRefused(env["xpps.billing.file"].browse(self.file_id).action_cancel, "already cancelled")

    def test_import_while_another_undoes(self):
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open_file(self.file_id)
        first.action_cancel()
        self.assertRefused(second.action_import, "no longer a draft")
        first_cr.commit()
        self.assertEqual((self._state(self.file_id), self._charges()), ("cancelled", []))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_import_and_undo_at_once(self):
        self.assertOneWins(self._at_once(self._import, self._undo), "someone else|no longer a draft")
        self.assertEqual((self._state(self.file_id), self._charges()), ("cancelled", []))

    def test_take_up_while_another_does(self):
        with self._env() as env:
            self._undo(env)
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open_file(self.file_id)
        first.action_draft()
        first.env.flush_all()
        self.assertRefused(second.action_draft, "someone else")
        first_cr.commit()
        self.assertEqual(self._state(self.file_id), "draft")

    @mute_logger("odoo.sql_db")
    def test_take_up_after_another_did(self):
        with self._env() as env:
            self._undo(env)
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open_file(self.file_id)
        self.assertEqual(second.state, "cancelled")
        first.action_draft()
        first.action_import()
        first_cr.commit()
        self.assertRefused(second.action_draft, "someone else")
        self.assertEqual((self._state(self.file_id), self._charges()), ("imported", [("draft", 100)]))

    # Invoicing

    def _approve(self):
        with self._env() as env:
            env["xpps.billing.file"].browse(self.file_id).action_approve_charges()

    def test_undo_while_another_invoices(self):
        self._approve()
        first_cr, first = self._open()
        _second_cr, second = self._open_file(self.file_id)
        first.create_invoice()
        first.env.flush_all()
        self.assertRefused(second.action_cancel, "someone else")
        first_cr.commit()
        self.assertEqual((self._state(self.file_id), self._invoiced_pages()), ("imported", 100))

    @mute_logger("odoo.sql_db")
    def test_undo_after_another_invoiced(self):
        self._approve()
        first_cr, first = self._open()
        _second_cr, second = self._open_file(self.file_id)
        first.create_invoice()
        first_cr.commit()
        self.assertRefused(second.action_cancel, "someone else")
        with self._env() as env:
            self.assertRefused(env["xpps.billing.file"].browse(self.file_id).action_cancel, "are on invoices")
        self.assertEqual((self._state(self.file_id), self._invoiced_pages()), ("imported", 100))

    def test_invoice_while_another_undoes(self):
        self._approve()
        first_cr, first = self._open_file(self.file_id)
        _second_cr, second = self._open()
        first.action_cancel()
        self.assertRefused(second.create_invoice, "someone else")
        first_cr.commit()
        self.assertEqual((self._charges(), self._invoiced_pages()), ([], 0))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_invoice_after_another_undid(self):
        """Nothing of the undone import is invoiced, although the invoicing saw it when it began."""
        self._approve()
        first_cr, first = self._open_file(self.file_id)
        second_cr, second = self._open()
        self.assertEqual(second.charge_ids.invoice_status, "to_invoice")
        first.action_cancel()
        first_cr.commit()
        retrying(second.create_invoice, second.env)
        second_cr.commit()
        self.assertEqual((self._charges(), self._invoiced_pages()), ([], 0))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_invoice_and_undo_at_once(self):
        self._approve()
        results = self._at_once(self._invoice, self._undo)
        if results[1] is None:
            self.assertEqual((self._charges(), self._invoiced_pages()), ([], 0))
        else:
            self.assertRegex(str(results[1]), "someone else|are on invoices")
            self.assertIsNone(results[0])
            self.assertEqual((self._charges(), self._invoiced_pages()), ([("approved", 100)], 100))


class TestDraft(ConcurrencyCase):
    """Import, check and giving up of one draft."""

    def setUp(self):
        super().setUp()
        self.file_id = self._new_file()

    def _both(self):
        """Two transactions that see the draft: (cursor, file), (cursor, file)"""
        return self._open_file(self.file_id), self._open_file(self.file_id)

    def test_check_while_another_imports(self):
        (first_cr, first), (_second_cr, second) = self._both()
        first.action_import()
        self.assertRefused(second.action_check, "someone else")
        first_cr.commit()
        self.assertEqual((self._state(self.file_id), self._charges()), ("imported", [("draft", 100)]))

    @mute_logger("odoo.sql_db")
    def test_check_after_another_imported(self):
        (first_cr, first), (_second_cr, second) = self._both()
        first.action_import()
        first_cr.commit()
        self.assertRefused(second.action_check, "someone else")
        with self._env() as env:
            file = env["xpps.billing.file"].browse(self.file_id)
            self.assertRefused(file.action_check, "no longer a draft")
            self.assertEqual(file.line_ids.mapped("state"), ["imported"])

    def test_import_while_another_checks(self):
        (first_cr, first), (_second_cr, second) = self._both()
        first.action_check()
        self.assertRefused(second.action_import, "someone else")
        first_cr.commit()
        self.assertEqual((self._state(self.file_id), self._charges()), ("draft", []))

    def test_give_up_while_another_imports(self):
        (first_cr, first), (_second_cr, second) = self._both()
        first.action_import()
        self.assertRefused(second.action_cancel, "someone else")
        first_cr.commit()
        self.assertEqual((self._state(self.file_id), self._charges()), ("imported", [("draft", 100)]))

    @mute_logger("odoo.sql_db")
    def test_give_up_after_another_imported(self):
        """Giving up a draft must not turn into the undo of its import."""
        (first_cr, first), (_second_cr, second) = self._both()
        first.action_import()
        first_cr.commit()
        self.assertRefused(second.action_cancel, "someone else")
        self.assertEqual((self._state(self.file_id), self._charges()), ("imported", [("draft", 100)]))

    def test_import_while_another_gives_up(self):
        (first_cr, first), (_second_cr, second) = self._both()
        first.action_cancel()
        self.assertRefused(second.action_import, "someone else")
        first_cr.commit()
        self.assertEqual((self._state(self.file_id), self._charges()), ("cancelled", []))

    @mute_logger("odoo.sql_db")
    def test_delete_after_another_imported(self):
        (first_cr, first), (_second_cr, second) = self._both()
        first.action_import()
        first_cr.commit()
        self.assertRefused(second.unlink, "Undo the import first")
        self.assertEqual(self._state(self.file_id), "imported")
