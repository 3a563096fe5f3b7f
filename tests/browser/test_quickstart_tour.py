# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An administrator opens the app for the first time: xerox_xpps/static/tests/tours/quickstart_tour.js."""

from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..odoo.support.records import Records

MANAGER = "xerox_xpps.group_xpps_manager"


class TestQuickstartTour(Records, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_reseller()
        # Demo data are shared by all companies.
        ours = (cls.printer | cls.base | cls.mono | cls.color).product_tmpl_id
        templates = cls.env["product.template"]
        (templates.search(["|", ("xpps_role", "!=", False), ("is_xpps_printer", "=", True)]) - ours).active = False
        cls.env["xpps.options.row"]._of_company(cls.company)._create_missing_codes()
        cls.manager = cls._user("xpps_quickstart_user", MANAGER, password="xpps_quickstart_user")

    def test_first_steps(self):
        self.start_tour("/odoo", "xpps_quickstart_tour", login=self.manager.login, timeout=600)
        draft = self.env["xpps.billing.file"].search([("company_id", "=", self.company.id)])
        self.assertEqual((draft.state, draft.file_name), ("draft", "xerox_billing_sample.xml"))
        self.assertTrue(self.company.xpps_quarantine)
        master = self.env["sale.subscription"].search(
            [("is_xpps_master", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertFalse(master.partner_id)
        self.assertEqual(master.sale_subscription_line_ids.price_unit, 30)

    def test_samples(self):
        self.authenticate(self.manager.login, "xpps_quickstart_user")
        for file_type, mimetype in (("xml", "application/xml"), ("csv", "text/csv"), ("xlsx", "spreadsheetml")):
            response = self.url_open(f"/xerox_xpps/sample/{file_type}")
            self.assertEqual(response.status_code, 200)
            self.assertIn(mimetype, response.headers["Content-Type"])
            self.assertIn(f"xerox_billing_sample.{file_type}", response.headers["Content-Disposition"])
            self.assertEqual(response.content, self.env["xpps.quickstart"]._sample(file_type))
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open("/xerox_xpps/sample/pdf").status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/xerox_xpps/sample/xml").url)
