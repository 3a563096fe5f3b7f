# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.base.models.ir_actions_report import _wkhtml

from .letterhead import letterhead
from .overlay import can_lay_under, count_pages, lay_under
from .page_heads import with_page_heads

POINTS_PER_MM = 72 / 25.4


class IrActionsReport(models.Model):
    """Our documents have the company's header and footer, with page numbers, and the heads of tables on each page,
    whichever wkhtmltopdf prints them.

    Debian's prints none of them: there, header and footer are printed by themselves, and laid under the pages, and a
    script cuts the tables where a page ends.
    """

    _inherit = "ir.actions.report"

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, header=None, footer=None, **options):
        needs_help = not _wkhtml().is_patched_qt and self._xpps_is_ours(report_ref)
        if needs_help:
            size = self._xpps_print_size(report_ref, options)
            bodies = [with_page_heads(body, *size) for body in bodies]
        content = super()._run_wkhtmltopdf(bodies, report_ref=report_ref, header=header, footer=footer, **options)
        if not needs_help or not can_lay_under():
            return content
        return self._xpps_lay_under(content, report_ref, header, footer, options)

    @api.model
    def _xpps_print_size(self, report_ref, options):
        """:return: (width, height) of a page between its margins, in mm"""
        paper, said = self._get_report(report_ref).get_paperformat(), options.get("specific_paperformat_args") or {}
        sides = sorted((paper.print_page_width, paper.print_page_height))
        if options.get("landscape") or said.get("data-report-landscape") or paper.orientation == "Landscape":
            sides.reverse()
        across = paper.margin_left + paper.margin_right
        down = sum(float(said.get(f"data-report-margin-{side}", paper[f"margin_{side}"])) for side in ("top", "bottom"))
        return sides[0] - across, sides[1] - down

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
