# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Write the golden workbooks: ``python tests/data/golden/make_workbooks.py`` (the same files each time)."""

import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1] / "billing_file"))

from workbooks import archive, shared_strings, sheet_xml, workbook  # noqa: E402

HEAD = [
    ["Invoice Number", "X-1001"],
    ["Invoice Date", date(2026, 2, 3)],
    ["Period Start", date(2026, 1, 1)],
    ["Period End", date(2026, 1, 31)],
    ["Currency", "USD"],
    [],
]
TITLES = ["Serial Number", "Location", "Base Service Fee", "Read Date", "Mono Over", "Mono Unit Cost", "Total"]


def bill(*rows, titles=TITLES, after="", head=HEAD):
    """The titles are in row 7, the devices from row 8 on."""
    return sheet_xml([*head, titles, *rows], after)


def formula(text, result):
    return f'<c r="{{r}}"><f>{text}</f><v>{result}</v></c>'.encode()


def raw(kind, value, style=0):
    return f'<c r="{{r}}" t="{kind}" s="{style}"><v>{value}</v></c>'.encode()


DAY = date(2026, 1, 30)
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "AB1">]>'

# As Excel itself writes: texts in a part of their own, in several formats and with a phonetic reading, sizes,
# namespaces and attributes that no reader needs, numbers in all their digits.
EXCEL = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"
 xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac"
 xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"><dimension ref="A1:G5"/>
