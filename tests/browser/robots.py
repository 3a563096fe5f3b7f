# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Robots that go through the app in a browser: xerox_xpps/static/tests/tours/NAME_robot.js."""

import json

from odoo.tests import HttpCase


class RobotCase(HttpCase):
    allow_end_on_form = True

    def _run_robot(self, login, robot, function, argument):
        """Have a robot's function called. It fails the test by what it says, and has to say that it succeeded."""
        module = f"@xerox_xpps/../tests/tours/{robot}"
        call = f"odoo.loader.modules.get({json.dumps(module)}).{function}({json.dumps(argument)});"
        self._run_code(call, login, f"{robot} succeeded")

    def _run_code(self, code, login, signal):
        self.browser_js("/odoo", code, "odoo.isReady === true", login=login, timeout=600, success_signal=signal)
