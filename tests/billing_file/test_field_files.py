# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files as they come from the field: short rows, a row for each meter, attributes, odd serials, rounded totals."""

from decimal import Decimal

import pytest
from builder import build_xml
from reading import read
from test_layouts import layout_from
from workbooks import sheet_xml, workbook

from billing_file import MeterRecord, TableLayout, XmlLayout, inspect, serial_key
from billing_file.limits import MAX_TREE

# Short rows

WIDE = TableLayout(
    "csv",
    {"number": "Invoice"},
    {"serial": "Serial", "customer_name": "Customer", "base_service": "Base", "mono_overage": "Over"},
)


def test_cells_that_excel_leaves_out():
    data = b"Serial,Customer,Base,Over,Invoice\nS1,Acme,1.50,10,X-1\nS2,,2.50\nS3\n"
    result = read(data, "a.csv", WIDE)
    assert result.issues == ()
    assert [device.base_service for device in result.details.devices] == [Decimal("1.5"), Decimal("2.5"), None]
    assert all(device.complete for device in result.details.devices)
    assert result.details.invoice.number == "X-1"


def test_the_first_row_may_be_short():
    result = read(b"Serial,Customer,Base,Over,Invoice\nS1\nS2,,,,X-1\n", "a.csv", WIDE)
    assert result.issues == ()
    assert result.details.invoice.number == "X-1"


def test_an_invoice_value_that_all_rows_leave_out():
    result = read(b"Serial,Customer,Base,Over,Invoice\nS1,,1\nS2\n", "a.csv", WIDE)
    assert [(issue.code, issue.source_line) for issue in result.issues] == [("value_invalid", 2)]


def test_a_cell_too_many_is_refused():
    result = read(b"Serial,Customer,Base,Over,Invoice\nS1,Smith, Jones,1,2,X-1\n", "a.csv", WIDE)
    assert [issue.code for issue in result.issues] == ["file_schema"]


# Serial numbers


@pytest.mark.parametrize(
    "other",
    ["ab\u200b123", "\uff21\uff22\uff11\uff12\uff13", "AB\u00ad123", "\ufeffab123", "AB\u00a0123", "A\u2060B1\u202c23"],
)
def test_one_serial_in_other_characters(other):
    assert serial_key(other) == serial_key("AB123")


def test_other_serials():
    assert len({serial_key(text) for text in ("AB123", "AB-123", "0AB123", "AB12\u0663", "\u0391B123")}) == 5


@pytest.mark.parametrize("serial", ["5.12E+09", "5,12E+09", "5E+09", "1.2e-05", "5.12345E+12"])
def test_a_serial_that_excel_made_a_number(serial):
    for data, name, layout in (
        (f'Serial,Customer,Base,Over,Invoice\n"{serial}",,,,X\n'.encode(), "a.csv", WIDE),
        (build_xml({}, [{"SerialNumber": serial}]), "a.xml", None),
    ):
        result = read(data, name, layout) if layout else read(data, name)
        issue = next(issue for issue in result.issues if issue.code == "value_invalid")
        assert serial in issue.message
        assert "text" in issue.message


@pytest.mark.parametrize("serial", ["5E09", "E+09", "3TX512E09", "512", "5.12", "A5.12E+09"])
def test_serials_that_only_look_odd(serial):
    assert read(build_xml({}, [{"SerialNumber": serial}]), "a.xml").issues == ()


# Totals


def billed(pages, cost="0.0065", count=1, total=None):
    """A file of ``count`` devices with one product each."""
    devices = [{"SerialNumber": f"S{n}", "MonoOver": pages, "MonoOverUnitCost": cost} for n in range(count)]
    return build_xml({"InvoiceTotal": total} if total else {}, devices)


def test_one_cent_of_many_products():
    """277 x 0.0065 = 1.8005, rounded 100 times: 180.00, unrounded 180.05."""
    result = read(billed(277, count=100, total="180.05"), "a.xml")
    assert [(issue.code, issue.severity) for issue in result.issues] == [("total_rounding", "warning")]
    assert result.issues[0].message == (
        "The invoice total is 180.05, but the devices add up to 180.00. The difference of 0.05 is one of rounding."
    )


@pytest.mark.parametrize(
    ("total", "code"),
    [("180.00", None), ("180.50", "total_rounding"), ("179.50", "total_rounding"), ("180.51", "total_mismatch")],
)
def test_half_a_cent_a_product(total, code):
    result = read(billed(277, count=100, total=total), "a.xml")
    assert [issue.code for issue in result.issues] == ([code] if code else [])


