# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Billing files that arrive by e-mail: whole mails go through Odoo's gateway, as the fetchmail cron hands them over."""

import email
import io
import time
import zipfile

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, mute_logger

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER, USER
from ..support.common import record
from ..support.importing import NEXT_INVOICE
from ..support.mail_gateway import ADDRESS, DOMAIN, GatewayCase


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
        self.assertEqual(file.warning_count, 1)
        self.assertIn("billing.xml was received by e-mail from", result)
        self.assertIn("The check found 2 errors and 1 warning.", result)
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
        self.assertEqual(activity.summary, "Billing file received: 2 errors, 1 warning")
        self.assertTrue(activity.with_user(self.clerk).res_name)

    def test_the_responsible_can_import_it(self):
        file = self._deliver(self._mail(("billing.xml", self.sound))).with_user(self.clerk)
        self.assertEqual((file.error_count, file.activity_ids.summary[:33]), (0, "Billing file received: 0 errors, "))
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
        self.assertEqual(file.activity_ids.summary, "Billing file received, but it could not be checked")

    def test_in_the_language_of_the_responsible(self):
        self._import([record("SN-1", BaseServiceFee="20.00")])
        self.env["res.lang"]._activate_lang("fr_FR")
        self.clerk.lang = "fr_FR"
        file = self._deliver(
            self._mail(("billing.xml", build_xml(NEXT_INVOICE, [record("SN-1", BaseServiceFee="26.50")])))
        )
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
        link = next(body for body in self._bodies(second) if "is stored on" in body)
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
            any('received again by e-mail from "Clerk"' in body for body in self._bodies(file)), self._bodies(file)
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
        self.assertRefused(self._mail(), "did not contain a billing file")

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
                self.assertRefused(
                    self._mail((name, data, "application/octet-stream")), "did not contain a billing file"
                )
        self.assertEqual(self.company.xpps_alias_id.alias_status, "not_tested", "The alias is sound.")

    def test_a_stranger(self):
        mail = self._mail(("billing.xml", self.sound), sender="stranger@example.net")
        self.assertRefused(mail, "could not be accepted")

    def test_nobody_imports_by_mail(self):
        """Not even a clerk."""
        for number, sender in enumerate((self.sender.email, self.clerk.email)):
            data = build_xml({"InvoiceNumber": f"X-{number}"}, [record("SN-1", mono=(100, "0.004"))])
            file = self._deliver(self._mail(("billing.xml", data), sender=sender))
            self.assertEqual((file.state, file.error_count), ("draft", 0))
        self.assertFalse(self.env["sale.subscription.charge"].search([]))
        self.assertFalse(self.env["xpps.meter.read"].search([]))

    def test_a_mail_changes_no_draft(self):
        draft = self._check(self.sound, "june.xml")
        self.assertFalse(self._deliver(self._mail(("x.xml", self.sound))))
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
        self.assertRaisesMessage("did not contain a billing file", files.with_user(self.clerk).message_new, {})


class TestAlias(GatewayCase):
    def test_two_companies(self):
        other = self._company("XPPS Other Reseller")
        self.domain.company_ids |= other
        other.write({"xpps_alias_name": "xerox-other", "xpps_sender_addresses": "@xerox.example.com"})
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
        other.write({"xpps_alias_name": "xerox-other", "xpps_sender_addresses": "@xerox.example.com"})
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
        settings.create({"xpps_sender_addresses": "@xerox.com", "xpps_alias_name": "Xerox Über"}).execute()
        self.env.invalidate_all()
        alias = other.xpps_alias_id
        self.assertEqual((alias.alias_full_name, alias.alias_contact), (f"xerox-uber@{DOMAIN}", "xpps_senders"))
        self.assertEqual(other.xpps_sender_addresses, "@xerox.com")
        self.assertEqual((other.xpps_alias_name, self.company.xpps_alias_name), ("xerox-uber", "xerox"))
        settings.create({"xpps_alias_name": "xpps"}).execute()
        self.assertEqual((other.xpps_alias_id, alias.alias_full_name), (alias, f"xpps@{DOMAIN}"))
        self.assertRaisesMessage("already linked", settings.create, {"xpps_alias_name": "xerox"}, exception=UserError)
        settings.create({"xpps_alias_name": False}).execute()
        self.assertFalse(alias.alias_full_name)

    def test_the_alias_says_who_may_send(self):
        alias = self.company.xpps_alias_id
        self.assertEqual(alias.alias_contact, "xpps_senders")
        self.assertIn(
            "Xerox's senders", dict(alias._fields["alias_contact"]._description_selection(self.env))["xpps_senders"]
        )

    def test_an_older_alias(self):
        """Whatever an alias says of others, billing files come from those who may bring them."""
        for contact in ("everyone", "partners"):
            self.company.xpps_alias_id.alias_contact = contact
            with self.subTest(contact=contact):
                partner = self._partner("Anybody", email="anybody@example.net")
                self.assertFalse(self._deliver(self._mail(("a.xml", self.sound), sender=partner.email)))
                self.sender.email = False
                file = self._deliver(self._mail(("a.xml", self.sound)))
                self.assertEqual(file.state, "draft")
                file.unlink()
                self.sender.email = "billing@xerox.example.com"


