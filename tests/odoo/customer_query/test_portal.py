# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customer's pages: the invoice with how it came about, and questions; who gets which, and what they never say."""

import re

from lxml import html

from odoo.http import Request
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..support.queries import SECRETS, PortalWorld


class PortalCase(PortalWorld, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_portal_world()

    def _enter(self, user):
        self.authenticate(user and user.login, user and user.login)

    def _get(self, url, status=200):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
            response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, status, url)
        return response

    def _post_question(self, text="Why so many?", line=None, move=None, csrf=True, **values):
        url = f"/my/invoices/{(move or self.move).id}/xpps/{(line or self.line).id}/ask"
        data = {"text": text, **values} | ({"csrf_token": Request.csrf_token(self)} if csrf else {})
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
            return self.url_open(url, data=data, allow_redirects=False)

    def _section(self, response):
        found = html.fromstring(response.text).xpath("//section[@id='xpps_lines']")
        return found[0] if found else None

    def _words(self, node):
        return re.sub(r"\s+", " ", node.text_content()).strip()

    def assertNoSecrets(self, response):
        for secret in SECRETS:
            self.assertNotIn(secret, response.text)
        self.assertNotIn("Xerox invoice", response.text)


class TestInvoicePage(PortalCase):
    def test_how_it_came_about(self):
        self._enter(self.mine)
        response = self._get(self.page)
        section = self._section(response)
        base, pages = section.xpath("./details")
        self.assertIn("SN-1 counted 620 pages in January 2026, of which 500 are included", self._words(pages))
        cells = [self._words(cell) for cell in pages.xpath(".//tbody/tr/td")]
        words = ["Pages 620", "Included 500", "Billed Pages 120", "Price 0.01", "Amount 1.20"]
        self.assertEqual(cells[1:3] + cells[5:], ["Black & white", "January 2026", *words])
        self.assertEqual(self._words(pages.xpath(".//tfoot/tr")[-1]), "Amount of the line 1.20")
        cells = [self._words(cell) for cell in base.xpath(".//tbody/tr/td")]
        self.assertEqual(cells[1:], ["January 2026", "Days 31", "Quantity 1", "Price 30.00", "Amount 30.00"])
        self.assertTrue(pages.xpath(".//form"))
        self.assertNoSecrets(response)

    def test_a_shared_link(self):
        """Whoever has it reads all of it, and asks nothing."""
        url = self.move.get_portal_url()
        for user in (None, self.stranger):
            self._enter(user)
            response = self._get(url)
            section = self._section(response)
            self.assertIn("SN-1 counted 620 pages", self._words(section))
            self.assertFalse(section.xpath(".//form"))
            self.assertNoSecrets(response)
            self.assertEqual(self._post_question().status_code, 303 if user is None else 404)
            self._get(f"{self.page}?access_token=wrong", 303)

    def test_others_see_nothing(self):
        """As Odoo does with the invoice itself."""
        for user in (None, self.stranger):
            self._enter(user)
            self.assertNotIn("xpps_lines", self._get(self.page, 303).text)

    def test_nothing_to_tell(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [(0, 0, {"name": "Coffee"})],
            }
        )
        invoice.action_post()
        self._enter(self.mine)
        self.assertIsNone(self._section(self._get(f"/my/invoices/{invoice.id}")))
        self.move.button_draft()
        self.assertIsNone(self._section(self._get(self.move.get_portal_url())))

    def test_many_lines(self):
        for number in range(45):
            self._charge(100 + number, period_start="2026-02-01", period_end="2026-02-28", name=f"Job {number}")
        self.agreement.generate_invoice()
        move = self.agreement.invoice_ids - self.move
        move.action_post()
        self._enter(self.mine)
        lines = len(move._xpps_item_lines())
        found = []
        for page in ("1", "2", "3", "-1", "x", "9" * 30):
            section = self._section(self._get(f"/my/invoices/{move.id}?xpps_page={page}"))
            found.append(len(section.xpath("./details")))
        self.assertEqual(found, [40, lines - 40, lines - 40, 40, 40, lines - 40])

    def test_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.mine.lang = "fr_FR"
        self._enter(self.mine)
        self.assertIn("janvier 2026", self._words(self._section(self._get(f"/fr{self.page}"))))


