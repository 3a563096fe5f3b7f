# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, models

from ...common.import_template import import_template


class SaleSubscription(models.Model):
    """Import of XPPS agreements from a workbook. They are drafts, as those that a form makes.

    An empty cell states nothing: then what counts is what the form would propose.
    """

    _inherit = "sale.subscription"

    @api.model
    def get_import_templates(self):
        templates = super().get_import_templates()
        context = self.env.context
        if context.get("default_is_xpps") and not context.get("default_is_xpps_master"):
            label = self.env._("Import Template for XPPS Agreements")
            templates = [*templates, import_template(label, "xpps_agreements")]
        return templates

    def _load_records_create(self, vals_list):
        if self.env.context.get("import_file"):
            partners = self.env["res.partner"].browse(
                {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
            )
            vals_list = [self._xpps_complete_import(vals, partners) for vals in vals_list]
        return super()._load_records_create(vals_list)

    @api.model
    def _xpps_complete_import(self, vals, partners):
        """:param partners: the customers of all that are imported, which are read together"""
        if not vals.get("is_xpps", self.env.context.get("default_is_xpps")):
            return vals
        vals = _stated(self, vals)
        lines = self.env["sale.subscription.line"]
        if "sale_subscription_line_ids" in vals:
            vals["sale_subscription_line_ids"] = [
                Command.create(_stated(lines, command[2])) if command[0] == Command.CREATE else command
                for command in vals["sale_subscription_line_ids"]
            ]
        # Only with both days Odoo makes it a draft.
        begin = vals.get("date_start") or self.default_get(["date_start"])["date_start"]
        proposed = {"date_start": begin, "recurring_next_date": begin}
        if "pricelist_id" not in vals:
            customer = partners.browse(vals.get("partner_id")).with_prefetch(partners.ids)
            proposed["pricelist_id"] = self._xpps_pricelist_of(customer, vals.get("company_id")).id
        return proposed | vals

    @api.model
    def _xpps_pricelist_of(self, customer, company_id):
        company = self.env["res.company"].browse(company_id) or self.env.company
        return customer.with_company(company).property_product_pricelist or self._xpps_company_pricelist(company)


def _stated(model, vals):
    """The values without those of empty cells; an empty cell of a yes or no is a no, as everywhere."""
    return {name: value for name, value in vals.items() if value is not False or model._fields[name].type == "boolean"}
