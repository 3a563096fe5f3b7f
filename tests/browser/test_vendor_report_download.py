# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Xerox Vendor Report and the rows of a dispute as XLSX, downloaded from a running server."""

import io

from openpyxl import load_workbook

from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..odoo.support.report_example import ReportExample

PASSWORD = "xpps-test-password"


class TestVendorReportDownload(ReportExample, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.february = cls.files[1]
        rows = cls.env["xpps.vendor.report"].search([("billing_file_id", "=", cls.february.id), ("serial", "=", "X-9")])
        cls.dispute = cls.env["xpps.dispute"].browse(rows.action_dispute()["res_id"])
        other = cls._company("XPPS Other Reseller")
        users = cls._user("xpps_test_billing", "xerox_xpps.group_xpps_billing")
        users |= cls._user("xpps_test_reader", "xerox_xpps.group_xpps_user")
        users |= cls._user("xpps_test_stranger", "xerox_xpps.group_xpps_manager", company=other)
        for user in users:
            user.password = PASSWORD
        # A wizard is its creator's alone.
        cls.wizard = (
            cls.env["xpps.vendor.report.wizard"]
            .with_user(users[0])
            .create({"company_id": cls.company.id, "date_from": "2026-02-01", "date_to": "2026-02-28"})
        )

    def _download(self, login, url):
        self.authenticate(login, PASSWORD)
        with mute_logger("odoo.http"):
            return self.url_open(url)

    def _cells(self, response):
        self.assertEqual(response.status_code, 200)
        book = load_workbook(io.BytesIO(response.content))
        return {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}

    def test_downloads(self):
        for action, name, total in (
            (self.february.action_download_vendor_report(), "Xerox%20Vendor%20Report%20FEB.xlsx", 66.3),
            (self.wizard.action_download(), "Xerox%20Vendor%20Report%20February%202026.xlsx", 66.3),
            (self.dispute.action_download(), f"{self.dispute.name.replace('/', '-')}.xlsx", 13.5),
        ):
            with self.subTest(name=name):
                response = self._download("xpps_test_billing", action["url"])
                self.assertIn(name, response.headers["Content-Disposition"])
                self.assertIn(total, self._cells(response))

    def test_others_are_refused(self):
        for login in ("xpps_test_reader", "xpps_test_stranger"):
            for record in (self.february, self.dispute):
                url = (record.action_download() if record == self.dispute else record.action_download_vendor_report())[
                    "url"
                ]
                with self.subTest(login=login, url=url):
                    response = self._download(login, url)
                    self.assertEqual(response.status_code, 403)
                    self.assertNotIn(b"X-9", response.content)

    def test_a_stranger_gets_no_period_of_another_company(self):
        response = self._download("xpps_test_stranger", self.wizard.action_download()["url"])
        self.assertNotEqual(response.status_code, 200)
        self.assertNotIn(b"X-9", response.content)
