# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a charge costs, earns and leaves: one rounding each."""

from decimal import Decimal

from ..billing_file import round_half_up, to_decimal

#: What the amounts depend on.
AMOUNT_FIELDS = ("quantity", "unit_cost", "unit_price", "billable")


def charge_amounts(places, quantity, unit_cost, unit_price, billable):
    """Values of the amount fields of ``sale.subscription.charge``.

    Pages that are not billable earn nothing and still cost.

    :param places: decimals of the charge's currency
    :param quantity: pages, negative to take some back
    :param unit_cost, unit_price: floats of at most six decimals
    """
    cost = page_amount(places, quantity, unit_cost)
    price = page_amount(places, quantity, unit_price)
    revenue = price if billable else 0
    return {
        "cost_subtotal": float(cost),
        "price_subtotal": float(price),
        "margin": float(revenue - cost),
        "margin_percent": float(100 * (revenue - cost) / revenue) if revenue else 0.0,
    }


def page_amount(places, quantity, per_page):
    """Pages times what one of them costs, rounded once.

    :param per_page: float of at most six decimals
    :return: Decimal
    """
    return round_half_up(quantity * to_decimal(per_page), places)


def cost_plus_price(unit_cost, markup_percent):
    """The price of a page that follows its cost, six decimals, half up.

    :param unit_cost: float of at most six decimals
    :param markup_percent: float of at most two decimals
    :return: Decimal
    """
    factor = 1 + to_decimal(markup_percent, 2) / Decimal(100)
    return round_half_up(to_decimal(unit_cost) * factor, 6)
