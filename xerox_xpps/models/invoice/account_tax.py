# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.model
    def _add_tax_details_in_base_line(self, base_line, company, rounding_method=None):
        """Round lines of XPPS items one by one, also where taxes are rounded for the whole document.

        Pages times a sub-cent click price leave fractions of a cent, as do parts of a month. Odoo's default method
        would add these up over the document and put the difference on any line: the total would not be the sum of the
        lines that the customer sees. Taxes are computed on the rounded lines, and still rounded for the whole document.
        """
        result = super()._add_tax_details_in_base_line(base_line, company, rounding_method=rounding_method)
        if not self._is_rounded_by_line(base_line):
            return result
        details = base_line["tax_details"]
        raw = details["raw_total_excluded_currency"]
        rounded = base_line["currency_id"].round(raw)
        if rounded != raw:
            line = {**base_line, "price_unit": rounded, "quantity": 1.0, "discount": 0.0}
            super()._add_tax_details_in_base_line(line, company, rounding_method=rounding_method)
            base_line["tax_details"] = line["tax_details"]
        return result

    @api.model
    def _is_rounded_by_line(self, base_line):
        """Whether a line bills an XPPS item, with taxes that depend on its amount alone."""
        if not base_line["product_id"].xpps_role:
            return False
        taxes = base_line["tax_ids"].flatten_taxes_hierarchy()
        return all(tax.amount_type == "percent" and not tax.price_include for tax in taxes)
