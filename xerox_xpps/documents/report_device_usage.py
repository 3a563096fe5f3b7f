# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError

from .report_format import ReportFormat


class ReportDeviceUsage(models.AbstractModel):
    _name = "report.xerox_xpps.report_device_usage"
    _description = "Device Usage of an Invoice"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the PDF: the annexes of those of the invoices that have one.

        :raises UserError: when none has
        """
        moves = self.env["account.move"].browse(docids)
        moves.check_access("read")
        moves = moves.filtered("has_xpps_usage")
        if not moves:
            raise UserError(
                self.env._(
                    "There is no device usage to show: only invoices of XPPS agreements, and credit notes that bill "
                    "XPPS charges, have this annex."
                )
            )
        usages = {}
        for move in moves:
            usage = move._xpps_usage()
            env = move._in_usage_language().env
            usages[move.id] = (usage, ReportFormat(env, usage.decimal_places))
        return {
            "doc_ids": moves.ids,
            "doc_model": "account.move",
            "docs": moves,
            "usages": usages,
        }
