# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How PDF documents write numbers and dates, and what they do where wkhtmltopdf repeats no table heads."""

from itertools import count

from odoo.tools import format_date
from odoo.tools.misc import formatLang

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..common.formats import decimal_text, period_text

#: Where a table's header is not repeated on every page: rows after which it stands again, less than a page has.
HEADER_EVERY = 20


class ReportFormat:
    """Numbers and dates as the reader's language writes them; nothing for None."""

    def __init__(self, env, decimal_places):
        """:param decimal_places: of the amounts"""
        self.env = env
        self.decimal_places = decimal_places
        # Debian's wkhtmltopdf prints a table's header on its first page only.
        self.header_every = 0 if _wkhtml().is_patched_qt else HEADER_EVERY
        self._row_numbers = count()

    def start_table(self):
        """Count rows anew: the table that begins now has its header."""
        self._row_numbers = count()

    def starts_with_header(self):
        """Whether the table's header stands again above the next row; to be asked once a row."""
        number = next(self._row_numbers)
        return bool(self.header_every and number and number % self.header_every == 0)

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

    def period(self, start, end):
        return period_text(self.env, start, end)
