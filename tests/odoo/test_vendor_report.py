# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The vendor report: each figure of a world that was worked out by hand."""

from .report_example import ReportExample


class TestVendorReportExample(ReportExample):
    def test_the_files_are_accounted_for(self):
        for file, total in zip(self.files, (68.50, 66.30, 60.00), strict=True):
            rows = self.env["xpps.vendor.report"].search([("billing_file_id", "=", file.id)])
            self.assertEqual((round(sum(rows.mapped("xerox_cost")), 2), file.amount_total), (total, total))
