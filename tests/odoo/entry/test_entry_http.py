# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The forms over HTTP: in the portal for whoever sees the device, and by its label for everybody who has the code."""

import base64
import re

from lxml import html

from odoo.http import Request
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..support.access import BILLING
from ..support.entries import EntryCase, jpeg
from ..support.importing import FEBRUARY
from ..support.usage import meters

PORTAL = "/my/xpps/devices/"
#: What the page of a label must not tell.
SECRETS = ("XPPS Test Customer", "Contact of", "2nd floor", "INV-77", "30.00", "0.01", "0.004")


class FormCase(EntryCase, HttpCase):
    def _get(self, path):
        self.env.flush_all()
        return self.url_open(path, allow_redirects=False)

    def _post(self, path, photo=None, csrf=True, **values):
        self.env.flush_all()
        if csrf:
            values["csrf_token"] = Request.csrf_token(self)
        files = {"photo": photo} if photo else None
        response = self.url_open(path, data=values, files=files, allow_redirects=False)
        self.env.invalidate_all()
        return response

    def _text(self, response):
        return " ".join(html.fromstring(response.content).text_content().split())


class TestPortalForms(FormCase):
    def setUp(self):
        super().setUp()
        self.authenticate("xpps_test_portal", "xpps_test_portal")
        self.read = f"{PORTAL}{self.device.id}/read"
        self.problem = f"{PORTAL}{self.device.id}/problem"

    def test_a_read_with_photo(self):
        self._print_two_months()
        text = self._text(self._get(self.read))
        for part in ("Enter a Read", "SN-1", "Black & white", "Last read: 2,500 on 02/28/2026", "Photo"):
            self.assertIn(part, text)
        response = self._post(self.read, mono="2,600", photo=("meter.jpg", jpeg(3000, 2000)))
        self.assertEqual((response.status_code, response.headers["Location"].endswith("/read?done=1")), (303, True))
        self.assertIn("Your read has been sent", self._text(self._get(f"{self.read}?done=1")))
        entry = self.entries.search([])
        self.assertEqual((entry.counters, entry.user_id, entry.source), ({"mono": 2600}, self.portal, "portal"))
        photo = base64.b64decode(entry.photo)
        self.assertTrue(photo.startswith(b"\xff\xd8\xff"))
        # It is the reseller's to look at.
        clerk = self._user("xpps_test_clerk", BILLING)
        self.assertTrue(entry.with_user(clerk).photo)
        image = f"/web/image/xpps.customer.entry/{entry.id}/photo"
        self.assertNotIn(b"\xff\xd8\xff", self._get(image).content[:3])
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", entry._name), ("res_id", "=", entry.id), ("res_field", "=", "photo")]
        )
        self.assertTrue(attachment)
        self.assertNotIn(b"\xff\xd8\xff", self._get(f"/web/content/{attachment[:1].id}").content[:3])

    def test_what_is_wrong_is_said_in_the_form(self):
        self._print_two_months()
        for typed, message in (
            ({"mono": "1"}, "1 is below the last read, which was 2,500 on 02/28/2026"),
            ({"mono": "<b>x</b>"}, "“<b>x</b>” is not a counter"),
            ({}, "Enter at least one counter"),
        ):
            with self.subTest(typed=typed):
                response = self._post(self.read, **typed)
                self.assertEqual(response.status_code, 200)
                form = html.fromstring(response.content)
                self.assertIn(message, form.xpath("//*[@role='alert']")[0].text_content())
                self.assertEqual(form.xpath("//input[@name='mono']/@value"), [typed.get("mono", "")])
                self.assertNotIn(b"<b>x</b>", response.content)
        self.assertFalse(self.entries.search([]))

    def test_what_is_doubtful_is_asked(self):
        self._print_two_months()
        response = self._post(self.read, mono="900000")
        self.assertIn("897,500 pages since 02/28/2026", self._text(response))
        self.assertTrue(html.fromstring(response.content).xpath("//input[@name='confirmed'][@type='checkbox']"))
        self.assertFalse(self.entries.search([]))
        self.assertEqual(self._post(self.read, mono="900000", confirmed="1").status_code, 303)
        self.assertIn("897,500", self.entries.search([]).doubt)

    def test_photos_that_are_none(self):
        for name, data, message in (
            ("large.jpg", jpeg() + b"\x00" * 20 * 2**20, "larger than 10 MB"),
            ("text.jpg", b"Just text", "no photo"),
            ("evil.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no photo"),
        ):
            for path, values in ((self.read, {"mono": "5"}), (self.problem, {"topic": "other", "text": "Jam"})):
                with self.subTest(name=name, path=path):
                    response = self._post(path, photo=(name, data), **values)
                    self.assertEqual(response.status_code, 200)
                    self.assertIn(message, self._text(response))
        self.assertFalse(self.entries.search([]))
        self.assertFalse(self._reads())

    @mute_logger("odoo.http")
    def test_a_body_without_end(self):
        response = self._post(self.read, mono="5", photo=("huge.jpg", b"\xff" * 33 * 2**20))
        self.assertEqual(response.status_code, 413)

    def test_a_problem(self):
        text = self._text(self._get(self.problem))
        self.assertIn("What is the problem?", text)
        self.assertNotIn("How can we reach you", text)
        response = self._post(self.problem, topic="repair", text="It <b>jams</b>\nin tray 2", photo=("a.jpg", jpeg()))
        self.assertEqual(response.status_code, 303)
        entry = self.entries.search([])
        self.assertEqual(
            (entry.kind, entry.topic, entry.text, entry.partner_id, bool(entry.photo)),
            ("problem", "repair", "It <b>jams</b>\nin tray 2", self.customer, True),
        )

    def test_what_a_problem_lacks(self):
        for values, message in (
            ({"topic": "repair", "text": "  "}, "Describe the problem"),
            ({"topic": "mine", "text": "Jam"}, "Choose what it is about"),
            ({"text": "Jam"}, "Choose what it is about"),
            ({"topic": "repair", "text": "x" * 2001}, "too long"),
            ({"topic": "repair", "text": "x", "contact": "y" * 201}, "too long"),
        ):
            with self.subTest(message=message):
                self.assertIn(message, self._text(self._post(self.problem, **values)))
        self.assertFalse(self.entries.search([]))

    @mute_logger("odoo.http")
    def test_a_form_of_another_site(self):
        self.assertEqual(self._post(self.read, csrf=False, mono="5").status_code, 400)
        self.assertFalse(self.entries.search([]))

    @mute_logger("odoo.http")
    def test_devices_of_others(self):
        """As if there were none, and as what is not there."""
        plain = self.env["stock.lot"].create({"name": "LOT", "product_id": self.printer.id})
        removed = self._device("SN-3", xpps_removal_date="2026-01-31")
        for number in (self.neighbours.id, plain.id, removed.id, 0, 2**31 - 1, 2**31, 2**63):
            for form in ("read", "problem"):
                path = f"{PORTAL}{number}/{form}"
                with self.subTest(path=path):
                    self.assertEqual(self._get(path).status_code, 404)
                    values = {"mono": "5", "topic": "other", "text": "Jam"}
                    self.assertEqual(self._post(path, **values).status_code, 404)
        self.assertFalse(self.entries.search([]))

    def test_nobody(self):
        self.authenticate(None, None)
        for path in (self.read, self.problem):
            self.assertEqual(self._get(path).status_code, 303)
            self.assertIn("/web/login", self._get(path).headers["Location"])

    @mute_logger("odoo.http")
    def test_where_no_reads_are_taken(self):
        self.company.xpps_customer_reads = False
        self.assertEqual(self._get(self.read).status_code, 404)
        self.assertEqual(self._post(self.read, mono="5").status_code, 404)
        self.assertEqual(self._get(self.problem).status_code, 200)

    def test_buttons_of_the_device(self):
        def buttons():
            page = self._get(f"/my/xpps/devices/{self.device.id}").text
            return re.findall(rf"/my/xpps/devices/{self.device.id}/(read|problem)", page)

        self.assertEqual(buttons(), ["read", "problem"])
        self.company.xpps_customer_reads = False
        self.assertEqual(buttons(), ["problem"])
        self.device.xpps_removal_date = "2026-01-31"
        self.assertEqual(buttons(), [])


