# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What tests keep in Odoo's caches is what Odoo would read again (setup/lib/warm_caches.py)."""

from warm_caches import Warmth

from odoo.tests import TransactionCase

KEY = "xpps.test.warm"


class TestWarmCaches(TransactionCase):
    def setUp(self):
        super().setUp()
        self.parameters = self.env["ir.config_parameter"].sudo()
        self.parameters.set_param(KEY, "before")
        self.registry.clear_all_caches()

    def _read(self):
        return self.parameters.get_param(KEY)

    def _queries(self, function):
        before = self.cr.sql_log_count
        function()
        return self.cr.sql_log_count - before

    def _test(self, body):
        """As Odoo runs a test: what it writes is taken back, and the caches are emptied."""
        warmth = Warmth(self.registry)
        with self.cr.savepoint() as savepoint:
            body()
            warmth.learn()
            savepoint.rollback()
        self.env.invalidate_all()
        self.registry.clear_all_caches()
        warmth.restore()

    def test_what_was_known(self):
        self._read()
        self._test(lambda: None)
        self.assertEqual(self._queries(self._read), 0)

    def test_what_a_test_reads(self):
        self._test(self._read)
        self.assertEqual(self._queries(self._read), 0)
        self.assertEqual(self._read(), "before")

    def test_what_a_test_changes(self):
        def change():
            self.parameters.set_param(KEY, "changed")
            self.assertEqual(self._read(), "changed")

        for read_before in (False, True):
            with self.subTest(read_before=read_before):
                self.registry.clear_all_caches()
                if read_before:
                    self._read()
                self._test(change)
                self.assertEqual(self._read(), "before")

    def test_an_external_id_that_a_test_makes(self):
        def make():
            self.env["ir.model.data"].create(
                {"module": "xpps_test", "name": "warm", "model": "res.company", "res_id": self.env.company.id}
            )
            self.assertEqual(self.env.ref("xpps_test.warm"), self.env.company)

        self._test(make)
        self.assertFalse(self.env.ref("xpps_test.warm", raise_if_not_found=False))

    def test_models_that_a_test_changes(self):
        self._read()
        self._test(lambda: setattr(self.registry, "registry_invalidated", True))
        self.addCleanup(setattr, self.registry, "registry_invalidated", False)
        self.assertGreater(self._queries(self._read), 0)
