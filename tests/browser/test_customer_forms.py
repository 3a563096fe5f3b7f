# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The forms of customers on a phone: nothing is wider than the screen, axe-core finds nothing, and what is tapped is
large enough."""

from ..odoo.support.entries import EntryCase
from ..odoo.support.importing import JANUARY
from ..odoo.support.usage import meters
from .robots import AxeCase

#: What is ours on a page of the portal; on that of a label, everything is.
JUDGE = """
(async () => {
    const found = [];
    const { violations } = await axe.run(document.querySelector("main"), { resultTypes: ["violations"] });
    for (const { id, nodes } of violations) {
        found.push(...nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
    }
    const wide = document.documentElement.scrollWidth - window.innerWidth;
    if (wide > 0) {
        found.push(`${wide} pixels wider than the screen`);
    }
    for (const button of document.querySelectorAll("main .btn")) {
        if (button.getBoundingClientRect().height < 32) {
            found.push(`too small to tap: ${button.outerHTML}`);
        }
    }
    if (!document.querySelector("main h1")) {
        found.push("no heading");
    }
    // Odoo's own frame of the portal says no language.
    if (!document.querySelector("#wrapwrap") && !(document.title && document.documentElement.lang)) {
        found.push("no title or language");
    }
    console[found.length ? "error" : "log"](found.join("\\n") || "test successful");
})();
"""


class TestCustomerForms(EntryCase, AxeCase):
    browser_size = "390x844"
    touch_enabled = True

    def setUp(self):
        super().setUp()
        self._load([meters("SN-1", mono=(0, 1_234_567, 0), color=(0, 100, 0), clr_lvl12=(0, 5, 5))], **JANUARY)

    def _judge(self, paths, login=None):
        for path in paths:
            with self.subTest(path=path):
                self.browser_js(path, JUDGE, "document.readyState === 'complete' && !!window.axe", login=login)

    def test_label(self):
        self.device._xpps_make_label_tokens()
        root = "/xpps/d/" + self.device._xpps_label_url().rpartition("/")[2]
        self._judge([root, f"{root}/read", f"{root}/problem", f"{root}/read?done=1", f"{root}/problem?done=1"])

    def test_portal(self):
        root = f"/my/xpps/devices/{self.device.id}"
        paths = [f"{root}/read", f"{root}/problem", f"{root}/read?done=1", f"{root}/problem?done=1"]
        self._judge(paths, login=self.portal.login)
