# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import hashlib
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError

#: What an attachment says of its content.
CONTENT_FIELDS = ("raw", "datas", "db_datas", "url", "type")
#: An upload is taken up at once; whatever lies around for longer was uploaded for something else.
UPLOAD_AGE = timedelta(hours=1)


class IrAttachment(models.Model):
    """The content of a billing file is evidence: it stays as it was uploaded, and private."""

    _inherit = "ir.attachment"

    def write(self, vals):
        for file in self._xpps_billing_files():
            # The program says where the attachment belongs; its content is not even for the program to change.
            if not self.env.su or not file.attachment_id._xpps_keeps_content(vals):
                file._refuse_attachment_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billing_file(self):
        for file in self._xpps_billing_files():
            file._refuse_attachment_change()

    def _xpps_billing_files(self):
        """:return: the billing files, in sudo, whose content these attachments are"""
        # Whoever may not see the billing file must not change its content either.
        attachments = self.sudo().filtered(lambda attachment: attachment.res_model == "xpps.billing.file")
        files = self.env["xpps.billing.file"].sudo()
        return files.search([("attachment_id", "in", attachments.ids)]) if attachments else files

    def _xpps_keeps_content(self, vals):
        """Whether the content is the same after writing the values: Odoo moves it from one storage to another."""
        if any(name in vals for name in CONTENT_FIELDS if name not in ("raw", "datas")):
            return False
        contents = [vals["raw"]] if "raw" in vals else []
        contents += [base64.b64decode(vals["datas"] or b"")] if "datas" in vals else []
        return all(_digest(content) == _digest(self.raw) for content in contents)

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


def _digest(content):
    return hashlib.sha256(content.encode() if isinstance(content, str) else content or b"").digest()
