# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A customer's question: its states, who is told, Xerox's dispute, the customer's credit note, and back."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.rules import follows

from ..support.access import MANAGER, USER, Denials
from ..support.queries import Queries
from ..support.rebilling import RebillCase
from ..support.report_example import ReportExample

ASKED = "xerox_xpps.mail_activity_customer_query"
XEROX_CREDITS = "xerox_xpps.mail_activity_query_xerox_credits"


class QueryCase(Queries, Denials, RebillCase):
    """``move`` bills a customer's pages by device and color: 1.00 of SN-1, 0.50 of SN-2, 0.80 of color."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._clerk()
        cls.asking = cls._portal_contact(cls.customer, "xpps_query_customer")

    def _set_up_once(self):
        super()._set_up_once()
        _agreement, self.charges, self.move = self._billed()

    def _line(self, number=0):
        return self.charges[number].invoice_line_ids

    def _query(self, number=0, **values):
        """Asked by the customer. :return: the question, as the clerk sees it"""
        return self._as(self.clerk, self._ask(self._line(number), self.asking, **values))

    def _activities(self, query, kind=ASKED):
        return query.sudo().activity_search([kind])


class TestAsking(QueryCase):
    def test_what_it_says(self):
        query = self._ask(self._line(), self.asking, "  Why so many?\n")
        self.assertRegex(query.name, r"^Q/\d{4}/\d{4}$")
        self.assertEqual((query.state, query.text, query.amount), ("new", "Why so many?", 1))
        self.assertEqual((query.partner_id, query.company_id), (self.asking.partner_id, self.company))
        self.assertEqual((query.move_id, query.move_line_id), (self.move, self._line()))
        self.assertEqual((query.charge_ids, query.device_id), (self.charges[0], self.device))
        self.assertEqual((query.subscription_id, query.line_text), (self.charges.subscription_id, self._line().name))
        self.assertEqual((query.period_start, query.period_end), (self.day("2026-01-01"), self.day("2026-01-31")))

    def test_of_a_base_price(self):
        line = self.move.invoice_line_ids.filtered(lambda line: line.product_id == self.base)
        query = self._ask(line, self.asking)
        self.assertEqual((query.amount, query.charge_ids.ids, query.device_id.ids), (30, [], []))
        self.assertEqual((query.period_start, query.period_end), (line.xpps_period_start, line.xpps_period_end))

    def test_one_device_of_many(self):
        _agreement, charges, _move = self._billed(xpps_invoice_detail="material")
        line = charges[0].invoice_line_ids
        self.assertEqual(line.xpps_charge_ids, charges[:2])
        query = self._ask(line, self.asking, device=self.second)
        self.assertEqual((query.charge_ids, query.device_id), (charges[1], self.second))

    def test_one_at_a_time(self):
        query = self._query()
        line = self._as(self.asking, self._line())
        again, is_new = line.env["xpps.customer.query"]._ask(line, "And now?")
        self.assertEqual((again.id, is_new), (query.id, False))
        self.assertNotEqual(self._query(1), query)
        query.action_look_at()
        query.answer = "It was a large print job."
        query.action_refuse()
        self.assertNotEqual(self._query(), query)
        # Two at the same moment.
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            query.action_look_at()
            self.env.flush_all()

    def test_texts(self):
        for text in ("", "  \n", None, "x" * 4001):
            with self.assertRaises(UserError):
                self._ask(self._line(), self.asking, text)
        self.assertEqual(len(self._ask(self._line(), self.asking, "x" * 4000).text), 4000)

    def test_who_is_told(self):
        """Who looks after the agreement, if he may handle it; else who looks after the company's files."""
        other = self._clerk("xpps_query_other")
        self.company.xpps_responsible_id = other
        agreement = self.charges.subscription_id
        agreement.user_id = self._user("xpps_query_sales")
        query = self._query()
        self.assertEqual(query.user_id, other)
        activity = self._activities(query)
        self.assertEqual(activity.user_id, other)
        self.assertEqual(activity.summary, f"{query.partner_id.display_name} asks about a line of {self.move.name}")
        self.assertLessEqual(query.partner_id | other.partner_id, query.message_partner_ids)
        agreement.user_id = self.clerk
        self.assertEqual(self._query(1).user_id, self.clerk)
        agreement.user_id.active = False
        self.assertEqual(self._query(2).user_id, other)


