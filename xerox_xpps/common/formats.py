# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Amounts, percentages and periods as texts have them, in the language of the environment."""

from odoo import fields
from odoo.tools import date_utils, float_round, format_date
from odoo.tools.misc import formatLang

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def amount_text(env, amount, currency, signed=False):
    """An amount with the symbol of its currency: “$1,234.50”, “-$192.47”, “CHF 10.00”, “-5.00 €”.

    The sign stands before all else, unlike in ``formatLang`` and ``format_amount``. A symbol in front stands close to
    the number, unless it ends with a letter.

    :param amount: float or Decimal; rounded by the currency
    :param signed: whether amounts above 0 have a sign, too
    """
    amount = currency.round(float(amount))
    number = formatLang(env, abs(amount), digits=currency.decimal_places)
    symbol = currency.symbol or currency.name or ""
    if currency.position == "before":
        gap = NO_BREAK_SPACE if symbol[-1:].isalpha() else ""
        text = f"{symbol}{gap}{number}"
    else:
        text = f"{number}{NO_BREAK_SPACE}{symbol}"
    return _sign(amount, signed) + text


def percent_text(env, value, signed=False):
    """A percentage: “12%”, “-3.5%”. It has the decimals that it needs, two at most.

    :param value: 25 for 25%
    :param signed: whether percentages above 0 have a sign, too
    """
    rounded = float_round(float(value), 2)
    digits = next((digits for digits in (0, 1) if rounded == float_round(rounded, digits)), 2)
    number = formatLang(env, abs(rounded), digits=digits)
    return _sign(rounded, signed) + env._("%s%%", number)


def decimal_text(env, value, places):
    """A number with as many decimals as it has: “0.0085”, “1,250.00”.

    :param value: Decimal
    :param places: decimals that it has at least
    """
    return formatLang(env, float(value), digits=max(places, -value.normalize().as_tuple().exponent))


def click_price_text(env, price, currency):
    """A price of one page, with all of its decimals and at least the currency's: “0.0085 USD”, “1.20 EUR”.

    :param price: Decimal
    """
    return f"{decimal_text(env, price, currency.decimal_places)} {currency.name}"


def month_text(env, day):
    """The calendar month of a day: “October 2026”."""
    return format_date(env, day, date_format="MMMM y")


def months_text(env, start, end):
    """Several months: “July 2026 – September 2026” where they are whole ones, else as ``period_text``."""
    whole = start and end and start == date_utils.start_of(start, "month") and end == date_utils.end_of(end, "month")
    if not whole or (start.year, start.month) == (end.year, end.month):
        return period_text(env, start, end)
    return f"{month_text(env, start)} – {month_text(env, end)}"


def period_text(env, start, end):
    """A period: “October 2026” where it is a calendar month, else its two days, “10/01/2026 – 12/31/2026”.

    :param start, end: date or falsy, both inclusive; where only one of them is known, the text says which
    """
    start, end = fields.Date.to_date(start), fields.Date.to_date(end)
    if not start and not end:
        return ""
    if not start:
        return env._("until %s", format_date(env, end))
    if not end:
        return env._("from %s", format_date(env, start))
    if start == end:
        return format_date(env, start)
    if start == date_utils.start_of(end, "month") and end == date_utils.end_of(end, "month"):
        return month_text(env, end)
    return f"{format_date(env, start)} – {format_date(env, end)}"


def _sign(value, signed):
    return "-" if value < 0 else "+" if signed and value > 0 else ""
