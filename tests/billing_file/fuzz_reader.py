# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Coverage-guided fuzzing of all readers with atheris; test_fuzz_reader.py runs it for a while.

    python tests/billing_file/fuzz_reader.py -max_total_time=20 CORPUS

The first byte of an input chooses the type of the file, and so the layout.
"""

import sys
from pathlib import Path

import atheris

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "xerox_xpps")]

with atheris.instrument_imports(include=["billing_file"]):
    from billing_file import find_layout, inspect

from checking import check  # noqa: E402
from reading import LAYOUTS, read  # noqa: E402

# First byte -> name of the layout.
CHOICES = dict(enumerate(LAYOUTS))


def test_one_input(data: bytes) -> None:
    """Whatever the bytes are, the result can be used."""
    layout = LAYOUTS[CHOICES[data[0] % len(CHOICES)]] if data else LAYOUTS["csv"]
    content, name = data[1:], f"a.{layout.file_type}"
    check(read(content, name, layout))
    found = find_layout(content, name, list(LAYOUTS.values()))
    assert found is None or list(LAYOUTS.values())[found].file_type == layout.file_type
    inspection = inspect(content, name)
    assert inspection.columns or inspection.issues


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
