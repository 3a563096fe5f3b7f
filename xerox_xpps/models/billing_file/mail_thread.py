# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from email.message import EmailMessage

from odoo import api, models

from .incoming_mail import as_bytes, sent_to, short_head
from .mail_attachments import MailTooLargeError, split_mail

#: The name of the whole mail, of which Odoo makes an attachment where the incoming mail server keeps originals.
ORIGINAL_NAME = "original_email.eml"


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        """Let Odoo parse a mail to billing files without what is attached, and only the head of one that is too large.

        Python's parser takes a mail line by line, which Odoo has done before it asks who may send it where.
        """
        content = as_bytes(message)
        addresses = self._xpps_file_addresses(content)
        if not addresses and model != "xpps.billing.file":
            return super().message_process(model, message, *args, **kwargs)
        try:
            split = split_mail(content)
        except MailTooLargeError:
            thread, content = self.with_context(xpps_mail_too_large=True), short_head(content, addresses)
        else:
            thread, content = self.with_context(xpps_split_mail=split), split.content
        return super(MailThread, thread).message_process(model, content, *args, **kwargs)

    @api.model
    def _xpps_file_addresses(self, content):
        """:return: those recipients of a mail, in bytes, that bring billing files"""
        # Mails are received by users who need not read aliases.
        aliases = self.env["mail.alias"].sudo().search([("alias_model_id.model", "=", "xpps.billing.file")])
        by_name = aliases.filtered("alias_incoming_local")
        addresses = set(aliases.mapped("alias_full_name")) | set(by_name.mapped("alias_name"))
        return sent_to(content, addresses - {False})

    def _message_parse_extract_payload_postprocess(self, message, payload_dict):
        """Put what was attached to a mail in the place of its marks."""
        split = self.env.context.get("xpps_split_mail")
        if split:
            payload_dict["attachments"] = self._xpps_restore_attachments(split, payload_dict["attachments"])
        return super()._message_parse_extract_payload_postprocess(message, payload_dict)

    @api.model
    def _xpps_restore_attachments(self, split, attachments):
        restored, mails = [], iter(split.mails)
        for name, content, info in attachments:
            if isinstance(content, bytes) and content in split.files:
                sent_name, content = split.files[content]
                name = sent_name or name
            elif isinstance(content, EmailMessage):
                content = next(mails, content)
            elif isinstance(content, str) and name == ORIGINAL_NAME:
                content = split.original
            restored.append(self._Attachment(name, content, info))
        return restored

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Ask billing files about mails to them also where Odoo asks in the name of all models.

        It does so for answers, and for mails that a server hands to one model without an alias.
        """
        files = self.env["xpps.billing.file"]
        if self._name == "mail.thread" and route[0] == files._name:
            return files._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
        return super()._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
