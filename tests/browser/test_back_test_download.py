# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A back-test as XLSX, downloaded from a running server."""

import io

from openpyxl import load_workbook

from odoo import Command
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..odoo.support.report_example import ReportExample

PASSWORD = "xpps-test-password"


class TestBackTestDownload(ReportExample, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        users = cls._user("xpps_test_billing", "xerox_xpps.group_xpps_billing")
        users |= cls._user("xpps_test_manager", "xerox_xpps.group_xpps_manager")
        for user in users:
            user.password = PASSWORD
        cls.wizard = (
            cls.env["xpps.back.test.wizard"]
            .with_user(users[0])
            .create(
                {
                    "agreement_ids": [Command.set(cls.agreement.ids)],
                    "date_from": "2026-01-01",
                    "date_to": "2026-02-28",
                    "terms_ids": [Command.create({"name": "Flat", "base_price": 7777})],
                }
            )
        )

    def _download(self, login):
        self.authenticate(login, PASSWORD)
        with mute_logger("odoo.http"):
            return self.url_open(self.wizard.action_download()["url"])

    def test_download(self):
        response = self._download("xpps_test_billing")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Terms%20Back-Test%20January%202026", response.headers["Content-Disposition"])
        book = load_workbook(io.BytesIO(response.content))
        self.assertIn("Flat: Margin", [cell.value for cell in book["Months"][1]])
        self.assertIn(7777, [cell.value for cell in book["Months"][2]])

    def test_it_is_whose_it_is(self):
        self.assertIn(self._download("xpps_test_manager").status_code, (403, 404))
