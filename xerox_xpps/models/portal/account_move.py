# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _xpps_annex(self, extension):
        """A file of the annex: the one that was sent, else one made now.

        :param extension: ``pdf`` or ``xlsx``
        :return: the file, in bytes
        """
        self.ensure_one()
        self.check_access("read")
        # Who may read an invoice may have its annex, whoever sent it.
        kept = self.sudo()[f"xpps_usage_{extension}_id"]
        if kept:
            return kept.raw
        if extension == "xlsx":
            return self._xpps_usage_xlsx()
        return self.env["account.move.send"]._render_xpps_usage_pdfs(self)[self]
