# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the first agreement needs is there, and only where it is missing."""

from odoo.tests import TransactionCase

from ..support.access import BILLING
from ..support.common import XppsCase

MODES = {"draft", "invoice", "invoice_send"}


class StartCase(TransactionCase):
    def _start(self):
        self.env["res.company"]._xpps_start()

    def _vendors(self):
        return self.env["res.partner"].search([("name", "=ilike", "xerox%"), ("supplier_rank", ">", 0)])

    def _monthly(self):
        return self.env["sale.subscription.template"].search(
            [("recurring_rule_type", "=", "months"), ("recurring_interval", "=", 1)]
        )

    def _counts(self):
        return [
            self.env[model].with_context(active_test=False).search_count([])
            for model in ("sale.subscription.template", "product.pricelist", "xpps.price.level", "res.partner")
        ]


class TestInstallation(StartCase):
    def test_everything_is_there(self):
        self.assertLessEqual(MODES, set(self._monthly().mapped("invoicing_mode")))
        self.assertTrue(self.env["xpps.price.level"].search_count([]))
        for company in self.env["res.company"].search([("parent_id", "=", False)]):
            self.assertTrue(company.xpps_vendor_id, company.name)
            pricelists = self.env["product.pricelist"].search([("company_id", "in", [False, company.id])])
            self.assertIn(company.currency_id, pricelists.currency_id)

    def test_again_nothing(self):
        before = self._counts()
        self._start()
        self.assertEqual(self._counts(), before)

    def test_on_an_empty_database(self):
        self._monthly().recurring_interval = 3
        self.env["product.template"].with_context(active_test=False).search([]).xpps_price_level_id = False
        self.env["xpps.rate.card.line"].search([]).unlink()
        self.env["xpps.price.level"].search([]).unlink()
        self.env["product.pricelist"].search([]).active = False
        companies = self.env["res.company"].search([])
        companies.xpps_vendor_id = False
        self._vendors().supplier_rank = 0
        self._start()
        self.assertEqual(sorted(self._monthly().mapped("invoicing_mode")), sorted(MODES))
        self.assertEqual(set(self._monthly().mapped("recurring_rule_boundary")), {"unlimited"})
        self.assertEqual(self.env["xpps.price.level"].search([]).mapped("name"), ["Standard"])
        self.assertEqual(self._vendors().mapped("name"), ["Xerox"])
        for company in companies.filtered(lambda company: not company.parent_id):
            self.assertEqual(company.xpps_vendor_id, self._vendors())
            pricelist = self.env["product.pricelist"].search([("company_id", "=", company.id)])
            self.assertEqual(pricelist.currency_id, company.currency_id)
        before = self._counts()
        self._start()
        self.assertEqual(self._counts(), before)

    def test_what_is_there_stays(self):
        """A template or level of one's own will do, and a pricelist with prices, too."""
        monthly = self._monthly()
        monthly.filtered(lambda template: template.invoicing_mode == "draft").name = "Ours"
        company = self.env.company
        self.env["product.pricelist"].search([]).active = False
        ours = self.env["product.pricelist"].create({"name": "Ours", "company_id": company.id})
        before = self._counts()
        self._start()
        self.assertEqual(self._counts()[0], before[0])
        self.assertEqual(self.env["product.pricelist"].search([("company_id", "=", company.id)]), ours)


class TestNewCompany(StartCase):
    def _company(self, **values):
        return self.env["res.company"].create({"name": "XPPS Test New", **values})

    def test_vendor(self):
        """Companies share one, which is made when there is none."""
        self._vendors().supplier_rank = 0
        vendors = self._company().xpps_vendor_id | self._company(name="XPPS Test Newer").xpps_vendor_id
        self.assertEqual(vendors.mapped("name"), ["Xerox"])
        self.assertFalse(vendors.company_id)

    def test_vendor_of_ones_own(self):
        partner = self.env["res.partner"].create({"name": "Fuji"})
        self.assertEqual(self._company(xpps_vendor_id=partner.id).xpps_vendor_id, partner)

    def test_several_vendors(self):
        """Nobody but the user knows which one it is."""
        for name in ("Xerox Financial Services", "XEROX Corporation"):
            self.env["res.partner"].create({"name": name, "is_company": True, "supplier_rank": 1})
        self.assertFalse(self._company().xpps_vendor_id)

    def test_branch(self):
        """It has the vendor of its parent company."""
        parent = self._company()
        branch = self._company(name="XPPS Test Branch", parent_id=parent.id)
        self.assertFalse(branch.xpps_vendor_id)
        self.assertEqual(branch._xpps_vendor_settings().xpps_vendor_id, parent.xpps_vendor_id)

    def test_pricelist(self):
        """Odoo makes it, in the currency of the company."""
        eur = self.env.ref("base.EUR")
        eur.active = True
        company = self._company(currency_id=eur.id)
        pricelists = self.env["product.pricelist"].search([("company_id", "=", company.id)])
        self.assertEqual(pricelists.currency_id, eur)

    def test_maker_without_rights_to_vendors(self):
        self._vendors().supplier_rank = 0
        user = self.env["res.users"].create(
            {
                "name": "XPPS Test Erp",
                "login": "xpps_test_erp",
                "group_ids": [
                    (6, 0, (self.env.ref("base.group_erp_manager") | self.env.ref("base.group_partner_manager")).ids)
                ],
            }
        )
        company = self.env["res.company"].with_user(user).create({"name": "XPPS Test New"})
        self.assertEqual(company.sudo().xpps_vendor_id.name, "Xerox")


class TestCustomers(XppsCase):
    def test_billing_users_make_customers(self):
        clerk = self._user("xpps_test_clerk", BILLING)
        partners = self.env["res.partner"].with_user(clerk)
        partner_id, name = partners.name_create("XPPS Test Newcomer")
        self.assertEqual(name, "XPPS Test Newcomer")
        action = self.env["ir.actions.act_window"].with_user(clerk)._for_xml_id("xerox_xpps.action_xpps_customer")
        made = partners.with_context(default_customer_rank=1).create({"name": "XPPS Test Ranked"})
        agreement = self._agreement(partner_id=partner_id)
        domain = [("id", "in", (made | agreement.partner_id).ids)]
        self.assertEqual(action["domain"], "['|', ('customer_rank', '>', 0), ('subscription_ids', '!=', False)]")
        shown = partners.search(["|", ("customer_rank", ">", 0), ("subscription_ids", "!=", False), *domain])
        self.assertEqual(set(shown.mapped("name")), {"XPPS Test Newcomer", "XPPS Test Ranked"})
