# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""No page says what Xerox bills: unmistakable amounts and names are planted, and looked for everywhere."""

from odoo.tests import HttpCase

from ..support.importing import FEBRUARY, JANUARY, ImportCase
from ..support.portal import ROUTES, Customers, address, texts_of_workbook
from ..support.usage import meters

UNIT_COST, BASE_COST = "0.371913", "8642.97"
NUMBER, FILE = "XRX-SECRET-4711", "hidden-file-8899.xml"
#: As they are stored and as people write them; costs, and what is left of the price of 0.50 a page.
SECRETS = (
    "371913", "0.3719", "8642.97", "8,642.97", "37.19", "12.81", "25.62", NUMBER, "hidden-file",
    "XCUST-5566", "xerox_customer_number", "unit_cost", "Margin",
)  # fmt: skip


class TestSecrets(Customers, ImportCase, HttpCase):
    def _set_up_once(self):
        super()._set_up_once()
        self.mono.list_price = 0.5
        self.customer.xpps_customer_number = "XCUST-5566"
        self.agreement.xpps_agreement_number = "7766554433"
        self._default(self.color, price_method="cost_plus", unit_cost=float(UNIT_COST), markup_percent=17.5)
        for number, month in ((1, JANUARY), (2, FEBRUARY)):
            row = meters("SN-1", mono=(1000 * number, 1000 * number + 900, 800)) | {
                "MonoOverUnitCost": UNIT_COST,
                "BaseServiceFee": BASE_COST,
                "CustomerNumber": "XCUST-5566",
                "AgreementNumber": "7766554433",
            }
            file = self._load([row], InvoiceNumber=f"{NUMBER}-{number}", **month)
            file.file_name = FILE
            file.charge_ids.action_approve()
            self.assertEqual(file.charge_ids.mapped("quantity"), [100])
        self.agreement.generate_invoice()
        self.moves = self._moves()
        self.moves.action_post()
        self.portal_user = self._portal_user(self.customer)
        self.company.xpps_customer_reads = True
        line = self.moves.invoice_line_ids.filtered("xpps_charge_ids")[:1].with_user(self.portal_user)
        self.query = line.env["xpps.customer.query"]._ask(line, "Why so many?")[0]
        self.env.flush_all()

    def _pages(self):
        """[(address, all that it says)]"""
        own = {"agreement_id": self.agreement.id, "device_id": self.device.id, "invoice_id": self.moves[:1].id}
        own["query_id"] = self.query.id
        queries = ("", "?filterby=all", "?filterby=2026", "?search=0.3719&filterby=all")
        for route in ROUTES:
            # What is only posted to leads to a page that is here, too.
            for query in queries if route.startswith("/my/") and "<int:line_id>" not in route else ():
                target = address(route, **own) + query
                response = self.url_open(target)
                self.assertEqual(response.status_code, 200, target)
                is_workbook = "spreadsheet" in response.headers["Content-Type"]
                yield target, texts_of_workbook(response.content) if is_workbook else response.text

    def test_no_secret_anywhere(self):
        self.authenticate(self.portal_user.login, self.portal_user.login)
        found, told = [], 0
        for target, text in self._pages():
            told += "SN-1" in text
            # What was searched for stands in the form again.
            kept = text.replace('value="0.3719"', "").replace("search=0.3719", "")
            found += [f"{target}: {secret}" for secret in SECRETS if secret in kept]
        self.assertFalse(found, "\n".join(found))
        self.assertGreater(told, 8, "The pages say something")

    def test_counters(self):
        self.authenticate(self.portal_user.login, self.portal_user.login)
        names = ["xpps_device_count", "xpps_agreement_count", "xpps_invoice_count"]
        answer = self.url_open("/my/counters", json={"params": {"counters": names}}).json()["result"]
        self.assertEqual({name: answer[name] for name in names}, dict(zip(names, (1, 1, 1), strict=True)))

    def test_annex(self):
        """The annex and its PDF say what the customer pays."""
        html = self.env["ir.actions.report"]._render_qweb_html("xerox_xpps.report_device_usage", self.moves.ids)[0]
        text = html.decode() + str(self.moves._xpps_usage())
        self.assertIn("SN-1", text)
        for secret in SECRETS:
            self.assertNotIn(secret, text)

    def test_pdf_that_was_sent(self):
        """The customer gets what was sent, not another one made today."""
        sent = self.env["ir.attachment"].create(
            {
                "name": "sent.pdf",
                "raw": b"%PDF-1.4 as it was sent",
                "res_model": "account.move",
                "res_id": self.moves.id,
                "res_field": "xpps_usage_pdf_file",
            }
        )
        self.env.flush_all()
        self.authenticate(self.portal_user.login, self.portal_user.login)
        response = self.url_open(f"/my/xpps/invoices/{self.moves.id}/annex/pdf")
        self.assertEqual((response.content, response.headers["Content-Type"]), (sent.raw, "application/pdf"))
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertIn("attachment", response.headers["Content-Disposition"])
