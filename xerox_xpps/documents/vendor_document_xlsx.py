# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The document "Xerox Vendor Report" as a workbook, and the rows of a dispute."""

from ..common.formats import month_text
from .report_workbook import Column, ReportWorkbook
from .vendor_document import total


def write_vendor_xlsx(env, document):
    """:param env: in the language of the texts
    :param document: VendorDocument
    :return: the workbook, as bytes
    """
    return VendorWorkbook(env, document).to_bytes()


def difference_columns(env, currency):
    """Columns of a sheet of ``DifferenceRow``; see ``difference_values``."""
    return [
        Column(env._("Xerox Invoice"), 14),
        Column(env._("Period Start"), 11, "date"),
        Column(env._("Period End"), 11, "date"),
        Column(env._("Serial Number"), 16),
        Column(env._("Customer"), 28),
        Column(env._("Model"), 24),
        Column(env._("Component"), 16),
        Column(env._("Xerox's Quantity"), 10, "pages"),
        Column(env._("Xerox's Unit Cost"), 11, "price"),
        Column(env._("Xerox's Cost (%s)", currency), 13, "money"),
        Column(env._("Expected Quantity"), 10, "pages"),
        Column(env._("Expected Unit Cost"), 11, "price"),
        Column(env._("Expected Cost (%s)", currency), 13, "money"),
        Column(env._("Difference (%s)", currency), 13, "money"),
        Column(env._("Flag"), 22),
        Column(env._("Reason"), 60),
    ]


def difference_values(row):
    """:param row: DifferenceRow"""
    return (
        row.invoice,
        row.period_start,
        row.period_end,
        row.serial,
        row.customer,
        row.model,
        row.component,
        row.xerox_quantity,
        row.xerox_unit_cost,
        row.xerox_cost,
        row.expected_quantity,
        row.expected_unit_cost,
        row.expected_cost,
        row.difference,
        row.flag,
        row.reason,
    )


