# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/bench: it measures every figure, says when a target is missed, and an import's queries stay few.

No time is asserted here: that depends on the machine and on what else runs there.
"""

import re
import subprocess
from pathlib import Path
from unittest import TestCase

from bench.figures import FIGURES, QUICK, Figure, Samples
from bench.report import format_rows

ROOT = Path(__file__).resolve().parents[3]
NUMBER = r"[\d,]+(?:\.\d+)?"
TIMEOUT = 900


def parse_table(text):
    """:return: {figure: [cells after its name]}"""
    names = {figure.name for figure in FIGURES}
    lines = (re.split(r" {2,}", line) for line in text.splitlines())
    return {cells[0]: cells[1:] for cells in lines if cells[0] in names}


class TestBenchCommand(TestCase):
    def test_quick_run(self):
        """The command itself, on a small world: it uses the template database that the tests are run on."""
        result = subprocess.run(
            [ROOT / "setup" / "bench", "--quick", "--strict", "--rounds", "1"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        rows = parse_table(result.stdout)
        self.assertEqual(list(rows), [figure.name for figure in FIGURES], result.stderr)
        for name, cells in rows.items():
            text = "  ".join(cells)
            self.assertRegex(text, rf"{NUMBER}  {NUMBER}  {NUMBER}  .*[≤≥] {NUMBER}  (ok|missed)  1$", name)
        for name in ("queries", "errors-listed"):
            self.assertIn("ok", rows[name], f"{name}: {rows[name]}")
        missed = any("missed" in cells for cells in rows.values())
        self.assertEqual(result.returncode, int(missed), result.stderr)


class TestFigures(TestCase):
    def _row(self, ours, yardstick=None, target=2, **kind):
        figure = Figure(
            name="x",
            what="x",
            unit="s",
            steps=(),
            ours=lambda samples: ours,
            yardstick=(lambda samples: yardstick) if yardstick else None,
            target=lambda sizes: target,
            **kind,
        )
        return figure.row(Samples(QUICK))

    def test_ours_by_the_yardstick(self):
        """The medians are compared: a slow round does not count."""
        row = self._row([3, 100, 4], [2, 2, 1])
        self.assertEqual(row.result, 2)
        self.assertTrue(row.reached)
        self.assertFalse(self._row([3, 100, 5], [2, 2, 1]).reached)

    def test_times_as_fast(self):
        self.assertTrue(self._row([2], [4], faster=True).reached)
        row = self._row([2.1], [4], faster=True)
        self.assertAlmostEqual(row.result, 1.9048, 4)
        self.assertFalse(row.reached)

    def test_no_yardstick(self):
        self.assertTrue(self._row([2]).reached)
        self.assertFalse(self._row([2.01]).reached)
        self.assertTrue(self._row([2], at_least=True).reached)
        self.assertFalse(self._row([1.99], at_least=True).reached)

    def test_sums_and_shares(self):
        samples = Samples(QUICK)
        samples.add("many", {"check": 1.5, "import": 3})
        samples.add("many", {"check": 0.5, "import": 1})
        self.assertEqual(samples.get("many", "check", "import"), [4.5, 1.5])
        self.assertEqual(samples.per_device("many", "import"), [1000 * 3 / QUICK.many, 1000 / QUICK.many])

    def test_table(self):
        """Every row says what was measured, and whether the target is reached."""
        lines = format_rows([self._row([3, 5, 4], [2, 2, 1.25]), self._row([1234.5], target=1300)])
        self.assertEqual(" ".join(lines[1].split()), "x x s 4 3 5 2 1.25 2 2 ≤ 2 ok 3")
        self.assertEqual(" ".join(lines[2].split()), "x x s 1,234 1,234 1,234 – – – – ≤ 1,300 ok 1")
