# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""xerox_xpps does without file sources: it needs nothing of them, and removing the addon leaves no trace."""

import unittest

from ..support.uninstalling import Uninstalling

#: A source with a file that it fetched, and one that could not be reached.
FILL = """
import pathlib, tempfile
folder = pathlib.Path(tempfile.mkdtemp())
storage = env["fs.storage"].create(
    {"name": "Uninstall me", "code": "uninstall", "protocol": "file", "directory_path": str(folder)}
)
(folder / "billing.xml").write_text("<XPPSBillingDetails>")
values = {"storage_id": storage.id, "user_id": False, "due_day": 1}
sources = env["xpps.fetch.source"].create([{"name": "A", **values}, {"name": "B", "path": "gone", **values}])
sources._cron_fetch()
env["xpps.reminder"]._cron_remind()
assert sorted(sources.mapped("state")) == ["done", "failed"]
assert sources.file_ids.billing_file_id and sources.activity_ids
env.cr.commit()
"""

#: The file is there, with its activity; so are XPPS and the storage.
CHECK = """
file = env["xpps.billing.file"].search([("file_name", "=", "billing.xml")])
assert len(file) == 1 and file.activity_ids
file.action_check()
assert env["fs.storage"].search([("name", "=", "Uninstall me")])
assert "xpps.fetch.source" not in env
env["xpps.reminder"]._cron_remind()
assert not env["mail.activity"].search([("res_model", "=like", "xpps.fetch%")])
modules = env["ir.module.module"].search([("name", "in", ["xerox_xpps", "fs_storage"])])
assert modules.mapped("state") == ["installed", "installed"]
"""


class TestUninstall(Uninstalling, unittest.TestCase):
    addon = "xerox_xpps_fs_storage"
    fill = FILL
    check = CHECK

    def test_needs_nothing_of_it(self):
        found = self._depends()
        self.assertEqual([name for name in found["xerox_xpps"] if "fs_" in name], [])
        self.assertEqual(sorted(found["xerox_xpps_fs_storage"]), ["fs_storage", "xerox_xpps"])
        addon = self._requirements("requirements-addon.txt")
        for name in ("fs_storage", "fsspec", "paramiko"):
            self.assertNotIn(name, addon)
