# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What pages cost, earn and leave: one rounding each, half up, by the currency."""

from collections.abc import Mapping
from decimal import Decimal

from odoo.tools import SQL

from ..billing_file import round_half_up, to_decimal
from ..billing_file.amounts import multiply

#: What the amounts of a charge depend on.
AMOUNT_FIELDS = ("quantity", "unit_cost", "unit_price", "billable", "cost_unknown")


def charge_amounts(
    places: int,
    quantity: int,
    unit_cost: float,
    unit_price: float,
    billable: bool,
    rounding: float | None = None,
    untaxed: float | None = None,
    cost_unknown: bool = False,
) -> Mapping[str, float]:
    """Values of the amount fields of ``sale.subscription.charge``.

    Pages that are not billable earn nothing and still cost. Where nobody knows what they cost, there is no margin.

    :param places: decimals of the charge's currency
    :param quantity: pages, negative to take some back
    :param unit_cost, unit_price: floats of at most six decimals
    :param rounding: the currency's smallest amount
    :param untaxed: what the pages bring before taxes, where the price includes one
    :param cost_unknown: whether the unit cost is one that nobody stated

    >>> charge_amounts(2, 1000, 0.004, 0.01, True)
    {'cost_subtotal': 4.0, 'price_subtotal': 10.0, 'margin': 6.0, 'margin_percent': 60.0}
    >>> charge_amounts(2, 1000, 0.009, 0.012, True, untaxed=10.0)["margin_percent"]
    10.0
    >>> charge_amounts(2, 1000, 0, 0.01, True, cost_unknown=True)
    {'cost_subtotal': 0.0, 'price_subtotal': 10.0, 'margin': 0.0, 'margin_percent': 0.0}
    """
    cost = page_amount(places, quantity, unit_cost, rounding)
    price = page_amount(places, quantity, unit_price, rounding) if untaxed is None else to_decimal(untaxed)
    revenue = price if billable else Decimal(0)
    return {
        "cost_subtotal": float(cost),
        "price_subtotal": float(price),
        "margin": 0.0 if cost_unknown else float(revenue - cost),
        "margin_percent": 0.0 if cost_unknown else float(margin_percent(revenue, cost)),
    }


def cost_is_unknown(pages: int | None, unit_cost: Decimal | None) -> bool:
    """Whether there are pages of which nobody stated what one costs. That is not 0, and leaves no margin to judge.

    >>> cost_is_unknown(1000, None), cost_is_unknown(1000, Decimal(0)), cost_is_unknown(0, None)
    (True, False, False)
    """
    return bool(pages) and unit_cost is None


def cost_is_unknown_sql(pages: SQL, unit_cost: SQL) -> SQL:
    """As ``cost_is_unknown``, never NULL."""
    return SQL("(COALESCE(%s, 0) <> 0 AND %s IS NULL)", pages, unit_cost)


def known_sql(amount: SQL, unknown: SQL) -> SQL:
    """An amount, or NULL where it is unknown.

    :param unknown: SQL of a truth value; NULL is FALSE
    """
    return SQL("CASE WHEN (%s) IS NOT TRUE THEN %s END", unknown, amount)


def page_amount(places: int, quantity: int, per_page: float, rounding: float | None = None) -> Decimal:
    """Pages times what one of them costs, rounded once.

    :param per_page: float of at most six decimals
    :param rounding: the currency's smallest amount, by default that of its decimals

    >>> page_amount(2, 5, 0.005), page_amount(2, -5, 0.005), page_amount(0, 100, 0.005)
    (Decimal('0.03'), Decimal('-0.03'), Decimal('1'))
    >>> page_amount(2, 123, 0.01, 0.05), page_amount(2, -123, 0.01, 0.05)
    (Decimal('1.25'), Decimal('-1.25'))
    """
    return line_amount(places, quantity, to_decimal(per_page), rounding)


def line_amount(places: int, quantity: int, per_page: Decimal, rounding: float | None = None) -> Decimal:
    """As ``page_amount``, of a Decimal."""
    return round_amount(multiply(quantity, per_page), places, rounding)


def round_amount(amount: Decimal, places: int, rounding: float | None = None) -> Decimal:
    """An amount as its currency rounds it, half up: to its smallest amount, which may be more than one of its decimals.

    >>> round_amount(Decimal("1.224"), 2), round_amount(Decimal("1.224"), 2, 0.05), round_amount(Decimal(3), 0, 5)
    (Decimal('1.22'), Decimal('1.20'), Decimal('5'))
    """
    unit = None if rounding is None else to_decimal(rounding)
    if unit is None or unit == Decimal(1).scaleb(-places):
        return round_half_up(amount, places)
    return round_half_up(round_half_up(amount / unit, 0) * unit, places)


def line_amount_sql(places: SQL, quantity: SQL, per_page: SQL, rounding: SQL | None = None) -> SQL:
    """As ``line_amount``. PostgreSQL rounds numbers of the type *numeric* half up, below zero away from it."""
    return round_amount_sql(SQL("%s * %s", quantity, per_page), places, rounding)


def round_amount_sql(amount: SQL, places: SQL, rounding: SQL | None = None) -> SQL:
    """As ``round_amount``.

    :param rounding: SQL of a *numeric*
    """
    if rounding is None:
        return SQL("ROUND(%s, %s)", amount, places)
    return SQL("ROUND(ROUND((%s) / %s) * %s, %s)", amount, rounding, rounding, places)


def cost_plus_price(unit_cost: float, markup_percent: float) -> Decimal:
    """The price of a page that follows its cost, six decimals, half up.

    :param unit_cost: float of at most six decimals
    :param markup_percent: float of at most two decimals

    >>> cost_plus_price(0.0041, 12.5)
    Decimal('0.004613')
    """
    factor = 1 + to_decimal(markup_percent, 2) / Decimal(100)
    return round_half_up(to_decimal(unit_cost) * factor, 6)


def margin_percent(price: Decimal, cost: Decimal) -> Decimal:
    """The margin in percent of the price; 0 of what has no price.

    >>> margin_percent(Decimal(4), Decimal(3)), margin_percent(Decimal(0), Decimal(3))
    (Decimal('25'), Decimal('0'))
    """
    return 100 * (price - cost) / price if price else Decimal(0)


def margin_percent_sql(price: SQL, cost: SQL) -> SQL:
    """As ``margin_percent``, but NULL of what has no price."""
    return SQL("100 * (%(price)s - %(cost)s) / NULLIF(%(price)s, 0)", price=price, cost=cost)


def below_floor(price: Decimal, cost: Decimal, floor_percent: Decimal) -> bool:
    """Whether something is sold below its cost, or with less margin than the floor.

    :param floor_percent: the margin that is asked for, in percent of the price

    >>> below_floor(Decimal(4), Decimal(3), Decimal(25)), below_floor(Decimal(4), Decimal(3), Decimal("25.1"))
    (False, True)
    >>> below_floor(Decimal(3), Decimal(4), Decimal(0))
    True
    """
    return price < cost or (price - cost) * 100 < floor_percent * price


def below_floor_sql(price: SQL, cost: SQL, floor_percent: SQL) -> SQL:
    """As ``below_floor``.

    :param floor_percent: SQL of a column that has a float; NULL is no floor
    """
    return SQL(
        "(%(price)s < %(cost)s OR (%(price)s - %(cost)s) * 100 "
        "< %(price)s * COALESCE(ROUND(%(floor)s::numeric, 6), 0))",
        price=price,
        cost=cost,
        floor=floor_percent,
    )