class TestSenders(GatewayCase):
    """Who may bring files, and what becomes of the mails of others."""

    def assertTaken(self, sender, user):
        file = self._deliver(self._mail(("a.xml", self.sound), sender=sender))
        self.assertEqual((len(file), file.create_uid), (1, user))
        self.assertNotRefused()
        file.unlink()

    def assertLeftAlone(self, mail):
        """No file, and no answer."""
        self.assertFalse(self._deliver(mail))
        self.assertFalse(self._new_mails.mapped("body_html"))

    def test_billing_users(self):
        for number, group in enumerate((BILLING, MANAGER)):
            user = self._user(f"xpps_test_sender{number}", group)
            self.assertTaken(f"Somebody <{user.email.upper()}>", user)

    def test_listed_senders(self):
        """An outsider brings a file, but OdooBot makes it."""
        self.company.xpps_sender_addresses = "\n  Xerox <Billing@Xerox.example.com>\n\n@partner.example.org \n"
        root = self.env.ref("base.user_root")
        for sender in ("billing@xerox.example.com", "X <BILLING@XEROX.EXAMPLE.COM>", "anybody@Partner.example.org"):
            with self.subTest(sender=sender):
                self.assertTaken(sender, root)

    def test_a_listed_billing_user(self):
        self.company.xpps_sender_addresses = self.clerk.email
        self.assertTaken(self.clerk.email, self.clerk)

    def test_others(self):
        """Each is answered once, as an alias answers, and told nothing of the company's settings."""
        gone = self._user("xpps_test_gone", BILLING)
        gone.active = False
        self.company.xpps_sender_addresses = "billing@xerox.example.com\n@partner.example.org"
        other = self._company("XPPS Other Reseller")
        portal = self._user("xpps_test_portal", group_ids=[Command.set(self.env.ref("base.group_portal").ids)])
        for sender in (
            "stranger@example.net",
            self._partner("Known", email="known@example.net").email,
            self._user("xpps_test_reader", USER).email,
            self._user("xpps_test_employee", "base.group_user").email,
            self._user("xpps_test_elsewhere", BILLING, company=other).email,
            gone.email,
            portal.email,
            "sub@mail.partner.example.org",
            "partner.example.org@evil.example.net",
            "other@xerox.example.com",
            '"billing@xerox.example.com" <stranger@example.net>',
        ):
            with self.subTest(sender=sender):
                self.assertFalse(self._deliver(self._mail(("a.xml", self.sound), sender=sender)))
                self.assertEqual(len(self._new_mails), 1)
                self.assertIn("could not be accepted", self._new_mails.body_html)
                self.assertNotIn("partner.example.org", self._new_mails.body_html.replace(sender, ""))

    def test_several_senders(self):
        """Nobody knows which of them sent it."""
        for sender in ("billing@xerox.example.com, stranger@example.net", "a@example.net, billing@xerox.example.com"):
            self.assertFalse(self._deliver(self._mail(("a.xml", self.sound), sender=sender)))

    def test_without_an_alias(self):
        """A mail server that hands its mails to the model itself asks the same."""
        gateway = self.env["mail.thread"].with_user(self.env.ref("base.user_root")).with_context({})
        values = {"company_id": self.company.id}
        for sender, count in (("stranger@example.net", 0), ("billing@xerox.example.com", 1)):
            mail = self._mail(("a.xml", self.sound), to="inbox@elsewhere.example.com", sender=sender)
            with self.mock_mail_gateway():
                try:
                    gateway.message_process("xpps.billing.file", mail.as_bytes(), custom_values=values)
                except ValueError as error:
                    self.assertIn("No possible route", str(error))
            self.assertEqual(self.env["xpps.billing.file"].search_count([]), count)
            self.assertNotRefused()

    def test_forged(self):
        for headers in (
            ["mx.example.com; dmarc=fail header.from=xerox.example.com"],
            ["mx.example.com; spf=pass; dkim=pass; dmarc=fail (p=reject; dis=none)"],
            ["mx.example.com; spf=pass", "mx.example.com; dkim=none; dmarc=FAIL"],
            ["mx.example.com 1; spf=fail smtp.mailfrom=xerox.example.com"],
            ["mx.example.com; spf=softfail", "mx.example.com; dkim=none"],
            ["mx.example.com; dkim=fail (signature did not verify); spf=none"],
            ["mx.example.com; dkim/1=permerror; spf=fail"],
            # What others wrote into the mail before it arrived.
            ["mx.example.com; spf=fail; dkim=none", "forged.example.net; spf=pass; dkim=pass; dmarc=pass"],
            ["mx.example.com; spf=fail (; dkim=pass)"],
            ["mx.example.com; spf=fail (a \\) (b); dkim=pass)"],
            ['mx.example.com; spf=fail smtp.mailfrom="; dkim=pass"@example.net'],
            ["mx.example.com; spf=none (unclosed; dmarc=fail"],
        ):
            with self.subTest(headers=headers):
                mail = self._mail(("a.xml", self.sound))
                for header in headers:
                    mail["Authentication-Results"] = header
                self.assertLeftAlone(mail)

    def test_forged_stranger(self):
        """No answer goes to an address that a forger wrote."""
        mail = self._mail(("a.xml", self.sound), sender="victim@example.net")
        mail["Authentication-Results"] = "mx.example.com; dmarc=fail"
        self.assertLeftAlone(mail)

    def test_genuine(self):
        for number, headers in enumerate(
            (
                ["mx.example.com; none"],
                ["mx.example.com; spf=pass; dkim=pass; dmarc=pass"],
                # Forwarded, and changed by a list.
                ["mx.example.com; spf=fail; dkim=pass header.d=xerox.example.com"],
                ["mx.example.com; dkim=fail", "mx.example.com; spf=pass"],
                ["mx.example.com; spf=softfail; dkim=fail; dmarc=pass"],
                ["mx.example.com; spf=none; dkim=none; dmarc=none"],
                ["mx.example.com; spf=temperror; dkim=neutral; dmarc=temperror"],
                ["mx.example.com; dkim=pass (dmarc=fail; spf=fail)"],
                ['mx.example.com; dkim=pass reason="; dmarc=fail"'],
                ["mx.example.com; x-dmarc=fail; dkim=pass"],
                [""],
            )
        ):
            with self.subTest(headers=headers):
                data = build_xml({"InvoiceNumber": f"X-{number}"}, [record("SN-1")])
                mail = self._mail(("a.xml", data))
                for header in headers:
                    mail["Authentication-Results"] = header
                self.assertEqual(len(self._deliver(mail)), 1)

    def test_automatic(self):
        """Neither the file of a machine is taken, nor is a machine answered."""
        for name, value in (
            ("Auto-Submitted", "auto-replied"),
            ("Auto-Submitted", "Auto-Generated; owner=x"),
            ("X-Auto-Response-Suppress", "All"),
            ("Precedence", "bulk"),
            ("Precedence", "Junk"),
            ("Precedence", "auto_reply"),
            ("Return-Path", "<>"),
        ):
            for sender in ("billing@xerox.example.com", "stranger@example.net"):
                for attachments in ((), (("a.xml", self.sound),)):
                    with self.subTest(name=name, value=value, sender=sender, attachments=bool(attachments)):
                        mail = self._mail(*attachments, sender=sender)
                        mail[name] = value
                        self.assertLeftAlone(mail)

    def test_a_report(self):
        mail = self._mail(("a.xml", self.sound))
        mail.replace_header("Content-Type", 'multipart/report; report-type="disposition-notification"')
        self.assertLeftAlone(mail)

    def test_not_automatic(self):
        for number, (name, value) in enumerate(
            (("Auto-Submitted", "no"), ("Precedence", "first-class"), ("Return-Path", "<billing@xerox.example.com>"))
        ):
            mail = self._mail(("a.xml", build_xml({"InvoiceNumber": f"X-{number}"}, [record("SN-1")])))
            mail[name] = value
            self.assertEqual(len(self._deliver(mail)), 1, name)

    def test_followers(self):
        """Who may not read the file does not follow it, and is no recipient of what is written there."""
        reader, portal = (
            self._user("xpps_test_reader", USER),
            self._user("xpps_test_portal", group_ids=[Command.set(self.env.ref("base.group_portal").ids)]),
        )
        self.company.xpps_sender_addresses += f"\n{reader.email}"
        others = f"{reader.email}, {portal.email}, {self.sender.email}, {self.clerk.email}"
        for number, sender in enumerate((self.sender.email, reader.email, self.clerk.email)):
            data = build_xml({"InvoiceNumber": f"X-{number}"}, [record("SN-1")])
            mail = self._mail(("a.xml", data), sender=sender, Cc=others)
            file = self._deliver(mail)
            self.assertEqual(file.message_partner_ids, self.clerk.partner_id)
            self.assertFalse(file.message_ids.partner_ids)
            answer = self._mail(sender=reader.email, In_Reply_To=mail["Message-Id"], Cc=others)
            self._deliver(answer)
            self.assertEqual(file.message_partner_ids, self.clerk.partner_id)
            self.assertFalse(file.message_ids.partner_ids)
        file.message_subscribe((reader | portal).partner_id.ids)
        self.assertEqual(file.message_partner_ids, self.clerk.partner_id)

    def test_a_strangers_answer(self):
        """Who may not send files may not write to one, either."""
        mail = self._mail(("a.xml", self.sound))
        file = self._deliver(mail)
        before = file.message_ids
        self._deliver(self._mail(sender="stranger@example.net", In_Reply_To=mail["Message-Id"]))
        self.assertEqual(file.message_ids, before)


