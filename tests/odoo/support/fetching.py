# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Sources of billing files, and folders with files to fetch."""

import json
import shutil
import tempfile
from pathlib import Path

from ...billing_file.builder import build_xml
from .access import BILLING, Denials
from .common import XppsCase, record

TODO = "mail.mail_activity_data_todo"
FAILED = "xerox_xpps_fs_storage.mail_activity_fetch_failed"
DUE = "xerox_xpps_fs_storage.mail_activity_file_due"


def sound(number):
    """A file that nothing is wrong with."""
    return build_xml({"InvoiceNumber": f"X-{number}"}, [record("SN-1", mono=(100 + number, "0.004"))])


class Sources:
    """Storages and sources, in transactions of any kind."""

    @classmethod
    def _storage(cls, env, protocol, directory="", options=None):
        number = env["fs.storage"].search_count([])
        return env["fs.storage"].create(
            {
                "name": f"Test storage {number}",
                "code": f"xpps_test_{number}",
                "protocol": protocol,
                "directory_path": str(directory),
                "options": json.dumps(options or {}),
            }
        )

    @classmethod
    def _make_source(cls, env, storage, **values):
        values = {"name": "Test source", "company_id": env.company.id, "user_id": False, **values}
        return env["xpps.fetch.source"].create({"storage_id": storage.id, **values})


class FetchCase(Sources, Denials, XppsCase):
    """``clerk`` is responsible for the files; ``source`` fetches from ``folder``, a folder of this machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps-fetch-clerk", BILLING)
        cls.cron = cls.env.ref("xerox_xpps_fs_storage.ir_cron_fetch")
        # Those of the demo, if there are any, are none of ours.
        cls.env["xpps.fetch.source"].search([]).active = False

    def setUp(self):
        super().setUp()
        self.folder = Path(tempfile.mkdtemp(prefix="xpps-fetch-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.source = self._source(self._storage(self.env, "file", self.folder))

    @classmethod
    def _serve(cls, kind, secret):
        """A server for all tests of the class, with a directory of its own. :return: one of file_servers"""
        directory = tempfile.mkdtemp(prefix="xpps-server-")
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        server = kind(directory, secret)
        cls.addClassCleanup(server.close)
        return server

    def _source(self, storage, **values):
        return self._make_source(self.env, storage, **{"user_id": self.clerk.id, **values})

    def _put(self, name, data, folder=None):
        path = (folder or self.folder) / name
        path.write_bytes(data)
        return path

    def _put_twenty(self, folder=None):
        for number in range(20):
            self._put(f"billing-{number:02}.xml", sound(number), folder).chmod(0o644)

    def _run(self):
        """Run the cron as Odoo does. :return: the billing files that are new"""
        files = self.env["xpps.billing.file"]
        before = files.search([])
        remaining = True
        with self.enter_registry_test_mode():
            # On a slow machine Odoo gives the cron no more time, and calls it again later.
            while remaining:
                self.assertIs(self.cron.method_direct_trigger(), True)
                progress = self.env["ir.cron.progress"].search(
                    [("cron_id", "=", self.cron.id)], order="id desc", limit=1
                )
                remaining = progress.remaining
        self.env.invalidate_all()
        return files.search([("id", "not in", before.ids), ("company_id", "=", self.company.id)], order="id")

    def _activities(self, records=None, kind=None):
        domain = [("res_model", "in", ("xpps.fetch.source", "xpps.billing.file")), ("user_id", "=", self.clerk.id)]
        if records is not None:
            domain = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        if kind:
            domain += [("activity_type_id", "=", self.env.ref(kind).id)]
        return self.env["mail.activity"].search(domain)

    def _fetched(self, source=None):
        """:return: {file name: its state}"""
        return {file.name: file.state for file in (source or self.source).file_ids}

    def assertDone(self, source=None):
        source = source or self.source
        self.assertEqual((source.state, source.problem), ("done", False))
