# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import split_every

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...documents import XLSX_MIMETYPE

USAGE_REPORT = "xerox_xpps.report_device_usage"
#: Annexes that wkhtmltopdf prints at a time, most of whose time is its start. What it needs of memory grows with them.
PRINTED_TOGETHER = 10


class AccountMoveSend(models.AbstractModel):
    """XPPS invoices are sent with their annex "Device usage"."""

    _inherit = "account.move.send"

    @api.model
    def _get_placeholder_mail_attachments_data(self, move, **kwargs):
        result = super()._get_placeholder_mail_attachments_data(move, **kwargs)
        for field_name, extension, mimetype in self._xpps_usage_files_to_make(move):
            filename = move._xpps_usage_filename(extension)
            result.append(
                {"id": f"placeholder_{field_name}", "name": filename, "mimetype": mimetype, "placeholder": True}
            )
        return result

    @api.model
    def _get_invoice_extra_attachments(self, move):
        return super()._get_invoice_extra_attachments(move) + move.xpps_usage_pdf_id + move.xpps_usage_xlsx_id

    @api.model
    def _xpps_usage_files_to_make(self, move):
        """:return: [(field, file extension, MIME type)] of the annex's files that the invoice does not have yet"""
        if not move.has_xpps_usage:
            return []
        files = []
        if not move.xpps_usage_pdf_id:
            files.append(("xpps_usage_pdf_file", "pdf", "application/pdf"))
        if not move.xpps_usage_xlsx_id:
            files.append(("xpps_usage_xlsx_file", "xlsx", XLSX_MIMETYPE))
        return files

    @api.model
    def _prepare_invoice_pdf_report(self, invoices_data):
        if _wkhtml().is_patched_qt:
            return super()._prepare_invoice_pdf_report(invoices_data)
        # Debian's wkhtmltopdf prints one document at a time.
        for invoice, invoice_data in invoices_data.items():
            super()._prepare_invoice_pdf_report({invoice: invoice_data})
        return None

    @api.model
    def _link_invoice_documents(self, invoices_data):
        result = super()._link_invoice_documents(invoices_data)
        self._link_xpps_usage(invoices_data)
        return result

    @api.model
    def _link_xpps_usage(self, invoices_data):
        """Make what is missing of the invoices' annexes, but for what was made already for their sake."""
        to_make = {move: files for move in invoices_data if (files := self._xpps_usage_files_to_make(move))}
        made = {
            (move, values["res_field"]): values
            for move in to_make
            for values in invoices_data[move].get("xpps_usage_values", ())
        }
        missing = [(move, file) for move, files in to_make.items() for file in files if (move, file[0]) not in made]
        pdfs = self._render_xpps_usage_pdfs(
            self.env["account.move"].union(*(move for move, file in missing if file[1] == "pdf"))
        )
        made |= {(move, file[0]): self._xpps_usage_values(move, *file, pdfs=pdfs) for move, file in missing}
        # As Odoo does with the invoice's PDF: files of a posted invoice are nobody's to write.
        self.env["ir.attachment"].sudo().create(
            [made[move, file[0]] for move, files in to_make.items() for file in files]
        )
        for move, files in to_make.items():
            names = [field_name for field_name, _extension, _mimetype in files]
            move.invalidate_recordset([*names, "xpps_usage_pdf_id", "xpps_usage_xlsx_id"])

    @api.model
    def _xpps_usage_values(self, move, field_name, extension, mimetype, pdfs=None):
        """One file of an invoice's annex, made now: values of an attachment.

        :param pdfs: {account.move: PDF} of annexes that were rendered together
        """
        if extension == "pdf":
            raw = (pdfs or self._render_xpps_usage_pdfs(move))[move]
        else:
            raw = move._xpps_usage_xlsx()
        return {
            "name": move._xpps_usage_filename(extension),
            "raw": raw,
            "mimetype": mimetype,
            "res_model": move._name,
            "res_id": move.id,
            "res_field": field_name,
            "xpps_annex_version": move._xpps_annex_version(),
        }

    @api.model
    def _send_mail(self, move, mail_template, **kwargs):
        """Keep which message an invoice went out with: its notifications tell whether it arrived."""
        result = super()._send_mail(move, mail_template, **kwargs)
        if move._xpps_bills_agreements():
            # Nobody but the program says which message it was.
            move = move.sudo()
            move.xpps_sent_message_id = (
                self.env["mail.message"]
                .sudo()
                .search(
                    [("model", "=", move._name), ("res_id", "=", move.id), ("message_type", "=", "comment")],
                    order="id desc",
                    limit=1,
                )
            )
        return result

    @api.model
    def _render_xpps_usage_pdfs(self, moves):
        """:return: {account.move: its annex as PDF, in bytes}"""
        pdfs = {}
        for company, same in moves.grouped("company_id").items():
            # Whoever sends an invoice sends what it bills, too, without a right to see agreements and devices.
            reports = self.env["ir.actions.report"].sudo().with_company(company)
            for ids in split_every(PRINTED_TOGETHER, same.ids, list):
                printed = self._print_xpps_usage(reports, ids)
                for lost in set(ids) - set(printed):
                    # They could not be told apart.
                    printed |= self._print_xpps_usage(reports, [lost])
                pdfs |= printed
        return {move: pdfs[move.id] for move in moves}

    @api.model
    def _print_xpps_usage(self, reports, ids):
        """:return: {id: PDF} as far as what was printed can be split by invoice"""
        content, report_type = reports._pre_render_qweb_pdf(USAGE_REPORT, res_ids=ids)
        return reports._get_splitted_report(USAGE_REPORT, content, report_type)
