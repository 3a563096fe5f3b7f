# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Mails of which the attachments are taken out before they are parsed: Odoo makes of each what it made without that."""

import email
import random
import time
from email.message import EmailMessage
from email.policy import SMTP

from odoo.tests.common import BaseCase

from odoo.addons.xerox_xpps.models.billing_file.incoming_mail import MAX_ANSWERED, sent_to, short_head
from odoo.addons.xerox_xpps.models.billing_file.mail_attachments import (
    MAX_ATTACHED,
    MAX_DEPTH,
    MAX_PARTS,
    MAX_TEXT,
    MailTooLargeError,
    split_mail,
)

from ..support.mail_gateway import GatewayCase

NAMES = ("billing.xml", "Überblick März.csv", "a b;c.xlsx", "no type", "x" * 200 + ".pdf")
TYPES = ("application/xml", "text/xml", "text/plain", "text/csv", "application/pdf", "image/png")
ENCODINGS = ("base64", "quoted-printable", "7bit", "8bit")
DATA = (
    b"",
    b"\n",
    b"a",
    b"<a>\r\n</a>\r\n",
    b"--\n--x\n--x--\n",
    "<a>Müller</a>\n".encode(),
    "<a>Müller</a>\n".encode("utf-16"),
    bytes(range(256)) * 20,
    b"line\n" * 300,
)


def random_mail(chance, depth=0):
    """A mail as EmailMessage, its parts nested up to three deep."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Message-Id"] = "a@example.com", "b@example.com", f"<{chance.random()}@x>"
    mail["Subject"] = "Räume"
    mail.set_content("Text, ähnlich\n--\nSignature")
    if chance.random() < 0.5:
        mail.add_alternative("<p>Text <img src='cid:pic'></p>", subtype="html")
    for _number in range(chance.randrange(4)):
        maintype, subtype = chance.choice(TYPES).split("/")
        encoding, data = chance.choice(ENCODINGS), chance.choice(DATA)
        if encoding == "7bit" and (not data.isascii() or b"\0" in data):
            encoding = "base64"
        mail.add_attachment(
            data,
            maintype=maintype,
            subtype=subtype,
            filename=chance.choice(NAMES) if chance.random() < 0.8 else None,
            cte=encoding if maintype != "image" else "base64",
            **({"cid": "<pic>"} if chance.random() < 0.3 else {}),
        )
    if depth < 3 and chance.random() < 0.4:
        mail.add_attachment(random_mail(chance, depth + 1))
    return mail


class TestSplitMail(BaseCase):
    def _mail(self, data=b"x", **how):
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = "Files"
        mail.set_content("See attachment.")
        mail.add_attachment(data, **{"maintype": "application", "subtype": "xml", "filename": "a.xml", **how})
        return mail.as_bytes()

    def assertTooLarge(self, content):
        with self.assertRaises(MailTooLargeError):
            split_mail(content)

    def test_a_mark_stands_for_each_file(self):
        content = self._mail(b"<a/>" * 1000)
        split = split_mail(content)
        ((mark, file),) = split.files.items()
        self.assertEqual(file, ("a.xml", b"<a/>" * 1000))
        self.assertEqual(split.content.count(mark), 2, "The body, and the name.")
        self.assertEqual((split.original, split.mails), (content, ()))
        self.assertLess(len(split.content), 600)

    def test_the_mail_is_one_file(self):
        content = (
            b"From someone\nSubject: A file\ncontent-type: application/xml;\n name=a.xml\nX-Kept: yes\n"
            b"Content-Transfer-Encoding: base64\n\nPGE+\nPC9hPg==\n"
        )
        split = split_mail(content)
        self.assertEqual(list(split.files.values()), [("a.xml", b"<a></a>")])
        parsed = email.message_from_bytes(split.content, policy=SMTP)
        self.assertEqual((parsed["Subject"], parsed["X-Kept"]), ("A file", "yes"))

    def test_what_is_left_as_it_is(self):
        for content in (
            b"",
            b"\n",
            b"no mail at all",
            b"Subject: only a head",
            b"Subject: text\n\nBody",
            b"Content-Type: multipart/mixed\n\nno boundary",
            b"Content-Type: multipart/mixed; boundary=b\n\nno part",
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--b--\n",
            b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nContent-Type: image/png\n\nx\n--b--\n",
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\rContent-Type: image/png\r\rx\r--b--\r",
            b"Content-Type: image/png\nContent-Transfer-Encoding: x-uuencode\n\nbegin 666 a\n",
        ):
            with self.subTest(content):
                split = split_mail(content)
                self.assertEqual((split.content, split.files, split.mails), (content, {}, ()))

    def test_base64_that_is_none(self):
        """What Python's parser makes of it."""
        for body in (b"YQ", b"YQ=", b"YWI=YQ==", b"Y Q = =", b"!!!!", b"YWJ", b"A", b"YWJj\n\n\nYWJj", "Ü".encode()):
            content = b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + body
            parsed = email.message_from_bytes(content, policy=SMTP).get_payload(decode=True)
            with self.subTest(body):
                self.assertEqual([data for _name, data in split_mail(content).files.values()], [parsed])

    def test_limits(self):
        self.assertTooLarge(self._mail(b"x" * (MAX_ATTACHED + 1)))
        self.assertEqual(len(split_mail(self._mail(b"x" * MAX_ATTACHED)).files), 1)
        self.assertTooLarge(b"Subject: text\n\n" + b"x" * MAX_TEXT)
        self.assertTooLarge(b"Subject: text\n\n" + b"\r" * 100_001)
        self.assertTooLarge(b"X-A: " + b"x" * (2**18 + 1) + b"\n\n")
        part = b"Content-Type: image/png\n\nx\n--b\n"
        many = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
        self.assertEqual(len(split_mail(many + part * (MAX_PARTS - 2)).files), MAX_PARTS - 2)
        self.assertTooLarge(many + part * MAX_PARTS)
        deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(MAX_DEPTH))
        self.assertEqual(len(split_mail(deep + part).files), 1)
        self.assertTooLarge(deep + b"Content-Type: multipart/mixed; boundary=c\n\n--c\n" + part)

    def test_a_boundary_that_others_begin_with(self):
        content = (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b \t\n"
            b"Content-Type: multipart/mixed; boundary=b-\n\n--b-\n"
            b"Content-Type: image/png\n\n--bb\nx --b\n--b-x\n--b---\nnothing\n--b\r\n"
            b"Content-Type: image/gif\n\ny\r\n--b--\r\nContent-Type: image/png\n\nafter the end\n"
        )
        self.assertEqual([data for _name, data in split_mail(content).files.values()], [b"--bb\nx --b\n--b-x", b"y"])


