# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Robots that go through the app in a browser: xerox_xpps/static/tests/tours/NAME_robot.js."""

import json
from pathlib import Path

from odoo.tests import HttpCase

AXE = Path(__file__).resolve().parents[2] / ".run" / "web" / "node_modules" / "axe-core" / "axe.min.js"


class RobotCase(HttpCase):
    allow_end_on_form = True

    def _run_robot(self, login, robot, function, argument):
        """Have a robot's function called. It fails the test by what it says, and has to say that it succeeded."""
        module = f"@xerox_xpps/../tests/tours/{robot}"
        call = f"odoo.loader.modules.get({json.dumps(module)}).{function}({json.dumps(argument)});"
        self._run_code(call, login, f"{robot} succeeded")

    def _run_code(self, code, login, signal):
        self.browser_js("/odoo", code, "odoo.isReady === true", login=login, timeout=600, success_signal=signal)


class AxeCase(RobotCase):
    """Has axe-core in each page, and in the frames of it."""

    def setUp(self):
        super().setUp()
        self.assertTrue(AXE.exists(), "There is no axe-core: setup/test gets it by npm from the registry")

    def authenticate(self, *args, browser=None, **kwargs):
        session = super().authenticate(*args, browser=browser, **kwargs)
        if browser:
            # Not with what the robot is told, which is logged as a whole.
            source = AXE.read_text(encoding="utf-8")
            browser._websocket_request("Page.addScriptToEvaluateOnNewDocument", params={"source": source})
        return session
