# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import logging

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...common.constants import BILLING_GROUP
from ...common.listing import paragraphs
from ...common.plural import plural
from ...common.window_actions import open_form
from ...importing import clipped
from .incoming_mail import is_automatic, is_forged
from .mail_attachments import MAX_ATTACHED, MAX_TEXT

_logger = logging.getLogger(__name__)

#: A mail brings more than billing files: pictures of a signature, the invoice as PDF.
MAIL_FILE_TYPES = (".xml", ".csv", ".xlsx")
#: How many billing files a mail may bring.
MAX_MAIL_FILES = 10
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
        if len(self) == 1:
            return open_form(self, name=self.display_name)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Uploaded Billing Files"),
            "res_model": self._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.ids)],
        }

    # Sent by e-mail

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Let those in who may bring files, and bring the files of a new mail here as they were sent.

        Others are answered as Odoo answers whom an alias does not accept; who may bring files is told what is wrong
        with a mail of which none is taken. Nobody answers mails that are forged or that a machine wrote by itself.
        """
        if is_automatic(message) or is_forged(message):
            _logger.info("Mail %s: it is automatic or forged, and is left alone", message_dict["message_id"])
            return False
        route = super()._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
        if not route:
            return route
        # Recipients of the mail are not recipients of what is written here: they could read it.
        message_dict["recipients"] = ""
        model, thread_id, values, _user_id, alias = route
        if thread_id:
            return route
        company = self._mail_company(values)
        if not alias and not company._xpps_may_bring_files(message):
            return False
        obstacle = self._mail_obstacle(message_dict)
        if not obstacle:
            sender = company._xpps_billing_user(email_normalize(message_dict["email_from"]))
            return model, thread_id, values, (sender or self.env.ref("base.user_root")).id, alias
        self._routing_create_bounce_email(
            message_dict["email_from"],
            self._prepare_mail_refusal(message_dict, obstacle),
            message,
            references=message_dict["message_id"],
        )
        return False

    @api.model
    def _mail_company(self, values):
        """:return: the company whose files a mail brings; ``values`` are those that its alias sets"""
        return self.env["res.company"].browse((values or {}).get("company_id")) or self.env.company

    @api.model
    def _mail_obstacle(self, message_dict):
        """Why no file of a new mail is taken, in the sender's language; "" if nothing is wrong with it."""
        author = self.env["res.partner"].browse(message_dict.get("author_id") or ())
        if author.lang:
            self = self.with_context(lang=author.lang)
        subject = clipped(message_dict.get("subject") or "")
        if self.env.context.get("xpps_mail_too_large"):
            return self.env._(
                "Your e-mail “%(subject)s” is too large, so none of its files was accepted: an e-mail may contain up "
                "to %(limit)s MiB of attachments and %(text)s MiB of text. Please send the files in several e-mails.",
                subject=subject,
                limit=MAX_ATTACHED // 2**20,
                text=MAX_TEXT // 2**20,
            )
        count = len(self._mailed_attachments(message_dict))
        if not count:
            return self.env._(
                "Your e-mail “%s” did not contain a billing file. Please attach Xerox's Billing Details File as an "
                ".xml, .csv or .xlsx file, not compressed.",
                subject,
            )
        if count > MAX_MAIL_FILES:
            return self.env._(
                "Your e-mail “%(subject)s” contained %(count)s files, and none of them was accepted: an e-mail may "
                "contain up to %(limit)s. Please send them in several e-mails.",
                subject=subject,
                count=count,
                limit=MAX_MAIL_FILES,
            )
        return ""

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a draft of each billing file of a mail, and check those that are not large.

        :return: the first file; the gateway posts the mail itself there
        """
        self.check_access("create")
        mailed = self._mailed_files(msg_dict)
        if not mailed:
            raise UserError(self.env._("The e-mail did not contain a billing file."))
        company = self._mail_company(custom_values)
        responsible = company._xpps_file_responsible()
        files = self.with_company(company)
        if responsible.lang:
            files = files.with_context(lang=responsible.lang)
        received = files.browse()
        for checksum, (name, data) in mailed.items():
            received |= files._receive(checksum, name, data, company, responsible, msg_dict)
        first, others = received[0], received[1:]
        for file in others:
            file._log_as_odoobot(
                self.env._("The e-mail with this file is stored on %s.", first._get_html_link()),
            )
        return first

    def message_post(self, **kwargs):
        """Keep a mail as it came: it is sent to nobody who is no follower, and what it brings is not indexed."""
        if kwargs.get("message_type") == "email":
            self = self.with_context(xpps_not_indexed=True)
            files = self._mailed_attachments(kwargs)
            kept = self._keep_mailed_files(files)
            kwargs.update(
                partner_ids=[],
                attachments=[attachment for attachment in kwargs.get("attachments") or () if attachment not in files],
                attachment_ids=[*(kwargs.get("attachment_ids") or ()), *kept.ids],
            )
        return super().message_post(**kwargs)

    def _keep_mailed_files(self, files):
        """Make attachments of the billing files of a mail, for the message that is posted with them.

        Odoo would encode and decode each of them several times on the way.
        """
        # As Odoo makes them: whoever may not post here is refused with all that he brought.
        attachments = self.env["ir.attachment"].sudo()
        return attachments.create(
            [
                # What is about to be posted belongs to no record yet.
                {"name": name, "raw": content, "res_model": "mail.compose.message", "res_id": 0}
                for name, content, *_info in files
            ]
        )

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Only who may read billing files follows one: neither the sender of a mail nor others that it is sent to."""
        for file in self:
            # Whoever posts something need not read users.
            users = (
                self.env["res.users"]
                .sudo()
                .search(
                    [
                        ("partner_id", "in", list(partner_ids or ())),
                        *file.company_id._domain_xpps_group(BILLING_GROUP),
                    ]
                )
            )
            if users:
                super(XppsBillingFile, file)._message_subscribe(users.partner_id.ids, subtype_ids, customer_ids)
        return True

    @api.model
    def _mailed_attachments(self, msg_dict):
        """:return: the attachments of a mail whose names are those of billing files, as Odoo's gateway has them"""
        return [
            attachment
            for attachment in msg_dict.get("attachments") or ()
            if (attachment[0] or "").strip().lower().endswith(MAIL_FILE_TYPES) and isinstance(attachment[1], bytes)
        ]

    @api.model
    def _mailed_files(self, msg_dict):
        """:return: {SHA-256: (file name, bytes)} of the billing files of a mail"""
        files = {}
        for name, content, *_info in self._mailed_attachments(msg_dict):
            files.setdefault(hashlib.sha256(content).hexdigest(), (name, content))
        return files

    @api.model
    def _receive(self, checksum, name, data, company, responsible, msg_dict):
        """Keep one file of a mail as a draft and check it, or note on the file that it came again."""
        known = self._known_file(checksum, company)
        if known:
            known._log_as_odoobot(
                self.env._(
                    "This file was received again by e-mail from %s. Nothing was changed.", msg_dict["email_from"]
                )
            )
            return known
        file = self._create_from_upload(data, name, company)
        obstacle = file._check_arrival()
        arrived = file.env._(
            "%(file)s was received by e-mail from %(sender)s.", file=name, sender=msg_dict["email_from"]
        )
        file._log_as_odoobot(file._prepare_arrival_note(arrived, obstacle))
        if responsible:
            file.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=file._prepare_arrival_summary(obstacle),
                user_id=responsible.id,
            )
        return file

    @api.model
    def _known_file(self, checksum, company):
        """:return: the file with this content that is there already, unless somebody has given it up"""
        return self.search(
            [("checksum", "=", checksum), ("company_id", "=", company.id), ("state", "!=", "cancelled")], limit=1
        )

    def _log_as_odoobot(self, body):
        # The gateway runs as the sender, but it is not the sender who says this.
        self.with_user(self.env.ref("base.user_root"))._message_log(body=body)

    def _update_arrival_activities(self, obstacle=""):
        """Say to those who look after a file that came by e-mail what its check in the background found."""
        arrival = self.env.ref("mail.mail_activity_data_todo")
        of_arrival = self.activity_ids.filtered(lambda one: one.automated and one.activity_type_id == arrival)
        for activity in of_arrival:
            file = self.with_context(lang=activity.user_id.lang)
            activity.summary = file._prepare_arrival_summary(obstacle)

    def _prepare_arrival_summary(self, obstacle):
        if obstacle:
            return self.env._("Billing file received, but it could not be checked")
        if self.check_queued:
            return self.env._("Billing file received: it is being checked in the background")
        return self.env._("Billing file received: %(errors)s, %(warnings)s", **self._say_counts())

    def _say_counts(self):
        """:return: how many errors and warnings the check found, those included that are not listed, as words"""
        errors, warnings = self.error_count, self.warning_count
        return {
            "errors": plural(errors, self.env._("1 error"), self.env._("%s errors", errors)),
            "warnings": plural(warnings, self.env._("1 warning"), self.env._("%s warnings", warnings)),
        }

    def _prepare_arrival_note(self, arrived, obstacle):
        """
        :param arrived: says where the file came from
        :return: HTML that says so, what the check found, and the first problems
        """
        self.ensure_one()
        if obstacle:
            return Markup("<p>%s</p><p>%s</p>") % (arrived, obstacle)
        if self.check_queued:
            return Markup("<p>%s %s</p>") % (
                arrived,
                self.env._("The file is large: it is being checked in the background."),
            )
        return self._prepare_check_note(arrived)

    def _prepare_check_note(self, introduction=""):
        """:return: HTML that says what the check found, and the first problems"""
        found = self.env._("The check found %(errors)s and %(warnings)s.", **self._say_counts())
        problems = self.issue_ids.filtered(lambda issue: issue.severity != "info").sorted()[:MAX_NOTED]
        count = self.error_count + self.warning_count
        listed = paragraphs(self.env, problems.mapped("message"), MAX_NOTED, count)
        items = Markup().join(Markup("<li>%s</li>") % message for message in listed)
        note = Markup("<p>%s</p>") % " ".join(filter(None, (introduction, found)))
        return note + Markup("<ul>%s</ul>") % items if listed else note

    @api.model
    def _prepare_mail_refusal(self, message_dict, obstacle):
        """:return: the HTML that answers a mail of which no file is taken, and says why"""
        return self.env["ir.qweb"]._render(
            "mail.mail_bounce_alias_security",
            {"body": Markup("<p>%s</p>") % obstacle, "message": message_dict},
            minimal_qcontext=True,
        )
