# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...documents import write_vendor_xlsx


class XppsVendorDocument(models.AbstractModel):
    """What the document "Xerox Vendor Report" can be printed of: a billing file, or a period."""

    _name = "xpps.vendor.document"
    _description = "Xerox Vendor Report"

    def _vendor_document(self):
        """The document in the user's language, of what the user may see.

        :return: VendorDocument
        :raises UserError: when no file is imported that it could tell about
        """
        raise NotImplementedError

    def _vendor_document_xlsx(self):
        """:return: the document as a workbook, in bytes"""
        return write_vendor_xlsx(self.env, self._vendor_document())

    def _vendor_document_filename(self, extension):
        self.ensure_one()
        title = self.env._("Xerox Vendor Report")
        return f"{title} {self.display_name}.{extension}".replace("/", "_")
