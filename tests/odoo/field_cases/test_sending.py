# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Invoices go out as Odoo's own buttons send them, and say whether they arrived. No invoice of nothing is made."""

from odoo import Command
from odoo.tests import Form

from odoo.addons.mail.tests.common import MockEmail

from ..support.billing_runs import BillingRunCase
from ..support.invoicing import MODES


class SendingCase(MockEmail, BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True

    def _billed(self, mode="draft", partner=None, **values):
        """An agreement of 5.00 without devices, and its customer."""
        partner = partner or self._partner("Customer")
        return self._contract(mode, self.coffee, partner_id=partner.id, **values)

    def _posted(self, *agreements):
        """A billing run that has posted the invoices of the agreements."""
        run = self._run()
        run.action_create_drafts()
        run.action_post()
        billed = run.move_ids.invoice_line_ids.xpps_subscription_id
        self.assertEqual(billed, self.env["sale.subscription"].union(*agreements))
        return run

    def _send(self, send):
        """Have invoices sent, and the mail server work off what it was handed over."""
        send()
        with self.mock_mail_gateway():
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        self.env.invalidate_all()

    def _recipients(self, move):
        """Who got an invoice by e-mail."""
        messages = move.message_ids.filtered(lambda message: message.message_type == "comment")
        return messages.notification_ids.filtered(lambda mail: mail.notification_type == "email").res_partner_id

    def _activities(self, move):
        return move.activity_search(["xerox_xpps.mail_activity_invoice_unsent"])


class TestSendingMethod(SendingCase):
    def test_a_customer_who_wants_no_mail(self):
        by_mail, by_hand = self._billed(), self._billed()
        by_hand.partner_id.with_company(self.company).invoice_sending_method = "manual"
        run = self._posted(by_mail, by_hand)
        self._send(run.action_send)
        lines = {agreement: self._line(run, agreement) for agreement in (by_mail, by_hand)}
        self.assertEqual(self._recipients(lines[by_mail].move_ids), by_mail.partner_id)
        self.assertFalse(self._recipients(lines[by_hand].move_ids))
        self.assertEqual((lines[by_mail].delivery_state, lines[by_hand].delivery_state), ("sent", "manual"))
        # Its documents are made, as Odoo's button does it.
        self.assertTrue(lines[by_hand].move_ids.invoice_pdf_report_id)
        # What the mail server makes of it is not known yet when the run says how it went.
        self.assertIn("1 invoice is handed over.", run.message_ids[0].body)
        self.assertIn("hand it over", run.message_ids[0].body)
        self.assertRaisesMessage("already been sent", run.action_send)

    def test_by_the_agreement_s_own_mode(self):
        by_mail, by_hand = self._billed("invoice_send"), self._billed("invoice_send")
        by_hand.partner_id.with_company(self.company).invoice_sending_method = "manual"
        for agreement in (by_mail, by_hand):
            agreement.generate_invoice()
        self.assertEqual(self._recipients(self._moves(by_mail)), by_mail.partner_id)
        self.assertFalse(self._recipients(self._moves(by_hand)))

    def test_the_payer_decides(self):
        """The sending method is that of the company that pays, and the mail goes to its invoice address."""
        payer = self._partner("Payer", email="payer@example.com", is_company=True)
        address = self._partner("Accounts", email="accounts@example.com", type="invoice", parent_id=payer.id)
        agreement = self._billed(partner=payer)
        run = self._posted(agreement)
        run.action_send()
        self.assertEqual(self._recipients(run.move_ids), address)


class TestNoAddress(SendingCase):
    def test_it_is_said(self):
        agreement = self._billed(partner=self._partner("Mailless", email=False))
        other = self._billed()
        run = self._posted(agreement, other)
        run.action_send()
        line = self._line(run, agreement)
        self.assertIn("Mailless has no e-mail address", line.error)
        self.assertFalse(line.move_ids.is_move_sent or line.delivery_state)
        self.assertTrue(self._line(run, other).move_ids.is_move_sent)
        activity = self._activities(line.move_ids)
        self.assertIn("Mailless has no e-mail address", activity.note)
        run.action_send()
        self.assertEqual(self._activities(line.move_ids), activity, "Once is enough.")
        agreement.partner_id.email = "found@example.com"
        self._send(line.action_send_again)
        self.assertEqual((line.error, line.delivery_state), (False, "sent"))
        self.assertFalse(self._activities(line.move_ids))

    def test_by_the_agreement_s_own_mode(self):
        agreement = self._billed("invoice_send", self._partner("Mailless", email=False))
        agreement.generate_invoice()
        move = self._moves(agreement)
        self.assertEqual((move.state, move.is_move_sent), ("posted", False))
        self.assertTrue(self._activities(move))


class TestReturnedMail(SendingCase):
    """What the mail server refuses, now or the next day."""

    def _returned(self):
        agreement = self._billed(partner=self._partner("Mistyped", email="customer.example.com"))
        run = self._posted(agreement)
        self._send(run.action_send)
        return run, self._line(run, agreement)

    def test_seen_on_run_and_invoice(self):
        run, line = self._returned()
        move = line.move_ids
        self.assertEqual((move.xpps_delivery_state, line.delivery_state), ("failed", "failed"))
        self.assertIn("customer.example.com", move.xpps_delivery_problem)
        self.assertIn("customer.example.com", line.problem)
        self.assertEqual((run.returned_move_count, run.unsent_move_count), (1, 1))
        self.assertEqual(run.returned_text, "1 invoice was not delivered.")

    def test_sent_again(self):
        for button in ("run", "line", "invoice"):
            with self.subTest(button=button):
                run, line = self._returned()
                line.partner_id.email = "customer@example.com"
                call = {
                    "run": run.action_send,
                    "line": line.action_send_again,
                    "invoice": line.move_ids.action_xpps_send_again,
                }
                self._send(call[button])
                self.assertEqual((line.delivery_state, line.problem), ("sent", False))
                self.assertEqual((run.returned_move_count, run.unsent_move_count), (0, 0))
                self.assertRaisesMessage("already been sent", run.action_send)
                self.assertRaisesMessage("need not be sent again", line.move_ids.action_xpps_send_again)
                self._void(run.move_ids)
                run.action_cancel()
                line.subscription_id.is_paused = True

    def test_bounced_later(self):
        agreement = self._billed()
        run = self._posted(agreement)
        self._send(run.action_send)
        line = self._line(run, agreement)
        self.assertEqual(line.delivery_state, "sent")
        # As the mail gateway does it when a bounce arrives.
        line.move_ids.xpps_sent_message_id.notification_ids.write(
            {"notification_status": "bounce", "failure_type": "mail_bounce", "failure_reason": "Mailbox full"}
        )
        self.env.invalidate_all()
        self.assertEqual((line.delivery_state, run.returned_move_count), ("failed", 1))
        self.assertIn(agreement.partner_id.email, line.problem)

    def test_handed_over_until_it_is_known(self):
        agreement = self._billed()
        run = self._posted(agreement)
        run.action_send()
        line = self._line(run, agreement)
        self.assertEqual(line.delivery_state, "handed_over")
        self.assertIn("1 invoice is handed over.", run.message_ids[0].body)
        self._send(lambda: None)
        self.assertEqual(line.delivery_state, "sent")

    def test_reset_to_draft(self):
        _run, line = self._returned()
        move = line.move_ids
        move.button_draft()
        self.assertFalse(move.xpps_sent_message_id or move.xpps_delivery_state)


class TestMailTemplate(SendingCase):
    def test_what_the_mail_says(self):
        agreement = self._contract("draft", self.base)
        agreement.sale_subscription_line_ids.xpps_qty_from_devices = True
        for serial in ("TM-1", "TM-2"):
            device = self._device(serial, agreement)
            self._charge(600, 0.01, subscription_id=agreement.id, device_id=device.id)
        self._cover("TM-1", "TM-2")
        run = self._posted(agreement)
        run.action_send()
        message = run.move_ids.xpps_sent_message_id
        self.assertIn("January 2026", message.subject)
        for text in ("January 2026", "Devices: <t>2", "Pages: <t>1200", "Device Usage", run.move_ids.name):
            self.assertIn(text.replace("<t>", ""), message.body.replace("<t>", "").replace("</t>", ""))
        names = message.attachment_ids.mapped("name")
        self.assertEqual(len(names), 3)
        self.assertEqual(sum("Device Usage" in name for name in names), 2)

    def test_the_agreements_own_template(self):
        own = self.env["mail.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get("account.move").id,
                "subject": "Our own words",
                "use_default_to": True,
            }
        )
        template = self._template("draft", invoice_mail_template_id=own.id)
        agreement = self._agreement(self.coffee, template_id=template.id)
        move = agreement.create_invoice()
        move.action_post()
        self.assertEqual(move._get_mail_template(), own)
        # Odoo's own button offers the same.
        wizard = Form.from_action(self.env, move.action_send_and_print()).save()
        self.assertEqual(wizard.template_id, own)
        wizard.action_send_and_print()
        self.assertEqual(move.xpps_sent_message_id.subject, "Our own words")

    def test_other_invoices_have_odoo_s(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create({"name": "Coffee", "price_unit": 5, "tax_ids": False})],
            }
        )
        self.assertEqual(move._get_mail_template(), self.env.ref("account.email_template_edi_invoice"))


