# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The document "Xerox Vendor Report", made of the rows of ``xpps.vendor.report``."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError
from odoo.tools import date_utils

from ..billing_file import OUTPUT_TYPES, serial_key, to_decimal
from ..billing_file.amounts import add_up
from ..common.constants import VENDOR_ROW_FIELDS
from ..common.formats import amount_text, period_text
from ..common.plural import plural
from ..rules import month_of
from .vendor_document import (
    CostSummary,
    DeviceRow,
    DifferenceRow,
    FileControl,
    SavingsRow,
    VendorDocument,
    VendorSection,
)

# Fetched at once: the ORM would read a thousand records a query. Reasons are worked out of the rows that have one.
ROW_FIELDS = ("currency_id", *VENDOR_ROW_FIELDS)


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
            xerox_unit_cost=None if row.cost_unknown else to_decimal(row.xerox_unit_cost),
            xerox_cost=None if row.cost_unknown else to_decimal(row.xerox_cost),
            expected_quantity=round(row.expected_quantity),
            expected_unit_cost=to_decimal(row.expected_unit_cost),
            expected_cost=to_decimal(row.expected_cost),
            difference=None if row.cost_unknown else to_decimal(row.difference),
            reason=row.reason or "",
        )


class VendorDocumentBuilder:
    """Makes the VendorDocument of a billing file, or of all files of a company that are about some months.

    Both are compared with the months before: a file with the files that bill its devices there, a correction with what
    was billed of its devices. The number of queries does not depend on the devices.

    The reader's language, companies and rights are those of ``company`` or ``file``.
    """

    def __init__(self, company, period_start=None, period_end=None, file=None):
        """:param period_start: any day of the first month; not with a file
        :param period_end: any day of the last month
        :param file: xpps.billing.file, imported
        """
        self.env = (file or company).env
        self.company = company
        self.file = file
        month = month_of(file.period_start, file.period_end) if file else None
        self.start = month or date_utils.start_of(period_start, "month")
        self.end = date_utils.end_of(month or period_end, "month")
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
        rows = self.report.search_fetch([("billing_file_id", "in", files.ids)], ROW_FIELDS)
        rows.line_id.fetch(["xerox_customer_name", "xerox_model", "xerox_model_number"])
        previous, previous_files = self._previous(rows)
        (rows.device_id | self._devices(previous)).fetch(["name", "product_id", "xpps_partner_id"])
        self.corrected = dict(
            self.env["xpps.billing.file.line"]._read_group(
                [("billing_file_id", "in", files.ids), ("superseded_by_id", "!=", False)],
                ["billing_file_id"],
                ["__count"],
            )
        )
        rows = rows.grouped("currency_id")
        savings = self._savings(files)
        sections = [
            self._section(
                currency,
                rows.get(currency, self.report),
                currency_files,
                previous.get(currency, {}),
                savings[currency.id],
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
            sections=sorted(sections, key=lambda section: section.currency),
        )

    # Which rows

    def _files(self):
        if self.file:
            return self.file
        files = self._about(self.start, self.end).sorted(
            lambda file: (file.period_end, file.invoice_date or file.period_end, file.id)
        )
        if not files:
            raise UserError(
                self.env._(
                    "%(company)s has not imported any billing file for %(period)s.",
                    company=self.company.name,
                    period=period_text(self.env, self.start, self.end),
                )
            )
        return files

    def _about(self, first, last):
        """:return: the imported files that are about some months"""
        return self.env["xpps.billing.file"]._xpps_about_months(self.company, first, last)

    def _previous(self, rows):
        """What Xerox billed in the months before.

        :return: {currency: {device key: (serial, stock.lot, {component: cost})}}, and the files that it stands in
        """
        groups = self.report._read_group(
            [
                ("company_id", "=", self.company.id),
                # Not what Xerox should have billed.
                ("xerox_cost", "!=", 0),
                ("billing_file_id", "in", self._about(self.previous_start, self.previous_end).ids),
            ],
            ["billing_file_id", "currency_id", "device_id", "serial", "component"],
            ["xerox_cost:sum"],
        )
        if self.file:
            groups = self._comparable(groups, rows)
        previous = defaultdict(dict)
        for _file, currency, device, serial, component, cost in groups:
            devices = previous[currency]
            _serial, _device, costs = devices.setdefault(
                self._key(device, serial), (serial, device, defaultdict(Decimal))
            )
            costs[component] += to_decimal(cost)
        return previous, self.env["xpps.billing.file"].browse(dict.fromkeys(file.id for file, *_group in groups))

    def _comparable(self, groups, rows):
        """Those of the groups that the file follows: of the files that bill its devices.

        A reseller may get more than one file a month. What a correction does not name, it does not bill.
        """
        keys = {self._key(row.device_id, row.serial) for row in rows if row.line_id}
        groups = [group for group in groups if group[1] == self.file.currency_id]
        ours = [group for group in groups if self._key(group[2], group[3]) in keys]
        if self.file.kind == "correction":
            return ours
        files = {group[0] for group in ours}
        return [group for group in groups if group[0] in files]

    def _devices(self, previous):
        return self.env["stock.lot"].union(
            *(device for devices in previous.values() for _serial, device, _costs in devices.values())
        )

    def _key(self, device, serial):
        """What a device is known by from month to month."""
        return device.id or serial_key(serial or "")

    # What is shown of them

    def _savings(self, files):
        """:return: {currency id: [SavingsRow]}, by month, the worst kinds first"""
        report = self.env["xpps.savings.report"]
        kinds = dict(report._fields["kind"]._description_selection(self.env))
        severity = {kind: number for number, kind in enumerate(kinds)}
        savings = defaultdict(list)
        sums = report._sums_of_files(files)
        for currency, month, kind, *amounts in sorted(sums, key=lambda found: (found[1], severity[found[2]])):
            savings[currency].append(SavingsRow(month, kinds[kind], *map(to_decimal, amounts)))
        return savings

    def _section(self, currency, rows, files, previous, savings):
        rows_by_component = rows.grouped("component")
        previous_costs = defaultdict(Decimal)
        for _serial, _device, costs in previous.values():
            for component, cost in costs.items():
                previous_costs[component] += cost
        shown = [
            component
            for component in self.texts.components
            if component in rows_by_component or previous_costs[component]
        ]
        rows_by_flag = rows.grouped("flag")
        return VendorSection(
            currency=currency.name,
            decimal_places=currency.decimal_places,
            files=self._controls(files, rows),
            base_labels={name: self.texts.components[name] for name in shown if name not in OUTPUT_TYPES},
            page_labels={name: self.texts.components[name] for name in shown if name in OUTPUT_TYPES},
            components=[
                self._component_summary(
                    component,
                    rows_by_component.get(component, self.report),
                    previous_costs[component] if previous else None,
                )
                for component in shown
            ],
            flags=[
                self._summary(label, rows_by_flag[flag])
                for flag, label in (*self.texts.flags.items(), (False, self.env._("As expected")))
                if flag in rows_by_flag
            ],
            differences=self._differences(rows),
            devices=self._device_rows(rows, previous),
            savings=savings,
            has_previous=bool(previous),
        )

    def _controls(self, files, rows):
        rows = rows.grouped("billing_file_id")
        kinds = dict(files._fields["kind"]._description_selection(self.env))
        return [self._control(file, rows.get(file, self.report), kinds[file.kind]) for file in files]

    def _control(self, file, rows, kind):
        control = FileControl(
            invoice=file.display_name,
            kind=kind,
            invoice_date=file.invoice_date or None,
            period_start=file.period_start or None,
            period_end=file.period_end or None,
            devices=file.device_count,
            stated_devices=file.control_count or None,
            row_devices=len(rows.line_id),
            amount=to_decimal(file.amount_total),
            stated_amount=to_decimal(file.control_total) if file.control_total else None,
            row_amount=self._sum(rows, "xerox_cost"),
        )
        return replace(control, remarks=self._remarks(control, file))

    def _remarks(self, control, file):
        """What does not agree, in words."""
        env = self.env

        def money(amount):
            return amount_text(env, amount, file.currency_id)

        remarks = []
        if control.stated_device_difference:
            remarks.append(
                env._(
                    "Devices stated in the file: %(stated)s. Devices found: %(found)s.",
                    stated=control.stated_devices,
                    found=control.devices,
                )
            )
        if control.stated_difference:
            remarks.append(
                env._(
                    "The file states a total of %(stated)s; its devices add up to %(found)s, a difference of "
                    "%(difference)s.",
                    stated=money(control.stated_amount),
                    found=money(control.amount),
                    difference=money(control.stated_difference),
                )
            )
        if control.device_difference:
            remarks.append(
                plural(
                    control.device_difference,
                    env._("1 of its device records is not in this report."),
                    env._("%s of its device records are not in this report.", control.device_difference),
                )
            )
        if control.difference > 0:
            remarks.append(env._("%s of its total is not in this report.", money(control.difference)))
        if control.difference < 0:
            remarks.append(env._("This report has %s more than the file.", money(-control.difference)))
        corrected = self.corrected.get(file)
        if corrected:
            remarks.append(env._("Correction files replace %s of its device records.", corrected))
        if file.kind == "correction" and control.difference < 0:
            remarks.append(env._("What a correction does not include is not changed."))
        return remarks

    def _component_summary(self, component, rows, previous_cost):
        quantity = sum(round(row.xerox_quantity) for row in rows)
        return replace(
            self._summary(self.texts.components[component], rows), quantity=quantity, previous_cost=previous_cost
        )

    def _summary(self, name, rows):
        return CostSummary(
            name=name,
            rows=len(rows),
            xerox_cost=self._sum(rows, "xerox_cost"),
            # What has no cost differs by no amount.
            expected_cost=self._sum((row for row in rows if not row.cost_unknown), "expected_cost"),
        )

    def _differences(self, rows):
        """What needs a look, the worst first."""
        severity = {flag: number for number, flag in enumerate(self.texts.flags)}
        components = {component: number for number, component in enumerate(self.texts.components)}
        found = rows.filtered(lambda row: row.flag or row.difference)
        found = found.sorted(
            lambda row: (
                severity.get(row.flag, len(severity)),
                row.serial or "",
                row.period_end,
                components[row.component],
            )
        )
        return [self.texts.difference_row(row) for row in found]

    def _device_rows(self, rows, previous):
        devices = {}
        for row in rows:
            key = self._key(row.device_id, row.serial)
            if key not in devices:
                devices[key] = DeviceRow(row.serial or "", self.texts.customer(row), self.texts.model(row))
            device = devices[key]
            if row.line_id:
                cost = to_decimal(row.xerox_cost)
                device.total = (device.total or Decimal(0)) + cost
                if not row.cost_unknown:
                    device.costs[row.component] = device.costs.get(row.component, Decimal(0)) + cost
                if row.component in OUTPUT_TYPES:
                    device.pages[row.component] = device.pages.get(row.component, 0) + round(row.xerox_quantity)
            label = self.texts.flags.get(row.flag)
            if label and label not in device.flags:
                device.flags.append(label)
        for key, (serial, lot, costs) in previous.items():
            if key not in devices:
                devices[key] = DeviceRow(
                    serial or "", lot.xpps_partner_id.display_name or "", lot.product_id.name or ""
                )
            devices[key].previous = sum(costs.values(), Decimal(0))
        return sorted(devices.values(), key=lambda device: (device.customer.lower(), device.serial))

    def _sum(self, rows, name):
        return add_up(to_decimal(row[name]) for row in rows)