def test_a_device_of_two_products():
    device = {
        "SerialNumber": "A",
        "MonoOver": 277,
        "MonoOverUnitCost": "0.0065",
        "ColorOver": 3,
        "ColorOverUnitCost": "0.015",
    }
    for total, code in (("1.84", "total_rounding"), ("1.86", "total_rounding"), ("1.87", "total_mismatch")):
        result = read(build_xml({}, [device | {"DeviceTotal": total}]), "a.xml")
        assert [issue.code for issue in result.issues] == [code], total


def test_base_fees_are_not_rounded():
    row = {"SerialNumber": "A", "BaseServiceFee": "20.00", "DeviceTotal": "20.01"}
    assert [issue.code for issue in read(build_xml({}, [row]), "a.xml").issues] == ["total_mismatch"]
    row |= {"MonoOver": 0, "MonoOverUnitCost": "0.5"}
    assert [issue.code for issue in read(build_xml({}, [row]), "a.xml").issues] == ["total_mismatch"]


def test_the_smallest_unit_of_the_currency():
    data = billed(277, cost="0.65", count=3, total="541")
    assert [issue.code for issue in read(data, "a.xml", decimal_places=0).issues] == ["total_rounding"]
    assert [issue.code for issue in read(data, "a.xml", decimal_places=2).issues] == ["total_mismatch"]


# A row for each meter

HEAD = "Invoice Number,Serial Number,Base Price,Meter Type,Previous,Current,Included,Overage,Unit Cost\n"
ROWS = (
    "X-1,S1,20.00,Mono,1000,3000,500,1500,0.004\n"
    "X-1,S2,30.00,B/W,0,100,200,0,0.004\n"
    "X-1,S1,20.00,Colour,10,60,0,50,0.04\n"
    "X-1,S2,,Color,5,5,0,0,0.04\n"
)
METERS = TableLayout(
    "csv",
    {"number": "Invoice Number"},
    {
        "serial": "Serial Number",
        "base_price": "Base Price",
        "meter_type": "Meter Type",
        "meter_previous": "Previous",
        "meter_current": "Current",
        "meter_included": "Included",
        "meter_overage": "Overage",
        "meter_unit_cost": "Unit Cost",
    },
)


def test_rows_are_put_together_by_serial():
    result = read((HEAD + ROWS).encode(), "a.csv", METERS)
    assert result.issues == ()
    first, second = result.details.devices
    assert [(device.serial, device.sequence, device.source_line) for device in (first, second)] == [
        ("S1", 1, 2),
        ("S2", 2, 3),
    ]
    assert (first.base_price, second.base_price) == (Decimal(20), Decimal(30))
    assert first.meters == (
        MeterRecord("mono", 1000, 3000, 500, 1500, Decimal("0.004")),
        MeterRecord("color", 10, 60, 0, 50, Decimal("0.04")),
    )
    assert first.computed_total(2) == Decimal("28.00")


def test_rows_of_a_workbook():
    rows = [line.split(",") for line in (HEAD + ROWS).splitlines()]
    layout = TableLayout("xlsx", METERS.invoice_fields, METERS.device_fields)
    by_text = read((HEAD + ROWS).encode(), "a.csv", METERS).details.devices
    assert read(workbook(sheet_xml(rows)), "a.xlsx", layout).details.devices == by_text


def test_words_of_the_file():
    data = (HEAD + "X-1,S1,1,Schwarz,,,,5,0.004\nX-1,S1,,Farbe,,,,7,0.04\n").encode()
    codes = [(issue.code, issue.source_line) for issue in read(data, "a.csv", METERS).issues]
    assert codes == [("value_invalid", 2), ("value_invalid", 3)]
    words = {"schwarz": "mono", "Farbe": "color"}
    layout = TableLayout("csv", METERS.invoice_fields, METERS.device_fields, meter_types=words)
    result = read(data, "a.csv", layout)
    assert result.issues == ()
    assert [(meter.output_type, meter.overage) for meter in result.details.devices[0].meters] == [
        ("mono", 5),
        ("color", 7),
    ]


