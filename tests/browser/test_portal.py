# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customers' pages at a desk and on a phone: nothing is wider than the screen, and axe-core finds nothing wrong."""

import json

from ..odoo.support.access_rights import PORTAL
from ..odoo.support.access_world import Reseller
from ..odoo.support.languages import ADDONS, speak
from .robots import AxeCase

LONG = "Bright Independent School District No. 271 of Hennepin County and its Libraries"

#: Looks at pages one after the other, each in a frame as wide as the screen. Odoo's own bars are Odoo's.
LOOK = """
(async (pages) => {
    const found = [];
    for (const page of pages) {
        const frame = document.createElement("iframe");
        frame.style = "position: fixed; inset: 0; width: 100vw; height: 100vh; border: 0; background: white";
        const loaded = new Promise((resolve) => (frame.onload = resolve));
        frame.src = page;
        document.body.append(frame);
        await loaded;
        const { axe, document: doc, innerWidth } = frame.contentWindow;
        if (!doc.querySelector("#wrap table, #wrap .o_xpps_portal, #wrap .alert")) {
            found.push(`${page}: nothing is shown`);
        }
        if (doc.documentElement.scrollWidth > innerWidth) {
            found.push(`${page}: ${doc.documentElement.scrollWidth} pixels wide`);
        }
        const context = { include: ["#wrap"], exclude: [".o_portal_navbar", ".o_portal_pager"] };
        const { violations } = await axe.run(context, { resultTypes: ["violations"] });
        for (const { id, nodes } of violations) {
            for (const { html, failureSummary } of nodes) {
                found.push(`${page}: ${id}: ${html.slice(0, 200)} ${failureSummary}`);
            }
        }
        frame.remove();
    }
    if (found.length) {
        throw new Error(found.join("\\n"));
    }
    console.log("portal succeeded");
})"""


class PortalCase(AxeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reseller = reseller = Reseller.make(cls.env, "North")
        cls.user = reseller.users[PORTAL]
        cls.user.password = cls.user.login
        reseller.customer.name = LONG
        reseller.device.write({"xpps_location": f"Room 1, {LONG}", "xpps_asset_number": "ASSET-NUMBER-OF-24-CHARS"})
        reseller._device("SERIAL-NUMBER-OF-24-CHARS")

    def _look(self):
        reseller = self.reseller
        pages = [
            "/my/xpps",
            "/my/xpps/agreements",
            "/my/xpps/agreements?filterby=ended",
            f"/my/xpps/agreements/{reseller.agreement.id}",
            "/my/xpps/devices",
            "/my/xpps/devices?search=nothing",
            f"/my/xpps/devices/{reseller.device.id}",
            "/my/xpps/usage",
            "/my/xpps/invoices",
        ]
        code = f"{LOOK}({json.dumps(pages)}).catch((error) => console.error(error.message))"
        self.browser_js("/my", code, login=self.user.login, timeout=300, success_signal="portal succeeded")


class TestPortalDesk(PortalCase):
    browser_size = "1280x900"

    def test_pages(self):
        self._look()


class TestPortalPhone(PortalCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_pages(self):
        self._look()


class TestFrenchPhone(PortalCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        speak(cls.env, "fr_FR", [*ADDONS, "portal", "account"])
        cls.user.lang = "fr_FR"

    def test_pages(self):
        self._look()