<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/>
<cols><col min="1" max="1" width="20.7109375" customWidth="1"/></cols><sheetData>
<row r="1" spans="1:7" x14ac:dyDescent="0.25"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>
<c r="C1" t="s"><v>2</v></c><c r="D1" s="1"><v>46056</v></c></row>
<row r="2" spans="1:7"><c r="A2" t="s"><v>3</v></c><c r="B2" s="3"><v>46023</v></c><c r="C2" t="s"><v>4</v></c>
<c r="D2" s="3"><v>46053</v></c><c r="F2" t="s"><v>5</v></c><c r="G2" t="s"><v>6</v></c></row>
<row r="4" spans="1:7"><c r="A4" t="s"><v>7</v></c><c r="B4" t="s"><v>8</v></c><c r="C4" t="s"><v>9</v></c>
<c r="D4" t="s"><v>10</v></c><c r="E4" t="s"><v>11</v></c><c r="F4" t="s"><v>12</v></c>
<c r="G4" t="s"><v>13</v></c></row>
<row r="5" spans="1:7"><c r="A5" t="s"><v>14</v></c><c r="B5" s="2"/><c r="C5" s="2"><v>12.1</v></c>
<c r="D5" s="1"><v>46052</v></c><c r="E5"><v>1000</v></c><c r="F5"><v>6.4999999999999997E-3</v></c>
<c r="G5" s="2"><v>18.600000000000001</v></c></row></sheetData>
<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>"""
EXCEL_STRINGS = shared_strings(
    *(f"<t>{text}</t>" for text in ("Invoice Number", "X-1001", "Invoice Date", "Period Start", "Period End")),
    *(f"<t>{text}</t>" for text in ("Currency", "USD")),
    "<r><rPr><b/></rPr><t>Serial </t></r><r><t>Number</t></r><rPh sb='0' eb='1'><t>not this</t></rPh>",
    *(f"<t>{text}</t>" for text in TITLES[1:]),
    "<t>3TX100001</t>",
)

WORKBOOKS = {
    "xlsx_plain": workbook(
        bill(
            ["3TX100001", "Room 5", 12.5, DAY, 1000, 0.0065, 19],
            [],
            ["3TX100002", None, -2.5, None, 0, None, -2.5],
            head=[*HEAD[:5], ["Device Count:", 2, None, "Total:", 16.5]],
        )
    ),
    "xlsx_excel": workbook(EXCEL, parts={"xl/sharedStrings.xml": EXCEL_STRINGS}),
    "xlsx_texts": workbook(
        sheet_xml(
            [
                ["Rechnung", "R-7", "Rechnungsdatum", "03.02.2026"],
                ["Seriennummer", "Grundgebühr", "Ablesung"],
                ["S1", "1,50", "31.01.2026"],
                ["S2", 2.5, date(2026, 1, 31)],
                ["S3", "1.50", "2026-01-31"],
            ]
        ),
        sheet_xml([["Seriennummer", "Grundgebühr", "Ablesung"], ["S1", "99,00", "31.01.2026"]]),
        names=["Geräte", "Vormonat"],
    ),
    "xlsx_numeric_serials": workbook(
        bill(
            [4711],
            [4711000.0],
            [3.5],
            [1234567890123456789],
            [DAY],
            [True],
            [None, 7, 1],
        )
    ),
    "xlsx_formulas": workbook(
        bill(
            ["S1", None, formula("5*2", 10)],
            ["S2", formula("A8", "S1"), None, formula("TODAY()", 46053)],
            [formula("A8", "S1")],
        )
    ),
    "xlsx_errors": workbook(
        bill(
            ["S1", None, raw("e", "#REF!")],
            ["S2", None, None, None, True],
            ["S3", None, None, 46052],
            ["S4", None, DAY],
            ["S5", None, None, raw("n", "0.5", 1)],
            ["S6", None, raw("n", "1E309"), None, raw("n", "NaN")],
        )
    ),
    "xlsx_numbers": workbook(
        bill(
            ["S1", None, 0.30000000000000004, None, 5.0, raw("n", "6.4999999999999997E-3")],
            ["S2", None, 1e11, None, 999999999, 1e-6],
            ["S3", None, 1e12, None, 1000000000, 1e-7],
            ["S4", None, "1,000.00", None, 1.5, -1],
            ["S5", None, "12.50", "2026-01-31", "7", "0.01"],
        )
    ),
    "xlsx_dates_1904": workbook(
        sheet_xml(
            [["Invoice Number", "X-1001"]]
            + [
                [label, raw("n", number, 1)]
                for label, number in zip(
                    ("Invoice Date", "Period Start", "Period End"), (44594, 44561, 44591), strict=True
                )
            ]
            + [["Currency", "USD"], TITLES, ["S1", None, None, raw("n", "44590.75", 3)]]
        ),
        properties='<workbookPr date1904="1"/>',
    ),
    "xlsx_merged": workbook(
        bill(
            ["S1", "Room 5", 10],
            ["S2"],
            ["S3", "Room 6", 5],
            ["S4", None, 5],
            after='<mergeCells count="3"><mergeCell ref="A1:A1"/><mergeCell ref="C8:C9"/><mergeCell ref="B10:B11"/>'
            "</mergeCells>",
        )
    ),
    "xlsx_hidden_sheet": workbook(
        bill(["OLD", None, 99]), bill(["NEW", None, 1]), names=["Last month", "This month"], hidden=["Last month"]
    ),
    "xlsx_two_sheets": workbook(bill(["S1", None, 1]), bill(["S2", None, 1])),
    "xlsx_sheet_missing": workbook(bill(["S1", None, 1])),
    "xlsx_columns": workbook(
        bill(
            ["S1", 1, DAY, 5, None, 0.01, 1.05],
            ["S2", 1, DAY, 5, None, 0.01, 1.05, None, "note"],
            titles=["serial  NUMBER", "Base Service Fee", "Read Date", "Mono Over", "Location", "Unit cost", "Total"],
        )
    ),
    "xlsx_no_titles": workbook(sheet_xml([["Serial", "Total"], ["S1", 5]])),
    "xlsx_doctype": workbook(
        bill(["AB1", None, 1]).replace('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', DOCTYPE)
    ),
    "xlsx_broken_sheet": workbook(bill(["AB1", None, 1]).replace("</worksheet>", "")),
    "xlsx_is_docx": archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}),
    "xlsx_is_xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    "xlsx_is_csv": b"Serial Number,Total\nS1,5\n",
}

if __name__ == "__main__":
    for name, content in WORKBOOKS.items():
        (HERE / f"{name}.xlsx").write_bytes(content)
