"""What pytest needs to know about this project; setup/test loads it for any test, wherever it lies.

- ``import billing_file`` works without Odoo: it is the Odoo-free package inside the addon.
- TransactionCase and HttpCase work in files outside of an addon.
- A skipped test is a failure, unless it carries ``@pytest.mark.allow_skip`` (with a reason):
  else a machine without a browser would silently test less.
"""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# At the end: the addon's models/, wizards/ and so on must not hide other packages of these names.
sys.path.append(str(ROOT / "xerox_xpps"))
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".run" / "hypothesis"))

SKIPPED = []


def pytest_configure(config):
    config.addinivalue_line("markers", "allow_skip(reason): this test may be skipped without failing the run")
    if config.pluginmanager.has_plugin("odoo"):
        let_odoo_tests_live_anywhere()


def let_odoo_tests_live_anywhere():
    """Odoo tags only those test classes whose module is in an addon, and fails on others."""
    from odoo.tests.common import BaseCase

    original = BaseCase.__init_subclass__.__func__

    def __init_subclass__(cls):
        original(cls)
        if getattr(cls, "test_tags", None) is None:
            cls.test_tags = {"standard", "post_install"}
        if not hasattr(cls, "test_module"):
            cls.test_module = "xerox_xpps"

    BaseCase.__init_subclass__ = classmethod(__init_subclass__)


def note_skip(report):
    # An expected failure (xfail) is reported as skipped, too.
    if report.skipped and not hasattr(report, "wasxfail") and "allow_skip" not in getattr(report, "keywords", {}):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        SKIPPED.append(f"{report.nodeid}: {reason}")


pytest_runtest_logreport = note_skip
pytest_collectreport = note_skip


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if SKIPPED and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    if SKIPPED:
        terminalreporter.section("skipped tests count as failures (mark them allow_skip if they may be)", red=True)
        for line in SKIPPED:
            terminalreporter.line(line)
