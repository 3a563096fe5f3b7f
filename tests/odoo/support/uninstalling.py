# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Addons that glue xerox_xpps to others: it needs nothing of them, and removing one leaves no trace."""

import ast
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Uninstalling:
    """For test cases.

    ``addon`` is removed between two scripts of Odoo's shell: ``fill`` makes records of all that it has, ``check`` looks
    at what is left of them.
    """

    addon: str
    fill: str
    check: str

    def _depends(self):
        """:return: {addon of the repository: [what it depends on]}"""
        return {
            path.parent.name: ast.literal_eval(path.read_text())["depends"]
            for path in ROOT.glob("xerox_xpps*/__manifest__.py")
        }

    def _requirements(self, name):
        """:return: the text of a file of requirements"""
        return (ROOT / "setup" / name).read_text()

    def test_leaves_no_trace(self):
        with tempfile.TemporaryDirectory() as directory:
            scripts = [Path(directory, name) for name in ("fill.py", "check.py")]
            for path, script in zip(scripts, (self.fill, self.check), strict=True):
                path.write_text(script)
            done = subprocess.run(
                [ROOT / "setup" / "lib" / "uninstall.sh", self.addon, *scripts],
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "", "This is left of the addon")
