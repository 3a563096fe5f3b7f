# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

#: A mail brings more than billing files: pictures of a signature, the invoice as PDF.
MAIL_FILE_TYPES = (".xml", ".csv", ".xlsx")
#: How many problems the chatter spells out; all of them stand on the file.
MAX_NOTED = 5


class XppsBillingFile(models.Model):
    """Files that are dropped onto the list or arrive by e-mail.

    They become drafts, whoever sent them: to import is a person's decision.
    """

    _inherit = "xpps.billing.file"

    # Dropped onto the list, or chosen with its Upload button

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
        attachments._xpps_check_uploaded()
        company = self.env.company
        drafts = self.browse()
        for attachment in attachments:
            draft = self._create_from_upload(attachment.raw or b"", attachment.name, company)
            obstacle = draft._check_arrival() if draft not in drafts else ""
            if obstacle:
                draft._message_log(body=obstacle)
            drafts |= draft
        attachments.filtered(lambda kept: kept.create_uid == self.env.user and not kept.res_id).unlink()
        return drafts._action_open_uploaded()

    def _check_arrival(self):
        """Check a new draft, in a way that one file stops no other.

        :return: what kept the check from running, "" if nothing did
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.action_check()
        except UserError as error:
            return str(error)
        return ""

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

    # Sent by e-mail

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Bring the files of a new mail here as they were sent, and answer a mail that has none."""
        route = super()._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
        is_new = route and not route[1]
        if not is_new:
            return route
        self._restore_attachments(message, message_dict)
        if self._mailed_files(message_dict):
            return route
        self._routing_create_bounce_email(
            message_dict["email_from"],
            self._prepare_mail_refusal(message_dict),
            message,
            references=message_dict["message_id"],
        )
        return False

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a checked draft of each billing file of a mail.

        :return: the first file; the gateway posts the mail itself there
        """
        self.check_access("create")
        mailed = self._mailed_files(msg_dict)
        if not mailed:
            raise UserError(self.env._("The e-mail brought no billing file."))
        company = self.env["res.company"].browse((custom_values or {}).get("company_id")) or self.env.company
        responsible = company._xpps_file_responsible()
        files = self.with_company(company)
        if responsible.lang:
            files = files.with_context(lang=responsible.lang)
        received = files.browse()
        for name, data in mailed.values():
            received |= files._receive(name, data, company, responsible, msg_dict)
        first, others = received[0], received[1:]
        for file in others:
            file._log_as_odoobot(
                self.env._("The e-mail that brought this file is kept at %s.", first._get_html_link()),
            )
        return first

    @api.model
    def _mailed_files(self, msg_dict):
        """:return: {SHA-256: (file name, bytes)} of the billing files of a mail"""
        files = {}
        for name, content, *_info in msg_dict.get("attachments") or ():
            if isinstance(content, bytes) and (name or "").strip().lower().endswith(MAIL_FILE_TYPES):
                files.setdefault(hashlib.sha256(content).hexdigest(), (name, content))
        return files

    @api.model
    def _restore_attachments(self, message, message_dict):
        """Give text attachments back the bytes that were sent.

        Odoo has decoded them, by the mail's charset and with replacement characters for what is none. But a file is
        kept unchanged, and an XML file says itself how it is encoded.
        """
        parts = [part for part in message.walk() if part.get_content_maintype() == "text"]

        def restored(attachment):
            for part in parts:
                if (part.get_filename() or "attachment", part.get_content()) == attachment[:2]:
                    return self._Attachment(attachment[0], part.get_payload(decode=True), *attachment[2:])
            return attachment

        message_dict["attachments"] = [
            restored(attachment) if isinstance(attachment[1], str) else attachment
            for attachment in message_dict.get("attachments") or ()
        ]

    @api.model
    def _receive(self, name, data, company, responsible, msg_dict):
        """Keep one file of a mail as a draft and check it, or note on the file that it came again."""
        known = self.search(
            [
                ("checksum", "=", hashlib.sha256(data).hexdigest()),
                ("company_id", "=", company.id),
                ("state", "!=", "cancelled"),
            ],
            limit=1,
        )
        if known:
            known._log_as_odoobot(
                self.env._("This file arrived again by e-mail from %s. Nothing was changed.", msg_dict["email_from"])
            )
            return known
        file = self._create_from_upload(data, name, company)
        obstacle = file._check_arrival()
        file._log_as_odoobot(file._prepare_arrival_note(msg_dict["email_from"], obstacle))
        if responsible:
            file.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=file._prepare_arrival_summary(obstacle),
                user_id=responsible.id,
            )
        return file

    def _log_as_odoobot(self, body):
        # The gateway runs as the sender, but it is not the sender who says this.
        self.with_user(self.env.ref("base.user_root"))._message_log(body=body)

    def _prepare_arrival_summary(self, obstacle):
        if obstacle:
            return self.env._("Billing file arrived, but could not be checked")
        return self.env._(
            "Billing file arrived: %(errors)s errors, %(warnings)s warnings",
            errors=self.error_count,
            warnings=self.warning_count,
        )

    def _prepare_arrival_note(self, sender, obstacle):
        """:return: HTML that says where the file came from, what the check found, and the first problems"""
        self.ensure_one()
        arrived = self.env._("%(file)s arrived by e-mail from %(sender)s.", file=self.file_name, sender=sender)
        if obstacle:
            return Markup("<p>%s</p><p>%s</p>") % (arrived, obstacle)
        found = self.env._(
            "The check found %(errors)s errors and %(warnings)s warnings.",
            errors=self.error_count,
            warnings=self.warning_count,
        )
        problems = self.issue_ids.filtered(lambda issue: issue.severity != "info").sorted()
        listed = problems[:MAX_NOTED].mapped("message")
        if len(problems) > MAX_NOTED:
            listed.append(self.env._("… and %s more.", len(problems) - MAX_NOTED))
        items = Markup().join(Markup("<li>%s</li>") % message for message in listed)
        note = Markup("<p>%s %s</p>") % (arrived, found)
        return note + Markup("<ul>%s</ul>") % items if listed else note

    @api.model
    def _prepare_mail_refusal(self, message_dict):
        """:return: the HTML that answers a mail without a billing file, in the sender's language"""
        author = self.env["res.partner"].browse(message_dict.get("author_id") or ())
        if author.lang:
            self = self.with_context(lang=author.lang)
        body = Markup("<p>%s</p>") % self.env._(
            "Your e-mail “%s” brought no billing file. Please attach Xerox's Billing Details File as an .xml, .csv or "
            ".xlsx file, not packed.",
            message_dict.get("subject") or "",
        )
        return self.env["ir.qweb"]._render(
            "mail.mail_bounce_alias_security", {"body": body, "message": message_dict}, minimal_qcontext=True
        )
