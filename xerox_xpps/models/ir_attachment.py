# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError

#: Fields of ``account.move`` that keep the annex of an invoice.
ANNEX_FIELDS = ("xpps_usage_pdf_file", "xpps_usage_xlsx_file")


class IrAttachment(models.Model):
    """The annex that went with an invoice stays as it was sent, also when a new one takes its place.

    A version of it is known by its number, as Odoo detaches it from the invoice's field when that is reset to draft.
    """

    _name = "ir.attachment"
    _inherit = ["ir.attachment", "xpps.guard"]

    xpps_annex_version = fields.Integer(
        string="Version of the Annex", readonly=True, copy=False, help="0 where the file is no annex of an invoice."
    )

    def _xpps_protected_annexes(self):
        """Those that nobody but the program writes or deletes."""
        # What it is does not depend on what the user may see.
        annexes = self.sudo().filtered(
            lambda attachment: attachment.xpps_annex_version or attachment.res_field in ANNEX_FIELDS
        )
        return self & annexes

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation == "read" or not (annexes := self._xpps_protected_annexes()):
            return result
        forbidden = result[0] if result else self.browse()
        return forbidden | annexes, self._xpps_annex_error

    def _xpps_annex_error(self):
        return AccessError(
            self.env._("The annex of an invoice is kept as it was sent: reset the invoice to draft for a new one.")
        )

    def write(self, vals):
        if not self.env.su and vals.get("res_field") in ANNEX_FIELDS:
            raise self._xpps_annex_error()
        return super().write(vals)
