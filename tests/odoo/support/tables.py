# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Make billing files of rows and columns, from the same values as ``build_xml``."""

import csv
import io

import openpyxl

from odoo.addons.xerox_xpps.billing_file import AUTOTASK_XML

from ...billing_file.builder import INVOICE

#: Columns that the shipped formats want in a table.
DEVICE_COLUMNS = dict.fromkeys(AUTOTASK_XML.device_fields.values(), "")


def build_csv(invoice=None, devices=(), titles=None, delimiter=",", encoding="utf-8"):
    """Columns of the invoice, then of the devices, named like the XML's elements.

    ``titles`` gives columns another name; then there are only those that ``devices`` have, else all of the shipped
    format.
    """
    stream = io.StringIO()
    columns = {} if titles else DEVICE_COLUMNS
    rows = [{**INVOICE, **(invoice or {}), **columns, **device} for device in devices]
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([(titles or {}).get(name, name) for name in names])
    for row in rows:
        writer.writerow([row.get(name, "") for name in names])
    return stream.getvalue().encode(encoding)


def build_xlsx(invoice=None, devices=(), sheet="Billing Details"):
    """Labels with the values of the invoice, an empty row, then the table of the devices."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for label, value in {**INVOICE, **(invoice or {})}.items():
        book.active.append([label, value])
    book.active.append([])
    names = list(DEVICE_COLUMNS)
    book.active.append(names)
    for device in devices:
        book.active.append([device.get(name) for name in names])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
