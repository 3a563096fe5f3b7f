# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..evidence import EvidenceBuilder
from ..rules import fitting_files

#: Which files of the annex a company has in its electronic invoices.
ANNEX_EXTENSIONS = {"none": (), "pdf": ("pdf",), "xlsx": ("xlsx",), "both": ("pdf", "xlsx")}


class AnnexToSend:
    """In the context while an invoice is sent: no client can send an instance of it.

    ``made`` are the files of the annex that were made for the electronic invoice: they are sent as they are there.
    ``left_out`` are the names of those that were too large for it.
    """

    def __init__(self):
        self.made = []
        self.left_out = []


class AccountMove(models.Model):
    _inherit = "account.move"

    def _xpps_evidence_lines(self):
        """The lines of which an electronic invoice says more than Odoo does; called as superuser."""
        return self.invoice_line_ids.filtered(lambda line: line._is_xpps_item() or line.xpps_credited_charge_ids)

    def _xpps_evidence(self):
        """What the electronic invoice says of XPPS items.

        :return: InvoiceEvidence, or None without such items
        """
        self.ensure_one()
        # Who may read an invoice may see what it bills, also without a right to see devices, reads and charges.
        move = self.sudo()._in_usage_language()
        if not move.is_sale_document() or not move._xpps_evidence_lines():
            return None
        return EvidenceBuilder(move).build()

    def _xpps_embedded_annex(self):
        """The files of the annex that the electronic invoice contains: those that were sent, or will be.

        :return: [{"name", "raw", "mimetype"}], at most as large as the company allows
        """
        self.ensure_one()
        # Whoever sends an invoice need not see the company's settings.
        company = self.company_id.sudo()
        extensions = ANNEX_EXTENSIONS[company.xpps_ubl_annex] if self.has_xpps_usage else ()
        files = {file["name"]: file for file in map(self._xpps_annex_file, extensions)}
        sizes = [(name, len(file["raw"])) for name, file in files.items()]
        fitting, too_large = fitting_files(sizes, company.xpps_ubl_annex_limit)
        if isinstance(sending := self.env.context.get("xpps_annex_to_send"), AnnexToSend):
            sending.left_out = too_large
        return [files[name] for name in fitting]

    def _xpps_annex_file(self, extension):
        attachment = self[f"xpps_usage_{extension}_id"]
        if attachment:
            return {"name": attachment.name, "raw": attachment.raw, "mimetype": attachment.mimetype}
        sends = self.env["account.move.send"]
        missing = {file[1]: file for file in sends._xpps_usage_files_to_make(self)}
        made = sends._xpps_usage_values(self, *missing[extension])
        if isinstance(sending := self.env.context.get("xpps_annex_to_send"), AnnexToSend):
            sending.made.append(made)
        return made
