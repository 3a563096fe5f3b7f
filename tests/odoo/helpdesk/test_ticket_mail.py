# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tickets by e-mail: which device they are about."""

from email.message import EmailMessage
from email.utils import make_msgid

from odoo import Command
from odoo.fields import Date

from odoo.addons.mail.tests.common import MockEmail

from ..support.tickets import TicketCase

DOMAIN = "xpps-tickets.example.com"


class TestTicketMail(MockEmail, TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": DOMAIN, "company_ids": [Command.link(cls.company.id)]})
        cls.company.alias_domain_id = domain
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Service", "company_id": cls.company.id, "alias_name": "service", "alias_domain_id": domain.id}
        )
        cls.team.alias_id.alias_contact = "everyone"
        cls.contact = cls._partner("Ann", email="ann@customer.example.com", parent_id=cls.customer.id)
        for serial in ("SN-10", "3TX 77"):
            cls._device(serial)

    def _mail(self, subject="Help", text="Please come.", sender="Ann <ann@customer.example.com>", html=None):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, f"service@{DOMAIN}", subject
        mail["Message-Id"] = make_msgid()
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        tickets = self.env["helpdesk.ticket"].sudo()
        before = tickets.search([])
        # The cron runs as OdooBot, in the main company.
        gateway = self.env["mail.thread"].with_user(self.env.ref("base.user_root")).with_context({})
        with self.mock_mail_gateway():
            gateway.message_process(None, mail.as_bytes())
        self.env.flush_all()
        self.env.invalidate_all()
        ticket = tickets.search([("id", "not in", before.ids)])
        self.assertEqual((len(ticket), ticket.company_id), (1, self.company))
        return ticket

    def assertAbout(self, device, **mail):
        ticket = self._mail(**mail)
        self.assertEqual(ticket.xpps_device_id, device or self.env["stock.lot"], mail)
        return ticket

    def test_one_serial(self):
        ticket = self.assertAbout(self.device, subject="Printer SN-1 is broken")
        self.assertEqual((ticket.xpps_subscription_id, ticket.partner_id), (self.agreement, self.contact))
        self.assertEqual(ticket.xpps_location, "2nd floor")
        self.assertAbout(self.device, text="Hello,\nserial no.: sn-1.\nRegards")
        self.assertAbout(self.device, subject="SN-1", text="It is SN-1, yes, SN-1!")
        self.assertAbout(self.device, html="<table><tr><td>No</td><td>SN-1</td></tr></table>")
        for text in ("3TX 77 beeps", "3tx77 beeps"):
            self.assertEqual(self._mail(text=text).xpps_device_id.name, "3TX 77")

    def test_whole_words(self):
        for text in ("SN-1A", "ASN-1", "SN-1-5", "SN-100", "SN", "3TX 778"):
            with self.subTest(text=text):
                self.assertAbout(None, subject=text)
        self.assertEqual(self._mail(text="SN-10 is out of toner").xpps_device_id.name, "SN-10")

    def test_two_serials(self):
        """None is set, and a note says so; of the words of the customer nothing is lost."""
        ticket = self.assertAbout(None, subject="SN-1", text="and SN-10, too")
        notes = [str(body) for body in ticket.message_ids.mapped("body") if "several devices" in body]
        self.assertEqual(len(notes), 1)
        self.assertIn("SN-1, SN-10", notes[0])
        silent = self.assertAbout(None, text="Nothing named")
        self.assertFalse([body for body in silent.message_ids.mapped("body") if "several devices" in body])

    def test_the_customer_is_not_told(self):
        ticket = self.assertAbout(None, text="SN-1 SN-10")
        note = ticket.message_ids.filtered(lambda message: "several devices" in message.body)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertNotIn(self.contact, note.notified_partner_ids)

    def test_another_customers_serial(self):
        ticket = self.assertAbout(None, subject="SN-2")
        self.assertFalse([body for body in ticket.message_ids.mapped("body") if "SN-2" in body and "devices" in body])
        self.assertAbout(self.device, subject="SN-1 like SN-2")
        self.other.partner_id.email = "bob@other.example.com"
        self.assertAbout(self.other_device, subject="SN-2", sender="bob@other.example.com")

    def test_unknown_sender(self):
        self.assertAbout(None, subject="SN-1", sender="stranger@nowhere.example.com")

    def test_on_the_day(self):
        """A device that moves tomorrow is still the customer's, and nobody else's."""
        self._assign(self.other, Date.add(self.today, days=1))
        self.other.partner_id.email = "bob@other.example.com"
        self.assertAbout(self.device, subject="SN-1")
        self.assertAbout(None, subject="SN-1", sender="bob@other.example.com")

    def test_another_companys_device(self):
        company = self._company("XPPS Other Reseller")
        self.env["stock.lot"].create(
            {
                "name": "SN-5",
                "product_id": self.printer.id,
                "is_xpps_device": True,
                "company_id": company.id,
                "xpps_partner_id": self.customer.id,
            }
        )
        self.assertAbout(None, subject="SN-5")

    def test_an_answer_changes_nothing(self):
        ticket = self.assertAbout(None, subject="Help")
        ticket.message_post(body="It is SN-1", author_id=self.contact.id)
        self.assertFalse(ticket.xpps_device_id)