@pytest.mark.parametrize(
    ("rows", "issues"),
    [
        # The same meter twice.
        ("X-1,S1,1,Mono,,,,5,\nX-1,s1,1,BW,,,,5,\n", [("serial_duplicate", 3)]),
        # A base fee that differs from row to row.
        ("X-1,S1,20,Mono,,,,5,\nX-1,S1,5,Color,,,,5,\n", [("value_invalid", 3)]),
        # A meter of no type, or of one that nobody knows.
        ("X-1,S1,20,,,,,5,\n", [("value_invalid", 2)]),
        ("X-1,S1,20,Scan,,,,5,\n", [("value_invalid", 2)]),
        # A row of the base fee alone, and a counter of what is not billed.
        ("X-1,S1,20,,,,,,\nX-1,S1,,Mono,,,,5,\nX-1,S1,,Scans,,,,,\n", []),
        ("X-1,S1,20,Mono,,,,5,\nX-1,S1,0,Color,,,,5,\n", []),
        # Without a serial number each row is a record of its own.
        ("X-1,,20,Mono,,,,5,\nX-1,,20,Mono,,,,5,\n", [("serial_missing", 2), ("serial_missing", 3)]),
        # A value that is none.
        ("X-1,S1,20,Mono,,,,x,\n", [("value_invalid", 2)]),
    ],
)
def test_rows_that_do_not_go_together(rows, issues):
    result = read((HEAD + rows).encode(), "a.csv", METERS)
    assert [(issue.code, issue.source_line) for issue in result.issues] == issues
    complete = [device.complete for device in result.details.devices]
    assert all(complete) == (not [code for code, _line in issues if code != "serial_missing"])


@pytest.mark.parametrize(
    ("totals", "total"), [(("8", "8"), "8"), (("6", "2"), "8"), (("8", ""), "8"), (("", ""), None)]
)
def test_totals_of_rows(totals, total):
    layout = TableLayout("csv", {}, METERS.device_fields | {"total": "Total"})
    rows = "".join(
        f"X-1,S1,,{word},,,,1,{cost},{each}\n"
        for word, cost, each in zip(("Mono", "Color"), ("6", "2"), totals, strict=True)
    )
    result = read((HEAD.replace("\n", ",Total\n") + rows).encode(), "a.csv", layout)
    assert result.issues == ()
    assert result.details.devices[0].total == (None if total is None else Decimal(total))


@pytest.mark.parametrize(
    "fields",
    [
        {"serial": "S", "meter_overage": "O"},
        {"serial": "S", "meter_type": "T", "mono_overage": "O"},
    ],
)
def test_layouts_of_rows_that_cannot_be(fields):
    with pytest.raises(ValueError, match="meter"):
        TableLayout("csv", {}, fields)


def test_words_for_no_type():
    with pytest.raises(ValueError, match="no type of meter"):
        TableLayout("csv", {}, METERS.device_fields, meter_types={"x": "black"})


# XML

XML_HEAD = "<Head><No>1</No></Head>"


def read_xml(machines, **fields):
    layout = XmlLayout("/Bill/Head", "/Bill/Machine", {"number": "No"}, fields)
    return read(f"<Bill>{XML_HEAD}{machines}</Bill>".encode(), "a.xml", layout)


METER_PATHS = {
    "serial": "@serial",
    "mono_overage": "Meter[@type='Mono']/Over",
    "mono_unit_cost": "Meter[@type='Mono']/Over/@cost",
    "color_overage": "Meter[@type='Color']/Over",
    "color_current": "Meter[@type='Color']/@end",
}


def test_attributes_and_conditions():
    result = read_xml(
        "<Machine serial='S1'><Meter type='Color' end='70'><Over>5</Over></Meter>"
        "<Meter type='Mono'><Over cost='0.004'>10</Over></Meter><Meter type='Scan'><Over>99</Over></Meter></Machine>"
        "<Machine serial='S2'><Meter type='Color' end='7'/></Machine>",
        **METER_PATHS,
    )
    assert result.issues == ()
    first, second = result.details.devices
    assert (first.serial, second.serial) == ("S1", "S2")
    assert first.meters == (
        MeterRecord("mono", None, None, None, 10, Decimal("0.004")),
        MeterRecord("color", None, 70, None, 5, None),
    )
    assert second.meters == (MeterRecord("color", None, 7, None, None, None),)


def test_conditions_on_elements_and_on_values():
    result = read_xml(
        "<Machine><Id>S1</Id><Meter><Over>10</Over><Type> Mono </Type></Meter>"
        "<Fee kind='service'>1.50</Fee><Fee kind=\"supply\">2.50</Fee></Machine>",
        serial="Id",
        mono_overage='Meter[Type="Mono"]/Over',
        base_service="Fee[@kind='service']",
        base_supply="Fee[@kind='supply']",
    )
    assert result.issues == ()
    device = result.details.devices[0]
    assert (device.meters[0].overage, device.base_service, device.base_supply) == (10, Decimal("1.5"), Decimal("2.5"))


