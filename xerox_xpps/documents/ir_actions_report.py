# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io

from odoo import api, models
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.base.models.ir_actions_report import _wkhtml

from .letterhead import footer_pages, header_page

MM_PER_POINT = 25.4 / 72


class IrActionsReport(models.Model):
    """Our documents have the company's header and footer, with page numbers, whichever wkhtmltopdf prints them.

    Debian's prints neither: there, both are printed by themselves, and laid over the pages.
    """

    _inherit = "ir.actions.report"

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, header=None, footer=None, **options):
        content = super()._run_wkhtmltopdf(bodies, report_ref=report_ref, header=header, footer=footer, **options)
        if _wkhtml().is_patched_qt or not self._xpps_is_ours(report_ref) or not (header and footer):
            return content
        return self._xpps_lay_over(content, report_ref, header, footer, options)

    @api.model
    def _xpps_is_ours(self, report_ref):
        return bool(report_ref) and self._get_report(report_ref).report_name.startswith("xerox_xpps.")

    @api.model
    def _xpps_lay_over(self, content, report_ref, header, footer, options):
        """:return: the PDF with header and footer on each page, as bytes"""
        writer = PdfFileWriter()
        writer.appendPagesFromReader(PdfFileReader(io.BytesIO(content)))
        pages = [writer.getPage(number) for number in range(writer.getNumPages())]
        height = float(pages[0].mediaBox.getHeight()) * MM_PER_POINT
        footer_top = height - self._get_report(report_ref).get_paperformat().margin_bottom
        headers = self._xpps_print_at(0, header_page(header), report_ref, options)
        footers = self._xpps_print_at(footer_top, footer_pages(footer, len(pages)), report_ref, options)
        for number, page in enumerate(pages):
            page.mergePage(headers.getPage(0))
            page.mergePage(footers.getPage(number))
        stream = io.BytesIO()
        writer.write(stream)
        return stream.getvalue()

    @api.model
    def _xpps_print_at(self, top, body, report_ref, options):
        """:param top: where on each page the body begins, in millimetres. :return: PdfFileReader"""
        said = dict(options.get("specific_paperformat_args") or {})
        said |= {"data-report-margin-top": round(top, 2), "data-report-margin-bottom": 0}
        content = super()._run_wkhtmltopdf(
            [body], report_ref=report_ref, **(options | {"specific_paperformat_args": said})
        )
        return PdfFileReader(io.BytesIO(content))
