# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a dry run of a file format shows: the values of the template ``xerox_xpps.file_format_preview``."""

from odoo.tools import format_date, formatLang

from ..billing_file import check_serials, check_totals
from ..billing_file.amounts import add_up
from ..common.constants import OUTPUT_TYPE_SELECTION
from ..common.formats import decimal_text
from ..common.listing import paragraphs
from ..common.plural import plural
from ..importing import issue_text

#: How many records and issues are shown; the others are counted.
SHOWN_DEVICES = 5
SHOWN_ISSUES = 50


class FormatPreview:
    """A reading of a file, written in the language of ``env``.

    ``company`` gives the currency when the file names none.
    """

    def __init__(self, env, result, company):
        self.env = env
        self.details = result.details
        self.issues = list(result.issues)
        self.currency = company.currency_id
        if self.details:
            self.currency = self._find_currency() or self.currency
            self.issues += [
                *check_serials(self.details),
                *check_totals(self.details, self.currency.decimal_places),
            ]

    @property
    def error_count(self):
        return sum(issue.severity == "error" for issue in self.issues)

    def values(self):
        """:return: {name in the template: value}"""
        devices = self.details.devices if self.details else ()
        return {
            "invoice": self._invoice() if self.details else [],
            "devices": [self._device(record) for record in devices[:SHOWN_DEVICES]],
            "shown_text": self._say_shown(len(devices)),
            "issues": [self._issue(issue) for issue in self.issues[:SHOWN_ISSUES]],
            "more_issues": paragraphs(self.env, [], 0, len(self.issues[SHOWN_ISSUES:])),
        }

    def _say_shown(self, count):
        if count > SHOWN_DEVICES:
            return self.env._("The first %(shown)s of %(count)s device records.", shown=SHOWN_DEVICES, count=count)
        return plural(count, self.env._("1 device record."), self.env._("%s device records.", count))

    def _find_currency(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", self.details.invoice.currency)])

    def _invoice(self):
        """:return: [(label, value)] of the head of the file, and what its records add up to"""
        invoice = self.details.invoice
        places = self.currency.decimal_places
        total = add_up(record.computed_total(places) for record in self.details.devices)
        currency = invoice.currency
        if not currency:
            currency = self.env._("%s (the company's)", self.currency.name)
        return [
            (self.env._("Invoice Number"), invoice.number),
            (self.env._("Invoice Date"), self._date(invoice.date)),
            (self.env._("Period Start"), self._date(invoice.period_start)),
            (self.env._("Period End"), self._date(invoice.period_end)),
            (self.env._("Partner Number"), invoice.partner_number),
            (self.env._("Currency"), currency),
            (self.env._("Number of Devices"), self._pages(invoice.device_count)),
            (self.env._("Device Records"), self._pages(len(self.details.devices))),
            (self.env._("Total"), self._amount(invoice.total)),
            (self.env._("Sum of the Device Records"), self._amount(total)),
        ]

    def _device(self, record):
        labels = dict(OUTPUT_TYPE_SELECTION)
        return {
            "serial": record.serial,
            "model": record.model or record.model_number,
            "customer": record.customer_name or record.customer_number,
            "base": self._base_fees(record),
            "read_date": self._date(record.read_date),
            "estimated": record.estimated,
            "total": self._amount(record.computed_total(self.currency.decimal_places)),
            "meters": [
                {
                    "type": labels[meter.output_type],
                    "previous": self._pages(meter.previous),
                    "current": self._pages(meter.current),
                    "included": self._pages(meter.included),
                    "overage": self._pages(meter.overage),
                    "unit_cost": self._amount(meter.unit_cost),
                }
                for meter in record.meters
            ],
        }

    def _base_fees(self, record):
        fees = [
            (self.env._("Price"), record.base_price),
            (self.env._("Service"), record.base_service),
            (self.env._("Supply"), record.base_supply),
        ]
        return [(label, self._amount(fee)) for label, fee in fees if fee is not None]

    def _issue(self, issue):
        return {
            "severity": issue.severity,
            "line": self.env._("Line %s", issue.source_line) if issue.source_line else "",
            "serial": issue.serial,
            "message": issue_text(self.env, issue, self.currency),
        }

    def _date(self, value):
        return format_date(self.env, value) if value else ""

    def _pages(self, value):
        return "" if value is None else formatLang(self.env, value, digits=0)

    def _amount(self, value):
        """With all its decimals, and two at least."""
        return "" if value is None else decimal_text(self.env, value, 2)
