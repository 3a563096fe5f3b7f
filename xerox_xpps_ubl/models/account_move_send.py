# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.xerox_xpps.billing_file import to_decimal
from odoo.addons.xerox_xpps.common.formats import decimal_text
from odoo.addons.xerox_xpps.common.plural import plural

from .account_move import AnnexToSend


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _hook_invoice_document_before_pdf_report_render(self, invoice, invoice_data):
        """The annex is made once, for the electronic invoice and for the e-mail."""
        annex = AnnexToSend()
        sent = invoice.with_context(xpps_annex_to_send=annex)
        result = super()._hook_invoice_document_before_pdf_report_render(sent, invoice_data)
        if annex.made:
            invoice_data["xpps_usage_values"] = annex.made
        if annex.left_out:
            self._log_xpps_annex_left_out(invoice, annex.left_out)
        return result

    @api.model
    def _log_xpps_annex_left_out(self, invoice, names):
        # Whoever sends an invoice need not see the company's settings.
        limit = to_decimal(invoice.company_id.sudo().xpps_ubl_annex_limit)
        values = {"files": ", ".join(names), "limit": decimal_text(self.env, limit, 0)}
        invoice._message_log(
            body=plural(
                len(names),
                self.env._(
                    "The electronic invoice does not contain “%(files)s”: it is larger than the %(limit)s MiB that the "
                    "XPPS settings allow.",
                    **values,
                ),
                self.env._(
                    "The electronic invoice does not contain %(files)s: they are larger than the %(limit)s MiB that "
                    "the XPPS settings allow.",
                    **values,
                ),
            )
        )