def test_attributes_in_a_namespace():
    layout = XmlLayout("/Bill/Head", "/Bill/Machine", {"number": "@no"}, {"serial": "@serial"})
    data = b"<x:Bill xmlns:x='urn:x'><x:Head x:no='1'/><x:Machine x:serial='S1'/></x:Bill>"
    result = read(data, "a.xml", layout)
    assert result.issues == ()
    assert (result.details.invoice.number, result.details.devices[0].serial) == ("1", "S1")


def test_what_is_wrong_with_attributes():
    result = read_xml(
        "<Machine serial='S1'>\n<Meter type='Color' end='x'/></Machine>"
        "<Machine serial='S2'>\n<Meter type='Mono'><Over>1</Over></Meter>\n<Meter type='Mono'><Over>2</Over></Meter>"
        "</Machine>",
        **METER_PATHS,
    )
    assert [(issue.code, issue.serial, issue.source_line) for issue in result.issues] == [
        ("value_invalid", "S1", 2),
        ("file_schema", "S2", 4),
    ]
    assert result.issues[0].message.startswith("Meter[@type='Color']/@end is 'x'.")


def test_an_invoice_value_that_is_missing():
    layout = XmlLayout("/B/I", "/B/D", {"number": "@no", "date": "Day[@kind='bill']"}, {"serial": "@s"})
    result = read(b"<B><I><Day kind='due'>2026-01-01</Day></I><D s='1'/></B>", "a.xml", layout)
    assert [issue.code for issue in result.issues] == ["file_schema", "file_schema"]


@pytest.mark.parametrize(
    "paths",
    [
        ["Meter["],
        ["Meter[@type]"],
        ["Meter[@type=Mono]"],
        ["Meter[1]"],
        ["@a/B"],
        ["A/@"],
        ["@"],
        ["A//@b"],
        ["Meter[@type='Mono']/Over", 'Meter[@type = "Mono"]/Over'],
        ["Meter[@type='Mono']/Over", "Meter/Cost"],
        ["Meter[@type='Mono']", "Meter[@type='Mono']/Over"],
        ["A/@b", "A/@b"],
    ],
)
def test_paths_that_cannot_be(paths):
    names = ("model", "location", "customer_name")
    with pytest.raises(ValueError, match="."):
        XmlLayout("/Bill/Head", "/Bill/M", {}, {"serial": "S", **dict(zip(names, paths, strict=False))})


# Formats from samples


def suggested(data, name="a.xml"):
    found = inspect(data.encode(), name)
    assert found.issues == ()
    return {column.name: column.suggestion for column in found.columns if column.suggestion}, found


BILL = (
    "<Bill><Head><InvoiceNumber>X</InvoiceNumber><InvoiceDate>2026-02-03</InvoiceDate>"
    "<PeriodStart>2026-01-01</PeriodStart><PeriodEnd>2026-01-31</PeriodEnd><Currency>USD</Currency></Head>{}</Bill>"
)


def assert_reads(text, name, overages):
    """The layout that the suggestions make reads the sample: {serial: {output type: pages}}."""
    found = inspect(text.encode(), name)
    result = read(text.encode(), name, layout_from(found))
    assert [issue.message for issue in result.issues] == []
    assert {
        device.serial: {meter.output_type: meter.overage for meter in device.meters if meter.overage is not None}
        for device in result.details.devices
    } == overages


@pytest.mark.parametrize(
    "meter",
    [
        "<Meter type='{0}'><Over>{1}</Over></Meter>",
        "<Meter type='{0}' over='{1}'/>",
        "<Meter><Type>{0}</Type><Over>{1}</Over></Meter>",
        "<Meters><Meter name='{0}'><Counts><Over>{1}</Over></Counts></Meter></Meters>",
    ],
)
def test_meters_of_a_sample(meter):
    def machine(serial, **pages):
        return (
            f"<Machine><Serial>{serial}</Serial>"
            + "".join(meter.format(*each) for each in pages.items())
            + "</Machine>"
        )

    text = BILL.format(machine("S1", Mono=10, Color=5) + machine("S2", Color=7))
    if "<Meters>" in meter:
        text = text.replace("</Meters><Meters>", "")
    assert_reads(text, "a.xml", {"S1": {"mono": 10, "color": 5}, "S2": {"color": 7}})


