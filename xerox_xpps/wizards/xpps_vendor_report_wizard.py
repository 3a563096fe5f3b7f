# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import date_utils

from ..common.formats import month_text
from ..common.plural import plural
from ..documents import VendorDocumentBuilder
from ..rules import month_of


class XppsVendorReportWizard(models.TransientModel):
    """Prints the Xerox Vendor Report of all files of some months."""

    _name = "xpps.vendor.report.wizard"
    _description = "Print Vendor Report"
    _inherit = ["xpps.vendor.document", "xpps.reference.guard"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    date_from = fields.Date(
        string="From", compute="_compute_months", store=True, readonly=False, precompute=True, required=True
    )
    date_to = fields.Date(
        string="To",
        compute="_compute_months",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Includes the files that are about these months: most of the days of their period lie there.",
    )
    file_count = fields.Integer(compute="_compute_file_count", help="Imported files that are about these months.")

    file_text = fields.Char(compute="_compute_file_count")

    @api.depends("company_id")
    def _compute_months(self):
        """The month of the newest file, else the month before."""
        last_month = fields.Date.context_today(self) - relativedelta(months=1)
        for wizard in self:
            newest = self.env["xpps.billing.file"].search(
                wizard._domain_files(), order="period_end desc, id desc", limit=1
            )
            day = month_of(newest.period_start, newest.period_end) if newest.period_end else last_month
            wizard.date_from = date_utils.start_of(day, "month")
            wizard.date_to = date_utils.end_of(day, "month")

    @api.onchange("date_from", "date_to")
    def _onchange_months(self):
        """Months are chosen by any day of them."""
        if self.date_from:
            self.date_from = date_utils.start_of(self.date_from, "month")
        if self.date_to:
            self.date_to = date_utils.end_of(self.date_to, "month")

    @api.depends("company_id", "date_from", "date_to")
    def _compute_file_count(self):
        for wizard in self:
            files = self.env["xpps.billing.file"]
            wizard.file_count = len(files._xpps_about_months(wizard.company_id, wizard.date_from, wizard.date_to))
            wizard.file_text = plural(
                wizard.file_count,
                self.env._("1 imported billing file is about these months."),
                self.env._("%s imported billing files are about these months.", wizard.file_count),
            )

    def _domain_files(self):
        return [("company_id", "=", self.company_id.id), ("state", "=", "imported")]

    @api.constrains("date_from", "date_to")
    def _check_months(self):
        for wizard in self:
            if wizard.date_from > wizard.date_to:
                raise ValidationError(self.env._("The last month is before the first month."))

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for wizard in self:
            months = dict.fromkeys(month_text(self.env, day) for day in (wizard.date_from, wizard.date_to) if day)
            wizard.display_name = " – ".join(months)

    def _vendor_document(self):
        self.ensure_one()
        return VendorDocumentBuilder(self.company_id, self.date_from, self.date_to).build()

    def action_dispute_overbilled(self):
        """Dispute all rows of the months for which Xerox billed more than was expected."""
        self.ensure_one()
        self.check_access("read")
        files = self.env["xpps.billing.file"]._xpps_about_months(self.company_id, self.date_from, self.date_to)
        return self.env["xpps.vendor.report"]._dispute_overbilled(files)

    def action_print(self):
        """Print the document as PDF."""
        self.ensure_one()
        self.check_access("read")
        return self.env.ref("xerox_xpps.action_report_xpps_vendor_period").report_action(self)

    def action_download(self):
        """Download the document as XLSX."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/xerox_xpps/vendor_report/period/{self.id}",
            "target": "download",
        }