class TestStates(QueryCase):
    def test_the_way(self):
        query = self._query()
        query.action_look_at()
        query.answer = "Your meter counted 600 pages.\nSee <the read>."
        query.action_answer()
        self.assertEqual(query.state, "answered")
        message = query.message_ids[0]
        self.assertIn("See &lt;the read&gt;.", message.body)
        self.assertEqual(
            (message.author_id, message.subtype_id), (self.clerk.partner_id, self.env.ref("mail.mt_comment"))
        )
        self.assertIn(query.partner_id, message.notified_partner_ids)
        self.assertFalse(self._activities(query))
        query.action_refuse()
        self.assertEqual(query.state, "refused")
        self.assertIn("it stays as it is", query.message_ids[0].body)
        query.action_look_at()
        self.assertEqual(query.state, "looked_at")

    def test_an_answer_is_needed(self):
        query = self._query()
        query.action_look_at()
        for action in (query.action_answer, query.action_refuse):
            self.assertRaisesMessage("fill in “Answer” first", action)
        self.assertEqual(query.state, "looked_at")

    def test_every_step_that_may_not_be(self):
        """Neither by a button, nor by the program."""
        states = ("new", "looked_at", "answered", "credited", "refused")
        query = self._query()
        query.answer = "So it is."
        buttons = {"looked_at": "action_look_at", "answered": "action_answer", "refused": "action_refuse"}
        buttons["credited"] = "action_credit"
        for old in states:
            for new in states:
                if follows(old, new):
                    continue
                with self.subTest(old=old, new=new):
                    self.env.flush_all()
                    self.cr.execute("UPDATE xpps_customer_query SET state = %s WHERE id = %s", [old, query.id])
                    query.invalidate_recordset()
                    self.assertRaisesMessage("so it cannot become", lambda new=new: query.sudo().write({"state": new}))
                    if new in buttons:
                        self.assertRaisesMessage("so it cannot become", getattr(query, buttons[new]))

    def test_only_the_program_writes_states(self):
        query = self._query()
        for values in ({"state": "looked_at"}, {"text": "Other"}, {"partner_id": self.customer.id}, {"amount": 9}):
            self.assertDenied(query.write, values)
        self.assertDenied(query.env["xpps.customer.query"].create, {"text": "Mine"})
        self.assertRaisesMessage("A question begins as new", lambda: query.sudo().copy({"state": "refused"}))
        self.assertRaisesMessage("are kept", query.sudo().unlink)
        self.assertRaises(AccessError, self._as(self._clerk("xpps_query_boss", MANAGER), query).unlink)

    def test_who_takes_it_on(self):
        query = self._query()
        query.user_id = False
        query.action_look_at()
        self.assertEqual(query.user_id, self.clerk)


