# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...documents import XLSX_MIMETYPE

USAGE_REPORT = "xerox_xpps.report_device_usage"


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
    def _link_invoice_documents(self, invoices_data):
        result = super()._link_invoice_documents(invoices_data)
        self._link_xpps_usage(invoices_data)
        return result

    @api.model
    def _link_xpps_usage(self, invoices_data):
        """Make what is missing of the invoices' annexes, but for what was made already for their sake."""
        to_make = {move: files for move in invoices_data if (files := self._xpps_usage_files_to_make(move))}
        values_list = []
        for move, files in to_make.items():
            made = {values["res_field"]: values for values in invoices_data[move].get("xpps_usage_values", ())}
            values_list += [made.get(file[0]) or self._xpps_usage_values(move, *file) for file in files]
        # As Odoo does with the invoice's PDF: files of a posted invoice are nobody's to write.
        self.env["ir.attachment"].sudo().create(values_list)
        for move, files in to_make.items():
            names = [field_name for field_name, _extension, _mimetype in files]
            move.invalidate_recordset([*names, "xpps_usage_pdf_id", "xpps_usage_xlsx_id"])

    @api.model
    def _xpps_usage_values(self, move, field_name, extension, mimetype):
        """One file of an invoice's annex, made now: values of an attachment."""
        return {
            "name": move._xpps_usage_filename(extension),
            "raw": self._render_xpps_usage_pdf(move) if extension == "pdf" else move._xpps_usage_xlsx(),
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
    def _render_xpps_usage_pdf(self, move):
        # One by one: a PDF of many invoices can only be split again by a patched wkhtmltopdf.
        reports = self.env["ir.actions.report"].sudo().with_company(move.company_id)
        content, report_type = reports._pre_render_qweb_pdf(USAGE_REPORT, res_ids=move.ids)
        return reports._get_splitted_report(USAGE_REPORT, content, report_type)[move.id]