class TestLabelPage(FormCase):
    def setUp(self):
        super().setUp()
        self.device.write({"name": "3TX-998877", "xpps_location": "2nd floor", "xpps_asset_number": "INV-77"})
        self.path = self._path(self.device)

    def _path(self, device):
        device._xpps_make_label_tokens()
        return "/xpps/d/" + device._xpps_label_url().rpartition("/")[2]

    def _start(self, path=None):
        """A visitor, whose session has a token for forms."""
        response = self._get(path or self.path)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def _send(self, form, path=None, **values):
        address = f"{path or self.path}/{form}"
        token = self._start(address).xpath("//input[@name='csrf_token']/@value")[0]
        return self._post(address, csrf=False, csrf_token=token, **values)

    def test_the_page(self):
        response = self._get(self.path)
        self.assertEqual(response.status_code, 200)
        text = self._text(response)
        for part in ("XPPS Test Printer", "ending in 8877", "Report a Problem", "Enter a Read"):
            self.assertIn(part, text)
        for form in ("", "/read", "/problem"):
            response = self._get(self.path + form)
            for secret in (*SECRETS, "3TX-99", self.customer.name, self.agreement.name or "SUB"):
                self.assertNotIn(secret, response.text)
            self.assertEqual(response.headers["X-Robots-Tag"], "noindex, nofollow")
            self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(response.headers["Cache-Control"], "no-store")
            self.assertIn("default-src 'none'", response.headers["Content-Security-Policy"])
            page = html.fromstring(response.content)
            self.assertEqual(page.xpath("//meta[@name='robots']/@content"), ["noindex, nofollow"])
            self.assertFalse(page.xpath("//script"))

    def test_a_read(self):
        self._load([meters("3TX-998877", mono=(0, 2500, 0))], **FEBRUARY)
        response = self._send("read", mono="2600", photo=("a.jpg", jpeg()))
        self.assertEqual(response.status_code, 303)
        self.assertEqual(response.headers["X-Robots-Tag"], "noindex, nofollow")
        entry = self.entries.search([])
        self.assertEqual((entry.source, entry.user_id.id, entry.counters), ("label", False, {"mono": 2600}))
        self.assertEqual((entry.company_id, entry.partner_id), (self.company, self.customer))
        self.assertIn("below the last read, which was 2,500", self._text(self._send("read", mono="2400")))
        self.assertEqual(self._reads(origin="customer").current_read, 2600)

    def test_a_problem(self):
        response = self._send("problem", topic="supplies", text="No cyan", contact="Ann, ext. 12")
        self.assertEqual(response.status_code, 303)
        self.assertIn("we will look after it", self._text(self._get(f"{self.path}/problem?done=1")))
        entry = self.entries.search([])
        self.assertEqual((entry.topic, entry.text, entry.contact), ("supplies", "No cyan", "Ann, ext. 12"))

    @mute_logger("odoo.http")
    def test_where_no_reads_are_taken(self):
        self.company.xpps_customer_reads = False
        self.assertNotIn("Enter a Read", self._text(self._get(self.path)))
        self.assertEqual(self._get(f"{self.path}/read").status_code, 404)

    @mute_logger("odoo.http")
    def test_unknown_and_void_codes(self):
        """All the same page: which of them ever was a code nobody learns."""
        old = self.path
        self.device.action_xpps_new_label_code()
        new = self.device._xpps_label_url().rpartition("/")[2]
        plain = self.env["stock.lot"].create({"name": "LOT", "product_id": self.printer.id})
        plain._xpps_make_label_tokens()
        pages = set()
        for token in (
            old.rpartition("/")[2],
            new[:-1] + ("A" if new[-1] != "A" else "B"),
            ("A" if new[0] != "A" else "B") + new[1:],
            new[:10] + "-" * 22,
            new[:-1],
            new + "A",
            new.swapcase(),
            "x",
            "A" * 5000,
            "%00" * 32,
            "é" * 32,
            f"{plain.xpps_label_key}{plain.xpps_label_secret}" if plain.env.su else "A" * 32,
        ):
            for form in ("", "/read", "/problem"):
                response = self._get(f"/xpps/d/{token}{form}")
                with self.subTest(token=token[:40], form=form):
                    self.assertEqual(response.status_code, 404)
                    pages.add(response.content)
                    self.assertEqual(response.headers["X-Robots-Tag"], "noindex, nofollow")
        self.assertEqual(len(pages), 1)
        self.assertEqual(self._get(f"/xpps/d/{new}").status_code, 200)
        self.assertIn("New label code", self.device.message_ids[0].body)

    @mute_logger("odoo.http")
    def test_a_removed_device(self):
        self.device.xpps_removal_date = "2026-01-31"
        for form in ("", "/read", "/problem"):
            response = self._get(self.path + form)
            self.assertEqual(response.status_code, 410)
            self.assertIn("no longer serviced", self._text(response))
        self.device.xpps_removal_date = False
        self.assertEqual(self._get(self.path).status_code, 200)

    @mute_logger("odoo.http")
    def test_a_form_of_another_site(self):
        self._start()
        self.assertEqual(self._post(f"{self.path}/read", csrf=False, mono="5").status_code, 400)
        self.assertFalse(self.entries.search([]))

    def test_limits(self):
        for _time in range(5):
            self.assertEqual(self._send("problem", topic="other", text="Jam").status_code, 303)
        response = self._send("problem", topic="other", text="Jam")
        self.assertIn("Try again later", self._text(response))
        self.assertEqual(len(self.entries.search([])), 5)
        # Who is logged in, other devices, and reads are not kept waiting by that.
        self.assertTrue(self._enter(mono="5"))
        other = self._path(self.neighbours)
        self.assertEqual(self._send("problem", path=other, topic="other", text="Jam").status_code, 303)

    def test_another_company(self):
        """The page is that of the device's company, whatever the visitor's is."""
        other = self._company("XPPS Label Reseller")
        other.xpps_customer_reads = True
        self.company.xpps_customer_reads = False
        printer = self.printer.copy({"company_id": False})
        device = self.env["stock.lot"].create(
            {"name": "OTHER-1234", "product_id": printer.id, "company_id": other.id, "is_xpps_device": True}
        )
        path = self._path(device)
        page = self._start(path)
        self.assertEqual(page.xpath("//img/@src"), [f"/logo.png?company={other.id}"])
        self.assertEqual(self._send("read", path=path, mono="7").status_code, 303)
        entry = self.entries.sudo().search([("device_id", "=", device.id)])
        self.assertEqual((entry.company_id, entry.read_ids.company_id), (other, other))
        self.assertFalse(self.entries.search([("company_id", "=", self.company.id)]))
