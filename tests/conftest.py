"""The rules are in setup/lib/pytest_xpps.py; a pytest that setup/test did not start gets them, too."""

import sys
from pathlib import Path


def pytest_configure(config):
    if not config.pluginmanager.has_plugin("pytest_xpps"):
        sys.path.append(str(Path(__file__).resolve().parents[1] / "setup" / "lib"))
        config.pluginmanager.import_plugin("pytest_xpps")
