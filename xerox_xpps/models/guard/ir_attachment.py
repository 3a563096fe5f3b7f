# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .xpps_reference_guard import is_own_field

#: Fields of ``account.move`` that keep the annex of an invoice.
ANNEX_FIELDS = ("xpps_usage_pdf_file", "xpps_usage_xlsx_file")
#: An upload is taken up at once; whatever lies around for longer was uploaded for something else.
UPLOAD_AGE = timedelta(hours=1)


class IrAttachment(models.Model):
    """Evidence stays as it was: the content of a billing file, and the annex that went with an invoice.

    A new annex takes the place of the old one as another version. It is known by its number, as Odoo detaches it from
    the invoice's field when that is reset to draft.
    """

    _name = "ir.attachment"
    _inherit = ["ir.attachment", "xpps.guard"]

    xpps_annex_version = fields.Integer(
        string="Version of the Annex", readonly=True, copy=False, help="0 if the file is not the annex of an invoice."
    )

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation == "read":
            return result
        forbidden = result[0] if result else self.browse()
        if files := self._xpps_billing_files():
            return forbidden | self.browse(files.attachment_id.ids), files[0]._attachment_error
        if annexes := self._xpps_annexes():
            return forbidden | annexes, self._xpps_annex_error
        return result

    def write(self, vals):
        if not self.env.su and vals.get("res_field") in ANNEX_FIELDS:
            raise self._xpps_annex_error()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billing_file(self):
        for file in self._xpps_billing_files():
            raise file._attachment_error()

    @api.model
    def _search(self, domain, *args, **kwargs):
        if not self.env.su:
            self._xpps_check_paths(self, domain)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _xpps_check_paths(self, model, domain):
        """Odoo looks for attachments as superuser, by way of whatever record they lead to.

        :raises AccessError: when the user searches by a field of this addon that he may not read
        """
        for condition in Domain(domain).iter_conditions():
            place = model
            for name in condition.field_expr.split("."):
                field = place._fields.get(name)
                if field is None:
                    break
                if is_own_field(field):
                    place._check_field_access(field, "read")
                place = self.env[field.comodel_name] if field.relational else place
            if condition.operator in ("any", "not any") and isinstance(condition.value, Domain | list | tuple):
                self._xpps_check_paths(place, condition.value)

    @api.model
    def _index(self, bin_data, file_type, checksum=None):
        """Leave billing files alone: what somebody sent is neither opened nor copied to the database to be searched."""
        if self.env.context.get("xpps_not_indexed"):
            return None
        return super()._index(bin_data, file_type, checksum=checksum)

    def _xpps_billing_files(self):
        """:return: the billing files, in sudo, whose content these attachments are"""
        # Whoever may not see the billing file must not change its content either.
        attachments = self.sudo().filtered(lambda attachment: attachment.res_model == "xpps.billing.file")
        files = self.env["xpps.billing.file"].sudo()
        return files.search([("attachment_id", "in", attachments.ids)]) if attachments else files

    def _xpps_annexes(self):
        """:return: those of the attachments that are or were the annex of an invoice"""
        # What it is does not depend on what the user may see.
        annexes = self.sudo().filtered(
            lambda attachment: attachment.xpps_annex_version or attachment.res_field in ANNEX_FIELDS
        )
        return self & annexes

    def _xpps_annex_error(self):
        return AccessError(
            self.env._(
                "The annex of an invoice is kept as it was sent. Reset the invoice to draft to create a new one."
            )
        )

    def _xpps_check_uploaded(self):
        """Take up only what the user has just uploaded, and what belongs to nothing yet.

        :raises AccessError: when one of the attachments is somebody else's, belongs to a record, or is old
        """
        self.check_access("read")
        oldest = self.env.cr.now() - UPLOAD_AGE
        for attachment in self:
            own = attachment.create_uid == self.env.user and attachment.type == "binary"
            if not own or attachment.res_id or attachment.res_field or attachment.create_date < oldest:
                raise AccessError(
                    self.env._("“%s” is not a file that you have just uploaded. Upload it again.", attachment.name)
                )

    def _xpps_bind(self, record):
        """Make an upload a part of a record: seen by whoever sees that, and by nobody else."""
        self.write(
            {
                "res_model": record._name,
                "res_id": record.id,
                "company_id": record.company_id.id,
                "public": False,
                "access_token": False,
            }
        )
