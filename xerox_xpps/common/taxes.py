# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The taxes that invoices have on a day, and what prices that include a tax become of them.

Products say their own taxes, and a fiscal position what becomes of these. A price that includes tax is one of the
product's own taxes: where a fiscal position takes the tax away, the customer pays so much less, as on Odoo's orders.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from odoo.tools import float_round

#: How prices per page are stored.
PRICE_PLACES = 6


def includes_tax(taxes):
    """Whether a price with these taxes includes one of them."""
    return any(tax.price_include for tax in taxes.flatten_taxes_hierarchy())


def untaxed_price(taxes, price, product):
    """A price without the taxes that it includes, not rounded."""
    if not includes_tax(taxes):
        return price
    return taxes._get_tax_details(price, 1.0, rounding_method="round_globally", product=product)["total_excluded"]


def taxed_price(taxes, untaxed, product):
    """The price that an untaxed one is with taxes that it is to include, not rounded."""
    if not includes_tax(taxes):
        return untaxed
    details = taxes._get_tax_details(
        untaxed, 1.0, rounding_method="round_globally", product=product, special_mode="total_excluded"
    )
    return untaxed + sum(data["tax_amount"] for data in details["taxes_data"] if data["tax"].price_include)


def converted_price(price, old, new, product):
    """A price that was agreed with other taxes than it is billed with.

    What includes tax goes on to include it, and what does not goes on without. Where the one becomes the other, the
    untaxed price stays.
    """
    if includes_tax(old) == includes_tax(new):
        return price
    return taxed_price(new, untaxed_price(old, price, product), product)


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """How a product is taxed on an invoice: ``own`` are its own taxes, ``applied`` those that the invoice has."""

    product: Any
    own: Any
    applied: Any

    def price(self, price):
        """What the invoice says for a price of the product, float."""
        if self.own == self.applied:
            return price
        return self.product._get_tax_included_unit_price_from_price(
            price, self.own, product_taxes_after_fp=self.applied
        )

    def price_of(self, untaxed):
        """The price of the product that leaves so much without taxes, float of six decimals."""
        return float_round(taxed_price(self.own, float(untaxed), self.product), PRICE_PLACES)

    def untaxed_price(self, price):
        """What a price of the product leaves without taxes, float of six decimals."""
        untaxed = untaxed_price(self.applied, self.price(price), self.product)
        return price if untaxed == price else float_round(untaxed, PRICE_PLACES)

    def untaxed_amount(self, price, quantity, currency):
        """What the invoice bills for so many, before taxes.

        :return: a float rounded by the currency; None where no price includes a tax, and it is just the product
        """
        if not includes_tax(self.own) and not includes_tax(self.applied):
            return None
        details = self.applied.compute_all(self.price(price), currency, quantity, product=self.product)
        return details["total_excluded"]


class BillingTaxes:
    """Taxes of a company's invoices, looked up once for many of them.

    :param company: res.company
    """

    def __init__(self, company):
        # Who imports a file or has agreements billed need not see taxes.
        self.company = company.sudo()
        self.env = self.company.env
        self._positions = {}
        self._terms = {}

    @cached_property
    def _all(self):
        taxes = self.env["account.tax"].with_context(active_test=False)
        return taxes.search([*taxes._check_company_domain(self.company), ("type_tax_use", "!=", "purchase")])

    @cached_property
    def any_included(self):
        """Whether any price of the company may include a tax. Else prices are what they are, whatever their taxes."""
        return any(tax.price_include for tax in self._all)

    @cached_property
    def any_archived(self):
        """Whether a tax was archived that a product or service may still have."""
        return any(not tax.active for tax in self._all)

    def position(self, agreement, payer=None):
        """:return: the account.fiscal.position of an agreement's invoices

        :param payer: res.partner who gets them, if it is somebody else than the invoice address; as below
        """
        if payer is None:
            key = (agreement.fiscal_position_id.id, agreement._xpps_payer().id, agreement.partner_shipping_id.id)
        else:
            key = payer.id
        if key not in self._positions:
            # As above.
            self._positions[key] = agreement.sudo()._xpps_fiscal_position(payer)
        return self._positions[key]

    def terms(self, agreement, product, payer=None):
        """:return: TaxTerms of a product on invoices of an agreement"""
        position = self.position(agreement, payer)
        key = (position.id, product.id)
        if key not in self._terms:
            # As above.
            product = product.sudo().with_company(self.company)
            # What a product has from its template is cached as whoever read it first saw it, archived or not.
            own = product.product_tmpl_id.taxes_id._filter_taxes_by_company(self.company)
            self._terms[key] = TaxTerms(product, own, position.sudo().map_tax(own))
        return self._terms[key]

    def price_terms(self, agreement, product, payer=None):
        """As ``terms``, where only prices are asked for: without asking, where none includes a tax."""
        if agreement and product and self.any_included:
            return self.terms(agreement, product, payer)
        none = self.env["account.tax"]
        return TaxTerms(product, none, none)

    def archived(self, agreement, product, payer=None):
        """The archived taxes of a product that no tax in force takes the place of: it would be billed without tax.

        A replaced tax may stay with the product, where nobody sees it any more.

        :return: account.tax
        """
        none = self.env["account.tax"]
        if not self.any_archived:
            return none
        terms = self.terms(agreement, product, payer)
        if not terms.own:
            template = terms.product.product_tmpl_id.with_context(active_test=False)
            return template.taxes_id._filter_taxes_by_company(self.company)
        replaced = none
        # As above.
        for position_tax in self.position(agreement, payer).sudo().with_context(active_test=False).tax_ids:
            if position_tax.original_tax_ids & terms.own:
                replaced |= position_tax
        in_force = replaced.filtered("active")
        lost = terms.own - in_force.original_tax_ids
        return (replaced - in_force).filtered(lambda tax: tax.original_tax_ids & lost)
