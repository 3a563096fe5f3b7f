# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError


class XppsBillingFile(models.Model):
    """Files that are dropped onto the list, or chosen with its *Upload* button."""

    _inherit = "xpps.billing.file"

    def create_document_from_attachment(self, attachment_ids):
        """Make a checked draft of each uploaded attachment, as Odoo's upload components want it.

        The attachments only carried the files here: those of the user that belong to no record are deleted.

        :param list attachment_ids: ids of ir.attachment
        :return: the action that opens the draft, or the list of drafts if there are several
        """
        self.check_access("create")
        attachments = self.env["ir.attachment"].browse(attachment_ids).exists()
        if not attachments:
            raise UserError(self.env._("No file was uploaded."))
        attachments.check_access("read")
        company = self.env.company
        drafts = self.browse()
        for attachment in attachments:
            draft = self._create_from_upload(attachment.raw or b"", attachment.name, company)
            if draft not in drafts:
                draft._check_arrival()
            drafts |= draft
        attachments.filtered(lambda kept: kept.create_uid == self.env.user and not kept.res_id).unlink()
        return drafts._action_open_uploaded()

    def _check_arrival(self):
        """Check a new draft. What keeps the check from running is noted on the draft, and stops no other file."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.action_check()
        except UserError as error:
            self._message_log(body=str(error))

    def _action_open_uploaded(self):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Uploaded Billing Files"),
            "res_model": self._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.ids)],
        }
        if len(self) == 1:
            action.update(name=self.display_name, res_id=self.id, views=[(False, "form")])
        return action
