# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...documents import VendorDocumentBuilder
from ...rules import ends_in_domain, month_of


class XppsBillingFile(models.Model):
    """A file can be printed as Xerox Vendor Report, and its rows disputed."""

    _name = "xpps.billing.file"
    _inherit = ["xpps.billing.file", "xpps.vendor.document"]

    dispute_count = fields.Integer(string="Disputes", compute="_compute_dispute_count")

    def _compute_dispute_count(self):
        counts = dict(
            self.env["xpps.dispute.line"]._read_group(
                [("billing_file_id", "in", self.ids)], ["billing_file_id"], ["dispute_id:count_distinct"]
            )
        )
        for file in self:
            file.dispute_count = counts.get(file, 0)

    @api.model
    def _xpps_about_months(self, company, first, last):
        """Imported files that are about some months, by the days that they share with them, wherever they end.

        :param first: any day of the first month
        :param last: any day of the last one
        :return: xpps.billing.file
        """
        if not first or not last:
            return self.browse()
        first, last = first.replace(day=1), last.replace(day=1)
        files = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "imported"),
                *ends_in_domain("period_end", first, last + relativedelta(months=1, day=31)),
            ]
        )
        return files.filtered(lambda file: first <= month_of(file.period_start, file.period_end) <= last)

    def _vendor_document(self):
        self._check_reportable()
        return VendorDocumentBuilder(self.company_id, file=self).build()

    def _check_reportable(self):
        self.ensure_one()
        self.check_access("read")
        if self.state != "imported":
            raise UserError(
                self.env._("Billing file %s has not been imported, so there is nothing to report.", self.display_name)
            )

    def action_download_vendor_report(self):
        """Download the Xerox Vendor Report as XLSX."""
        self._check_reportable()
        return {
            "type": "ir.actions.act_url",
            "url": f"/xerox_xpps/vendor_report/file/{self.id}",
            "target": "download",
        }

    def action_dispute_overbilled(self):
        """Dispute all rows for which Xerox billed more than was expected. :return: action that opens the dispute"""
        self._check_reportable()
        return self.env["xpps.vendor.report"]._dispute_overbilled(self)

    def action_open_disputes(self):
        return self._action_open("xerox_xpps.action_xpps_dispute", "line_ids.billing_file_id")
