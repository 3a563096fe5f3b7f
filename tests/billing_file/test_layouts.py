# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Layouts that can be, layouts that are found, and layouts made from a sample."""

from dataclasses import replace

import pytest
from builder import build_xml
from golden import golden
from hostile import HOSTILE
from reading import LAYOUTS, read
from workbooks import sheet_xml, workbook

from billing_file import AUTOTASK_XML, TableLayout, XmlLayout, find_layout, inspect
from billing_file.limits import MAX_ISSUES

FIELDS = {"invoice_fields": {"number": "Invoice"}, "device_fields": {"serial": "Serial", "base_price": "Base"}}


@pytest.mark.parametrize(
    "change",
    [
        {"file_type": "xml"},
        {"file_type": "ods"},
        {"invoice_fields": {"nummer": "Invoice"}},
        {"invoice_fields": {"number": "A", "date": "a "}},
        {"device_fields": {"model": "Model"}},
        {"device_fields": {"serial": "  "}},
        {"device_fields": {"serial": "A  B", "model": "a b"}},
        {"delimiter": ""},
        {"delimiter": ",,"},
        {"delimiter": '"'},
        {"delimiter": "\n"},
        {"delimiter": "a"},
        {"decimal_mark": ","},
        {"decimal_mark": "'"},
        {"decimal_mark": ""},
        {"encoding": "klingon"},
        {"encoding": "base64"},
        {"encoding": ""},
        {"encoding": "a\0b"},
        {"date_format": ""},
        {"date_format": "%Y-%m"},
        {"date_format": "%d.%m"},
        {"date_format": "%Y%Y%m%d"},
        {"date_format": "%Q"},
        {"date_format": "%"},
    ],
)
def test_table_layout_that_cannot_be(change):
    arguments = {"file_type": "csv"} | FIELDS
    TableLayout(**arguments)
    with pytest.raises(ValueError, match="."):
        TableLayout(**(arguments | change))


@pytest.mark.parametrize("change", [{"date_format": "%Y-%m"}, {"decimal_mark": ";"}])
def test_xml_layout_that_cannot_be(change):
    with pytest.raises(ValueError, match="."):
        replace(AUTOTASK_XML, **change)


def test_table_layouts_that_can_be():
    TableLayout("csv", **FIELDS, delimiter=";", decimal_mark=",", encoding="cp1252", date_format="%d.%m.%y")
    # Delimiter and encoding say nothing about a workbook.
    TableLayout("xlsx", **FIELDS, decimal_mark=",", encoding="klingon")
    TableLayout("csv", {"total": "Total"}, {"serial": "S", "total": "total"}, delimiter="\t")


# A layout that fits


def csv_layout(**changes):
    return TableLayout("csv", **(FIELDS | changes))


TABLE = b"Invoice,Serial,Base\nX-1,S1,1.50\n"


@pytest.mark.parametrize(
    ("data", "layouts", "found"),
    [
        (TABLE, [csv_layout()], 0),
        (TABLE, [csv_layout(delimiter=";"), csv_layout()], 1),
        # The share of the titles that are there counts, not the order.
        (TABLE, [csv_layout(device_fields={"serial": "Serial", "model": "Model"}), csv_layout()], 1),
        (TABLE, [csv_layout(device_fields={"serial": "Serial"}), csv_layout()], 1),
        (TABLE, [csv_layout(), csv_layout()], 0),
        # Without the serial, or with few of the titles, it is another table.
        (TABLE, [csv_layout(device_fields={"serial": "Serial No", "base_price": "Base"})], None),
        (TABLE, [csv_layout(device_fields={"serial": "Serial", "model": "A", "location": "B", "total": "C"})], None),
        # Where titles are the same, the values tell.
        (
            b"Invoice;Serial;Base\nX;S;1,50\n",
            [csv_layout(delimiter=";"), csv_layout(delimiter=";", decimal_mark=",")],
            1,
        ),
        ("Invoice,Serial,Base\nX,Ü,1\n".encode("cp1252"), [csv_layout(), csv_layout(encoding="cp1252")], 1),
        ("Invoice,Serial,Base\nX,Ü,1\n".encode(), [csv_layout(encoding="cp1252"), csv_layout()], 0),
        (b"", [csv_layout()], None),
        (b"PK\3\4", [csv_layout()], None),
    ],
)
def test_find_table_layout(data, layouts, found):
    assert find_layout(data, "a.csv", layouts) == found


