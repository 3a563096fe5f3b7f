# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Accounts and analytic distributions of what is not billed yet: those that its bill would have."""

from ...common.taxes import BillingTaxes


class Posting:
    """Of one company; each is looked up once.

    :param company: res.company
    """

    def __init__(self, company):
        # Whoever makes a cut-off need not see journals, distribution models or properties of products.
        self.company = company.sudo()
        self.env = self.company.with_company(self.company).env
        self.taxes = BillingTaxes(self.company)
        self._accounts = {}
        self._distributions = {}

    def income_account(self, agreement, product):
        """:return: the account.account of a product on invoices of an agreement, empty where none is set up"""
        position = self.taxes.position(agreement)
        key = (position.id, product.id, agreement.currency_id.id)
        if key not in self._accounts:
            # See above.
            product = product.sudo().with_company(self.company)
            account = product.product_tmpl_id.get_product_accounts(position)["income"]
            self._accounts[key] = account or agreement._xpps_default_journal().default_account_id
        return self._accounts[key]

    def expense_account(self, vendor):
        """:return: the account.account that Odoo proposes on bills of a vendor, empty where none is set up"""
        key = vendor.id
        if key not in self._accounts:
            accounts, journals = self.env["account.account"], self.env["account.journal"]
            usual = vendor and accounts._get_most_frequent_account_for_partner(self.company.id, vendor.id, "in_invoice")
            journal = journals.search(
                [*journals._check_company_domain(self.company), ("type", "=", "purchase")], limit=1
            )
            self._accounts[key] = accounts.browse(usual) if usual else journal.default_account_id
        return self._accounts[key]

    def distribution(self, partner, account, product=None):
        """What Odoo's distribution models say of an invoice line, a dict."""
        partner = partner.commercial_partner_id if product else partner
        key = (partner.id, account.id, product and product.id)
        if key not in self._distributions:
            product = self.env["product.product"] if product is None else product
            # See above.
            self._distributions[key] = self.env["account.analytic.distribution.model"]._get_distribution(
                {
                    "product_id": product.id,
                    "product_categ_id": product.categ_id.id,
                    "partner_id": partner.id,
                    "partner_category_id": partner.category_id.ids,
                    "account_prefix": account.with_company(self.company).code,
                    "company_id": self.company.id,
                    "related_root_plan_ids": self.env["account.analytic.plan"],
                }
            )
        return self._distributions[key]
