# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The e-mails: to whom, in which language, what they say, and how to get no more of them."""

import logging

from freezegun import freeze_time
from lxml import html

from odoo.tests import HttpCase
from odoo.tools import html2plaintext, mute_logger

from ..support.common import record
from ..support.importing import ImportCase
from ..support.portal import Customers
from ..support.usage_alerts import Alerts

APRIL = {"InvoiceDate": "2026-05-03", "PeriodStart": "2026-04-01", "PeriodEnd": "2026-04-30"}
LOG = "odoo.addons.xerox_xpps.models.usage_alert.xpps_usage_notice"


class NoticeCase(Alerts, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time("2026-05-10", tick=True)
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.rule = cls._rule()
        cls.contact = cls._partner("Ann", email="ann@example.com", parent_id=cls.customer.id)

    def _tell(self):
        """:return: the notices about 1,850 pages of 1,000, which Xerox bills at 0.00421"""
        row = record(
            "SN-1", mono=(850, "0.00421"), MonoPrevious=0, MonoCurrent=1850, MonoIncluded=1000, BaseServiceFee="17.33"
        )
        self._load([row], InvoiceNumber="X-4711-99", **APRIL)
        self._look()
        return self._notices()

    def _addressees(self):
        return sorted(self._usage_mails().recipient_ids.mapped("email"))


class TestContacts(NoticeCase):
    def test_the_customer_and_its_contacts(self):
        """Each address once; no invoice addresses, nobody of another customer."""
        self._partner("Bob", email="ANN@example.com", parent_id=self.customer.id)
        self._partner("Books", email="books@example.com", parent_id=self.customer.id, type="invoice")
        self._partner("Gone", email="gone@example.com", parent_id=self.customer.id, active=False)
        self._partner("Without", email=False, parent_id=self.customer.id)
        self._partner("Else", email="else@example.com")
        self._tell()
        self.assertEqual(self._addressees(), ["ann@example.com", "customer@example.com"])

    def test_the_customer_alone(self):
        self.rule.recipients = "customer"
        self._tell()
        self.assertEqual(self._addressees(), ["customer@example.com"])

    def test_a_site_without_an_address(self):
        site = self._partner("Site", email=False, parent_id=self.customer.id, type="delivery")
        self.agreement.partner_id = site
        self.device.xpps_partner_id = site
        self._tell()
        self.assertEqual(self._addressees(), ["customer@example.com"])

    def test_nobody_has_an_address(self):
        (self.customer | self.contact).email = False
        self.assertFalse(self._tell())
        self.assertEqual(self._alerts().state, "reached")

    def test_opted_out_before(self):
        self.contact.xpps_usage_alert_opt_out = True
        self._tell()
        self.assertEqual(self._addressees(), ["customer@example.com"])

    def test_opted_out_before_it_is_sent(self):
        notices = self._tell()
        self.contact.xpps_usage_alert_opt_out = True
        self.assertEqual(self._addressees(), ["customer@example.com"])
        self._send()
        states = {notice.partner_id.name: notice.state for notice in notices}
        self.assertEqual(states, {"Ann": "stopped", "XPPS Test Customer": "sent"})

    def test_opted_out_after_it_was_sent(self):
        notices = self._tell()
        self._send()
        self.contact.xpps_usage_alert_opt_out = True
        self.assertEqual(set(notices.mapped("state")), {"sent"})


class TestWords(NoticeCase):
    def test_neither_cost_nor_xerox_number(self):
        self._tell()
        for mail in self._usage_mails():
            text = f"{mail.subject} {html2plaintext(mail.body_html)} {mail.headers}"
            self.assertIn("1,850 pages used until 04/30/2026: 185% of the 1,000", text)
            for secret in ("4711", "0.0042", "17.33", "3.58", "margin", "cost", "$"):
                self.assertNotIn(secret, text)

    def test_in_the_language_of_the_contact(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact.lang = "fr_FR"
        template = self.rule.mail_template_id
        template.with_context(lang="fr_FR").subject = "Votre consommation"
        self._tell()
        mails = {mail.recipient_ids.name: mail for mail in self._usage_mails()}
        self.assertEqual(mails["Ann"].subject, "Votre consommation")
        self.assertIn("30/04/2026", mails["Ann"].body_html)
        self.assertIn("04/30/2026", mails["XPPS Test Customer"].body_html)

    def test_a_template_that_is_broken(self):
        """It keeps nobody from the alert, and is told as soon as it is mended."""
        template = self.rule.mail_template_id
        kept = template.subject
        template.subject = "{{ object.no_such_field }}"
        with self.assertLogs(LOG, logging.ERROR), mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            notices = self._tell()
        self.assertEqual(set(notices.mapped("state")), {"waiting"})
        self.assertFalse(self._usage_mails())
        template.subject = kept
        self._look()
        self._look()
        self.assertEqual((set(notices.mapped("state")), len(self._usage_mails())), ({"queued"}, 2))


class TestLink(Customers, NoticeCase, HttpCase):
    def test_opting_out(self):
        """Opening the link, as mail filters do, changes nothing."""
        notice = self._tell().filtered(lambda notice: notice.partner_id == self.contact)
        path = notice._opt_out_url().split("/", 3)[3]
        self.assertIn(path, self._usage_mails().filtered(lambda mail: mail.recipient_ids == self.contact).headers)
        page = self.url_open(f"/{path}")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Ann", page.text)
        self.assertFalse(self.contact.xpps_usage_alert_opt_out)
        page = self.url_open(f"/{path}", data={"List-Unsubscribe": "One-Click"})
        self.assertIn("no more e-mails", page.text)
        self.env.invalidate_all()
        self.assertTrue(self.contact.xpps_usage_alert_opt_out)
        self.assertFalse(self.customer.xpps_usage_alert_opt_out)
        again = html.fromstring(page.content).forms[-1]
        self.url_open(f"/{path}", data=dict(again.fields))
        self.env.invalidate_all()
        self.assertFalse(self.contact.xpps_usage_alert_opt_out)

    def test_from_portal(self):
        """Customers find it on their first page, where any rule tells customers at all."""
        self._portal_user(self.contact, login="xpps_test_ann", company=self.company)
        self.authenticate("xpps_test_ann", "xpps_test_ann")
        own = self.env["xpps.usage.notice"]._opt_out_path(self.contact)
        self.assertIn(own, self.url_open("/my/xpps").text)
        self.assertEqual(self.url_open(own).status_code, 200)
        self.rule.by_mail = False
        self.assertNotIn("usage-alerts", self.url_open("/my/xpps").text)

    def test_wrong_links(self):
        notice = self._tell().filtered(lambda notice: notice.partner_id == self.contact)
        token = notice._opt_out_token(self.contact)
        for path in (f"{self.customer.id}/{token}", f"{self.contact.id}/{token[:-1]}", f"999999999/{token}"):
            with self.subTest(path):
                page = self.url_open(f"/xpps/usage-alerts/{path}", data={"any": "1"})
                self.assertEqual(page.status_code, 404)
        self.env.invalidate_all()
        self.assertFalse((self.contact | self.customer).filtered("xpps_usage_alert_opt_out"))