class TestQuestions(PortalCase):
    def _asked(self):
        self._enter(self.mine)
        response = self._post_question()
        self.assertEqual(response.status_code, 303)
        query = self.env["xpps.customer.query"].search([("move_line_id", "=", self.line.id)])
        self.assertEqual((len(query), query.partner_id), (1, self.mine.partner_id))
        return query, response

    def test_ask_and_see(self):
        query, response = self._asked()
        page = self._get(response.headers["Location"])
        self.assertIn("Your question has arrived", page.text)
        self.assertNoSecrets(page)
        section = self._section(self._get(self.page))
        self.assertIn(query.name, self._words(section))
        (pages,) = section.xpath("./details[@open]")
        self.assertFalse(pages.xpath(".//form"))
        # Once more.
        again = self._post_question("And now?")
        self.assertIn(f"/my/xpps/queries/{query.id}?known=1", again.headers["Location"])
        self.assertIn("already an open question", self._get(again.headers["Location"]).text)
        self.assertIn(query.name, self._get("/my/xpps/queries").text)
        mine = query.with_user(self.clerk)
        mine.action_look_at()
        mine.answer = "Your meter counted 620 pages."
        self.assertNotIn("counted 620", self._get(f"/my/xpps/queries/{query.id}").text, "Not sent yet.")
        mine.action_answer()
        page = self._get(f"/my/xpps/queries/{query.id}")
        self.assertIn("Your meter counted 620 pages.", page.text)
        self.assertIn("Answered", page.text)

    def test_nothing_of_the_dispute(self):
        query, _response = self._asked()
        query.with_user(self.clerk).action_look_at()
        query.dispute_id = self.env["xpps.dispute"].create(
            {"company_id": self.company.id, "currency_id": self.usd.id, "reason": "SECRETREASON"}
        )
        for url in (f"/my/xpps/queries/{query.id}", "/my/xpps/queries", self.page):
            page = self._get(url)
            self.assertNoSecrets(page)
            self.assertNotIn(query.dispute_id.name, page.text)
            self.assertNotIn("SECRETREASON", page.text)
        answer = self.url_open(
            "/mail/thread/messages",
            json={"params": {"thread_model": query._name, "thread_id": query.id, "fetch_params": {"limit": 30}}},
        ).text
        self.assertNotIn(query.dispute_id.name, answer)

    def test_both_sides_write(self):
        query, _response = self._asked()
        answer = self.url_open(
            "/mail/message/post",
            json={
                "params": {
                    "thread_model": query._name,
                    "thread_id": query.id,
                    "post_data": {
                        "body": "One thing more",
                        "message_type": "comment",
                        "subtype_xmlid": "mail.mt_comment",
                    },
                }
            },
        ).json()
        self.assertNotIn("error", answer)
        message = query.message_ids[0]
        self.assertIn("One thing more", message.body)
        self.assertEqual(message.author_id, self.mine.partner_id)
        self.assertIn(query.user_id.partner_id, message.notified_partner_ids)

    def test_texts(self):
        self._enter(self.mine)
        for text, problem in (("  ", "Write what you want to know"), ("x" * 4001, "is too long")):
            response = self._post_question(text)
            self.assertEqual(response.status_code, 200)
            section = self._section(response)
            self.assertIn(problem, self._words(section.xpath(".//*[@role='alert']")[0]))
            self.assertEqual(section.xpath("./details[@open]//textarea")[0].text.strip(), text.strip())
        self.assertFalse(self.env["xpps.customer.query"].search([("company_id", "=", self.company.id)]))
        query = self._post_question("<script>alert(1)</script>").headers["Location"]
        self.assertNotIn("<script>alert(1)", self._get(query).text)

    def test_who_may_not(self):
        query, _response = self._asked()
        self.assertEqual(self._post_question(csrf=False).status_code, 400)
        coffee = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [(0, 0, {"name": "Coffee", "price_unit": 5})],
            }
        )
        coffee.action_post()
        # Of one's own: lines of another invoice, and those that are none of ours.
        self.assertEqual(self._post_question(move=coffee).status_code, 404)
        self.assertEqual(self._post_question(move=coffee, line=coffee.invoice_line_ids).status_code, 404)
        self._get(f"/my/xpps/queries/{2**31}", 404)
        self._get("/my/xpps/queries/0", 404)
        # Of somebody else.
        self._enter(self.stranger)
        self.assertEqual(self._post_question().status_code, 404)
        self._get(f"/my/xpps/queries/{query.id}", 404)
        self._get(f"/my/xpps/queries/{query.id}?access_token=wrong", 404)
        self.assertNotIn(query.name, self._get("/my/xpps/queries").text)
        # Nobody.
        self._enter(None)
        self._get(f"/my/xpps/queries/{query.id}", 404)
        self._get("/my/xpps/queries", 303)
        self.assertIn(query.text, self._get(query.get_portal_url()).text)
        # Those who answer do not ask.
        self._enter(self.clerk)
        self.assertEqual(self._post_question().status_code, 404)
        self._get(f"/my/xpps/queries/{query.id}")

    def test_a_clerk_of_another_company(self):
        query, _response = self._asked()
        stranger = self._clerk("xpps_query_foreign", company=self._company("XPPS Other Reseller"))
        self._enter(stranger)
        self._get(f"/my/xpps/queries/{query.id}", 404)

    def test_counter(self):
        self._asked()
        answer = self.url_open("/my/counters", json={"params": {"counters": ["xpps_query_count"]}}).json()
        self.assertEqual(answer["result"]["xpps_query_count"], 1)
        self._enter(self.stranger)
        answer = self.url_open("/my/counters", json={"params": {"counters": ["xpps_query_count"]}}).json()
        self.assertEqual(answer["result"]["xpps_query_count"], 0)

    def test_a_device_of_the_line(self):
        other = self._device("SN-2")
        agreement = self.agreement
        agreement.xpps_invoice_detail = "material"
        charges = self._charge(10) | self._charge(20, device_id=other.id)
        agreement.generate_invoice()
        move = charges.invoice_line_ids.move_id
        move.action_post()
        self._enter(self.mine)
        section = self._section(self._get(f"/my/invoices/{move.id}"))
        options = [self._words(option) for option in section.xpath(".//select[@name='device_id']/option")]
        self.assertEqual(options, ["All devices of this line", "SN-1", "SN-2"])
        self._post_question(line=charges.invoice_line_ids, move=move, device_id=str(other.id))
        query = self.env["xpps.customer.query"].search([("move_id", "=", move.id)])
        self.assertEqual((query.device_id, query.charge_ids), (other, charges[1]))
