# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The document "Xerox Vendor Report", made of the rows of ``xpps.vendor.report``."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError
from odoo.tools import date_utils

from ..billing_file import round_half_up, serial_key, to_decimal
from ..models.field_types import OUTPUT_TYPE_SELECTION
from .vendor_document import CostSummary, DeviceRow, DifferenceRow, FileControl, VendorDocument, VendorSection, total

PAGE_COMPONENTS = [component for component, _label in OUTPUT_TYPE_SELECTION]

# Fetched at once: the ORM would read a thousand records a query. Reasons are worked out of the rows that have one.
ROW_FIELDS = (
    "billing_file_id",
    "line_id",
    "currency_id",
    "period_start",
    "period_end",
    "device_id",
    "serial",
    "product_id",
    "partner_id",
    "component",
    "xerox_quantity",
    "xerox_unit_cost",
    "xerox_cost",
    "expected_quantity",
    "expected_unit_cost",
    "expected_cost",
    "difference",
    "flag",
)


class RowTexts:
    """What rows of ``xpps.vendor.report`` are called, in the reader's language."""

    def __init__(self, env):
        fields = env["xpps.vendor.report"]._fields
        self.components = dict(fields["component"]._description_selection(env))
        self.flags = dict(fields["flag"]._description_selection(env))

    def customer(self, row):
        """Xerox's own words where nobody knows the device."""
        return row.partner_id.display_name or row.line_id.xerox_customer_name or ""

    def model(self, row):
        return row.product_id.name or row.line_id.xerox_model or row.line_id.xerox_model_number or ""

    def difference_row(self, row):
        """:param row: record of ``xpps.vendor.report`` or, with the same fields, of ``xpps.dispute.line``"""
        return DifferenceRow(
            invoice=row.billing_file_id.display_name or "",
            period_start=row.period_start or None,
            period_end=row.period_end or None,
            serial=row.serial or "",
            customer=self.customer(row),
            model=self.model(row),
            component=self.components[row.component],
            flag=self.flags.get(row.flag, ""),
            xerox_quantity=round(row.xerox_quantity),
            xerox_unit_cost=to_decimal(row.xerox_unit_cost),
            xerox_cost=to_decimal(row.xerox_cost),
            expected_quantity=round(row.expected_quantity),
            expected_unit_cost=to_decimal(row.expected_unit_cost),
            expected_cost=to_decimal(row.expected_cost),
            difference=to_decimal(row.difference),
            reason=row.reason or "",
        )


class VendorDocumentBuilder:
    """Makes the VendorDocument of a billing file, or of all files of a company whose periods end in some months.

    Both are compared with the months before: a file with the files that bill its devices there, a correction with what
    was billed of its devices. The number of queries does not depend on the devices.

    The reader's language, companies and rights are those of ``company`` or ``file``.
    """

    def __init__(self, company, period_start=None, period_end=None, file=None):
        """:param period_start: any day of the first month; not with a file
        :param period_end: any day of the last month
        :param file: xpps.billing.file
        """
        self.env = (file or company).env
        self.company = company
        self.file = file
        self.start = date_utils.start_of(file.period_end if file else period_start, "month")
        self.end = date_utils.end_of(file.period_end if file else period_end, "month")
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1
        self.previous_start = self.start - relativedelta(months=months)
        self.previous_end = self.start - relativedelta(days=1)
        self.report = self.env["xpps.vendor.report"]
        self.texts = RowTexts(self.env)

    def build(self):
        """:return: VendorDocument
        :raises UserError: when no file is imported that it could tell about
        """
        files = self._files()
        rows = self.report.search_fetch(self._domain(), ROW_FIELDS)
        rows.device_id.fetch(["name", "product_id", "xpps_partner_id"])
        (rows.line_id).fetch(["xerox_customer_name", "xerox_model", "xerox_model_number"])
        previous, previous_files = self._previous(rows)
        corrected = dict(
            self.env["xpps.billing.file.line"]._read_group(
                [("billing_file_id", "in", files.ids), ("superseded_by_id", "!=", False)],
                ["billing_file_id"],
                ["__count"],
            )
        )
        rows_by_currency = rows.grouped("currency_id")
        sections = [
            self._section(
                currency, rows_by_currency.get(currency, self.report), currency_files, previous[currency], corrected
            )
            for currency, currency_files in files.grouped("currency_id").items()
        ]
        return VendorDocument(
            title=self.env._("Xerox Vendor Report"),
            company=self.company.name,
            period_start=self.file.period_start if self.file else self.start,
            period_end=self.file.period_end if self.file else self.end,
            invoices=files.mapped("display_name"),
            previous_invoices=previous_files.sorted("invoice_date").mapped("display_name"),
            previous_start=self.previous_start,
            previous_end=self.previous_end,
            sections=sorted(sections, key=lambda section: section.currency),
        )

    # Which rows

    def _files(self):
        if self.file:
            if self.file.state != "imported":
                raise UserError(
                    self.env._("Billing file %s is not imported: there is nothing to report on.", self.file.display_name)
                )
            return self.file
        files = self.env["xpps.billing.file"].search(
            [("company_id", "=", self.company.id), ("state", "=", "imported"), *self._between(self.start, self.end)],
            order="period_end, invoice_date, id",
        )
        if not files:
            raise UserError(
                self.env._(
                    "%(company)s has imported no billing file of %(start)s to %(end)s: there is nothing to report on.",
                    company=self.company.name,
                    start=self.start.strftime("%m/%Y"),
                    end=self.end.strftime("%m/%Y"),
                )
            )
        return files

    def _domain(self):
        if self.file:
            return [("billing_file_id", "=", self.file.id)]
        return [("company_id", "=", self.company.id), *self._between(self.start, self.end)]

    def _between(self, start, end):
        return [("period_end", ">=", start), ("period_end", "<=", end)]

    def _previous(self, rows):
        """What Xerox billed in the months before.

        :return: {currency: {(device key, component): (cost, stock.lot)}}, and the files that it stands in
        """
        groups = self.report._read_group(
            [
                ("company_id", "=", self.company.id),
                ("line_id", "!=", False),
                *self._between(self.previous_start, self.previous_end),
            ],
            ["currency_id", "billing_file_id", "device_id", "serial", "component"],
            ["xerox_cost:sum"],
        )
        files = self.env["xpps.billing.file"].union(*(file for _currency, file, *_rest in groups))
        if self.file:
            keys = {self._key(row.device_id, row.serial) for row in rows}
            groups = [group for group in groups if group[0] == self.file.currency_id]
            ours = [group for group in groups if self._key(group[2], group[3]) in keys]
            files = files.union(*(file for _currency, file, *_rest in ours)) if ours else files.browse()
            files = files.browse(dict.fromkeys(group[1].id for group in ours))
            if self.file.kind == "correction":
                groups = ours
            else:
                groups = [group for group in groups if group[1] in files]
        costs = defaultdict(lambda: defaultdict(lambda: [Decimal(0), None, ""]))
        for currency, _file, device, serial, component, cost in groups:
            entry = costs[currency][self._key(device, serial), component]
            entry[0] += to_decimal(cost)
            entry[1:] = device, serial
        return costs, files

    def _key(self, device, serial):
        return device.id or serial_key(serial or "")

    # What is shown of them

    def _section(self, currency, rows, files, previous, corrected):
        components = [component for component in self.texts.components if any(row.component == component for row in rows)]
        ...
