# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A database of the last release, with a month that was billed, is updated without loss."""

import ast
import subprocess
import unittest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MANIFEST = "xerox_xpps/__manifest__.py"


def git(*arguments):
    return subprocess.run(["git", "-C", ROOT, *arguments], check=True, capture_output=True, text=True).stdout


def release_before():
    """The newest commit whose version is not that of the checkout; None where the history does not reach so far."""
    version = ast.literal_eval((ROOT / MANIFEST).read_text())["version"]
    for commit in git("log", "--format=%H", "--", MANIFEST).split():
        if ast.literal_eval(git("show", f"{commit}:{MANIFEST}"))["version"] != version:
            # What changed it is of the new version; what is before that, up to there, is of the release.
            return commit
    return None


@pytest.mark.allow_skip("a checkout without history has no release to update from")
class TestUpgrade(unittest.TestCase):
    def test_from_the_last_release(self):
        commit = release_before()
        if not commit:
            self.skipTest("there is no commit of an earlier version")
        done = subprocess.run(
            [ROOT / "setup" / "lib" / "upgrade.sh", commit], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        counts = {kind: int(count) for count, kind in (row.split(None, 1) for row in done.stdout.splitlines())}
        for kept in ("charge", "read", "invoice", "disputed"):
            self.assertGreater(counts.get(kept, 0), 0, done.stdout)