class TestCredit(QueryCase):
    def test_the_line_alone(self):
        query = self._query(2)
        query.action_look_at()
        credit = self.env["account.move"].browse(query.action_credit()["res_id"])
        self.assertEqual((credit.move_type, credit.state, credit.reversed_entry_id), ("out_refund", "draft", self.move))
        self.assertLines(credit, [[("Color Pages", 10, 0.08, 0.8)]])
        self.assertEqual(credit.invoice_line_ids.xpps_credited_charge_ids, self.charges[2])
        self.assertEqual(query.credit_move_id, credit)
        self.assertEqual(query.action_credit()["res_id"], credit.id, "It is proposed once.")
        self.assertEqual(query.state, "looked_at")
        credit.action_post()
        self.assertEqual((query.state, self.charges[2].credit_state), ("credited", "full"))
        self.assertIn(credit.name, query.message_ids[0].body)
        self.assertIn(query.partner_id, query.message_ids[0].notified_partner_ids)
        credit.button_draft()
        self.assertEqual((query.state, query.credit_move_id), ("looked_at", credit))
        credit.action_post()
        self.assertEqual(query.state, "credited")

    def test_cancelled(self):
        query = self._query()
        query.action_look_at()
        query.answer = "You are right."
        query.action_answer()
        credit = self.env["account.move"].browse(query.action_credit()["res_id"])
        credit.action_post()
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual(query.state, "answered")
        other = self.env["account.move"].browse(query.action_credit()["res_id"])
        self.assertNotEqual(other, credit)
        self.assertLines(other, [[("Mono Pages", 100, 0.01, 1)]])
        other.unlink()
        self.assertFalse(query.credit_move_id)

    def test_one_device_of_a_line(self):
        _agreement, charges, _move = self._billed(xpps_invoice_detail="material")
        query = self._as(self.clerk, self._ask(charges[0].invoice_line_ids, self.asking, device=self.second))
        query.action_look_at()
        credit = self.env["account.move"].browse(query.action_credit()["res_id"])
        self.assertLines(credit, [[("Mono Pages", 50, 0.01, 0.5)]])

    def test_a_base_price(self):
        line = self.move.invoice_line_ids.filtered(lambda line: line.product_id == self.base)
        query = self._as(self.clerk, self._ask(line, self.asking))
        query.action_look_at()
        credit = self.env["account.move"].browse(query.action_credit()["res_id"])
        self.assertLines(credit, [[("XPPS Base Price", 1, 30, 30)]])
        credit.action_post()
        self.assertEqual(query.state, "credited")

    def test_a_credit_note_made_elsewhere(self):
        """Of all that was asked about; of what was not, nothing happens. By whoever may post."""
        queries = [self._query(number) for number in range(3)]
        accountant = self._user("xpps_query_accountant", "account.group_account_invoice")
        credit = self._credit(self._as(accountant, self.move), mono=50)
        self.assertEqual([query.state for query in queries], ["credited", "credited", "new"])
        self._as(accountant, credit).button_draft()
        self.assertEqual([query.state for query in queries], ["looked_at", "looked_at", "new"])
        credit.unlink()
        self._reverse(self.move).action_post()
        self.assertEqual([query.state for query in queries], ["credited"] * 3)

    def test_a_credit_note_that_is_taken_back(self):
        """An invoice that reverses the credit note bills again what was given back, until it is not posted any more."""
        line = self.move.invoice_line_ids.filtered(lambda line: line.product_id == self.base)
        queries = [self._query(), self._query(1), self._as(self.clerk, self._ask(line, self.asking))]
        credits = []
        for query in queries:
            query.action_look_at()
            credits.append(self.env["account.move"].browse(query.action_credit()["res_id"]))
            credits[-1].action_post()
        for query, credit in zip(queries, credits, strict=True):
            with self.subTest(query.move_line_id.name):
                back = self._reverse(credit)
                self.assertEqual((back.move_type, query.state), ("out_invoice", "credited"))
                back.action_post()
                self.assertEqual((query.state, query.credit_move_id), ("looked_at", credit))
                self.assertIn(back.name, query.message_ids[0].body)
                self.assertIn(credit.name, query.message_ids[0].body)
                self.assertFalse(query.message_ids[0].notified_partner_ids & query.partner_id)
                back.button_draft()
                self.assertEqual(query.state, "credited")
                back.action_post()
                self.assertEqual(query.state, "looked_at")
        other = self.env["account.move"].browse(queries[0].action_credit()["res_id"])
        self.assertNotEqual(other, credits[0])

    def test_another_line_is_taken_back(self):
        """Of a credit note of all lines, an invoice that reverses one of them is about that one."""
        queries = [self._query(number) for number in range(2)]
        credit = self._reverse(self.move)
        credit.action_post()
        self.assertEqual([query.state for query in queries], ["credited"] * 2)
        back = self._reverse(credit)
        kept = queries[1].move_line_id._xpps_copies_in(credit)._xpps_copies_in(back)
        self.assertEqual(len(kept), 1)
        (back.invoice_line_ids - kept).unlink()
        back.action_post()
        self.assertEqual([query.state for query in queries], ["credited", "looked_at"])

    def test_that_of_another_question(self):
        """A question about one device of a line is not credited by the credit note of another."""
        _agreement, charges, _move = self._billed(xpps_invoice_detail="material")
        line = charges[0].invoice_line_ids
        first = self._as(self.clerk, self._ask(line, self.asking, device=self.device))
        first.action_look_at()
        credit = self.env["account.move"].browse(first.action_credit()["res_id"])
        first.answer = "See the credit note."
        first.action_refuse()
        second = self._as(self.clerk, self._ask(line, self.asking, device=self.second))
        credit.action_post()
        self.assertEqual((first.state, second.state), ("credited", "new"))

    def test_the_invoice_is_kept(self):
        self._query()
        self.move.button_draft()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.move.with_context(force_delete=True).unlink()

    def test_on_screen(self):
        query = self._query()
        with Form(query) as form:
            form.answer = "Soon"
        self.assertEqual(query.answer, "Soon")
        self.assertEqual(query.action_open_invoice()["res_id"], self.move.id)
        self.assertEqual(query.action_open_device()["res_id"], self.device.id)
        move = self._as(self.clerk, self.move)
        self.assertEqual(move.xpps_query_count, 1)
        action = move.action_open_xpps_queries()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), query.with_env(self.env))