class TestHeads(BaseCase):
    ADDRESSES = {"xerox@d.example.com", "xpps"}

    def test_sent_to(self):
        for head, recipients in (
            (b"To: Xerox <xerox@d.example.com>", {"xerox@d.example.com"}),
            (b"to:\r\n XEROX@d.example.com", {"xerox@d.example.com"}),
            (b'Cc: "a, b" <x@y.z>,\r\n\t"Xerox; files" <xerox@d.example.com>', {"xerox@d.example.com"}),
            (b"To: =?utf-8?q?M=C3=BCller=2C_a=40b=2Ec?= <xerox@d.example.com>", {"xerox@d.example.com"}),
            ("To: Müller <xerox@d.example.com>".encode(), {"xerox@d.example.com"}),
            (b"Delivered-To: xerox@d.example.com\nTo: u@v.w", {"xerox@d.example.com"}),
            (b"Resent-To: list: a@b.c, xpps@other.com;", {"xpps@other.com"}),
            (b"To: notxerox@d.example.com", set()),
            (b"To: undisclosed-recipients:;", set()),
            (b"Reply-To: xerox@d.example.com", set()),
            (b"Subject: x\n\nTo: xerox@d.example.com", set()),
            (b"", set()),
        ):
            with self.subTest(head):
                self.assertEqual(sent_to(head + b"\n\nText", self.ADDRESSES), recipients)

    def test_heads_without_end(self):
        """Every mail that Odoo receives is asked whom it is sent to, however long its head is."""
        for line in (b"X-A: 1\n", b"To: a@b.c\n", b"From: a@b.c\n", b"To: a\n b\n", b"\n ", b"To: a@b.c, "):
            content = b"To: xerox@d.example.com\n" + line * (64 * 2**20 // len(line))
            with self.subTest(line):
                begun = time.process_time()
                self.assertEqual(sent_to(content, self.ADDRESSES), {"xerox@d.example.com"})
                self.assertLess(len(short_head(content, {"xerox@d.example.com"})), 2 * MAX_ANSWERED)
                self.assertLess(time.process_time() - begun, 2)


class TestGatewayWithSplitMails(GatewayCase):
    def _parse(self, content, thread=None, **how):
        thread = thread if thread is not None else self.env["mail.thread"]
        parsed = thread.message_parse(email.message_from_bytes(content, policy=SMTP), **how)
        parsed["attachments"] = [self._told(*attachment) for attachment in parsed["attachments"]]
        return parsed

    def _told(self, name, content, info):
        if isinstance(content, EmailMessage):
            content = content.as_bytes()
        if isinstance(content, str):
            content = content.encode(info.get("encoding") or "utf-8", "replace")
        return name, content.replace(b"\r\n", b"\n").rstrip(b"\n"), info.get("cid")

    def test_odoo_makes_the_same_of_it(self):
        chance = random.Random(19)
        taken = 0
        for number in range(150):
            content = random_mail(chance).as_bytes()
            with self.subTest(number):
                split = split_mail(content)
                taken += len(split.files)
                thread = self.env["mail.thread"].with_context(xpps_split_mail=split)
                expected, found = self._parse(content), self._parse(split.content, thread)
                attached = [expected.pop("attachments"), found.pop("attachments")]
                self.assertEqual(expected, found)
                # Odoo's text is what the charset of the mail makes of a file; the split has its bytes.
                self.assertEqual([a[::2] for a in attached[0]], [a[::2] for a in attached[1]])
                for (name, one, _cid), (_name, other, _cid2) in zip(*attached, strict=True):
                    if one.isascii() and other.isascii():
                        self.assertEqual(one, other, name)
        self.assertGreater(taken, 150)

    def test_the_original_is_kept_whole(self):
        content = self._mail(("billing.xml", self.sound)).as_bytes()
        gateway = self.env["mail.thread"].with_user(self.env.ref("base.user_root"))
        gateway.message_process(None, content, save_original=True)
        message = (
            self.env["mail.message"]
            .search([("model", "=", "xpps.billing.file")], order="id desc")
            .filtered(lambda kept: kept.message_type == "email")[:1]
        )
        kept = {attachment.name: attachment.raw for attachment in message.attachment_ids}
        self.assertEqual(kept, {"billing.xml": self.sound, "original_email.eml": content})

    def test_a_mail_that_others_get_too(self):
        partners = self.env["mail.alias"].create(
            {"alias_name": "contacts", "alias_model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        mail = self._mail(("billing.xml", self.sound), to=f"{self.company.xpps_alias_id.alias_full_name}")
        mail["Cc"] = partners.alias_full_name
        file = self._deliver(mail)
        partner = self.env["res.partner"].search([], order="id desc", limit=1)
        self.assertEqual(file.attachment_id.raw, self.sound)
        self.assertEqual(partner.message_ids.attachment_ids.mapped("raw"), [self.sound])

    def test_by_the_name_alone(self):
        """An alias may take mails at any domain."""
        self.company.xpps_alias_id.alias_incoming_local = True
        data = self.sound.replace(b"UTF-8", b"utf-16").decode().encode("utf-16")
        to = "Xerox <xerox@elsewhere.example.com>"
        file = self._deliver(self._mail(("billing.xml", data, "text/xml"), to=to))
        self.assertEqual(file.attachment_id.raw, data)
        large = self._mail(("a.xml", b" " * (3 * 2**20), "text/plain", "7bit"), to=to).as_bytes() + b" " * MAX_TEXT
        self.assertFalse(self._deliver(large))
        self.assertIn("too large", self._new_mails.body_html)