class TestBankAccount(SendingCase):
    def test_odoo_chooses(self):
        """Not the first account of the company, which is in euros and not trusted."""
        euros, dollars = self.env["res.partner.bank"].create(
            [
                {
                    "acc_number": number,
                    "partner_id": self.company.partner_id.id,
                    "currency_id": currency.id,
                    "allow_out_payment": trusted,
                }
                for number, currency, trusted in (("EUR-1", self.eur, False), ("USD-1", self.usd, True))
            ]
        )
        self.assertEqual(self.company.partner_id.bank_ids[:1], euros)
        for mode in MODES:
            agreement = self._billed(mode)
            agreement.generate_invoice()
            self.assertEqual(self._moves(agreement).partner_bank_id, dollars, mode)


class TestPostingAsByHand(SendingCase):
    def test_a_mandatory_analytic_plan(self):
        plan = self.env["account.analytic.plan"].create({"name": "Sites", "default_applicability": "mandatory"})
        account = self.env["account.analytic.account"].create({"name": "Here", "plan_id": plan.id})
        agreement = self._billed()
        run = self._run()
        run.action_create_drafts()
        run.action_post()
        line = self._line(run, agreement)
        self.assertEqual((run.move_ids.state, line.state), ("draft", "invoiced"))
        self.assertIn("analytic", line.error)
        move = run.move_ids
        self.assertRaisesMessage("analytic", move.with_context(validate_analytic=True).action_post)
        move.invoice_line_ids.analytic_distribution = {account.id: 100}
        run.action_post()
        self.assertEqual((move.state, line.error), ("posted", False))


