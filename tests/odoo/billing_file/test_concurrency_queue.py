# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Queueing, the cron and users at the same moment; and workers in processes of their own."""

from odoo.service.model import retrying
from odoo.tests.common import get_db_name
from odoo.tools import config, mute_logger

from ..support.concurrency import ConcurrencyCase
from ..support.workers import Workers

CHARGES = [("draft", 100)]


class TestQueue(ConcurrencyCase):
    def _files(self, env):
        return env["xpps.billing.file"]

    def _cron_import(self, env):
        self._files(env)._cron_import()

    def _set_threshold(self, threshold):
        with self._env() as env:
            env["res.company"].browse(self.ids["company"]).xpps_background_threshold = threshold

    def _imports(self, file_id):
        """How often the chatter says that the file was imported."""
        with self._env() as env:
            messages = self._files(env).browse(file_id).message_ids
            return len(messages.filtered(lambda message: "Import finished. Devices: 1." in message.body))

    def assertImportedOnce(self, file_id):
        self.assertEqual((self._state(file_id), self._charges()), ("imported", CHARGES))
        self.assertEqual(self._imports(file_id), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_queued_by_two_at_once(self):
        file_id = self._new_file()
        self._set_threshold(0)
        self.addCleanup(self._set_threshold, 2000)

        def import_it(env):
            self._files(env).browse(file_id).action_import()

        self.assertOneWins(self._at_once(import_it, import_it), "someone else|about to be imported")
        self.assertEqual((self._state(file_id), self._charges()), ("queued", []))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_crons_at_once(self):
        file_id = self._new_file("queued")
        self.assertEqual(self._at_once(self._cron_import, self._cron_import), [None, None])
        self.assertImportedOnce(file_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_cron_triggered_by_two_at_once(self):
        file_id = self._new_file("queued")

        def run_cron(env):
            self.assertTrue(env.ref("xerox_xpps.ir_cron_import_billing_files").method_direct_trigger())

        results = self._at_once(run_cron, run_cron)
        for error in filter(None, results):
            self.assertRegex(str(error), "already executing")
        self.assertImportedOnce(file_id)

    @mute_logger("odoo.sql_db", "odoo.addons.xerox_xpps.models.billing_file.xpps_billing_file_queue")
    def test_the_server_breaks_it_off(self):
        """For want of time, space or a connection: that is no fault of the file, which stays in the queue."""
        file_id = self._new_file("queued")
        with self.registry.cursor() as cr, self._env() as env:
            cr.execute("LOCK TABLE xpps_meter_read")
            env.cr.execute("SET LOCAL statement_timeout TO '300ms'")
            self.assertFalse(self._files(env).browse(file_id)._import_queued())
        self.assertEqual((self._state(file_id), self._charges()), ("queued", []))
        with self._env() as env:
            self._cron_import(env)
        self.assertImportedOnce(file_id)

    def _open_import(self, file_id):
        """A cron that has imported the file and is about to commit. :return: its cursor"""
        cr, file = self._open_file(file_id)
        self.assertTrue(file._import_or_skip())
        return cr

    def test_while_the_cron_imports(self):
        file_id = self._new_file("queued")
        _second_cr, second = self._open_file(file_id)
        cr = self._open_import(file_id)
        self.assertRefused(second.action_import, "already waiting to be imported")
        self.assertRefused(second.action_check, "no longer a draft")
        self.assertRefused(second.action_cancel, "someone else")
        with self._env() as env:
            # Another worker leaves the file alone, and does not wait.
            self.assertFalse(self._files(env).browse(file_id)._import_queued())
        cr.commit()
        self.assertImportedOnce(file_id)

    @mute_logger("odoo.sql_db")
    def test_out_of_the_queue_after_the_cron_imported(self):
        """Whoever takes a file out of the queue a moment too late does not undo its import."""
        file_id = self._new_file("queued")
        _second_cr, second = self._open_file(file_id)
        self._open_import(file_id).commit()
        self.assertRefused(second.action_cancel, "someone else")
        self.assertImportedOnce(file_id)

    def test_the_cron_while_a_user_takes_it_out(self):
        file_id = self._new_file("queued")
        cr, file = self._open_file(file_id)
        file.action_cancel()
        file.env.flush_all()
        with self._env() as env:
            self.assertFalse(self._files(env).browse(file_id)._import_queued())
        cr.commit()
        with self._env() as env:
            self._cron_import(env)
        self.assertEqual((self._state(file_id), self._charges()), ("draft", []))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_cron_after_a_user_took_it_out(self):
        """The cron's transaction still sees it in the queue."""
        file_id = self._new_file("queued")
        _cron_cr, queued = self._open_file(file_id)
        self.assertEqual(queued.state, "queued")
        with self._env() as env:
            self._files(env).browse(file_id).action_cancel()
        self.assertTrue(queued._import_queued())
        self.assertEqual((self._state(file_id), self._charges()), ("draft", []))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_cron_after_a_harmless_change(self):
        """Something else on the file changed since the cron began: it looks at the file anew, and goes on."""
        file_id = self._new_file("queued")
        _cron_cr, queued = self._open_file(file_id)
        self.assertEqual(queued.state, "queued")
        with self._env() as env:
            self._files(env).browse(file_id).file_name = "renamed.xml"
        self.assertTrue(queued._import_queued())
        self.assertImportedOnce(file_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_cron_and_a_user_who_takes_it_out_at_once(self):
        file_id = self._new_file("queued")

        def take_out(env):
            self._files(env).browse(file_id).action_cancel()

        results = self._at_once(self._cron_import, take_out)
        self.assertIsNone(results[0])
        if results[1] is None:
            self.assertEqual((self._state(file_id), self._charges()), ("draft", []))
        else:
            self.assertRegex(str(results[1]), "someone else")
            self.assertImportedOnce(file_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_conflict(self):
        """A unit cost that somebody changes in mid-import is no failure: the import begins anew."""
        with self._env() as env:
            agreement = env["sale.subscription"].browse(self.ids["agreement"])
            default = agreement.charge_default_ids.create(
                {"subscription_id": agreement.id, "product_id": self.mono.id, "unit_cost": 0.001}
            )
        file_id = self._new_file("queued")
        cr, queued = self._open_file(file_id)
        self.assertEqual(queued.state, "queued")
        with self._env() as env:
            default.with_env(env).unit_cost = 0.002
        self.assertTrue(queued._import_queued())
        self.assertImportedOnce(file_id)
        with self._env() as env:
            change = self._files(env).browse(file_id).cost_change_ids
            # What the undo will restore is what the user wrote.
            self.assertEqual((change.old_cost, change.new_cost), (0.002, 0.004))
            progress = env["xpps.import.progress"].search([("billing_file_id", "=", file_id)])
            self.assertEqual(progress.tries, 2)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_queued_file_and_another_of_the_period(self):
        """A user imports the same period while the cron does: one of them bills it."""
        queued_id = self._new_file("queued")
        draft_id = self._new_file(InvoiceNumber="X-2")

        def import_it(env):
            self._files(env).browse(draft_id).action_import()

        results = self._at_once(self._cron_import, import_it)
        self.assertIsNone(results[0])
        states = {self._state(queued_id), self._state(draft_id)}
        self.assertEqual(states, {"draft", "imported"}, results)
        self.assertEqual(self._charges(), CHARGES)
        self.assertEqual(self._state(draft_id) == "imported", results[1] is None)
        if results[1]:
            self.assertRegex(str(results[1]), "been billed for the period by another file")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_files_that_begin_with_one_period(self):
        """Nothing else makes them meet: the contract default has the files' unit cost already."""
        with self._env() as env:
            env["sale.subscription.charge.default"].create(
                {"subscription_id": self.ids["agreement"], "product_id": self.mono.id, "unit_cost": 0.004}
            )
        file_ids = [self._new_file(), self._new_file(InvoiceNumber="X-2", PeriodEnd="2026-01-30")]

        def importer(file_id):
            return lambda env: self._files(env).browse(file_id).action_import()

        self.assertOneWins(
            self._at_once(*map(importer, file_ids)),
            "been billed for (days of )?the period by another file|already imported",
        )
        self.assertEqual(self._charges(), CHARGES)

    # Checks that wait

    def _waiting_file(self):
        """A file whose check waits for the cron, committed. :return: id"""
        file_id = self._new_file()
        with self._env() as env:
            self._files(env).browse(file_id)._queue_check()
        return file_id

    def assertCheckedOnce(self, file_id):
        with self._env() as env:
            file = self._files(env).browse(file_id)
            self.assertEqual((file.state, file.check_queued), ("draft", False))
            found = file.message_ids.filtered(lambda message: "The check found" in message.body)
            self.assertEqual(len(found), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_check_queued_by_two_at_once(self):
        file_id = self._new_file()
        self._set_threshold(0)
        self.addCleanup(self._set_threshold, 2000)

        def check_it(env):
            self._files(env).browse(file_id).action_check()

        self.assertOneWins(self._at_once(check_it, check_it), "someone else")
        with self._env() as env:
            self._cron_import(env)
        self.assertCheckedOnce(file_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_crons_with_one_check(self):
        file_id = self._waiting_file()
        self.assertEqual(self._at_once(self._cron_import, self._cron_import), [None, None])
        self.assertCheckedOnce(file_id)

    def test_while_the_cron_checks(self):
        file_id = self._waiting_file()
        _second_cr, second = self._open_file(file_id)
        cr = self._open_import(file_id)
        self.assertRefused(second._import, "someone else")
        self.assertRefused(second._check_now, "someone else")
        self.assertRefused(second.action_cancel, "someone else")
        with self._env() as env:
            self.assertFalse(self._files(env).browse(file_id)._import_queued())
        cr.commit()
        self.assertCheckedOnce(file_id)
        with self._env() as env:
            self._files(env).browse(file_id).action_import()
        self.assertImportedOnce(file_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_cron_and_a_user_who_imports_at_once(self):
        """Either the check comes first, or it is not needed any more; the file is imported once at most."""
        file_id = self._waiting_file()

        def import_it(env):
            self._files(env).browse(file_id).action_import()

        results = self._at_once(self._cron_import, import_it)
        self.assertIsNone(results[0])
        if results[1] is None:
            self.assertImportedOnce(file_id)
        else:
            self.assertRegex(str(results[1]), "someone else")
            self.assertCheckedOnce(file_id)

    # Processes

    def test_two_processes(self):
        file_id = self._new_file()
        workers = Workers(config["config"], get_db_name())
        self.addCleanup(workers.close)
        with self._env() as env:
            file = self._files(env).browse(file_id)
            pids = [workers.start(file, "action_import") for _worker in range(4)]
        results = [workers.wait(pid) for pid in pids]
        self.assertEqual(results.count(None), 1, results)
        for text in filter(None, results):
            self.assertRegex(text, "^UserError: .*(someone else|not a draft)")
        self.assertImportedOnce(file_id)
        with self._env() as env:
            pids = [workers.start(self._files(env).browse(file_id), "action_approve_charges") for _worker in range(3)]
        for text in filter(None, [workers.wait(pid) for pid in pids]):
            self.assertRegex(text, "^UserError: .*someone else")
        self.assertEqual(self._charges(), [("approved", 100)])
        with self._env() as env:
            retrying(env["sale.subscription"].browse(self.ids["agreement"]).create_invoice, env)
        self.assertEqual(self._charges(), [("approved", 100)])
