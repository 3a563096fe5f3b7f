# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The annex "Device usage" as a workbook: a sheet of rows to filter and add up, and a sheet of totals."""

import io
from decimal import Decimal

import xlsxwriter

XLSX_MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGES, PRICE, DATE = "#,##0", "0.000000", "yyyy-mm-dd"


def write_xlsx(env, usage):
    """:param env: in the language of the texts
    :param usage: DeviceUsage
    :return: the workbook, as bytes
    """
    return UsageWorkbook(env, usage).to_bytes()


class UsageWorkbook:
    """Text is written as text, whatever it starts with: a serial number "=1+1" is no formula."""

    def __init__(self, env, usage):
        self.env = env
        self.usage = usage
        self.output = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.output, {"in_memory": True})
        money = "#,##0" + ("." + "0" * usage.decimal_places if usage.decimal_places else "")
        self.formats = {
            "title": self.book.add_format({"bold": True, "font_size": 14}),
            "head": self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "bold": self.book.add_format({"bold": True}),
            "text": None,
            "wrapped": self.book.add_format({"text_wrap": True, "valign": "top"}),
            "date": self.book.add_format({"num_format": DATE, "align": "left"}),
            "pages": self.book.add_format({"num_format": PAGES}),
            "quantity": self.book.add_format({"num_format": "General"}),
            "price": self.book.add_format({"num_format": PRICE}),
            "money": self.book.add_format({"num_format": money}),
            "bold_pages": self.book.add_format({"num_format": PAGES, "bold": True}),
            "bold_money": self.book.add_format({"num_format": money, "bold": True}),
        }

    def to_bytes(self):
        self._write_rows()
        self._write_totals()
        self.book.close()
        return self.output.getvalue()

    def _write_rows(self):
        env = self.env
        columns = [
            (env._("Agreement"), 28, "text"),
            (env._("Location"), 24, "text"),
            (env._("Model"), 24, "text"),
            (env._("Serial Number"), 16, "text"),
            (env._("Asset Number"), 14, "text"),
            (env._("Output Type"), 12, "text"),
            (env._("Period Start"), 11, "date"),
            (env._("Period End"), 11, "date"),
            (env._("Read On"), 11, "date"),
            (env._("Read"), 10, "text"),
            (env._("Previous Read"), 11, "pages"),
            (env._("Current Read"), 11, "pages"),
            (env._("Pages"), 10, "pages"),
            (env._("Included"), 10, "pages"),
            (env._("Overage"), 10, "pages"),
            (env._("Billed Pages"), 10, "pages"),
            (env._("Price per Page"), 11, "price"),
            (env._("Amount (%s)", self.usage.currency), 13, "money"),
        ]
        kinds = [kind for _title, _width, kind in columns]
        sheet = self.book.add_worksheet(self._sheet_name(self.usage.title))
        for index, (title, width, _kind) in enumerate(columns):
            sheet.set_column(index, index, width)
            sheet.write_string(0, index, title, self.formats["head"])
        number = 0
        for values in self._rows():
            number += 1
            self._write_row(sheet, number, values, kinds)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, number, len(columns) - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)

    def _rows(self):
        for agreement in self.usage.agreements:
            for row in agreement.rows:
                yield (
                    agreement.name,
                    row.site,
                    row.model,
                    row.serial,
                    row.asset_number,
                    row.output_type,
                    row.period_start,
                    row.period_end,
                    row.read_date,
                    self.env._("Estimated") if row.estimated else self.env._("Actual") if row.read_date else "",
                    row.previous_read,
                    row.current_read,
                    row.pages,
                    row.included,
                    row.overage,
                    row.billed_pages,
                    row.unit_price,
                    row.amount,
                )
            for label, amount in self._remainders(agreement):
                yield (agreement.name, label, *[None] * 15, amount)

    def _remainders(self, agreement):
        return [
            (label, amount)
            for label, amount in (
                (self.env._("Rounding"), agreement.rounding),
                (self.env._("Adjustment on the invoice"), agreement.adjustment),
            )
            if amount
        ]

    def _write_totals(self):
        env, usage = self.env, self.usage
        sheet = self.book.add_worksheet(self._sheet_name(env._("Totals")))
        for column, width in enumerate((48, 14, 14, 16)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, f"{usage.title} – {usage.document}", self.formats["title"])
        sheet.write_string(1, 0, usage.customer)
        for column, value in enumerate((usage.period_start, usage.period_end), start=1):
            if value:
                sheet.write_datetime(1, column, value, self.formats["date"])
        heads = (env._("Item"), env._("Quantity"), env._("Billed Pages"), env._("Amount (%s)", usage.currency))
        for column, title in enumerate(heads):
            sheet.write_string(3, column, title, self.formats["head"])
        sheet.freeze_panes(4, 0)
        plain = ("wrapped", "quantity", "pages", "money")
        bold = ("bold", "quantity", "bold_pages", "bold_money")
        rows = []
        for agreement in usage.agreements:
            rows += [((base.name, base.quantity, None, base.amount), plain) for base in agreement.base_prices]
            rows += [((site.name, None, site.billed_pages, site.amount), plain) for site in agreement.sites]
            rows += [((label, None, None, amount), plain) for label, amount in self._remainders(agreement)]
            rows.append(((env._("Total of %s", agreement.name), None, agreement.billed_pages, agreement.amount), bold))
        pages = sum(agreement.billed_pages for agreement in usage.agreements)
        rows.append(((env._("Devices in all, before taxes"), None, pages, usage.amount), bold))
        for number, (values, kinds) in enumerate(rows, start=4):
            self._write_row(sheet, number, values, kinds)

    def _write_row(self, sheet, number, values, kinds):
        for column, (value, kind) in enumerate(zip(values, kinds, strict=True)):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                sheet.write_string(number, column, value, self.formats[kind])
            elif isinstance(value, int | Decimal):
                sheet.write_number(number, column, value, self.formats[kind])
            else:
                sheet.write_datetime(number, column, value, self.formats[kind])

    def _sheet_name(self, title):
        """Excel refuses some characters, and names of more than 31, which a translation might have."""
        return "".join(char for char in title if char not in "[]:*?/\\'")[:31]
