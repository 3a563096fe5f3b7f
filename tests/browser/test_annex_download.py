# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The annex of an invoice as XLSX, downloaded from a running server."""

import io

from openpyxl import load_workbook

from odoo import Command
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..odoo.support.records import Records

PASSWORD = "xpps-test-password"


class TestAnnexDownload(Records, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_reseller()
        cls._charge(100, 0.01)
        cls.move = cls.agreement.create_invoice()
        cls.move.action_post()
        other = cls._company("XPPS Other Reseller")
        users = cls._user("xpps_test_accountant", "account.group_account_invoice")
        users |= cls._user("xpps_test_stranger", "account.group_account_invoice", company=other)
        users |= cls._user("xpps_test_portal", group_ids=[Command.set(cls.env.ref("base.group_portal").ids)])
        for user in users:
            user.password = PASSWORD

    def _download(self, login, move=None):
        self.authenticate(login, PASSWORD)
        with mute_logger("odoo.http"):
            return self.url_open(f"/xerox_xpps/device_usage/{(move or self.move).id}")

    def test_accountant(self):
        response = self._download("xpps_test_accountant")
        self.assertEqual(response.status_code, 200)
        self.assertIn(
            f"Device%20Usage%20{self.move.name.replace('/', '_')}.xlsx", response.headers["Content-Disposition"]
        )
        rows = list(load_workbook(io.BytesIO(response.content))["Device Usage"].iter_rows(values_only=True))
        self.assertEqual((rows[1][3], rows[1][-1]), ("SN-1", 1))

    def test_others_are_refused(self):
        for login in ("xpps_test_stranger", "xpps_test_portal"):
            with self.subTest(login=login):
                response = self._download(login)
                self.assertEqual(response.status_code, 403)
                self.assertNotIn(b"SN-1", response.content)

    def test_invoice_without_annex(self):
        move = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": self.customer.id})
        self.assertEqual(self._download("xpps_test_accountant", move).status_code, 404)
