# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The invoices of a run are sent at once, each with its own files; one that fails keeps no other back."""

from odoo.tools import mute_logger

from odoo.addons.account.models.account_move_send import AccountMoveSend

from ..support.billing_runs import BillingRunCase

QUEUE = "odoo.addons.xerox_xpps.models.billing_run.xpps_billing_run_queue"
DELIVERY = "odoo.addons.xerox_xpps.models.invoice.account_move_delivery"


class TestSendTogether(BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True
        cls.agreements = cls.env["sale.subscription"]
        for number in range(4):
            customer = cls._partner(f"Customer {number}", email=f"c{number}@a.example")
            cls.agreements |= cls._contract(services=cls.base, partner_id=customer.id)

    def setUp(self):
        super().setUp()
        self.sent = []
        generate = AccountMoveSend._generate_and_send_invoices

        def noted(sends, moves, **options):
            self.sent.append(moves)
            return generate(sends, moves, **options)

        self.patch(AccountMoveSend, "_generate_and_send_invoices", noted)

    def _posted(self):
        run = self._run()
        run.action_create_drafts()
        run.action_post()
        return run

    def _move(self, run, number):
        return self._line(run, self.agreements[number]).move_ids

    def assertSentWithItsOwn(self, move, number):
        """One message, to its customer, with three files that are the invoice's."""
        stem = move.name.replace("/", "_")
        names = [f"Device Usage {stem}.pdf", f"Device Usage {stem}.xlsx", f"{stem}.pdf"]
        message = move.xpps_sent_message_id
        self.assertEqual(message, move.message_ids.filtered(lambda message: message.message_type == "comment"))
        self.assertEqual(message.notified_partner_ids, self.agreements[number].partner_id)
        self.assertEqual(sorted(message.attachment_ids.mapped("name")), names)
        for file in (move.xpps_usage_pdf_id, message.attachment_ids.filtered(lambda file: file.name == names[0])):
            self.assertIn(f"Customer {number}".encode(), file.raw)
            for other in {0, 1, 2, 3} - {number}:
                self.assertNotIn(f"Customer {other}".encode(), file.raw)

    def test_together(self):
        run = self._posted()
        run.action_send()
        self.assertEqual(self.sent, [run.move_ids])
        for number in range(4):
            self.assertSentWithItsOwn(self._move(run, number), number)
        self.assertEqual((run.error_count, run.unsent_move_count), (0, 0))

    def test_without_an_address(self):
        """It is told before anything is made, and the others are sent at once."""
        self.agreements[1].partner_id.email = False
        run = self._posted()
        run.action_send()
        self.assertEqual(self.sent, [run.move_ids - self._move(run, 1)])
        self.assertIn("no e-mail address", self._line(run, self.agreements[1]).error)
        for number in (0, 2, 3):
            self.assertSentWithItsOwn(self._move(run, number), number)

    @mute_logger(QUEUE, DELIVERY)
    def test_one_fails(self):
        """What nobody foresaw, while its files are made: the others go out, once each."""
        run = self._posted()
        bad = self._move(run, 2)
        self.env["ir.ui.view"].create(
            {
                "name": "failing",
                "type": "qweb",
                "key": "xerox_xpps.failing_invoice",
                "arch": '<t t-name="xerox_xpps.failing_invoice"><t t-out="1 // 0"/></t>',
            }
        )
        bad.partner_id.invoice_template_pdf_report_id = self.env["ir.actions.report"].create(
            {
                "name": "Failing",
                "model": "account.move",
                "report_name": "xerox_xpps.failing_invoice",
                "is_invoice_report": True,
            }
        )
        run.action_send()
        self.assertGreater(len(self.sent), 4)
        for number in (0, 1, 3):
            self.assertSentWithItsOwn(self._move(run, number), number)
        self.assertFalse(bad.is_move_sent or bad.xpps_usage_pdf_id or bad.xpps_sent_message_id)
        self.assertEqual([line for line in run.line_ids if line.error], [self._line(run, self.agreements[2])])