class TestRights(QueryCase):
    def test_users_read(self):
        query = self._query()
        user = self._clerk("xpps_query_user", USER)
        seen = self._as(user, query)
        self.assertEqual(seen.read(["text", "amount", "charge_ids"])[0]["amount"], 1)
        for field in ("dispute_id",):
            self.assertDenied(seen.read, [field])
        for action in ("action_look_at", "action_credit", "action_dispute", "action_open_vendor_rows"):
            self.assertDenied(getattr(seen, action))

    def test_customers_see_their_own(self):
        query = self._query()
        colleague = self._portal_contact(self.customer, "xpps_query_colleague")
        stranger = self._portal_contact(self._partner("Somebody Else"), "xpps_query_stranger")
        self.assertEqual(self._as(colleague, query).read(["text"])[0]["text"], "Why so many?")
        self.assertDenied(self._as(stranger, query).read, ["text"])
        self.assertFalse(self._as(stranger, self.env["xpps.customer.query"]).search([]))
        for field in ("dispute_id", "charge_ids", "subscription_id"):
            self.assertDenied(self._as(colleague, query).read, [field])
        self.assertDenied(self._as(colleague, query).action_look_at)
        self.assertDenied(self._as(colleague, query).write, {"answer": "You win"})
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            self._ask(self._line(1), stranger)

    def test_other_companies(self):
        query = self._query()
        other = self._company("XPPS Other Reseller")
        stranger = self._clerk("xpps_query_foreign", company=other)
        self.assertFalse(self._as(stranger, self.env["xpps.customer.query"]).search([]))
        self.assertDenied(self._as(stranger, query).read, ["text"])
        self.assertDenied(self._as(stranger, query).action_look_at)


