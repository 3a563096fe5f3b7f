# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What setup/soak looks at afterwards sees it when an invoice was sent twice, or is only said to be sent."""

from soak.mails import mail_faults

from ..support.billing_runs import BillingRunCase


class TestSoakMails(BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "customer@example.com"

    def setUp(self):
        super().setUp()
        self._many(1)
        run = self._run()
        run.action_create_drafts()
        run.action_post()
        self.move = run.move_ids
        # What is printed is another test's.
        self.message = self.move.message_post(
            body="Invoice", message_type="comment", partner_ids=self.customer.ids, subtype_xmlid="mail.mt_comment"
        )
        self.message_id = self.message.message_id
        self.mail = self.message.mail_ids
        self.mail.state = "sent"
        self.message.notification_ids.notification_status = "sent"
        self.move.sudo().write({"is_move_sent": True, "xpps_sent_message_id": self.message.id})

    def _faults(self, received, explained=False):
        self.env.flush_all()
        return list(mail_faults(self.env.cr, self.company.id, received, lambda *_times: explained))

    def test_sent_once(self):
        self.assertEqual(
            self._faults({self.message_id: {"customer@example.com": [1.0], "clerk@example.com": [1.5]}}), []
        )

    def test_not_left(self):
        (fault,) = self._faults({})
        self.assertIn("has not left", fault)

    def test_left_twice(self):
        received = {self.message_id: {"customer@example.com": [1.0, 2.0]}}
        (fault,) = self._faults(received)
        self.assertIn("left twice", fault)
        self.assertEqual(self._faults(received, explained=True), [])

    def test_two_mails(self):
        second = self.message.copy({"message_id": "<second@example.com>"})
        self.message.notification_ids.copy({"mail_message_id": second.id})
        second.notification_ids.notification_status = "sent"
        received = {id_: {"customer@example.com": [1.0]} for id_ in (self.message_id, "<second@example.com>")}
        (fault,) = self._faults(received)
        self.assertIn("was sent by 2 mails", fault)
        self.message.notification_ids.notification_status = "bounce"
        self.assertEqual(self._faults(received), [])

    def test_in_the_queue(self):
        self.mail.state = "outgoing"
        self.message.notification_ids.notification_status = "ready"
        self.assertEqual(self._faults({}), [])
        self.mail.unlink()
        self.message.notification_ids.notification_status = "ready"
        (fault,) = self._faults({})
        self.assertIn("in no queue", fault)

    def test_sent_by_nothing(self):
        self.move.sudo().xpps_sent_message_id = False
        (fault,) = self._faults({self.message_id: {"customer@example.com": [1.0]}})
        self.assertIn("no message says how", fault)
