"""What pytest needs to know about this project; setup/test loads it for any test, wherever it lies.

- ``import billing_file`` works without Odoo: it is the Odoo-free package inside the addon.
- TransactionCase and HttpCase work in files outside of an addon.
- A skipped test is a failure, unless it carries ``@pytest.mark.allow_skip`` (with a reason):
  else a machine without a browser would silently test less.
- Each process that runs tests has a copy of the template database, and of its files, to itself.
- With ``--dist loadgroup`` a class of tests stays in one process, for what it sets up once; and so do
  all tests of an ``xdist_group``.
- Tests of others, in tests/odoo/upstream, may skip what they like, and those in its ``known_failures.txt`` fail.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import freezegun
import pytest

ROOT = Path(__file__).resolve().parents[2]
# At the end: the addon's models/, wizards/ and so on must not hide other packages of these names.
sys.path.append(str(ROOT / "xerox_xpps"))
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".run" / "hypothesis"))
# Else Odoo's server inside the tests runs jobs of queue_job: tests are without a runner of jobs, but for those of jobs.
os.environ["ODOO_QUEUE_JOB_CHANNELS"] = "root:0"

#: Odoo's and upstream's own tests, which run on a database with the addon; and those that fail without it as well.
UPSTREAM = ROOT / "tests" / "odoo" / "upstream"
KNOWN_FAILURES = UPSTREAM / "known_failures.txt"

#: What takes longest without a break, and so comes first: at the end one process would work on it, and the others wait.
LONGEST = ("browser", "odoo/oracle", "odoo/upstream", "odoo/bench", "odoo/tools")

SKIPPED = []
#: {process: when its last test ended}
LAST_HEARD = {}


def pytest_addoption(parser):
    parser.addoption("--odoo-template", help="Name of the database of which each process of this run gets a copy")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config):
    if hasattr(config, "workerinput") and config.getoption("odoo_template", None):
        # By this pytest-odoo would make a copy, but only of the database: one worker would delete another's files.
        del os.environ["PYTEST_XDIST_WORKER"]
        config.option.odoo_database += f"_{config.workerinput['workerid']}"
    return (yield)


def pytest_sessionstart(session):
    config = session.config
    template = config.getoption("odoo_template", None)
    runs_tests = not config.option.collectonly and not config.pluginmanager.has_plugin("dsession")
    if template and runs_tests:
        copy_database(template, config.option.odoo_database)


def copy_database(template, name):
    """With its files. setup/test drops the copies, as a process that is killed cannot."""
    command = 'source "$0"; db_copy "$@"'
    subprocess.run(["bash", "-c", command, ROOT / "setup" / "lib" / "common.sh", template, name], check=True)


def pytest_configure(config):
    # A class may freeze the time from its set-up on: pytest goes by its own clock.
    freezegun.configure(extend_ignore_list=["_pytest.timing"])
    config.addinivalue_line("markers", "allow_skip(reason): this test may be skipped without failing the run")
    if config.pluginmanager.has_plugin("odoo"):
        let_odoo_tests_live_anywhere()


def pytest_collection_modifyitems(items):
    items.sort(key=rank)
    theirs = [item for item in items if UPSTREAM in item.path.parents]
    known = known_failures() if theirs else {}
    for item in theirs:
        item.add_marker(pytest.mark.allow_skip(reason="It is the test of somebody else."))
        name = item.nodeid.partition("::")[2]
        if name in known:
            item.add_marker(pytest.mark.xfail(reason=known[name], strict=True))


def rank(item):
    """:return: the place of a test's folder among the longest ones, or behind them"""
    places = (place for place, folder in enumerate(LONGEST) if ROOT / "tests" / folder in item.path.parents)
    return next(places, len(LONGEST))


def known_failures():
    """:return: {"Class::test": why it fails without the addon as well}"""
    lines = KNOWN_FAILURES.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    return dict(pairs)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling

    class ByGroupOrClass(LoadGroupScheduling):
        def _split_scope(self, nodeid):
            scope = super()._split_scope(nodeid)
            # A test without a group is a scope of its own there. Before the last :: are its class or its file.
            return scope if scope != nodeid else nodeid.partition("[")[0].rpartition("::")[0]

    return ByGroupOrClass(config, log)


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


pytest_collectreport = note_skip


def pytest_runtest_logreport(report):
    note_skip(report)
    # Only what a process of its own has run has a node.
    if hasattr(report, "node"):
        LAST_HEARD[report.node.gateway.id] = time.monotonic()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if SKIPPED and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    if len(LAST_HEARD) > 1:
        idle = max(LAST_HEARD.values()) - min(LAST_HEARD.values())
        terminalreporter.line(f"In the end one of {len(LAST_HEARD)} processes had nothing to do for {idle:.0f} s.")
    if SKIPPED:
        terminalreporter.section("skipped tests count as failures (mark them allow_skip if they may be)", red=True)
        for line in SKIPPED:
            terminalreporter.line(line)
