# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How PDF documents and the portal write numbers and dates."""

from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..common.formats import amount_text, decimal_text, month_text, period_text


class ReportFormat:
    """Numbers and dates as the reader's language writes them; nothing for None."""

    def __init__(self, env, decimal_places):
        """:param decimal_places: of the amounts"""
        self.env = env
        self.decimal_places = decimal_places

    def pages(self, pages):
        return "" if pages is None else formatLang(self.env, pages, digits=0)

    def amount(self, amount):
        return "" if amount is None else formatLang(self.env, float(amount), digits=self.decimal_places)

    def price(self, price):
        """With as many decimals as it has, at least the currency's."""
        return "" if price is None else decimal_text(self.env, price, self.decimal_places)

    def quantity(self, quantity):
        return "" if quantity is None else decimal_text(self.env, quantity, 0)

    def date(self, date):
        return format_date(self.env, date) if date else ""

    def month(self, month):
        return month_text(self.env, month)

    def period(self, start, end):
        return period_text(self.env, start, end)


class PortalFormat(ReportFormat):
    """As ``ReportFormat``, for pages whose amounts stand alone."""

    def __init__(self, env, currency):
        super().__init__(env, currency.decimal_places)
        self.currency = currency

    def money(self, amount):
        """With the currency."""
        return amount_text(self.env, amount, self.currency)
