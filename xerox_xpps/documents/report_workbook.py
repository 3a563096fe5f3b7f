# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What all workbooks have in common: formats, tables, and text that stays text."""

import io
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter

XLSX_MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGES, PRICE, DATE = "#,##0", "0.000000", "yyyy-mm-dd"


@dataclass(frozen=True)
class Column:
    """A column of a table. ``width`` in characters, ``kind`` as the keys of ``ReportWorkbook.formats``."""

    title: str
    width: int
    kind: str = "text"


class ReportWorkbook:
    """Text is written as text, whatever it starts with: a serial number "=1+1" is no formula."""

    def __init__(self, env, decimal_places=2):
        """:param env: in the language of the texts
        :param decimal_places: of the amounts; see ``set_decimal_places``
        """
        self.env = env
        self.output = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.output, {"in_memory": True})
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
            "bold_pages": self.book.add_format({"num_format": PAGES, "bold": True}),
        }
        self.set_decimal_places(decimal_places)

    def set_decimal_places(self, decimal_places):
        """Of the amounts that are written from now on."""
        money = "#,##0" + ("." + "0" * decimal_places if decimal_places else "")
        self.formats["money"] = self.book.add_format({"num_format": money})
        self.formats["bold_money"] = self.book.add_format({"num_format": money, "bold": True})

    def to_bytes(self):
        self._write_sheets()
        self.book.close()
        return self.output.getvalue()

    def _write_sheets(self):
        raise NotImplementedError

    def _add_sheet(self, title):
        """Excel refuses some characters, and names of more than 31, which a translation might have."""
        return self.book.add_worksheet("".join(char for char in title if char not in "[]:*?/\\'")[:31])

    def _add_list(self, title, columns, rows):
        """A sheet that is one long table, to filter and to print.

        :return: the sheet, and the number of the first row below the table
        """
        sheet = self._add_sheet(title)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        below = self._write_table(sheet, 0, columns, rows)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, below - 1, len(columns) - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        return sheet, below

    def _write_table(self, sheet, number, columns, rows):
        """Write titles and rows from row ``number`` on. :return: the number of the first row below"""
        for index, column in enumerate(columns):
            sheet.write_string(number, index, column.title, self.formats["head"])
        kinds = [column.kind for column in columns]
        for values in rows:
            number += 1
            self._write_row(sheet, number, values, kinds)
        return number + 1

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
