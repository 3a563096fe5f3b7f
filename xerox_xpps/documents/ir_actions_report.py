# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.base.models.ir_actions_report import _wkhtml

from .joined_documents import join, sort_together
from .letterhead import letterheads
from .overlay import can_lay_under, lay_under, pages_of
from .page_heads import with_page_heads

POINTS_PER_MM = 72 / 25.4
#: Said of documents that are complete as soon as they are loaded. Odoo lets wkhtmltopdf wait for a second, twice where
#: there is a header: most of the time that a document takes.
COMPLETE = "data-report-xpps-complete"


class IrActionsReport(models.Model):
    """Our documents have the company's header and footer, with page numbers, and the heads of tables on each page,
    whichever wkhtmltopdf prints them, and several of them are printed at once.

    Debian's prints none of them: there, header and footer are printed by themselves, and laid under the pages, a script
    cuts the tables where a page ends, and several documents are printed as one, which is divided again.
    """

    _inherit = "ir.actions.report"

    @api.model
    def _build_wkhtmltopdf_args(self, paperformat_id, landscape, specific_paperformat_args=None, **options):
        command_args = super()._build_wkhtmltopdf_args(
            paperformat_id, landscape, specific_paperformat_args=specific_paperformat_args, **options
        )
        if (specific_paperformat_args or {}).get(COMPLETE):
            # The last one counts.
            command_args += ["--javascript-delay", "0"]
        return command_args

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, header=None, footer=None, **options):
        if self._xpps_is_ours(report_ref):
            said = options.get("specific_paperformat_args") or {}
            options |= {"specific_paperformat_args": {**said, COMPLETE: True}}
            if not _wkhtml().is_patched_qt:
                return self._xpps_print(bodies, report_ref, header, footer, options)
        return super()._run_wkhtmltopdf(bodies, report_ref=report_ref, header=header, footer=footer, **options)

    @api.model
    def _xpps_is_ours(self, report_ref):
        return bool(report_ref) and self._get_report(report_ref).report_name.startswith("xerox_xpps.")

    @api.model
    def _xpps_print(self, bodies, report_ref, header, footer, options):
        """Print documents by a wkhtmltopdf that needs help. :return: a PDF of all of them, as bytes"""
        size = self._xpps_print_size(report_ref, options)
        if not can_lay_under():
            bodies = [with_page_heads(body, *size) for body in bodies]
            return super()._run_wkhtmltopdf(bodies, report_ref=report_ref, **options)

        def print_one(body):
            return super(IrActionsReport, self)._run_wkhtmltopdf(
                [with_page_heads(body, *size)], report_ref=report_ref, **options
            )

        documents = {}
        for numbers in sort_together(bodies):
            joined = join([bodies[number] for number in numbers]) if len(numbers) > 1 else None
            parts = joined and joined.divide(print_one(joined.html))
            documents |= zip(numbers, parts or [pages_of(print_one(bodies[number])) for number in numbers], strict=True)
        documents = [documents[number] for number in range(len(bodies))]
        return self._xpps_lay_under(documents, report_ref, header, footer, options)

    @api.model
    def _xpps_print_size(self, report_ref, options):
        """:return: (width, height) of a page between its margins, in mm"""
        paper, said = self._get_report(report_ref).get_paperformat(), options["specific_paperformat_args"]
        sides = sorted((paper.print_page_width, paper.print_page_height))
        if options.get("landscape") or said.get("data-report-landscape") or paper.orientation == "Landscape":
            sides.reverse()
        across = paper.margin_left + paper.margin_right
        down = sum(float(said.get(f"data-report-margin-{side}", paper[f"margin_{side}"])) for side in ("top", "bottom"))
        return sides[0] - across, sides[1] - down

    @api.model
    def _xpps_lay_under(self, documents, report_ref, header, footer, options):
        """:param documents: the pages of each
        :return: a PDF of them with header and footer on each page, as bytes
        """
        drawn = letterheads(header, footer, [len(pages) for pages in documents])
        said = options["specific_paperformat_args"] | {"data-report-margin-top": 0, "data-report-margin-bottom": 0}
        content = super()._run_wkhtmltopdf(
            [drawn.html], report_ref=report_ref, **(options | {"specific_paperformat_args": said})
        )
        bottom = self._get_report(report_ref).get_paperformat().margin_bottom
        return lay_under(documents, content, drawn.places, bottom * POINTS_PER_MM)