def test_find_layout_by_type_and_content():
    layouts = [TableLayout("xlsx", **FIELDS), csv_layout(), AUTOTASK_XML]
    book = workbook(sheet_xml([["Invoice", "Serial", "Base"], ["X", "S", 1]]))
    xml = build_xml({}, [{"SerialNumber": "A"}])
    assert [find_layout(*each, layouts) for each in ((book, "a.xlsx"), (TABLE, "A.CSV "), (xml, "a.xml"))] == [0, 1, 2]
    assert [find_layout(book, name, layouts) for name in ("a.csv", "a.xml", "a.pdf", "a", "", None)] == [None] * 6
    assert find_layout(xml, "a.xml", []) is None


def test_a_broken_name_in_a_namespace():
    data = b'<Bill xmlns="urn:bill"><Head:<No>1</No></Bill>'
    assert find_layout(data, "a.xml", [AUTOTASK_XML]) is None
    assert inspect(data, "a.xml").issues


def test_find_xml_layout():
    other = XmlLayout("/XPPSBillingDetails/Invoice", "/XPPSBillingDetails/Machine", {}, {"serial": "SerialNumber"})
    fewer = replace(AUTOTASK_XML, device_fields={"serial": "SerialNumber", "model": "Modell"})
    data = build_xml({}, [{"SerialNumber": "A", "Model": "M"}])
    full = build_xml({}, [dict.fromkeys(AUTOTASK_XML.device_fields.values(), "") | {"SerialNumber": "A"}])
    assert find_layout(full, "a.xml", [other, fewer, AUTOTASK_XML]) == 2
    assert find_layout(data, "a.xml", [other]) is None
    assert find_layout(data.replace(b"XPPSB", b"B"), "a.xml", [AUTOTASK_XML]) is None
    assert (
        find_layout(data.replace(b"<XPPSBillingDetails>", b'<XPPSBillingDetails xmlns="u">'), "a.xml", [AUTOTASK_XML])
        == 0
    )
    # What is broken further on has its layout, so that reading can say where it is broken.
    assert find_layout(data[:-30], "a.xml", [AUTOTASK_XML]) == 0
    # Of a big file the beginning is enough.
    assert find_layout(data + b"<" * 60_000_000, "a.xml", [AUTOTASK_XML]) is None
    assert find_layout(data.replace(b"</XPPS", b" " * 50_000_000 + b"</XPPS"), "a.xml", [AUTOTASK_XML]) == 0


# A sample of no known layout


def layout_from(inspection):
    """The layout that the suggestions make."""
    fields = {"invoice": {}, "device": {}}
    for column in inspection.columns:
        if column.suggestion:
            fields[column.part][column.suggestion] = column.name
    formats = {"date_format": inspection.date_format, "decimal_mark": inspection.decimal_mark}
    if inspection.file_type == "xml":
        paths = (inspection.invoice_paths[0], inspection.record_paths[0])
        return XmlLayout(*paths, fields["invoice"], fields["device"], **formats)
    return TableLayout(
        inspection.file_type,
        fields["invoice"],
        fields["device"],
        sheet=inspection.sheet or None,
        delimiter=inspection.delimiter or ",",
        encoding=inspection.encoding or "utf-8",
        **formats,
    )


@pytest.mark.parametrize(
    "name",
    ["xml_plain.xml", "xml_prefixes.xml", "xml_any_order.xml", "xml_utf16.xml", "csv_plain.csv", "csv_labels.csv"]
    + [
        "csv_bom.csv",
        "csv_utf16.csv",
        "csv_quoted_lines.csv",
        "xlsx_plain.xlsx",
        "xlsx_excel.xlsx",
        "xlsx_merged.xlsx",
    ],
)
def test_suggestions_read_the_sample(name):
    """Files with plain names are read by what their inspection suggests as by the layout made for them."""
    data, expected = golden(name)
    inspection = inspect(data, name)
    assert inspection.issues == ()
    by_hand, suggested = (read(data, name, each) for each in (LAYOUTS[expected["layout"]], layout_from(inspection)))
    assert suggested.details == by_hand.details
    assert suggested.issues == by_hand.issues


def test_inspect_unknown_names():
    data, _expected = golden("csv_german.csv")
    found = inspect(data.replace(b"1.50", b"1,50"), "a.csv")
    assert (found.encoding, found.delimiter, found.title_row) == ("cp1252", ";", 6)
    assert (found.decimal_mark, found.date_format) == (",", "%d.%m.%Y")
    columns = [(column.name, column.samples) for column in found.columns]
    assert columns[:3] == [
        ("Seriennummer", ("S1", "S2", "S3")),
        ("Kunde", ("Müller & Söhne", "Groß; Klein", "Maier")),
        ("Grundgebühr", ("12,50", "-2,5", "1,50")),
    ]
    assert ("Rechnung", ("R-7",)) in columns


