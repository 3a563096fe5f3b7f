# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

#: What becomes of the invoices of a subscription template; see ``invoicing_mode`` there.
TEMPLATE_MODES = ("draft", "invoice", "invoice_send")


class ResCompany(models.Model):
    """What the first agreement needs is there from the start: vendor, pricelist, subscription templates, price level.

    What a reseller has already stays, and nothing is made beside it.
    """

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # A branch has the vendor of its parent company. Odoo itself gives a new company its pricelist.
        companies.filtered(lambda company: not company.parent_id)._xpps_start_vendor()
        return companies

    @api.model
    def _xpps_start(self):
        """Make what is missing, when the addon is installed or updated."""
        # Archived companies may come back; of all else what is archived does not count.
        companies = self.with_context(active_test=False).search([]).with_env(self.env)
        companies.filtered(lambda company: not company.parent_id)._xpps_start_vendor()
        companies._xpps_start_pricelists()
        self._xpps_start_templates()
        self._xpps_start_price_level()

    def _xpps_start_vendor(self):
        """Xerox bills the companies. Where several vendors have its name, somebody has to choose one of them."""
        # Whoever makes a company need not have a right to its settings.
        companies = self.sudo().filtered(lambda company: not company.xpps_vendor_id)
        if not companies:
            return
        # Nor to vendors.
        partners = self.env["res.partner"].sudo()
        found = partners.search(
            [
                ("company_id", "=", False),
                ("is_company", "=", True),
                ("supplier_rank", ">", 0),
                ("name", "=ilike", "xerox%"),
            ],
            limit=2,
        )
        if len(found) < 2:
            values = {"name": "Xerox", "is_company": True, "supplier_rank": 1}
            companies.xpps_vendor_id = found or partners.create(values)

    def _xpps_start_pricelists(self):
        """A pricelist in the currency of each company that has none, as Odoo makes it for new companies."""
        # Nobody need see pricelists for their company to have one.
        pricelists = self.env["product.pricelist"].sudo().search_fetch([], ["company_id", "currency_id"])
        usable = {(pricelist.company_id, pricelist.currency_id) for pricelist in pricelists}
        # Above a company may be others that the user does not see.
        owners = {company: (self.env["res.company"], *company.sudo().parent_ids) for company in self}
        lacking = self.filtered(
            lambda company: not any((owner, company.currency_id) in usable for owner in owners[company])
        )
        if lacking:
            lacking._activate_or_create_pricelists()

    @api.model
    def _xpps_start_templates(self):
        """A monthly template without an end for each thing that becomes of its invoices."""
        templates = self.env["sale.subscription.template"]
        monthly = templates.search(
            [
                ("recurring_rule_type", "=", "months"),
                ("recurring_interval", "=", 1),
                ("recurring_rule_boundary", "=", "unlimited"),
            ]
        )
        names = {
            "draft": self.env._("Monthly, draft invoices"),
            "invoice": self.env._("Monthly, posted invoices"),
            "invoice_send": self.env._("Monthly, sent invoices"),
        }
        missing = [mode for mode in TEMPLATE_MODES if mode not in monthly.mapped("invoicing_mode")]
        templates.create([{"name": names[mode], "invoicing_mode": mode} for mode in missing])

    @api.model
    def _xpps_start_price_level(self):
        levels = self.env["xpps.price.level"]
        if not levels.search_count([], limit=1):
            levels.create({"name": self.env._("Standard")})
