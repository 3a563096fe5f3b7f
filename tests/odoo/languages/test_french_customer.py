# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a French customer gets is French throughout, whatever the clerk speaks: invoice, annex, e-mail and portal."""

from lxml import html

from odoo.tests import HttpCase

from ..support.importing import FEBRUARY, JANUARY, ImportCase
from ..support.languages import Words, speak, texts_of
from ..support.portal import ROUTES, Customers, address, cells_of_workbook
from ..support.usage import meters

#: Those whose words stand beside ours on what a customer sees.
ODOO = ("base", "web", "mail", "product", "portal", "account", "payment", "account_payment", "subscription_oca")

#: Words of Odoo's in French that are others of ours in English.
FRENCH = {"Payer"}


class TestFrenchCustomer(Customers, ImportCase, HttpCase):
    def _set_up_once(self):
        super()._set_up_once()
        speak(self.env, "fr_FR", [*ODOO, "xerox_xpps", "xerox_xpps_helpdesk"])
        self.customer.lang = "fr_FR"
        self.words = Words("fr")
        # What the reseller wrote is his own to translate.
        for product, name in ((self.mono, "Pages noires"), (self.color, "Pages couleur"), (self.base, "Forfait")):
            product.with_context(lang="fr_FR").name = name
        self.company.xpps_customer_reads = True
        for number, month in ((1, JANUARY), (2, FEBRUARY)):
            row = meters(
                "SN-1", mono=(1000 * number, 1000 * number + 1900, 800), color=(100 * number, 100 * number + 90, 20)
            )
            file = self._load([row], InvoiceNumber=f"F-{number}", **month)
            file.charge_ids.action_approve()
        self.agreement.generate_invoice()
        self.move = self._moves()
        self.move.action_post()
        self.portal_user = self._portal_user(self.customer)
        self.portal_user.lang = "fr_FR"
        self.line = self.move.invoice_line_ids.filtered("xpps_charge_ids")[:1]
        asked = self.line.with_user(self.portal_user).with_context(lang="fr_FR")
        self.query = asked.env["xpps.customer.query"]._ask(asked, "Pourquoi tant de pages ?")[0]
        self.env.flush_all()

    def assertFrench(self, texts, of):
        self.assertEqual(self.words.english(set(texts) - FRENCH), [], f"English on {of}")

    def _report(self, name):
        return self.env["ir.actions.report"]._render_qweb_html(name, self.move.ids)[0].decode()

    def test_invoice(self):
        page = self._report("account.account_invoices")
        self.assertFrench(texts_of(page), "the invoice")
        self.assertFrench(set(self.move.invoice_line_ids.mapped("name")), "the invoice's lines")
        self.assertIn("1\N{NO-BREAK SPACE}100 pages", self.line.name)

    def test_annex(self):
        page = self._report("xerox_xpps.report_device_usage")
        self.assertIn("SN-1", page)
        self.assertFrench(texts_of(page), "the annex")

    def test_annex_as_workbook(self):
        self.assertFrench(cells_of_workbook(self.move._xpps_usage_xlsx()), "the annex's workbook")

    def test_e_mail(self):
        template = self.env.ref("xerox_xpps.mail_template_xpps_invoice")
        mail = template._generate_template(self.move.ids, ("subject", "body_html"))[self.move.id]
        self.assertFrench({*texts_of(mail["body_html"]), mail["subject"]}, "the e-mail")

    def test_portal(self):
        self.authenticate(self.portal_user.login, self.portal_user.login)
        own = {
            "agreement_id": self.agreement.id,
            "device_id": self.device.id,
            "invoice_id": self.move.id,
            "line_id": self.line.id,
            "query_id": self.query.id,
        }
        seen = 0
        for route in (*ROUTES, "/my/invoices/<int:invoice_id>"):
            if not route.startswith("/my/") or route.endswith("/ask"):
                continue
            target = address(route, **own)
            response = self.url_open(target)
            self.assertEqual(response.status_code, 200, target)
            kind = response.headers["Content-Type"]
            if "html" in kind:
                if route.startswith("/my/xpps"):
                    self.assertEqual(html.document_fromstring(response.content).get("lang"), "fr-FR", target)
                self.assertFrench(texts_of(response.text), target)
            elif "spreadsheet" in kind:
                self.assertFrench(cells_of_workbook(response.content), target)
            else:
                self.assertFrench(set(response.text.replace("\r\n", ",").replace('"', "").split(",")), target)
            seen += "SN-1" in response.text
        self.assertGreater(seen, 4)

    def test_english_is_found(self):
        """The test would see it."""
        self.assertEqual(self.words.english({"Report a Problem", "Signaler", "1"}), ["Report a Problem"])
