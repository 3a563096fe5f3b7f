"""Write the workbooks that *Import records* offers: ``.venv/bin/python setup/lib/import_templates.py``.

They are the same files each time. A test reads them as Odoo's import does.
"""

import io
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).resolve().parents[2] / "xerox_xpps" / "static" / "xls"
CUSTOMER, OTHER = "Bright School District", "Harbor Dental Group"
NUMBER, OTHER_NUMBER = "XA-10001", "XA-10002"
CARD = "Price agreement 2026"
START = date(2026, 1, 1)

#: {file: ([(heading, what to know of it)], example rows)}. Headings are labels of fields, or have a mapping
#: (xerox_xpps/data/import_mapping_data.xml). What one template names the one before it has brought.
TEMPLATES = {
    "xpps_customers": (
        [
            ("Name", "As in Xerox's billing file, if it names customers."),
            ("Is a Company", ""),
            ("Xerox Customer Number", "Xerox's number of the customer, by which billing files find it."),
            ("Email", "Invoices are sent to it."),
            ("Phone", ""),
            ("Street", ""),
            ("City", ""),
            ("State", "Its name or code."),
            ("Zip", ""),
            ("Country", "Its name or code."),
        ],
        [
            (CUSTOMER, "Yes", "0010045", "payables@bright.example.com", "", "12 Elm Street")
            + ("Portland", "Maine (US)", "04101", "US"),
            (OTHER, "Yes", "0010046", "office@harbor.example.com", "", "7 Wharf Street")
            + ("Portland", "Maine (US)", "04101", "US"),
        ],
    ),
    "xpps_agreements": (
        [
            ("Customer", "Name of the customer. Leave the agreement's columns empty for another service of it."),
            (
                "Xerox Agreement Number",
                "Xerox's number of the agreement. Devices and prices may name the agreement by it.",
            ),
            ("Subscription Template", "How often, and as what, the agreement is invoiced."),
            ("Pricelist", "If it is empty, that of the customer."),
            ("Start Date", ""),
            ("Next Invoice Date", "If it is empty, the start date."),
            ("Base Price", "The service or bundle that bills the base price of devices."),
            ("By Devices", "Yes: the quantity is the number of devices that the service bills."),
            ("Unit Price", "If it is empty, that of the pricelist."),
        ],
        [
            (CUSTOMER, NUMBER, "Monthly, draft invoices", "Default", START, date(2026, 2, 1))
            + ("Monthly base price", "Yes", 49.9),
            (OTHER, OTHER_NUMBER, "Monthly, draft invoices", "Default", START, date(2026, 2, 1))
            + ("Base service fee", "Yes", 30),
            ("", "", "", "", "", "", "Base supply fee", "Yes", ""),
        ],
    ),
    "xpps_devices": (
        [
            ("Serial Number", "As in Xerox's billing file."),
            ("Printer Model", "Name of the printer model."),
            ("Customer", "If it is empty, that of the agreement."),
            ("Agreement", "Number of the agreement, or Xerox's number of it."),
            ("Place", ""),
            ("Asset Number", ""),
            ("Installed On", "If it is empty, the start of the agreement."),
        ],
        [
            ("3TX100001", "Xerox VersaLink C405", CUSTOMER, NUMBER, "Main office", "A-1001", date(2026, 1, 15)),
            ("3TX100002", "Xerox VersaLink C405", "", OTHER_NUMBER, "Reception", "", ""),
        ],
    ),
    "xpps_click_prices": (
        [
            ("Agreement", "Number of the agreement, or Xerox's number of it."),
            ("Material Code", "Name of the material code."),
            ("Unit Price", "Price of a page. If it is 0, the pricelist has the price."),
        ],
        [(NUMBER, "Mono pages", 0.0085), (NUMBER, "Color pages", 0.065), (OTHER_NUMBER, "Mono pages", 0.009)],
    ),
    "xpps_rates": (
        [
            ("Rate Card", "Name of the rate card. “Paste Rates” on the card does not need it."),
            ("Device", "Serial number, of a rate that a single device has. Fill in one of these four columns."),
            ("Agreement", "Number of the agreement, or Xerox's number of it."),
            ("Printer Model", "Name of the printer model. “Paste Rates” also knows its model number."),
            ("Price Level", "Name of the price level."),
            ("Component", "Base Service Fee, Base Supply Fee, or an output type such as Mono."),
            ("Unit Cost", "The fee of a month, or the cost of a page above the allowance. If it is empty, see beside."),
            ("Included Pages", "The allowance of a month. Fill in either this or the unit cost."),
        ],
        [
            (CARD, "", "", "Xerox VersaLink C405", "", "Base Service Fee", 11.4, ""),
            (CARD, "", "", "Xerox VersaLink C405", "", "Mono", 0.0068, ""),
            (CARD, "", "", "Xerox VersaLink C405", "", "Mono", "", 1500),
            (CARD, "", OTHER_NUMBER, "", "", "Mono", 0.0065, ""),
            (CARD, "3TX100001", "", "", "", "Mono", 0.0062, ""),
        ],
    ),
}


def workbook(columns, rows):
    """:return: a workbook with headings, their notes and example rows, in bytes"""
    output = io.BytesIO()
    # Without a day of its own each of its files would be another one.
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 1, 1)})
    bold, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Import")
    sheet.freeze_panes(1, 0)
    for at, (heading, note) in enumerate(columns):
        texts = [heading, *(str(row[at]) for row in rows)]
        sheet.set_column(at, at, max(map(len, texts)) + 2)
        sheet.write_string(0, at, heading, bold)
        if note:
            sheet.write_comment(0, at, note, {"x_scale": 2, "author": ""})
        for number, row in enumerate(rows, start=1):
            _write(sheet, number, at, row[at], day)
    book.close()
    return output.getvalue()


def _write(sheet, row, column, value, day):
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()), day)
    elif isinstance(value, str):
        if value:
            sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)


if __name__ == "__main__":
    for name, (columns, rows) in TEMPLATES.items():
        (FOLDER / f"{name}.xlsx").write_bytes(workbook(columns, rows))
