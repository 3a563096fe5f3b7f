# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Mails as they arrive at Odoo's gateway."""

from email.message import EmailMessage
from email.utils import make_msgid

from odoo import Command

from odoo.addons.mail.tests.common import MockEmail

from ...billing_file.builder import build_xml
from .access import BILLING
from .common import XppsCase, record

DOMAIN = "xpps-test.example.com"
ADDRESS = f"xerox@{DOMAIN}"


class GatewayCase(MockEmail, XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create(
            {"name": DOMAIN, "company_ids": [Command.link(cls.company.id)]}
        )
        cls.company.write({"xpps_alias_name": "xerox", "xpps_sender_addresses": "billing@xerox.example.com"})
        cls.clerk = cls._user("xpps_test_clerk", BILLING)
        cls.company.xpps_responsible_id = cls.clerk
        cls.sender = cls._partner("Xerox Billing", email="billing@xerox.example.com")
        cls.sound = build_xml(devices=[record("SN-1", mono=(100, "0.004"))])
        cls.faulty = build_xml({"InvoiceNumber": "X-1002"}, [record("SN-8"), record("SN-9")])

    def _mail(self, *attachments, to=ADDRESS, sender="Xerox <billing@xerox.example.com>", **headers):
        """:param attachments: (file name, bytes, MIME type, transfer encoding)"""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"], mail["Message-Id"] = sender, to, "Your invoice", make_msgid()
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content("Please find the details attached.")
        for name, data, *how in attachments:
            mime_type, encoding = [*how, "application/xml", "base64"][:2] if len(how) != 1 else [how[0], "base64"]
            maintype, subtype = mime_type.split("/")
            mail.add_attachment(data, maintype=maintype, subtype=subtype, filename=name, cte=encoding)
        return mail

    def _deliver(self, mail):
        """:return: the billing files that are new"""
        files = self.env["xpps.billing.file"].sudo()
        before = files.search([])
        data = mail if isinstance(mail, bytes | str) else mail.as_bytes()
        # The cron runs as OdooBot, in the main company.
        gateway = self.env["mail.thread"].with_user(self.env.ref("base.user_root")).with_context({})
        with self.mock_mail_gateway():
            gateway.message_process(None, data)
        self.env.flush_all()
        self.env.invalidate_all()
        return files.search([("id", "not in", before.ids)], order="id")

    def _bodies(self, file):
        return [str(body) for body in file.message_ids.sorted("id").mapped("body")]

    def assertNotRefused(self):
        self.assertFalse(self._new_mails.filtered(lambda mail: mail.subject.startswith("Re: ")).mapped("body_html"))