class TestNothingToBill(SendingCase):
    def test_lines_of_nothing_are_left_out(self):
        for mode in MODES:
            agreement = self._contract(mode, self.base + self.coffee)
            agreement.sale_subscription_line_ids[0].product_uom_qty = 0
            agreement.generate_invoice()
            self.assertEqual(self._product_lines(self._moves(agreement)).product_id, self.coffee, mode)

    def test_pages_that_cancel_each_other_out(self):
        """One line of 0 pages, or two that come to 0: no invoice; all of them are billed with the next pages."""
        for detail in ("device", "material"):
            for mode in MODES:
                with self.subTest(detail=detail, mode=mode):
                    agreement = self._contract(mode, self.coffee, xpps_invoice_detail=detail, next_date="2099-01-01")
                    charges = self._charge(100, 0.01, subscription_id=agreement.id)
                    charges |= self._charge(-100, 0.01, subscription_id=agreement.id)
                    agreement._generate_xpps_invoices(recurring=False)
                    self.assertFalse(self._moves(agreement) or agreement.sale_order_ids)
                    self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
                    charges |= self._charge(50, 0.01, subscription_id=agreement.id)
                    agreement._generate_xpps_invoices(recurring=False)
                    self.assertEqual(self._moves(agreement).amount_untaxed, 0.5)
                    self.assertBilledOnce(charges)

    def test_by_a_run(self):
        agreement = self._contract("draft", self.coffee, next_date="2026-03-01")
        charges = self._charge(100, 0.01, subscription_id=agreement.id)
        charges |= self._charge(-100, 0.01, subscription_id=agreement.id)
        run = self._run()
        run.action_create_drafts()
        line = self._line(run, agreement)
        self.assertEqual((line.state, line.amount_total), ("nothing", 0))
        self.assertIn("come to 0", line.reason)
        self.assertFalse(run.move_ids)
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})

    def test_services_wait_with_the_charges(self):
        """5.00 of coffee less 5.00 of pages taken back: neither is lost."""
        for by_run in (False, True):
            agreement = self._contract("draft", self.coffee)
            charge = self._charge(-500, 0.01, subscription_id=agreement.id)
            if by_run:
                run = self._run()
                run.action_create_drafts()
                self.assertEqual(self._line(run, agreement).state, "nothing")
            else:
                agreement.generate_invoice()
            self.assertFalse(self._moves(agreement))
            self.assertEqual(str(agreement.recurring_next_date), "2026-02-01")
            self.assertEqual(charge.invoice_status, "to_invoice")
            self._charge(100, 0.01, subscription_id=agreement.id)
            agreement.generate_invoice()
            self.assertEqual(self._moves(agreement).amount_untaxed, 1.0)
            self.assertEqual(str(agreement.recurring_next_date), "2026-03-01")
            agreement.is_paused = True

    def test_a_free_service_is_settled(self):
        agreement = self._contract("draft", self.coffee)
        agreement.sale_subscription_line_ids.discount = 100
        agreement.generate_invoice()
        self.assertFalse(self._moves(agreement))
        self.assertEqual(str(agreement.recurring_next_date), "2026-03-01")

    def test_create_invoice_says_so(self):
        agreement = self._contract("draft", self.coffee)
        self._charge(-500, 0.01, subscription_id=agreement.id)
        self.assertRaisesMessage("come to 0", agreement.manual_invoice)
