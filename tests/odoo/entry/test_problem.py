# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Problems that customers report: a ticket where there is a helpdesk, else a message and an activity."""

import base64
import io

from odoo.addons.xerox_xpps.models.entry.xpps_customer_entry import XppsCustomerEntry

from ..support.access import BILLING, USER
from ..support.entries import EntryCase, jpeg


class ProblemCase(EntryCase):
    def _report(self, device=None, user=None, source="portal", topic="repair", text="Jam <b>2</b>", **values):
        device = self.device if device is None else device
        entries = self.entries.with_user(user or self.portal)
        return entries._report_problem(device, source, topic, text, **values)


class TestProblem(ProblemCase):
    """What the addon does by itself; the databases of tests have a helpdesk, which does something else."""

    def setUp(self):
        super().setUp()
        self.clerk = self._user("xpps_test_clerk", BILLING)
        self.company.xpps_responsible_id = self.clerk

    def _tell(self, user=None, source="portal", **values):
        entries = self.entries.with_user(user or self.portal)
        entry = entries._add("problem", self.device, source, topic="repair", text="Jam <b>2</b>", **values)
        XppsCustomerEntry._tell_reseller(entry)
        return entry

    def _activity(self):
        return self.device.activity_ids.filtered(
            lambda one: one.activity_type_id == self.env.ref("xerox_xpps.mail_activity_customer_problem")
        )

    def test_message_and_activity(self):
        self._tell()
        message = self.device.message_ids[0]
        self.assertEqual(message.author_id, self.portal.partner_id)
        self.assertIn("Jam &lt;b&gt;2&lt;/b&gt;", message.body)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(self._activity().user_id, self.clerk)
        self.assertIn("Jam", self._activity().note)
        self.assertNotIn("<b>2</b>", self._activity().note)

    def test_who_looks_after_it(self):
        """The agreement's salesperson, if he may; else who looks after the company's files."""
        salesman = self._user("xpps_test_salesman", USER)
        stranger = self._user("xpps_test_stranger")
        for user, responsible in ((salesman, salesman), (stranger, self.clerk), (self.env["res.users"], self.clerk)):
            with self.subTest(user=user.login), self.cr.savepoint() as savepoint:
                self.agreement.user_id = user
                self._tell()
                self.assertEqual(self._activity().user_id, responsible)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_by_the_label(self):
        entry = self._tell(user=self.env.ref("base.public_user"), source="label", contact="Ann <x>")
        self.assertFalse(entry.user_id)
        message = self.device.message_ids[0]
        self.assertEqual(message.author_id, self.env.ref("base.partner_root"))
        self.assertIn("To be reached by: Ann &lt;x&gt;", message.body)
        self.assertIn("label", message.body)


class TestProblemTicket(ProblemCase):
    def setUp(self):
        super().setUp()
        # The demo's team is of another company.
        self.env.user.helpdesk_team_ids = False

    def _ticket(self, entry):
        ticket = entry.ticket_id
        self.assertTrue(ticket)
        self.assertEqual((ticket.xpps_device_id, ticket.company_id), (entry.device_id, self.company))
        return ticket

    def test_in_the_portal(self):
        ticket = self._ticket(self._report(topic="repair", photo=io.BytesIO(jpeg())))
        self.assertEqual(
            (ticket.partner_id, ticket.xpps_customer_id, ticket.xpps_subscription_id, ticket.xpps_kind),
            (self.portal.partner_id, self.customer, self.agreement, "repair"),
        )
        self.assertIn("SN-1", ticket.name)
        self.assertIn("Jam &lt;b&gt;2&lt;/b&gt;", ticket.description)
        photo = self.env["ir.attachment"].search([("res_model", "=", ticket._name), ("res_id", "=", ticket.id)])
        self.assertTrue(base64.b64decode(photo.datas).startswith(b"\xff\xd8\xff"))
        self.assertFalse(self.device.activity_ids)
        # The customer reads the answers.
        self.assertIn(self.portal.partner_id, ticket.message_partner_ids)

    def test_kinds(self):
        for topic, kind in (("repair", "repair"), ("supplies", "supplies"), ("other", False)):
            with self.subTest(topic=topic):
                self.assertEqual(self._ticket(self._report(topic=topic)).xpps_kind, kind)

    def test_by_the_label(self):
        entry = self._report(user=self.env.ref("base.public_user"), source="label", contact="Ann")
        ticket = self._ticket(entry)
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertIn("To be reached by: Ann", ticket.description)
        self.assertFalse(ticket.message_partner_ids & self.env.ref("base.public_user").partner_id)

    def test_an_employee_who_looks_at_the_portal(self):
        """The ticket is the customer's, not his."""
        ticket = self._ticket(self._report(user=self._user("xpps_test_employee", BILLING)))
        self.assertEqual(ticket.partner_id, self.customer)
