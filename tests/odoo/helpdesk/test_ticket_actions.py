# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is done from a ticket: report it to Xerox, move and remove the device, answer a billing question."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ..support.access import BILLING, USER
from ..support.common import record
from ..support.importing import JANUARY
from ..support.tickets import HELPDESK, OWN_TICKETS, TicketCase


class TestReportToXerox(MockEmail, TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.xerox = cls._partner("Xerox", email="service@xerox.example.com")
        cls.company.xpps_vendor_id = cls.xerox

    def _compose(self, ticket):
        action = ticket.action_xpps_report_to_xerox()
        self.assertEqual((action["res_model"], action["target"]), ("mail.compose.message", "new"))
        return ticket.env["mail.compose.message"].with_context(**action["context"]).create({})

    def test_report(self):
        """Xerox gets serial number, model, place and reads; the customer, who follows the ticket, gets nothing."""
        self._print_two_months()
        ticket = self._ticket()
        ticket.message_subscribe(self.customer.ids)
        ticket = self._as_agent(ticket)
        composer = self._compose(ticket)
        self.assertEqual(composer.partner_ids, self.xerox)
        for text in ("SN-1", "XPPS Test Printer", ticket.number):
            self.assertIn(text, composer.subject)
        for text in ("SN-1", "XPPS Test Printer", "2nd floor", "Tray 2", "2500", "151", "02/28/2026", "Mono", "Color"):
            self.assertIn(text, composer.body)
        self.assertNotIn("0.004", composer.body)
        with self.mock_mail_gateway():
            composer._action_send_mail()
        self.assertEqual([mail["email_to"] for mail in self._mails], [['"Xerox" <service@xerox.example.com>']])
        self.assertEqual(ticket.xpps_reported_on, self.today)
        message = ticket.message_ids[0]
        self.assertEqual((message.partner_ids, message.subtype_id), (self.xerox, self.env.ref("mail.mt_note")))
        self.assertTrue(message.subtype_id.internal, "Customers would read it in the portal")

    def test_reported_once(self):
        """The first report counts; a note to nobody is none."""
        first = Date.subtract(self.today, days=5)
        ticket = self._ticket(xpps_reported_on=first)
        with self.mock_mail_gateway():
            self._compose(ticket)._action_send_mail()
            self.assertEqual(ticket.xpps_reported_on, first)
            self.company.xpps_vendor_id = False
            ticket = self._ticket()
            composer = self._compose(ticket)
            self.assertFalse(composer.partner_ids)
            composer._action_send_mail()
        self.assertFalse(ticket.xpps_reported_on)

    def test_branch(self):
        """A branch reports to the Xerox of its parent company."""
        branch = self.env["res.company"].create({"name": "XPPS Branch", "parent_id": self.company.id})
        ticket = self._ticket(self.env["stock.lot"], company_id=branch.id)
        self.assertEqual(ticket.xpps_vendor_id, self.xerox)

    def test_without_device(self):
        ticket = self.env["helpdesk.ticket"].create({"name": "Network", "description": "Slow"})
        for method in ("action_xpps_report_to_xerox", "action_xpps_move_device", "action_xpps_remove_device"):
            self.assertRaisesMessage("Choose the device", getattr(ticket, method))

    def test_other_messages(self):
        """They are posted as ever."""
        ticket = self._ticket()
        ticket.message_post(body="Hello", partner_ids=self.xerox.ids, subtype_xmlid="mail.mt_comment")
        self.assertEqual(ticket.message_ids[0].subtype_id, self.env.ref("mail.mt_comment"))
        self.assertFalse(ticket.xpps_reported_on)


class TestTicketWizards(TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_test_clerk", BILLING, HELPDESK)

    def _form(self, ticket, action):
        return Form(ticket.env[action["res_model"]].with_context(**action["context"]))

    def test_move(self):
        ticket = self._ticket(xpps_kind="move").with_user(self.clerk)
        form = self._form(ticket, ticket.action_xpps_move_device())
        self.assertEqual(form.device_ids[:], self.device)
        self.assertEqual(
            (form.partner_id, form.subscription_id, form.subscription_line_id, form.date),
            (self.customer, self.agreement, self.base_line, self.today),
        )
        form.location = "Ground floor"
        form.save().action_apply()
        self.assertEqual(self.device.xpps_location, "Ground floor")
        self.assertEqual(ticket.xpps_location, "2nd floor")

    def test_removal(self):
        ticket = self._ticket(xpps_kind="removal", name="Contract ended").with_user(self.clerk)
        form = self._form(ticket, ticket.action_xpps_remove_device())
        self.assertEqual(form.device_ids[:], self.device)
        self.assertEqual((form.date, form.reason), (self.today, f"Ticket {ticket.number}: Contract ended"))
        form.save().action_apply()
        self.assertEqual((self.device.xpps_state, self.device.xpps_removal_date), ("removed", self.today))

    def test_not_for_others(self):
        ticket = self._as_agent(self._ticket(xpps_kind="move"))
        with mute_logger("odoo.addons.base.models.ir_model"):
            for method in (ticket.action_xpps_move_device, ticket.action_xpps_remove_device):
                self.assertRaisesMessage("", method, exception=AccessError)

    def test_new_ticket(self):
        handler = self._user("xpps_test_both", USER, OWN_TICKETS)
        action = self.device.with_user(handler).action_xpps_new_ticket()
        form = Form(self.env["helpdesk.ticket"].with_user(handler).with_context(**action["context"]))
        self.assertEqual((form.xpps_device_id, form.partner_id), (self.device, self.customer))
        self.assertEqual(form.xpps_subscription_id, self.agreement)
        form.name, form.description = "Jam", "Tray 2"
        self.assertEqual(form.save().xpps_device_id, self.device)
        nobody = self._user("xpps_test_user", USER)
        with mute_logger("odoo.addons.base.models.ir_model"):
            self.assertRaisesMessage("", self.device.with_user(nobody).action_xpps_new_ticket, exception=AccessError)

    def test_open_device_and_agreement(self):
        ticket = self._ticket()
        self.assertEqual(ticket.action_open_xpps_device()["res_id"], self.device.id)
        self.assertEqual(ticket.action_open_xpps_subscription()["res_id"], self.agreement.id)


class TestBillingQuestion(TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._device("SN-1B")

    def _invoice(self):
        rows = [record("SN-1", mono=(100, "0.004"), color=(10, "0.04")), record("SN-1B", mono=(50, "0.004"))]
        charges = self._load(rows, **JANUARY).charge_ids
        charges.action_approve()
        before = self._moves()
        self.agreement.generate_invoice()
        invoice = self._moves() - before
        return invoice, charges

    def test_links(self):
        invoice, charges = self._invoice()
        ticket = self._ticket(xpps_kind="billing_question")
        self.assertFalse(ticket.xpps_invoice_id, "A draft is no invoice that a customer asks about")
        invoice.action_post()
        ticket = self._ticket(xpps_kind="billing_question")
        self.assertEqual(ticket.xpps_invoice_id, invoice)
        ours = charges.filtered(lambda charge: charge.device_id == self.device)
        self.assertEqual(len(ours), 2)
        self.assertEqual(ticket.xpps_charge_ids, ours)
        ticket.xpps_device_id = self.second
        self.assertEqual(ticket.xpps_charge_ids, charges - ours)

    def test_other_kinds_link_nothing(self):
        invoice, _charges = self._invoice()
        invoice.action_post()
        ticket = self._ticket(xpps_kind="repair")
        self.assertFalse(ticket.xpps_invoice_id or ticket.xpps_charge_ids)
        ticket.xpps_kind = "billing_question"
        self.assertEqual(ticket.xpps_invoice_id, invoice)
        ticket.xpps_kind = "supplies"
        self.assertFalse(ticket.xpps_invoice_id or ticket.xpps_charge_ids)

    def test_chosen(self):
        invoice, charges = self._invoice()
        invoice.action_post()
        ticket = self._ticket(xpps_kind="billing_question")
        ticket.xpps_charge_ids = charges[:1]
        ticket.name = "Which pages?"
        self.assertEqual((ticket.xpps_charge_ids, ticket.xpps_invoice_id), (charges[:1], invoice))
        ticket.xpps_invoice_id = False
        self.assertFalse(ticket.xpps_charge_ids)

    def test_linked_for_whoever_does_not_see_it(self):
        """An agent who may see no invoice enters the question; who bills finds what it is about."""
        invoice, _charges = self._invoice()
        invoice.action_post()
        env = self._as_agent(self.env["helpdesk.ticket"]).env
        ticket = self._ticket(env=env, xpps_kind="billing_question")
        self.assertEqual(ticket.sudo().xpps_invoice_id, invoice)
        for name in ("xpps_invoice_id", "xpps_charge_ids"):
            with mute_logger("odoo.addons.base.models.ir_model"):
                self.assertRaisesMessage("", ticket.read, [name], exception=AccessError)

    def test_another_companys_invoice(self):
        other = self._company("XPPS Other Reseller")
        move = self.env["account.move"].with_company(other).create({"move_type": "out_invoice"})
        ticket = self._ticket(xpps_kind="billing_question")
        self.assertRaisesMessage("company", ticket.write, {"xpps_invoice_id": move.id}, exception=UserError)