class TestChain(Queries, Denials, ReportExample):
    """February's color pages of A-1: 300, at 0.0525 instead of 0.05 each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._clerk()
        cls.asking = cls._portal_contact(cls.customer, "xpps_query_customer")
        cls.february = cls.invoices[1][cls.agreement]

    def _query(self, product, device=None):
        lines = self.february.invoice_line_ids.filtered(
            lambda line: line.product_id == product and (not device or line.xpps_charge_ids.device_id == device)
        )
        query = self._as(self.clerk, self._ask(lines[:1], self.asking))
        query.action_look_at()
        return query

    def _rows(self, query):
        action = query.action_open_vendor_rows()
        return self.env[action["res_model"]].search(action["domain"])

    def test_from_the_question_to_xerox_and_back(self):
        query = self._query(self.color)
        rows = self._rows(query)
        self.assertEqual(
            [(row.serial, row.component, str(row.period_end)) for row in rows], [("A-1", "color", "2026-02-28")]
        )
        dispute = query.env["xpps.dispute"].browse(query.action_dispute()["res_id"])
        self.assertEqual((query.dispute_id, dispute.amount), (dispute, 0.75))
        self.assertEqual(query.action_dispute()["res_id"], dispute.id)
        self.assertIn(query.name, dispute.message_ids[0].body)
        self.assertEqual(dispute.query_count, 1)
        dispute.action_mark_sent()
        self.assertFalse(query.activity_search([XEROX_CREDITS]))
        dispute.action_credit()
        activity = query.activity_search([XEROX_CREDITS])
        self.assertEqual(activity.user_id, query.user_id)
        self.assertIn(dispute.name, activity.summary)
        dispute.action_reopen()
        self.assertFalse(query.activity_search([XEROX_CREDITS]))
        dispute.credited_amount = 0.5
        dispute.action_credit()
        self.assertTrue(query.activity_search([XEROX_CREDITS]))
        credit = query.env["account.move"].browse(query.action_credit()["res_id"])
        self.assertEqual(round(credit.amount_untaxed, 2), 24)
        credit.action_post()
        self.assertEqual(query.state, "credited")
        self.assertFalse(query.activity_search([XEROX_CREDITS]))
        credit.button_draft()
        self.assertEqual(query.state, "looked_at")

    def test_rows_in_a_dispute_already(self):
        query = self._query(self.color)
        dispute = self.env["xpps.dispute"]._create_from_rows(self._rows(query))
        self.assertEqual(query.action_dispute()["res_id"], dispute.id)
        self.assertEqual(dispute.line_count, 1)

    def test_a_base_price(self):
        rows = self._rows(self._query(self.base))
        self.assertEqual(
            sorted((row.serial, row.component) for row in rows),
            [("A-1", "base_service"), ("A-1", "base_supply"), ("B-2", "base_service"), ("B-2", "base_supply")],
        )

    def test_xerox_rejects(self):
        """The customer is told by the clerk, not by the program."""
        query = self._query(self.color)
        dispute = self.env["xpps.dispute"].browse(query.action_dispute()["res_id"])
        dispute.action_mark_sent()
        dispute.action_reject()
        self.assertFalse(query.activity_search([XEROX_CREDITS]))
        self.assertEqual(query.state, "looked_at")

    def test_xerox_credits_and_whom_it_concerns_has_left(self):
        query = self._query(self.color)
        gone, left = self._clerk("xpps_query_gone"), self._clerk("xpps_query_left")
        self.company.xpps_responsible_id = left
        query.user_id = gone
        gone.active = False
        dispute = self.env["xpps.dispute"].browse(query.action_dispute()["res_id"])
        dispute.action_mark_sent()
        dispute.credited_amount = 0.5
        dispute.action_credit()
        self.assertEqual(query.activity_search([XEROX_CREDITS]).user_id, left)

    def test_a_dispute_of_another_company(self):
        other = self._company("XPPS Other Reseller")
        foreign = self.env["xpps.dispute"].create(
            {"company_id": other.id, "currency_id": self.usd.id, "reason": "Other"}
        )
        self.assertDenied(self._query(self.color).write, {"dispute_id": foreign.id})
