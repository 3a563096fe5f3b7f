# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Workers are killed with SIGKILL while they fetch: nothing is lost, and nothing is there twice."""

import os
import shutil
import signal
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from odoo.tests.common import get_db_name
from odoo.tools import config

from ..support.concurrency import TIMEOUT, ConcurrencyCase
from ..support.fetching import Sources, sound
from ..support.workers import Workers


class TestKill(Sources, ConcurrencyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workers = Workers(config["config"], get_db_name())
        cls.addClassCleanup(cls.workers.close)

    def setUp(self):
        super().setUp()
        self.folder = Path(tempfile.mkdtemp(prefix="xpps-fetch-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        with self._env() as env:
            storage = self._storage(env, "file", self.folder)
            source = self._make_source(env, storage, afterwards="move")
            self.source_id, self.storage_id = source.id, storage.id
        self.addCleanup(self._remove_source)
        self.names = [f"billing-{number}.xml" for number in range(3)]
        for number, name in enumerate(self.names):
            (self.folder / name).write_bytes(sound(number))

    def _remove_source(self):
        with self._env() as env:
            env["xpps.fetch.source"].browse(self.source_id).unlink()
            env["fs.storage"].browse(self.storage_id).unlink()

    def _start(self):
        """The cron's work without the cron, which would take a rest after the third kill."""
        with self._env() as env:
            return self.workers.start(env["xpps.fetch.source"], "_cron_fetch")

    def _drafts(self):
        """:return: the names of the files that are billing files by now, and those that the source remembers"""
        with self._env() as env:
            files = env["xpps.billing.file"].search([("company_id", "=", self.ids["company"])])
            fetched = env["xpps.fetched.file"].search([("source_id", "=", self.source_id)])
            self.assertEqual(fetched.billing_file_id, files)
            return sorted(files.mapped("file_name")), sorted(fetched.mapped("name"))

    def _left(self):
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())

    @contextmanager
    def _locked(self, lock):
        with self.registry.cursor() as cr:
            cr.execute(lock)
            yield

    def _wait_for(self, condition, message):
        deadline = time.monotonic() + TIMEOUT
        with self._env() as env:
            while not condition(env.cr):
                self.assertLess(time.monotonic(), deadline, message)
                time.sleep(0.01)

    def _wait_until_stuck(self):
        self._wait_for(lambda cr: self.workers.connections(cr, waiting=True), "The worker does not come to the lock")

    def _kill(self, pid):
        os.kill(pid, signal.SIGKILL)

    def _wait_until_gone(self):
        self._wait_for(lambda cr: not self.workers.connections(cr), "The transaction of a killed worker goes on")

    def assertAllFetched(self):
        self.assertIsNone(self.workers.wait(self._start()))
        self.assertEqual(self._drafts(), (self.names, self.names))
        self.assertEqual(self._left(), [])
        moved = {path.name: path.read_bytes() for path in (self.folder / "processed").iterdir()}
        self.assertEqual(moved, {name: sound(number) for number, name in enumerate(self.names)})

    def test_between_download_and_commit(self):
        """At several places of the transaction: nothing is stored, and the files stay where they are."""
        for lock in (
            "LOCK TABLE xpps_billing_file IN SHARE MODE",
            "LOCK TABLE xpps_fetched_file IN SHARE MODE",
            "LOCK TABLE xpps_billing_file_line IN SHARE MODE",
            "LOCK TABLE mail_message IN SHARE MODE",
        ):
            with self.subTest(lock):
                with self._locked(lock):
                    pid = self._start()
                    self._wait_until_stuck()
                    self._kill(pid)
                self._wait_until_gone()
                self.assertEqual(self._drafts(), ([], []))
                self.assertEqual(self._left(), self.names)
        self.assertAllFetched()

    def test_between_commit_and_move(self):
        """The draft is stored and the file still there: it is known then, and only moved."""
        taken, given_back = threading.Event(), threading.Event()

        def take_after_the_commit():
            # The worker has this table until its first file is stored; from then on, it is ours.
            with self.registry.cursor() as cr:
                cr.execute("LOCK TABLE xpps_fetched_file IN ACCESS EXCLUSIVE MODE")
                taken.set()
                given_back.wait(TIMEOUT)

        thread = threading.Thread(target=take_after_the_commit, daemon=True)
        with self._locked("LOCK TABLE xpps_billing_file_line IN SHARE MODE"):
            pid = self._start()
            self._wait_until_stuck()
            thread.start()
            self._wait_for(self._is_table_awaited, "Nobody waits for the table")
        self.assertTrue(taken.wait(TIMEOUT))
        self._wait_until_stuck()
        self.assertEqual(self._left(), self.names)
        self._kill(pid)
        given_back.set()
        thread.join(TIMEOUT)
        self._wait_until_gone()
        self.assertEqual(self._drafts(), (self.names[:1], self.names[:1]))
        self.assertEqual(self._left(), self.names)
        self.assertAllFetched()

    @staticmethod
    def _is_table_awaited(cr):
        cr.execute(
            "SELECT 1 FROM pg_locks WHERE relation = 'xpps_fetched_file'::regclass "
            "AND mode = 'AccessExclusiveLock' AND NOT granted"
        )
        return cr.fetchone()

    def test_two_at_once(self):
        """As if two servers had the same work: each file is there once."""
        self.assertEqual([pid for pid in (self._start(), self._start()) if self.workers.wait(pid)], [])
        self.assertEqual(self._drafts(), (self.names, self.names))
        self.assertEqual(self._left(), [])