class VendorWorkbook(ReportWorkbook):
    """A summary, the differences and the devices: a sheet each, for each currency that Xerox bills in."""

    def __init__(self, env, document):
        super().__init__(env)
        self.document = document

    def _write_sheets(self):
        env = self.env
        several = len(self.document.sections) > 1
        for section in self.document.sections:
            suffix = f" {section.currency}" if several else ""
            self.set_decimal_places(section.decimal_places)
            self._write_summary(env._("Summary") + suffix, section)
            columns = difference_columns(env, section.currency)
            self._add_list(env._("Differences") + suffix, columns, map(difference_values, section.differences))
            self._write_devices(env._("Devices") + suffix, section)

    # Summary

    def _write_summary(self, title, section):
        env, document = self.env, self.document
        sheet = self._add_sheet(title)
        for column, width in enumerate((26, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 60)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, document.title, self.formats["title"])
        self._write_row(sheet, 1, (env._("Company"), document.company), ("bold", "text"))
        self._write_row(
            sheet,
            2,
            (env._("Period"), document.period_start, document.period_end),
            ("bold", "date", "date"),
        )
        self._write_row(sheet, 3, (env._("Xerox Invoices"), ", ".join(document.invoices)), ("bold", "text"))
        self._write_row(
            sheet,
            4,
            (
                env._("Compared With"),
                ", ".join(document.previous_invoices) or env._("nothing: there is no file of the previous period"),
            ),
            ("bold", "text"),
        )
        self._write_row(sheet, 5, (env._("Currency"), section.currency), ("bold", "text"))
        below = self._write_controls(sheet, 7, section)
        below = self._write_components(sheet, below + 1, section)
        below = self._write_flags(sheet, below + 1, section)
        if section.savings:
            self._write_savings(sheet, below + 1, section)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _write_controls(self, sheet, number, section):
        env = self.env
        columns = [
            Column(env._("Control Totals"), 0),
            Column(env._("Kind"), 0),
            Column(env._("Invoice Date"), 0, "date"),
            Column(env._("Period Start"), 0, "date"),
            Column(env._("Period End"), 0, "date"),
            Column(env._("Devices in the File"), 0, "pages"),
            Column(env._("Devices Stated"), 0, "pages"),
            Column(env._("Devices in This Report"), 0, "pages"),
            Column(env._("Total of the File"), 0, "money"),
            Column(env._("Total Stated"), 0, "money"),
            Column(env._("Total in This Report"), 0, "money"),
            Column(env._("Result"), 0),
        ]
        rows = [
            (
                control.invoice,
                control.kind,
                control.invoice_date,
                control.period_start,
                control.period_end,
                control.devices,
                control.stated_devices,
                control.row_devices,
                control.amount,
                control.stated_amount,
                control.row_amount,
                " ".join(control.remarks) or env._("Equal"),
            )
            for control in section.files
        ]
        return self._write_table(sheet, number, columns, rows)

    def _write_components(self, sheet, number, section):
        env = self.env
        columns = [
            Column(env._("Component"), 0),
            Column(env._("Devices or Pages"), 0, "pages"),
            Column(env._("Xerox's Cost"), 0, "money"),
            Column(env._("Expected Cost"), 0, "money"),
            Column(env._("Difference"), 0, "money"),
            Column(env._("Previous Period"), 0, "money"),
            Column(env._("Change"), 0, "money"),
        ]
        below = self._write_table(
            sheet,
            number,
            columns,
            [
                (
                    summary.name,
                    summary.quantity,
                    summary.xerox_cost,
                    summary.expected_cost,
                    summary.difference,
                    summary.previous_cost,
                    summary.change,
                )
                for summary in section.components
            ],
        )
        all_rows = section.total
        values = (
            env._("Total"),
            None,
            all_rows.xerox_cost,
            all_rows.expected_cost,
            all_rows.difference,
            all_rows.previous_cost,
            all_rows.change,
        )
        self._write_row(sheet, below, values, ("bold", "bold_pages", *["bold_money"] * 5))
        return below + 1

    def _write_flags(self, sheet, number, section):
        env = self.env
        columns = [
            Column(env._("Flag"), 0),
            Column(env._("Rows"), 0, "pages"),
            Column(env._("Xerox's Cost"), 0, "money"),
            Column(env._("Expected Cost"), 0, "money"),
            Column(env._("Difference"), 0, "money"),
        ]
        rows = [
            (summary.name, summary.rows, summary.xerox_cost, summary.expected_cost, summary.difference)
            for summary in section.flags
        ]
        return self._write_table(sheet, number, columns, rows)

    def _write_savings(self, sheet, number, section):
        env = self.env
        columns = [
            Column(env._("Savings by Month"), 0),
            Column(env._("Kind"), 0),
            Column(env._("Overbilled"), 0, "money"),
            Column(env._("Underbilled"), 0, "money"),
            Column(env._("Not Claimed"), 0, "money"),
            Column(env._("Disputed"), 0, "money"),
            Column(env._("Credited"), 0, "money"),
            Column(env._("Open"), 0, "money"),
            Column(env._("Rejected"), 0, "money"),
        ]
        rows = [(month_text(env, saved.month), saved.kind, *self._saved(saved)) for saved in section.savings]
        below = self._write_table(sheet, number, columns, rows)
        values = (env._("Total"), None, *self._saved(section.savings_total))
        self._write_row(sheet, below, values, ("bold", "bold", *["bold_money"] * 7))

    def _saved(self, saved):
        return (
            saved.over_billed,
            saved.under_billed,
            saved.not_claimed,
            saved.disputed,
            saved.credited,
            saved.open,
            saved.rejected,
        )

    # Devices

    def _write_devices(self, title, section):
        env = self.env
        columns = [
            Column(env._("Serial Number"), 16),
            Column(env._("Customer"), 28),
            Column(env._("Model"), 24),
            *(Column(label, 13, "money") for label in section.base_labels.values()),
        ]
        for label in section.page_labels.values():
            columns += [
                Column(env._("%s Pages", label), 10, "pages"),
                Column(env._("%s Cost", label), 12, "money"),
            ]
        columns += [
            Column(env._("Total (%s)", section.currency), 13, "money"),
            Column(env._("Previous Period"), 13, "money"),
            Column(env._("Change"), 13, "money"),
            Column(env._("Flags"), 40),
        ]
        sheet, below = self._add_list(
            title, columns, (self._device_values(device, section) for device in section.devices)
        )
        values = self._device_totals(section)
        kinds = [f"bold_{column.kind}" if column.kind in ("money", "pages") else "bold" for column in columns]
        self._write_row(sheet, below, values, kinds)

    def _device_values(self, device, section):
        return (
            device.serial,
            device.customer,
            device.model,
            *(device.costs.get(component) for component in section.base_labels),
            *(figures.get(component) for component in section.page_labels for figures in (device.pages, device.costs)),
            device.total,
            device.previous,
            device.change,
            ", ".join(device.flags),
        )

    def _device_totals(self, section):
        devices = section.devices

        def summed(component, name):
            return sum(getattr(device, name).get(component, 0) for device in devices)

        return (
            self.env._("Total"),
            None,
            None,
            *(summed(component, "costs") for component in section.base_labels),
            *(summed(component, name) for component in section.page_labels for name in ("pages", "costs")),
            total(devices, "total"),
            total(devices, "previous"),
            total(devices, "change"),
            None,
        )
