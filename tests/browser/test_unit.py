# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The unit tests of our web client components: xerox_xpps/static/tests/unit, run by Odoo's own runner."""

from odoo.tests import HttpCase


class TestUnit(HttpCase):
    def test_unit(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=120000&filter=@xerox_xpps",
            "",
            login="admin",
            timeout=900,
            success_signal="[HOOT] Test suite succeeded",
        )
