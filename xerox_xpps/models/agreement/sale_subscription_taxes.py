# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from ...common.listing import enumeration
from ...common.plural import plural
from ...common.taxes import BillingTaxes

#: What gives the services of an agreement other taxes, with the prices that they have.
TAX_CAUSES = {"fiscal_position_id", "partner_invoice_id", "partner_shipping_id"}
#: How many taxes a reason names.
MAX_LISTED = 5


class SaleSubscription(models.Model):
    """XPPS agreements are billed with the taxes that products and fiscal position give on that day.

    Taxes of a service are stored, for its amounts and for whoever looks at it; before it is billed, or a billing run
    announces what it bills, they are brought up to date. Only those that a user chose stay.
    """

    _inherit = "sale.subscription"

    def write(self, values):
        """Another fiscal position takes taxes out of prices that include them, or adds them."""
        if TAX_CAUSES.isdisjoint(values) or not {"partner_id", "pricelist_id"}.isdisjoint(values):
            return super().write(values)
        services = self._xpps_services()
        before = {line: (line._xpps_stored_taxes(), line.price_unit) for line in services}
        result = super().write(values)
        for line in services.exists():
            taxes, price = before[line]
            if line.price_unit == price:
                line._xpps_follow_position(taxes)
        return result

    def _xpps_billing_taxes(self):
        """:return: {res.company: BillingTaxes} of the agreements"""
        return {company: BillingTaxes(company) for company in self.company_id}

    def _xpps_refresh_taxes(self, taxes):
        """Give the services of these agreements the taxes that hold by now.

        :param taxes: {res.company: BillingTaxes}
        """
        lines = self.sale_subscription_line_ids.filtered("product_id")
        for company, same in lines.grouped(lambda line: line.sale_subscription_id.company_id).items():
            same._xpps_refresh_taxes(taxes[company])

    def _xpps_archived_taxes(self, lines, charges, taxes):
        """What would be billed without the tax that it had, because that was archived.

        :param lines: sale.subscription.line that are billed
        :param charges: sale.subscription.charge that are billed
        :param taxes: {res.company: BillingTaxes}
        :return: {sale.subscription: {product.product: account.tax}}
        """
        billed = {(line.sale_subscription_id, line.product_id): line._xpps_archived_taxes(taxes) for line in lines}
        for agreement, material in {(charge.subscription_id, charge.product_id) for charge in charges}:
            billed[agreement, material] = taxes[agreement.company_id].archived(agreement, material)
        found = {}
        for (agreement, product), archived in billed.items():
            if archived:
                found.setdefault(agreement, {})[product] = archived
        return found

    def _xpps_say_archived_taxes(self, archived):
        """:param archived: {product.product: account.tax}, some"""
        products = [product.display_name for product in archived]
        # Whoever bills need not see taxes.
        names = sorted({tax.name for taxes in archived.values() for tax in taxes.sudo()})
        values = {
            "taxes": enumeration(self.env, names, MAX_LISTED),
            "products": enumeration(self.env, sorted(products), MAX_LISTED),
        }
        return plural(
            len(names),
            self.env._(
                "Tax %(taxes)s is archived, and no other takes its place. Choose the tax for %(products)s, or "
                "unarchive it.",
                **values,
            ),
            self.env._(
                "Taxes %(taxes)s are archived, and no others take their place. Choose the taxes for %(products)s, or "
                "unarchive them.",
                **values,
            ),
        )

    def _xpps_check_taxes(self, lines, charges, taxes):
        """:raises UserError: when something would be billed without the tax that it had"""
        for agreement, archived in self._xpps_archived_taxes(lines, charges, taxes).items():
            raise UserError(
                self.env._(
                    "%(agreement)s cannot be invoiced: %(reason)s",
                    agreement=agreement.display_name,
                    reason=self._xpps_say_archived_taxes(archived),
                )
            )