@pytest.mark.parametrize(
    "meter", ["<Meter type='Color'><Over>5</Over></Meter>", "<Meter><Type>Colour</Type><Over>5</Over></Meter>"]
)
def test_a_colour_meter_alone_is_never_mono(meter):
    text = BILL.format(f"<Machine><Serial>S1</Serial>{meter}</Machine><Machine><Serial>S2</Serial>{meter}</Machine>")
    fields, found = suggested(text)
    assert found.record_paths[0] == "/Bill/Machine"
    assert not [field for field in fields.values() if field.startswith("mono_")]
    assert_reads(text, "a.xml", {"S1": {"color": 5}, "S2": {"color": 5}})
    # A file that has a Mono meter, too, is read with the same format.
    mono = meter.replace("Colour", "Mono").replace("Color", "Mono").replace("5", "99")
    result = read(text.replace(meter, mono + meter, 1).encode(), "a.xml", layout_from(found))
    assert [meter.output_type for meter in result.details.devices[0].meters] == ["color"]
    assert result.details.devices[0].meters[0].overage == 5


def test_a_device_that_prints_in_colour_is_no_meter():
    text = BILL.format(
        "<Machine type='Color'><Serial>S1</Serial><MonoOver>1</MonoOver></Machine>"
        "<Machine type='Mono'><Serial>S2</Serial><MonoOver>2</MonoOver></Machine>"
    )
    assert_reads(text, "a.xml", {"S1": {"mono": 1}, "S2": {"mono": 2}})


def test_codes_that_nobody_knows():
    """They are told apart; what they are, the user says."""
    meters = "<Meter id='M{0}'><Over>1</Over></Meter><Meter id='C{0}'><Over>2</Over></Meter>"
    text = BILL.format(f"<Machine><Serial>S1</Serial>{meters.format('')}</Machine>")
    names = [column.name for column in inspect(text.encode(), "a.xml").columns]
    assert "Meter[@id='M']/Over" in names
    assert "Meter[@id='C']/Over" in names


def test_attributes_of_a_sample():
    text = (
        "<Bill><Head InvoiceNumber='X' InvoiceDate='2026-02-03' PeriodStart='2026-01-01' PeriodEnd='2026-01-31' "
        "Currency='USD'/><Machine SerialNumber='S1' MonoOver='5'/><Machine SerialNumber='S2' MonoOver='7'/></Bill>"
    )
    fields, found = suggested(text)
    assert (found.invoice_paths[0], found.record_paths[0]) == ("/Bill/Head", "/Bill/Machine")
    assert fields["@SerialNumber"] == "serial"
    assert_reads(text, "a.xml", {"S1": {"mono": 5}, "S2": {"mono": 7}})


def test_rows_of_a_sample():
    head = HEAD.replace("Meter Type", "Kind").replace("\n", ",Invoice Date,Period Start,Period End,Currency\n")
    rows = "".join(f"{row},2026-02-03,2026-01-01,2026-01-31,USD\n" for row in ROWS.splitlines())
    fields, _found = suggested(head + rows, "a.csv")
    assert fields["Kind"] == "meter_type"
    assert fields["Overage"] == "meter_overage"
    assert_reads(head + rows, "a.csv", {"S1": {"mono": 1500, "color": 50}, "S2": {"mono": 0, "color": 0}})


def test_rows_of_colour_meters_alone():
    head = "Serial Number,Meter,Overage\n"
    fields, _found = suggested(head + "S1,Colour,5\nS2,Colour,7\n", "a.csv")
    assert fields == {"Serial Number": "serial", "Meter": "meter_type", "Overage": "meter_overage"}


def test_a_type_of_devices_is_no_type_of_meters():
    fields, _found = suggested("Serial Number,Type,Mono Over,Color Over\nS1,Color,1,2\nS2,Mono,1,0\n", "a.csv")
    assert fields["Mono Over"] == "mono_overage"
    assert "meter_type" not in fields.values()


def test_records_that_are_asked_something(monkeypatch):
    layout = XmlLayout(
        "/Bill/Part[@kind='head']",
        "/Bill/Part[@kind='printer']",
        {"number": "No"},
        {"serial": "Id", "mono_overage": "Over"},
    )
    parts = (
        "<Part kind='head'><No>1</No></Part><Part kind='scanner'><Id>X</Id></Part>"
        "<Part kind='printer'><Id>S1</Id><Over>5</Over></Part><Part kind='printer'><Id>S2</Id></Part>"
    )
    for tree in (MAX_TREE, 0):
        # What is beyond is looked through record by record first.
        monkeypatch.setattr("billing_file.xml_reader.MAX_TREE", tree)
        result = read(f"<Bill>{parts}</Bill>".encode(), "a.xml", layout)
        assert result.issues == ()
        assert result.details.invoice.number == "1"
        assert [device.serial for device in result.details.devices] == ["S1", "S2"]


def test_the_root_is_asked_nothing():
    with pytest.raises(ValueError, match="absolute"):
        XmlLayout("/Bill[@a='1']/Head", "/Bill[@a='1']/M", {}, {"serial": "S"})
