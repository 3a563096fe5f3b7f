# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""xerox_xpps does without electronic invoices: it needs nothing of them, and removing the addon leaves no trace."""

import ast
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

#: A company that has said what it wants, and what the settings show.
FILL = """
company = env["res.company"].search([], limit=1)
company.write({"xpps_ubl_annex": "both", "xpps_ubl_annex_limit": 3})
assert "xpps_ubl_annex" in env["xpps.settings"].get_view(view_type="form")["arch"]
env.cr.commit()
"""

#: XPPS is there, with its settings, and electronic invoices are Odoo's own.
CHECK = """
assert "xpps_ubl_annex" not in env["res.company"]._fields
assert "xpps_ubl_annex" not in env["xpps.settings"].get_view(view_type="form")["arch"]
assert "xpps_page_plans" in env["xpps.settings"].get_view(view_type="form")["arch"]
assert not hasattr(env["account.edi.xml.ubl_bis3"], "_xpps_add_note")
modules = env["ir.module.module"].search([("name", "in", ["xerox_xpps", "account_edi_ubl_cii"])])
assert modules.mapped("state") == ["installed", "installed"]
"""


class TestUninstall(unittest.TestCase):
    def test_needs_nothing_of_it(self):
        found = {
            path.parent.name: ast.literal_eval(path.read_text())["depends"]
            for path in ROOT.glob("xerox_xpps*/__manifest__.py")
        }
        self.assertEqual([name for name in found["xerox_xpps"] if "edi" in name], [])
        self.assertEqual(sorted(found["xerox_xpps_ubl"]), ["account_edi_ubl_cii", "xerox_xpps"])
        for name in ("requirements-addon.txt", "requirements.txt"):
            self.assertNotIn("ubl", (ROOT / "setup" / name).read_text())

    def test_leaves_no_trace(self):
        with tempfile.TemporaryDirectory() as directory:
            scripts = [Path(directory, name) for name in ("fill.py", "check.py")]
            for path, script in zip(scripts, (FILL, CHECK), strict=True):
                path.write_text(script)
            done = subprocess.run(
                [ROOT / "setup" / "lib" / "uninstall.sh", "xerox_xpps_ubl", *scripts],
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "", "This is left of the addon")
