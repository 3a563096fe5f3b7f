# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a charge costs, earns and leaves: one rounding each."""

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
    cost = round_half_up(quantity * to_decimal(unit_cost), places)
    price = round_half_up(quantity * to_decimal(unit_price), places)
    revenue = price if billable else 0
    return {
        "cost_subtotal": float(cost),
        "price_subtotal": float(price),
        "margin": float(revenue - cost),
        "margin_percent": float(100 * (revenue - cost) / revenue) if revenue else 0.0,
    }
