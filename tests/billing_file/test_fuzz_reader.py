# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Let atheris look for input that makes a reader raise, from the golden files on."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from golden import golden, golden_names
from reading import LAYOUTS

HERE = Path(__file__).parent
#: Counted, since a busy machine does fewer in any time.
RUNS = 8_000
#: Seconds after which an input counts as endless.
ENDLESS = 300


@pytest.mark.allow_skip(reason="atheris has no wheel for every platform")
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
def test_fuzz(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in golden_names():
        data, expected = golden(name)
        (corpus / name).write_bytes(bytes([list(LAYOUTS).index(expected["layout"])]) + data)
    limits = [f"-runs={RUNS}", f"-timeout={ENDLESS}", "-rss_limit_mb=1500", "-max_len=20000", "-seed=1"]
    command = [sys.executable, str(HERE / "fuzz_reader.py"), *limits, f"-artifact_prefix={tmp_path}/", str(corpus)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=6 * ENDLESS, check=False)
    crashes = {path.name: path.read_bytes()[:2000] for path in tmp_path.glob("*-*") if path.is_file()}
    assert not crashes, f"{crashes}\n{done.stderr[-5000:]}"
    assert done.returncode == 0, done.stderr[-5000:]
    assert int(done.stderr.rpartition("Done ")[2].split()[0]) >= RUNS
