# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A customer questions a line of an invoice, on a phone: xerox_xpps/static/tests/tours/question_tour.js."""

import json

from ..odoo.support.queries import PortalWorld
from .robots import AxeCase

#: Whether axe-core finds nothing in a part of a page, and nothing of the page is wider than the screen.
JUDGE = """
(async () => {
    const part = document.querySelector(%s);
    part.querySelectorAll("details").forEach((line) => (line.open = true));
    const { violations } = await axe.run(part, { resultTypes: ["violations"] });
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
    if (document.documentElement.scrollWidth > window.innerWidth) {
        found.push(`${document.documentElement.scrollWidth} pixels wide`);
    }
    if (found.length) {
        console.error(found.join("; "));
    } else {
        console.log("judge succeeded");
    }
})();
"""


class QuestionCase(PortalWorld, AxeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_portal_world()

    def _judge(self, page, part):
        code = JUDGE % json.dumps(part)
        options = {"login": self.mine.login, "timeout": 600, "success_signal": "judge succeeded"}
        self.browser_js(page, code, "document.readyState === 'complete'", **options)

    def _check(self):
        """From the question to the answer, by both sides; each page is judged."""
        self._judge(self.page, "#xpps_lines")
        self.start_tour(self.page, "xpps_question_tour", login=self.mine.login, timeout=600)
        query = self.env["xpps.customer.query"].search([("move_id", "=", self.move.id)])
        self.assertEqual((query.text, query.state, query.move_line_id), ("Why so many?", "new", self.line))
        action = f"/odoo/xpps-questions/{query.id}"
        self.start_tour(action, "xpps_question_answer_tour", login=self.clerk.login, timeout=600)
        self.assertEqual((query.state, query.answer), ("answered", "Your meter counted 620 pages."))
        page = f"/my/xpps/queries/{query.id}"
        self.start_tour(page, "xpps_question_read_tour", login=self.mine.login, timeout=600)
        self._judge(page, ".o_xpps_query")
        self._judge("/my/xpps/queries", "#wrapwrap table")
        self._judge(self.page, "#xpps_lines")


class TestPhone(QuestionCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_question(self):
        self._check()


class TestDesk(QuestionCase):
    browser_size = "1280x900"

    def test_question(self):
        self._check()
