# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Charges as the lines of a bill: which go on one line, and what it says to the customer."""

from dataclasses import dataclass
from typing import Any

from odoo import fields
from odoo.tools.misc import formatLang

from ..billing_file import to_decimal
from ..common.formats import click_price_text, period_text
from ..common.plural import plural
from ..rating import PLAN_AMOUNT


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line of a bill; ``charges`` are of one agreement, material code and price.

    ``price_unit`` is the price of a page as the customer's fiscal position has it.
    """

    charges: Any
    name: str
    price_unit: float

    @property
    def quantity(self):
        return sum(self.charges.mapped("quantity"))

    @property
    def period_start(self):
        """The first day that the charges say; False when none of them says one."""
        return min(filter(None, self.charges.mapped("period_start")), default=False)

    @property
    def period_end(self):
        """The last day, as above."""
        return max(filter(None, self.charges.mapped("period_end")), default=False)


def prepare_charge_lines(charges, detail, taxes, payer=None):
    """The lines of charges that one agreement bills together, by device and period.

    :param detail: ``device``, a line per charge; or ``material``, a line per material code and price
    :param BillingTaxes taxes: of the agreement's company
    :param payer: res.partner who gets the bill, if it is somebody else than the invoice address
    :return: [ChargeLine]
    """
    ordered = charges.sorted(
        lambda charge: (charge.device_id.name or "", charge.period_end or fields.Date.today(), charge.id)
    )
    if detail == "device":
        return [_make_line(charge, taxes, payer, _describe_device_line) for charge in ordered]
    groups = ordered.grouped(
        lambda charge: (
            charge.product_id,
            charge.unit_price,
            frozenset((charge._analytic_distribution() or {}).items()),
        )
    )
    return [_make_line(same, taxes, payer, _describe_material_line) for same in groups.values()]


def _make_line(charges, taxes, payer, describe):
    terms = taxes.price_terms(charges.subscription_id, charges.product_id, payer)
    price = terms.price(charges[0].unit_price)
    return ChargeLine(charges, describe(_in_language_of(charges, payer), price), price)


def _describe_device_line(charge, price):
    parts = [charge.name]
    if charge.device_id:
        parts.append(charge.device_id._xpps_label())
    parts.append(_describe_pages(charge, price))
    return "\n".join(parts)


def _describe_material_line(charges, price):
    devices = len(charges.device_id)
    parts = [charges[0].name]
    if devices:
        parts.append(charges.env._("Devices: %s", devices))
    parts.append(_describe_pages(charges, price))
    return "\n".join(parts)


def _in_language_of(charges, payer):
    partner = charges.partner_id[:1] if payer is None else payer
    return charges.with_context(lang=partner.lang or charges.env.lang)


def _describe_pages(charges, price):
    """Period, pages and click price, as a customer checks them: “June 2026: 1,234 pages × 0.0085 USD”."""
    env = charges.env
    starts = [charge.period_start for charge in charges if charge.period_start]
    ends = [charge.period_end for charge in charges if charge.period_end]
    quantity = sum(charges.mapped("quantity"))
    if charges[0].kind == PLAN_AMOUNT:
        return period_text(env, min(starts), max(ends))
    values = {
        "pages": formatLang(env, quantity, digits=0),
        "price": click_price_text(env, to_decimal(price), charges[0].currency_id),
    }
    pages = plural(
        quantity,
        env._("1 page × %(price)s", **values),
        env._("%(pages)s pages × %(price)s", **values),
    )
    if not starts or not ends:
        return pages
    return f"{period_text(env, min(starts), max(ends))}: {pages}"
