# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ReportVendorPeriod(models.AbstractModel):
    _name = "report.xerox_xpps.report_vendor_period"
    _description = "Xerox Vendor Report of a Period"
    _inherit = ["report.xerox_xpps.report_vendor_file"]

    _documented = "xpps.vendor.report.wizard"
