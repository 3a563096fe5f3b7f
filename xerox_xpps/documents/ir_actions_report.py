# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.base.models.ir_actions_report import _wkhtml

from .letterhead import letterhead
from .overlay import can_lay_under, count_pages, lay_under

POINTS_PER_MM = 72 / 25.4


class IrActionsReport(models.Model):
    """Our documents have the company's header and footer, with page numbers, whichever wkhtmltopdf prints them.

    Debian's prints neither: there, both are printed by themselves, and laid under the pages.
    """

    _inherit = "ir.actions.report"

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, header=None, footer=None, **options):
        content = super()._run_wkhtmltopdf(bodies, report_ref=report_ref, header=header, footer=footer, **options)
        if _wkhtml().is_patched_qt or not can_lay_under() or not self._xpps_is_ours(report_ref):
            return content
        return self._xpps_lay_under(content, report_ref, header, footer, options)

    @api.model
    def _xpps_is_ours(self, report_ref):
        return bool(report_ref) and self._get_report(report_ref).report_name.startswith("xerox_xpps.")

    @api.model
    def _xpps_lay_under(self, content, report_ref, header, footer, options):
        """:return: the PDF with header and footer on each page, as bytes"""
        said = dict(options.get("specific_paperformat_args") or {})
        said |= {"data-report-margin-top": 0, "data-report-margin-bottom": 0}
        letterheads = super()._run_wkhtmltopdf(
            [letterhead(header, footer, count_pages(content))],
            report_ref=report_ref,
            **(options | {"specific_paperformat_args": said}),
        )
        bottom = self._get_report(report_ref).get_paperformat().margin_bottom
        return lay_under(content, letterheads, bottom * POINTS_PER_MM)