def test_inspect_other_xml():
    data, _expected = golden("xml_other_layout.xml")
    found = inspect(data.replace(b"2026-01-31", b"31.01.2026"), "a.xml")
    assert found.record_paths[0] == "/Bill/Machines/Machine"
    assert found.invoice_paths[0] == "/Bill/Head"
    assert [column.name for column in found.leaves["/Bill/Machines/Machine"]][:3] == [
        "Id/Serial",
        "Other",
        "Fees/Service",
    ]
    suggested = {column.name: (column.part, column.suggestion) for column in found.columns}
    assert suggested["Id/Serial"] == ("device", "serial")
    assert suggested["Mono/Over"] == ("device", "mono_overage")
    assert suggested["No"] == ("invoice", "number")
    assert found.date_format == "%d.%m.%Y"


def test_inspect_a_single_device():
    found = inspect(
        b"<A><B><InvoiceNumber>1</InvoiceNumber></B><C><D><Serial>S</Serial><Model>M</Model></D></C></A>", "a.xml"
    )
    assert (found.record_paths[0], found.invoice_paths[0]) == ("/A/C/D", "/A/B")


@pytest.mark.parametrize(
    ("dates", "date_format"),
    [
        (("2026-01-31",), None),
        (("01/31/2026", "02/01/2026"), "%m/%d/%Y"),
        (("31/01/2026", "02/01/2026"), "%d/%m/%Y"),
        (("01.02.2026",), "%d.%m.%Y"),
        (("20260131",), "%Y%m%d"),
        (("31-Jan-2026",), "%d-%b-%Y"),
        # Nobody knows whether this is February.
        (("01/02/2026",), None),
        (("31/01/2026", "01/31/2026"), None),
    ],
)
def test_date_format_is_guessed_only_where_plain(dates, date_format):
    rows = "".join(f"S{n},{day}\n" for n, day in enumerate(dates))
    assert inspect(f"Serial Number,Read Date\n{rows}".encode(), "a.csv").date_format == date_format


@pytest.mark.parametrize(
    ("amounts", "mark"),
    [
        ("1.5", "."),
        ("1,5", ","),
        ("1,000", "."),
        ("1,5;1.5", "."),
        ("7", "."),
        ("1.234,50", ","),
        ("1,234.50", "."),
        ("1.234.567", ","),
        ("-1,5 €", ","),
        ("(1.234,50)", ","),
        ("$1.50-", "."),
        ("31.01.2026", "."),
    ],
)
def test_decimal_mark_is_guessed_only_where_plain(amounts, mark):
    rows = "".join(f"S{n};{amount}\n" for n, amount in enumerate(amounts.split(";")))
    assert inspect(f"Serial Number;Base Service Fee\n{rows}".encode(), "a.csv").decimal_mark == mark


@pytest.mark.parametrize(
    ("file_type", "name"), [("csv", "binary"), ("xlsx", "docx"), ("xml", "gzip"), ("xml", "billion laughs")]
)
def test_inspection_says_why_there_is_nothing(file_type, name):
    data, code = HOSTILE[file_type][name]
    found = inspect(data, f"a.{file_type}")
    assert [issue.code for issue in found.issues] == [code]
    assert (found.file_type, found.columns) == (file_type, ())


def test_inspection_of_no_type():
    assert [issue.code for issue in inspect(b"a", "a.pdf").issues] == ["file_type"]


# What is not mapped


def test_fields_that_are_not_mapped_are_empty():
    result = read(b"Serial\nS1\n", "a.csv", TableLayout("csv", {}, {"serial": "Serial"}))
    assert result.issues == ()
    assert (result.details.invoice.number, result.details.invoice.date) == ("", None)
    assert (result.details.devices[0].meters, result.details.devices[0].total) == ((), None)


def test_problems_beyond_any_patience_are_counted():
    data = b"Serial,Base\n" + b"S,x\n" * (MAX_ISSUES + 5)
    result = read(data, "a.csv", TableLayout("csv", {}, {"serial": "Serial", "base_price": "Base"}))
    last = [issue.message for issue in result.issues if issue.code == "value_invalid"][-1]
    assert last == "5 more problems of this kind are not listed."