class TestLimits(GatewayCase):
    def _files(self, count):
        return [(f"{number}.xml", self.sound.replace(b"X-1001", b"X-%d" % number)) for number in range(count)]

    def test_number_of_files(self):
        pictures = [(f"{number}.png", b"PNG%d" % number) for number in range(20)]
        self.assertFalse(self._deliver(self._mail(*self._files(11), *pictures)))
        answer = self._new_mails
        self.assertEqual(email_normalize(answer.email_to), self.sender.email)
        self.assertRegex(
            answer.body_html, "contained 11 files, and none of them was accepted: an e-mail may contain up to 10"
        )
        self.assertEqual(len(self._deliver(self._mail(*self._files(10), *pictures))), 10)
        self.assertNotRefused()

    def test_too_large(self):
        """Of such a mail only the head is read."""
        rows = b"1,2,3\n" * 12_000_000
        sent = {
            "base64": self._mail(("b.xml", self.sound), ("a.xml", b"<" * (65 * 2**20))),
            "plain": self._mail(("a.csv", rows, "text/csv", "7bit")),
            "other": self._mail(("b.xml", self.sound), ("big.pdf", b"\0" * (65 * 2**20), "application/pdf")),
        }
        mails = {name: mail.as_bytes() for name, mail in sent.items()}
        mails["lines"] = mails["plain"].replace(b"\n", b"\r\n")
        mails["string"] = mails["plain"].decode()
        small = self._mail(("a.xml", self.sound)).as_bytes()
        mails["after the end"] = small + b"\r\n" + b"=" * (3 * 2**20)
        mails["text"] = small.replace(b"Please", b"\n" * 200_000)
        mails["headers"] = b"X-A: 1\n" * 200_000 + small
        mails["recipients"] = b"".join(b"To: a%d@example.com\n" % number for number in range(60_000)) + small
        mails["parts"] = small.replace(b"Please", b"Please\n--%s\n" % self._boundary(small) * 20_000)
        for name, mail in mails.items():
            with self.subTest(name):
                begun = time.process_time()
                self.assertFalse(self._deliver(mail))
                self.assertLess(time.process_time() - begun, 2)
                self.assertRegex(
                    self._new_mails[:1].body_html,
                    "too large, so none of its files was accepted: .* up to 64 MiB of attachments and 2 MiB of",
                )

    def _boundary(self, mail):
        return email.message_from_bytes(mail).get_boundary().encode()

    def test_as_large_as_may_be(self):
        """64 MiB are decoded, and kept, within the budget of a hostile file: the mail itself is in memory before."""
        for name, mime_type in (("billing.xml", "text/xml"), ("billing.xml", "application/xml")):
            data = b"<!--%s" % mime_type.encode() + b"-" * (64 * 2**20 - 20)
            mail = self._mail((name, data, mime_type)).as_bytes()
            begun = time.process_time()
            file = self._deliver(mail)
            self.assertLess(time.process_time() - begun, 2)
            self.assertEqual(file.attachment_id.raw, data)
            self.assertNotRefused()

    def test_a_long_mail_to_others_is_read(self):
        partners = self.env["mail.alias"].create(
            {"alias_name": "contacts", "alias_model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        mail = self._mail(("a.csv", b"1\n" * 1_600_000, "text/csv", "7bit"), to=partners.alias_full_name)
        self.env["mail.thread"].message_process(None, mail.as_bytes())
        partner = self.env["res.partner"].search([], order="id desc", limit=1)
        self.assertEqual(partner.message_ids.attachment_ids.mapped("name"), ["a.csv"])

    def test_a_stranger_is_not_told_limits(self):
        self.assertFalse(self._deliver(self._mail(*self._files(11), sender="stranger@example.net")))
        self.assertNotIn("up to 10", self._new_mails.body_html)

    def test_a_large_file_is_only_stored(self):
        """30 MiB are read by the cron: the gateway parses nothing of them, and copies none to the database."""
        data = b"<XPPSBillingDetails>" + b"<a/>" * (30 * 2**18) + b"</XPPSBillingDetails>"
        mail = self._mail(("billing.xml", data)).as_bytes()
        begun = time.process_time()
        file = self._deliver(mail)
        self.assertLess(time.process_time() - begun, 2)
        self.assertEqual((file.state, file.check_queued, len(file.issue_ids)), ("draft", True, 0))
        self.assertEqual(file.queued_by_id, self.env.ref("base.user_root"))
        self.assertEqual(file.activity_ids.summary, "Billing file received: it is being checked in the background")
        self.assertTrue(any("it is being checked in the background" in body for body in self._bodies(file)))
        self.assertFalse((file.attachment_id | file.message_ids.attachment_ids).filtered("index_content"))

    def test_the_responsible_is_told_when_it_is_checked(self):
        self.company.xpps_background_threshold = 1
        file = self._deliver(self._mail(("billing.xml", self.faulty)))
        self.assertTrue(file.check_queued)
        with self.enter_registry_test_mode():
            self.env.ref("xerox_xpps.ir_cron_import_billing_files").method_direct_trigger()
        self.assertEqual((file.check_queued, file.error_count), (False, 2))
        self.assertEqual(file.activity_ids.summary, "Billing file received: 2 errors, 1 warning")
        result = next(body for body in self._bodies(file) if "The check found" in body)
        self.assertIn("SN-8", result)
        channel = f'["{self.cr.dbname}","res.partner",{self.clerk.partner_id.id}]'
        sent = self.env["bus.bus"].search([("channel", "=", channel)]).mapped("message")
        self.assertTrue(any("X-1002 is checked: 2 errors, 1 warning." in message for message in sent), sent)
