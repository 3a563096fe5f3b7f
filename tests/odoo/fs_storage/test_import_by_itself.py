# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files that are imported when their check finds nothing wrong, and who is told of those that are not."""

from ...billing_file.builder import build_xml
from ..support.common import record
from ..support.fetching import FetchCase, sound


class TestImportByItself(FetchCase):
    def _warned(self):
        """A file with a warning: a page costs more than the customer pays for it."""
        return build_xml({"InvoiceNumber": "X-8"}, [record("SN-1", mono=(100, "0.02"))])

    def _faulty(self):
        return build_xml({"InvoiceNumber": "X-9"}, [record("SN-9")])

    def _states(self, wanted, **files):
        """:return: {file: (state, number of activities)}"""
        self.source.import_by_itself = wanted
        for name, data in files.items():
            self._put(f"{name}.xml", data)
        fetched = self._run()
        self.assertEqual(len(fetched), len(files))
        self.assertDone()
        return {file.file_name[:-4]: (file.state, len(self._activities(file))) for file in fetched}

    def test_never(self):
        self.assertEqual(
            self._states("never", sound=sound(1), warned=self._warned(), faulty=self._faulty()),
            {"sound": ("draft", 0), "warned": ("draft", 0), "faulty": ("draft", 1)},
        )

    def test_without_warnings(self):
        """What has warnings waits for a person, who is told so."""
        self.assertEqual(
            self._states("without_warnings", warned=self._warned(), faulty=self._faulty()),
            {"warned": ("draft", 1), "faulty": ("draft", 1)},
        )
        self.assertEqual(self._states("without_warnings", sound=sound(1)), {"sound": ("imported", 0)})
        imported = self.source.file_ids.billing_file_id.filtered(lambda file: file.state == "imported")
        self.assertEqual(imported.charge_ids.mapped("quantity"), [101])
        self.assertEqual(imported.charge_ids.create_uid, self.clerk)

    def test_without_errors(self):
        self.assertEqual(
            self._states("without_errors", warned=self._warned(), faulty=self._faulty()),
            {"warned": ("imported", 0), "faulty": ("draft", 1)},
        )
        self.assertTrue(self.source.file_ids.billing_file_id.filtered("warning_count"))

    def test_webhooks_are_told(self):
        """Of what was imported, and of what was to be and is not."""
        hook = {"name": "Hook", "url": "https://hooks.example.com/", "secret": "0123456789abcdef", "user_id": False}
        webhook = self.env["xpps.webhook"].create(hook)
        self._states("never", faulty=self._faulty())
        self.assertFalse(webhook.delivery_ids)
        self._states("without_warnings", sound=sound(1), warned=self._warned())
        self.assertEqual(sorted(webhook.delivery_ids.mapped("event")), ["file_failed", "file_imported"])

    def test_two_files_of_one_period(self):
        """The check finds nothing wrong with either, and the second one is refused: it says so and stays a draft."""
        self.source.import_by_itself = "without_errors"
        self._put("a.xml", sound(1))
        self._put("b.xml", sound(2))
        files = self._run()
        self.assertEqual(files.mapped("state"), ["imported", "draft"])
        self.assertEqual(len(self._activities(files[1])), 1)
        self.assertTrue(any("has already" in str(body) for body in files[1].message_ids.mapped("body")))
        self.assertDone()
        # It is not tried again.
        self.assertFalse(self._run())
        self.assertEqual(len(self._activities(files[1])), 1)

    def test_large_file(self):
        """It is checked and imported in the background, one after the other."""
        self.company.xpps_background_threshold = 1
        self._device("SN-2")
        self.source.import_by_itself = "without_errors"
        rows = [record("SN-1", mono=(100, "0.004")), record("SN-2", mono=(50, "0.004"))]
        self._put("large.xml", build_xml(devices=rows))
        background = self.env.ref("xerox_xpps.ir_cron_import_billing_files")
        self._run()
        file = self.source.file_ids.billing_file_id
        self.assertTrue(file.check_queued)
        self.assertTrue(self.source.file_ids.is_pending)
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", self.cron.id)]).unlink()
        with self.enter_registry_test_mode():
            background.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(file.check_queued)
        # The check asks for the rest of the work.
        self.assertTrue(triggers.search_count([("cron_id", "=", self.cron.id)]))
        self._run()
        self.assertEqual((file.state, file.queued_by_id), ("queued", self.clerk))
        with self.enter_registry_test_mode():
            background.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(file.state, "imported")
        self.assertFalse(self._activities())

    def test_large_file_that_cannot_be_checked(self):
        self.company.xpps_background_threshold = 1
        rows = [record("SN-1"), record("SN-2")]
        self._put("large.xml", build_xml(devices=rows))
        self._run()
        file = self.source.file_ids.billing_file_id
        self._break_format()
        with self.enter_registry_test_mode():
            self.env.ref("xerox_xpps.ir_cron_import_billing_files").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(file.check_queued)
        self.assertFalse(self.source.file_ids.is_pending)
        self.assertIn("could not be checked", self._activities(file).summary)
        self._run()
        self.assertEqual(len(self._activities(file)), 1)

    def test_import_closes_the_activity(self):
        self._put("faulty.xml", self._faulty())
        file = self._run()
        self.assertEqual(len(self._activities(file)), 1)
        self._device("SN-9")
        file.with_user(self.clerk).action_import()
        self.assertFalse(self._activities(file))
