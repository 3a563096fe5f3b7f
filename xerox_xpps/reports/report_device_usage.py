# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal
from itertools import count

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from odoo.addons.base.models.ir_actions_report import _wkhtml

#: Where a table's header is not repeated on every page: rows after which it stands again, less than a page has.
HEADER_EVERY = 20


class ReportDeviceUsage(models.AbstractModel):
    _name = "report.xerox_xpps.report_device_usage"
    _description = "Device Usage of an Invoice"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the PDF: the annexes of those of the invoices that have one.

        :raises UserError: when none has
        """
        moves = self.env["account.move"].browse(docids)
        moves.check_access("read")
        moves = moves.filtered("has_xpps_usage")
        # Debian's wkhtmltopdf prints no page headers, and a table's header on its first page only.
        patched = _wkhtml().is_patched_qt
        if not moves:
            raise UserError(
                self.env._(
                    "There is no device usage to show: only invoices of XPPS agreements, and credit notes that bill "
                    "XPPS charges, have this annex."
                )
            )
        usages = {}
        for move in moves:
            usage = move._xpps_usage()
            env = move._in_usage_language().env
            usages[move.id] = (
                usage,
                UsageFormat(env, usage.decimal_places, header_every=0 if patched else HEADER_EVERY),
            )
        return {
            "doc_ids": moves.ids,
            "doc_model": "account.move",
            "docs": moves,
            "usages": usages,
            # What is kept free for the page header would be blank.
            "data_report_margin_top": None if patched else 12,
        }


class UsageFormat:
    """Numbers and dates as the customer's language writes them; nothing for None."""

    def __init__(self, env, decimal_places, header_every=0):
        self.env = env
        self.decimal_places = decimal_places
        self.header_every = header_every
        self._row_numbers = count()

    def starts_with_header(self):
        """Whether the table's header stands again above the next row; to be asked once a row."""
        number = next(self._row_numbers)
        return bool(self.header_every and number and number % self.header_every == 0)

    def pages(self, pages):
        return "" if pages is None else formatLang(self.env, pages, digits=0)

    def amount(self, amount):
        return formatLang(self.env, float(amount), digits=self.decimal_places)

    def price(self, price):
        """With as many decimals as it has, at least the currency's."""
        return self._exact(price, self.decimal_places)

    def quantity(self, quantity):
        return self._exact(quantity, 0)

    def date(self, date):
        return format_date(self.env, date) if date else ""

    def period(self, start, end):
        return " – ".join(self.date(date) for date in (start, end) if date)

    def _exact(self, value: Decimal | None, places):
        if value is None:
            return ""
        exponent = value.normalize().as_tuple().exponent
        return formatLang(self.env, float(value), digits=max(places, -exponent))
