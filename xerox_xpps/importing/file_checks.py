# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Checks of the file as a whole: was it imported before, in which currency is it, do its totals agree?"""

from odoo.tools import format_date

from .issues import clipped


class FileChecks:
    """Each check adds its issues to ``findings``."""

    def __init__(self, file, findings):
        self.file = file
        self.env = file.env
        self.findings = findings
        self.add = findings.add

    def duplicate_file(self):
        """:return: whether the very same file was imported before"""
        twin = self._imported_twin("checksum", self.file.checksum)
        if twin:
            self.add(
                "file_duplicate",
                lambda: self.env._(
                    "This file has already been imported as Xerox invoice %s. Open that file instead.",
                    clipped(twin.display_name),
                ),
                fix=twin,
            )
        return bool(twin)

    def head(self, invoice):
        """A file without number, date or period cannot be imported, whether or not its format looks for them.

        :param invoice: billing_file.InvoiceRecord
        """
        stated = all((invoice.number, invoice.date, invoice.period_start, invoice.period_end))
        if stated or self.findings.has_file_errors:
            return
        self.add(
            "value_invalid",
            lambda: self.env._(
                "The invoice number, date or period is missing from the file. Correct the file, or set in its "
                "format where to find them."
            ),
        )

    def currency(self, code):
        """:return: the res.currency of a code, empty when there is none"""
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        if not currency.active:
            self.add(
                "currency_unknown",
                lambda: self.env._(
                    "Xerox bills in %s, which is not an active currency. Activate it first.", clipped(code or "?")
                ),
                fix=currency or None,
                res_model="" if currency else "res.currency",
                value=code or "",
            )
        return currency

    def currency_rate(self, context):
        """Xerox's invoice is compared and added up in the company's currency.

        :param context: CheckContext
        """
        currency = context.currency
        if not currency.active or currency not in context.unrated:
            return
        self.add(
            "currency_rate_missing",
            lambda: self.env._(
                "Xerox bills in %(currency)s, which has no exchange rate of %(day)s or before. Enter the rate, then "
                "check the file again.",
                currency=currency.name,
                day=format_date(self.env, context.rate_day),
            ),
            fix=currency,
        )

    def _imported_twin(self, field_name, value):
        return self.file.search(
            [
                (field_name, "=", value),
                ("company_id", "=", self.file.company_id.id),
                ("state", "=", "imported"),
                ("id", "!=", self.file.id),
            ],
            limit=1,
        )
