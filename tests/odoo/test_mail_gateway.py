# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Billing files that arrive by e-mail: whole mails go through Odoo's gateway, as the fetchmail cron hands them over."""

import io
import zipfile
from email.message import EmailMessage
from email.utils import make_msgid

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ..billing_file.builder import build_xml
from .common import XppsCase, record
from .test_access import BILLING, MANAGER, USER
from .test_warnings import FEBRUARY

DOMAIN = "xpps-test.example.com"
ADDRESS = f"xerox@{DOMAIN}"


class GatewayCase(MockEmail, XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create(
            {"name": DOMAIN, "company_ids": [Command.link(cls.company.id)]}
        )
        cls.company.write({"xpps_alias_name": "xerox"})
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
        data = mail if isinstance(mail, bytes) else mail.as_bytes()
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


class TestMailGateway(GatewayCase):
    def test_a_file_becomes_a_checked_draft(self):
        file = self._deliver(self._mail(("billing.xml", self.faulty)))
        self.assertEqual((file.state, file.company_id, file.file_name), ("draft", self.company, "billing.xml"))
        self.assertEqual((file.name, file.error_count, len(file.line_ids)), ("X-1002", 2, 2))
        self.assertEqual(file.attachment_id.raw, self.faulty)
        self.assertNotRefused()

    def test_the_chatter_keeps_mail_and_result(self):
        file = self._deliver(self._mail(("billing.xml", self.faulty)))
        mail = file.message_ids.filtered(lambda message: message.message_type == "email")
        self.assertEqual((mail.subject, mail.author_id), ("Your invoice", self.sender))
        self.assertIn("Please find the details attached.", mail.body)
        self.assertEqual(mail.attachment_ids.mapped("raw"), [self.faulty])
        result = next(body for body in self._bodies(file) if "The check found" in body)
        warnings = file.warning_count
        self.assertIn("billing.xml arrived by e-mail from", result)
        self.assertIn(f"The check found 2 errors and {warnings} warnings.", result)
        self.assertIn("SN-8", result)
        self.assertIn("SN-9", result)

    def test_the_chatter_names_the_first_problems_only(self):
        rows = [record(f"<b>SN-{number}</b>") for number in range(10, 30)]
        file = self._deliver(self._mail(("billing.xml", build_xml(devices=rows))))
        result = next(body for body in self._bodies(file) if "The check found" in body)
        self.assertEqual(result.count("<li>"), 6)
        self.assertIn(f"… and {file.error_count + file.warning_count - 5} more.", result)
        self.assertNotIn("<b>", result, "What stands in a file is no markup.")

    def test_the_responsible_has_something_to_do(self):
        file = self._deliver(self._mail(("billing.xml", self.faulty)))
        activity = file.activity_ids
        self.assertEqual(activity.user_id, self.clerk)
        self.assertEqual(activity.summary, f"Billing file arrived: 2 errors, {file.warning_count} warnings")
        self.assertTrue(activity.with_user(self.clerk).res_name)

    def test_the_responsible_can_import_it(self):
        file = self._deliver(self._mail(("billing.xml", self.sound))).with_user(self.clerk)
        self.assertEqual((file.error_count, file.activity_ids.summary[:32]), (0, "Billing file arrived: 0 errors, "))
        file.action_import()
        self.assertEqual((file.state, len(file.charge_ids)), ("imported", 1))

    def test_without_a_responsible_an_administrator_has_it(self):
        self.company.xpps_responsible_id = False
        manager = self._user("xpps_test_manager", MANAGER)
        self._user("xpps_test_manager2", MANAGER)
        self.assertEqual(self._deliver(self._mail(("billing.xml", self.sound))).activity_ids.user_id, manager)

    def test_a_responsible_who_may_no_more_is_not_asked(self):
        manager = self._user("xpps_test_manager", MANAGER)
        self.clerk.group_ids = self.env.ref(USER)
        self.assertEqual(self._deliver(self._mail(("billing.xml", self.sound))).activity_ids.user_id, manager)

    def test_without_anybody_the_file_is_kept_all_the_same(self):
        self.clerk.active = False
        file = self._deliver(self._mail(("billing.xml", self.sound)))
        self.assertEqual((file.state, len(file.activity_ids)), ("draft", 0))

    def test_a_check_that_cannot_run(self):
        self._break_format()
        file = self._deliver(self._mail(("billing.xml", self.sound)))
        self.assertEqual((file.state, len(file.line_ids)), ("draft", 0))
        self.assertTrue(any("needs the path" in body for body in self._bodies(file)))
        self.assertFalse(any("The check found" in body for body in self._bodies(file)))
        self.assertEqual(file.activity_ids.summary, "Billing file arrived, but could not be checked")

    def test_in_the_language_of_the_responsible(self):
        self._import([record("SN-1", BaseServiceFee="20.00")])
        self.env["res.lang"]._activate_lang("fr_FR")
        self.clerk.lang = "fr_FR"
        file = self._deliver(self._mail(("billing.xml", build_xml(FEBRUARY, [record("SN-1", BaseServiceFee="26.50")]))))
        self.assertEqual(file.issue_ids.mapped("code"), ["base_fee_changed"])
        self.assertIn("26,50", file.issue_ids.message)


class TestBytes(GatewayCase):
    """The file is kept as it was sent, however the mail carries it."""

    TEXT = build_xml({"InvoiceNumber": "É-1"}, [record("SN-1", CustomerName="Müller & Söhne, Kraków")])

    def test_transfer_encodings(self):
        for number, (mime_type, encoding) in enumerate(
            (
                ("application/xml", "base64"),
                ("application/octet-stream", "base64"),
                ("application/xml", "quoted-printable"),
                ("text/xml", "base64"),
                ("text/xml", "quoted-printable"),
            )
        ):
            data = self.TEXT.replace("É-1".encode(), b"X-%d" % number)
            with self.subTest(mime_type=mime_type, encoding=encoding):
                file = self._deliver(self._mail(("billing.xml", data, mime_type, encoding)))
                self.assertEqual(file.attachment_id.raw.replace(b"\r\n", b"\n"), data)
                self.assertEqual((file.name, file.error_count), (f"X-{number}", 0))
                if encoding == "base64":
                    self.assertEqual(file.attachment_id.raw, data)

    def test_a_charset_that_is_none_of_the_mails(self):
        """Odoo takes text for UTF-8 unless the mail says otherwise; the file itself says otherwise."""
        for charset in ("iso-8859-2", "utf-16"):
            text = self.TEXT.decode().replace("UTF-8", charset).replace("É-1", charset)
            data = text.encode(charset)
            for parameter in ("", "; charset=us-ascii"):
                with self.subTest(charset=charset, parameter=parameter):
                    mail = self._mail(("billing.xml", data + b" " * len(parameter), "text/xml"))
                    raw = mail.as_bytes().replace(
                        b"Content-Type: text/xml", b"Content-Type: text/xml" + parameter.encode()
                    )
                    file = self._deliver(raw)
                    self.assertEqual(file.attachment_id.raw, data + b" " * len(parameter))

    def test_eight_bit(self):
        """As a mail server with 8BITMIME hands it over."""
        data = self.TEXT.replace(b"\n", b"\r\n")
        mail = self._mail(("billing.xml", b"XXX", "application/octet-stream", "base64")).as_bytes()
        mail = mail.replace(b"application/octet-stream", b"text/xml").replace(
            b"\nContent-Transfer-Encoding: base64", b"\nContent-Transfer-Encoding: 8bit"
        )
        file = self._deliver(mail.replace(b"WFhY", data.rstrip(b"\r\n")))
        self.assertEqual(file.attachment_id.raw.rstrip(b"\r\n"), data.rstrip(b"\r\n"))
        self.assertEqual(file.error_count, 0)

    def test_a_forwarded_mail(self):
        """Forwarded as an attachment: the file is in the mail in the mail."""
        inner = self._mail(("billing.xml", self.TEXT))
        outer = self._mail(sender=self.clerk.email)
        outer.add_attachment(inner)
        file = self._deliver(outer)
        self.assertEqual(file.attachment_id.raw, self.TEXT)


class TestSeveral(GatewayCase):
    def test_each_file_is_a_draft(self):
        files = self._deliver(
            self._mail(("faulty.xml", self.faulty), ("logo.png", b"\x89PNG"), ("SOUND.XML", self.sound))
        )
        self.assertEqual(files.mapped("file_name"), ["faulty.xml", "SOUND.XML"])
        self.assertEqual(files.mapped("error_count"), [2, 0])
        self.assertEqual([len(file.activity_ids) for file in files], [1, 1])
        first, second = files
        self.assertIn("email", first.message_ids.mapped("message_type"))
        link = next(body for body in self._bodies(second) if "is kept at" in body)
        self.assertIn(f'data-oe-id="{first.id}"', link)

    def test_twice_in_one_mail(self):
        file = self._deliver(self._mail(("a.xml", self.sound), ("b.xml", self.sound)))
        self.assertEqual(file.file_name, "a.xml")

    def test_a_bad_file_stops_no_other(self):
        files = self._deliver(
            self._mail(("a.xml", b""), ("b.xml", b"<no"), ("c.csv", b"\xff\xfe\x00"), ("d.xml", self.sound))
        )
        self.assertEqual(files.mapped("file_name"), ["a.xml", "b.xml", "c.csv", "d.xml"])
        self.assertEqual([bool(file.error_count) for file in files], [True, True, True, False])

    def test_the_same_file_again(self):
        file = self._deliver(self._mail(("billing.xml", self.sound)))
        self.assertFalse(
            self._deliver(self._mail(("other.xml", self.sound), sender="Clerk <xpps_test_clerk@example.com>"))
        )
        self.assertEqual((file.file_name, len(file.activity_ids)), ("billing.xml", 1))
        self.assertEqual(file.message_ids.mapped("message_type").count("email"), 2)
        self.assertTrue(
            any('arrived again by e-mail from "Clerk"' in body for body in self._bodies(file)), self._bodies(file)
        )
        file.action_import()
        self.assertFalse(self._deliver(self._mail(("billing.xml", self.sound))))
        self.assertEqual((file.state, len(file.charge_ids)), ("imported", 1))

    def test_the_same_message_again(self):
        """A mail server that delivers twice."""
        mail = self._mail(("billing.xml", self.sound))
        self.assertEqual(len(self._deliver(mail)), 1)
        self.assertFalse(self._deliver(mail))

    def test_an_answer_stays_in_the_chatter(self):
        file = self._deliver(self._mail(("billing.xml", self.sound)))
        mail = file.message_ids.filtered(lambda message: message.message_type == "email")
        self.assertFalse(self._deliver(self._mail(("other.xml", self.faulty), In_Reply_To=mail.message_id)))
        self.assertEqual(file.message_ids.mapped("message_type").count("email"), 2)
        self.assertEqual(file.attachment_id.raw, self.sound)


class TestRefused(GatewayCase):
    def assertRefused(self, mail, pattern):
        self.assertFalse(self._deliver(mail))
        self.assertFalse(self.env["xpps.billing.file"].search([]))
        answer = self._new_mails
        self.assertEqual(len(answer), 1)
        self.assertRegex(answer.body_html, pattern)
        self.assertEqual(email_normalize(answer.email_to), email_normalize(mail["From"]))

    def test_no_file(self):
        self.assertRefused(self._mail(), "brought no billing file")

    def test_no_supported_file(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("billing.xml", self.sound)
        for name, data in (
            ("billing.zip", packed.getvalue()),
            ("invoice.pdf", b"%PDF-1.7"),
            ("billing.xml.exe", self.sound),
            ("", self.sound),
        ):
            with self.subTest(name=name):
                self.assertRefused(self._mail((name, data, "application/octet-stream")), "brought no billing file")
        self.assertEqual(self.company.xpps_alias_id.alias_status, "not_tested", "The alias is sound.")

    def test_a_stranger(self):
        mail = self._mail(("billing.xml", self.sound), sender="stranger@example.net")
        self.assertRefused(mail, "could not be accepted")

    def test_nobody_imports_by_mail(self):
        """Not even a clerk, or a stranger where everyone may send files."""
        self.company.xpps_alias_contact = "everyone"
        for number, sender in enumerate(
            ("stranger@example.net", self.clerk.email, self.env.user.email or "odoobot@example.com")
        ):
            data = build_xml({"InvoiceNumber": f"X-{number}"}, [record("SN-1", mono=(100, "0.004"))])
            file = self._deliver(self._mail(("billing.xml", data), sender=sender))
            self.assertEqual((file.state, file.error_count), ("draft", 0))
        self.assertFalse(self.env["sale.subscription.charge"].search([]))
        self.assertFalse(self.env["xpps.meter.read"].search([]))

    def test_a_stranger_changes_no_draft(self):
        draft = self._check(self.sound, "june.xml")
        self.company.xpps_alias_contact = "everyone"
        self.assertFalse(self._deliver(self._mail(("x.xml", self.sound), sender="stranger@example.net")))
        self.assertEqual((draft.file_name, draft.kind, draft.state), ("june.xml", "regular", "draft"))

    def test_hostile_files(self):
        entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><XPPSBillingDetails>&a;</XPPSBillingDetails>'
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
        files = self._deliver(
            self._mail(
                ("../../../etc/cron.d/a.xml", entity),
                ("b.xml", bomb),
                ("<script>alert(1)</script>.xml", b"\x00\x01" * 50),
                ("c.xlsx", b"PK\x03\x04 no workbook"),
            )
        )
        self.assertEqual(len(files), 4)
        for file in files:
            self.assertTrue(file.error_count, file.file_name)
            self.assertFalse(any("root:" in body or "<script" in body for body in self._bodies(file)))
        self.assertEqual([file.issue_ids.mapped("code") for file in files[:2]], [["file_forbidden"]] * 2)

    def test_the_gateways_method_is_no_back_door(self):
        """Any user may call message_new."""
        values = {"email_from": "a@example.com", "attachments": [("a.xml", self.sound)]}
        files = self.env["xpps.billing.file"]
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            files.with_user(self._user("xpps_test_reader", USER)).message_new(values)
        other = self._company("XPPS Other Reseller")
        with self.assertRaises(AccessError), self.cr.savepoint():
            files.with_user(self.clerk).message_new(values, {"company_id": other.id})
        self.assertFalse(files.sudo().search([("company_id", "=", other.id)]))
        self.assertRaisesMessage("no billing file", files.with_user(self.clerk).message_new, {})


class TestAlias(GatewayCase):
    def test_two_companies(self):
        other = self._company("XPPS Other Reseller")
        self.domain.company_ids |= other
        other.write({"xpps_alias_name": "xerox-other"})
        manager = self._user("xpps_test_manager", MANAGER, company=other)
        theirs = self._deliver(self._mail(("billing.xml", self.sound), to=f"xerox-other@{DOMAIN}"))
        self.assertEqual((theirs.company_id, theirs.attachment_id.company_id), (other, other))
        self.assertEqual(theirs.activity_ids.user_id, manager)
        self.assertEqual(self._codes(theirs), ["device_unknown"], "The device is the first company's.")
        ours = self._deliver(self._mail(("billing.xml", self.sound)))
        self.assertEqual((ours.company_id, ours.error_count), (self.company, 0))
        self.assertFalse(self.env["xpps.billing.file"].with_user(self.clerk).search([("id", "=", theirs.id)]))

    def test_one_mail_to_two_companies(self):
        other = self._company("XPPS Other Reseller")
        self.domain.company_ids |= other
        other.write({"xpps_alias_name": "xerox-other"})
        data = self.sound.decode().replace("UTF-8", "utf-16").encode("utf-16")
        files = self._deliver(self._mail(("billing.xml", data, "text/xml"), to=f"{ADDRESS}, xerox-other@{DOMAIN}"))
        self.assertEqual(set(files.company_id), {self.company, other})
        self.assertEqual(files.attachment_id.mapped("raw"), [data, data])

    def test_settings_make_the_alias(self):
        system = self._user("xpps_test_system", MANAGER, "base.group_system")
        other = self._company("XPPS Other Reseller")
        self.domain.company_ids |= other
        system.company_ids |= other
        settings = self.env["res.config.settings"].with_user(system).with_context(allowed_company_ids=other.ids)
        self.assertFalse(settings.create({}).xpps_alias_name)
        settings.create({}).execute()
        self.assertFalse(other.xpps_alias_id, "No alias unless it is wanted.")
        settings.create({"xpps_alias_contact": "everyone", "xpps_alias_name": "Xerox Über"}).execute()
        self.env.invalidate_all()
        alias = other.xpps_alias_id
        self.assertEqual((alias.alias_full_name, alias.alias_contact), (f"xerox-uber@{DOMAIN}", "everyone"))
        self.assertEqual((other.xpps_alias_name, self.company.xpps_alias_name), ("xerox-uber", "xerox"))
        settings.create({"xpps_alias_name": "xpps"}).execute()
        self.assertEqual((other.xpps_alias_id, alias.alias_full_name), (alias, f"xpps@{DOMAIN}"))
        self.assertRaisesMessage("already linked", settings.create, {"xpps_alias_name": "xerox"}, exception=UserError)
        settings.create({"xpps_alias_name": False}).execute()
        self.assertFalse(alias.alias_full_name)

    def test_the_alias_asks_who_is_there(self):
        self.assertEqual(self.company.xpps_alias_id.alias_contact, "partners")
        self.assertNotIn("followers", dict(self.company._fields["xpps_alias_contact"]._description_selection(self.env)))
