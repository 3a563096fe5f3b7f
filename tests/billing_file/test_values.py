# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is read from a good file, and the arithmetic on it."""

from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
from builder import INVOICE, build_xml
from reading import read

from billing_file import MeterRecord, XmlLayout, round_half_up, serial_key, to_decimal

SAMPLE = Path(__file__).parents[1] / "data" / "autotask_sample.xml"


def device_of(values):
    result = read(build_xml({}, [{"SerialNumber": "A"} | values]), "a.xml")
    assert result.issues == ()
    return result.details.devices[0]


def test_sample_file():
    result = read(SAMPLE.read_bytes(), SAMPLE.name)
    assert result.issues == ()
    invoice, devices = result.details.invoice, result.details.devices
    assert (invoice.number, invoice.partner_number, invoice.currency) == ("XPPS-2026-01", "P-4711", "USD")
    assert (invoice.date, invoice.period_start, invoice.period_end) == (
        date(2026, 2, 3),
        date(2026, 1, 1),
        date(2026, 1, 31),
    )
    assert (invoice.device_count, invoice.total, invoice.source_line) == (3, Decimal("204.67"), 5)
    assert [device.serial for device in devices] == ["3TX 100001", "3TX100002", "3TX100003"]
    first = devices[0]
    assert (first.sequence, first.source_line, first.serial_key) == (1, 15, "3TX100001")
    assert (first.model, first.model_number, first.location) == ("VersaLink C405", "C405V_DN", "Müller & Söhne")
    assert (first.customer_number, first.customer_name, first.agreement_number) == ("C-1", "Acme <Ltd>", "AG-1")
    assert (first.base_price, first.base_service, first.base_supply) == (None, Decimal("45.00"), Decimal("12.50"))
    assert (first.read_date, first.estimated, first.total) == (date(2026, 1, 31), False, Decimal("76.37"))
    assert first.meters == (
        MeterRecord("mono", 12000, 14500, 1500, 1000, Decimal("0.0065")),
        MeterRecord("color", 800, 1046, 0, 246, Decimal("0.0503")),
    )
    assert devices[1].estimated
    assert devices[2].meters == (MeterRecord("clr_lvl3", None, None, None, 0, None),)


def test_absent_and_empty_are_no_value():
    names = [
        "Model",
        "Location",
        "MonthlyBasePrice",
        "ReadDate",
        "ReadType",
        "MonoOver",
        "MonoOverUnitCost",
        "DeviceTotal",
    ]
    absent, empty = device_of({}), device_of(dict.fromkeys(names, ""))
    blank = device_of(dict.fromkeys(names, " \n"))
    assert absent == empty == blank
    assert (absent.model, absent.base_price, absent.read_date, absent.estimated) == ("", None, None, False)
    assert (absent.meters, absent.total) == ((), None)
    assert absent.computed_total(2) == 0


def test_zero_is_a_value():
    assert device_of({"MonoOver": 0}).meters == (MeterRecord("mono", None, None, None, 0, None),)


@pytest.mark.parametrize(
    ("text", "value"), [("-12.50", "-12.5"), (".006", "0.006"), ("1.", "1"), ("007", "7"), (" 1.5 ", "1.5")]
)
def test_money(text, value):
    assert device_of({"BaseServiceFee": text}).base_service == Decimal(value)


def test_serial_key():
    assert serial_key(" ab\u00a01\t2 ") == "AB12"


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ({}, "0"),
        ({"MonthlyBasePrice": "99"}, "99"),
        ({"MonthlyBasePrice": "99", "BaseServiceFee": "10"}, "10"),
        ({"MonthlyBasePrice": "99", "BaseSupplyFee": "0"}, "0"),
        ({"BaseServiceFee": "10", "BaseSupplyFee": "-2.5"}, "7.5"),
        ({"MonoOver": 5}, "0"),
        ({"MonoOverUnitCost": 5}, "0"),
        # Each product is rounded, not their sum: 0.005 twice is 0.02.
        ({"MonoOver": 1, "MonoOverUnitCost": "0.005", "ColorOver": 1, "ColorOverUnitCost": "0.005"}, "0.02"),
        ({"MonoOver": 1, "MonoOverUnitCost": "0.004", "ColorOver": 1, "ColorOverUnitCost": "0.004"}, "0"),
    ],
)
def test_computed_total(values, total):
    assert device_of(values).computed_total(2) == Decimal(total)


def test_total_does_not_depend_on_the_decimal_context():
    device = device_of({"MonoOver": "9" * 9, "MonoOverUnitCost": "9" * 12 + ".999999"})
    with localcontext() as context:
        context.prec = 5
        exact = device.meters[0].cost_unrounded
        total = device.computed_total(2)
    assert exact == Decimal("999999998999999999000.000001")
    assert total == Decimal("999999998999999999000.00")


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("0.015", 2, "0.02"),
        ("2.675", 2, "2.68"),
        ("0.0049999", 2, "0.00"),
        ("0.5", 0, "1"),
        ("-2.5", 0, "-3"),
        ("1.0005", 3, "1.001"),
        ("1", 2, "1.00"),
    ],
)
def test_round_half_up(value, places, rounded):
    assert str(round_half_up(Decimal(value), places)) == rounded


def test_to_decimal():
    assert to_decimal(0.1) == Decimal("0.1")
    assert to_decimal(0.0065) * 1000 == Decimal("6.5")
    assert to_decimal(-123456789.123456) == Decimal("-123456789.123456")
    assert to_decimal(1.005, places=3) == Decimal("1.005")
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            to_decimal(value)


# Other layouts

LAYOUT = XmlLayout(
    invoice_path="/Bill/Head",
    device_path="/Bill/Machines/Machine",
    invoice_fields={"number": "No", "date": "Day", "period_start": "From", "period_end": "To", "currency": "Cur"},
    device_fields={"serial": "Id/Serial", "base_price": "Fees/Base", "estimated": "Read", "read_date": "On"},
    date_format="%d.%m.%Y",
    decimal_mark=",",
    read_types={"A": False, "E": True},
)
HEAD = b"<Head><No>1</No><Day>01.02.2026</Day><From>01.01.2026</From><To>31.01.2026</To><Cur>EUR</Cur></Head>"


def read_bill(machines):
    return read(b"<Bill>" + HEAD + b"<Machines>" + machines + b"</Machines></Bill>", "a.xml", LAYOUT)


def test_other_layout():
    result = read_bill(
        b"<Machine><Other/><Id><Serial>S</Serial></Id><Fees><Base>1,50</Base></Fees><Read>E</Read></Machine>"
        b"<Machine><Id><Serial>T</Serial></Id><On>31.12.2025</On></Machine>"
    )
    assert result.issues == ()
    first, second = result.details.devices
    assert (first.serial, first.base_price, first.estimated) == ("S", Decimal("1.5"), True)
    assert (second.read_date, second.source_line) == (date(2025, 12, 31), 1)


def test_other_layout_reports_what_it_knows():
    result = read_bill(
        b"<Machine><Id><Serial>S</Serial></Id><Id><Serial>T</Serial></Id></Machine>\n"
        b"<Machine><Id><Serial>U</Serial></Id><Fees><Base>1.5</Base></Fees><On>31.12.202\xd9\xa3</On></Machine>"
    )
    assert [(issue.code, issue.source_line, issue.path) for issue in result.issues] == [
        ("file_schema", 1, "/Bill/Machines/Machine[1]/Id/Serial"),
        ("serial_missing", 1, ""),
        ("value_invalid", 2, "/Bill/Machines/Machine[2]/Fees/Base"),
        ("value_invalid", 2, "/Bill/Machines/Machine[2]/On"),
    ]
    assert result.issues[2].message.startswith("Fees/Base is '1.5'. Expected an amount like 0,0065:")


XSD = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="B"><xs:complexType><xs:sequence>
<xs:element name="I" minOccurs="0" type="xs:string"/>
<xs:element name="D" maxOccurs="unbounded"><xs:complexType><xs:sequence>
  <xs:element name="S" type="xs:string"/>
  <xs:element name="M"><xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="3"/></xs:restriction>
  </xs:simpleType></xs:element><xs:element name="X" type="xs:int" minOccurs="0"/>
</xs:sequence><xs:attribute name="a" use="required"/></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""


def schema_layout(xsd):
    return XmlLayout("/B/I", "/B/D", {}, {"serial": "S", "model": "M"}, xsd)


def test_other_schema():
    data = (
        b"<B><I/>\n<D a='1'><S>1</S><M>abc</M><X>1</X></D>\n<D a='1'><S>2</S><M>abcd</M></D>\n"
        b"<D a='1'><S>3</S><M>abc</M><X>y</X></D>\n<D a='1'><M>abc</M><S>4</S></D>\n<D><S>5</S></D></B>"
    )
    issues = read(data, "a.xml", schema_layout(XSD)).issues
    assert [(issue.code, issue.source_line, issue.serial) for issue in issues] == [
        ("value_invalid", 3, "2"),
        ("value_invalid", 4, "3"),
        ("file_schema", 5, "4"),
        ("file_schema", 6, "5"),
        ("file_schema", 6, "5"),
    ]
    assert issues[0].message.startswith("The value 'abcd' of M is not allowed by the schema of the file: ")
    assert issues[-1].message == "The element <M> is missing inside <D>."


@pytest.mark.parametrize(
    "xsd",
    [
        b"",
        b"<a>",
        b"<a/>",
        XSD.replace(b"xs:int", b"xs:nothing"),
        XSD.replace(b'<xs:element name="B">', b"<xs:include schemaLocation='/etc/passwd'/><xs:element name=\"B\">"),
    ],
)
def test_unusable_schema(xsd):
    issues = read(b"<B><I/><D><S>1</S></D></B>", "a.xml", schema_layout(xsd)).issues
    assert [issue.code for issue in issues] == ["file_schema"]
    assert issues[0].message.startswith("The schema of this file format cannot be used: ")


@pytest.mark.parametrize(
    "change",
    [
        {"device_path": "Bill"},
        {"device_path": "/Other/Machine"},
        {"device_path": "/Bill//Machine"},
        {"invoice_fields": {"nummer": "No"}},
        {"device_fields": {"model": "M"}},
        {"device_fields": {"serial": "A//B"}},
        {"device_fields": {"serial": "A["}},
        {"device_fields": {"serial": "{urn:x}A"}},
        {"device_path": "/Bill/*"},
        {"device_fields": {"serial": "A", "model": "A"}},
        {"device_fields": {"serial": "A", "model": "A/B"}},
    ],
)
def test_layout_that_cannot_be(change):
    fields = {
        "invoice_path": "/Bill/Head",
        "device_path": "/Bill/M",
        "invoice_fields": {},
        "device_fields": {"serial": "S"},
    }
    XmlLayout(**fields)
    with pytest.raises(ValueError, match="."):
        XmlLayout(**(fields | change))


def test_builder_puts_one_element_on_a_line():
    lines = build_xml({"DeviceCount": 1}, [{"SerialNumber": "A&B", "Model": "", "Location": None}]).splitlines()
    assert lines[2] == b"  <Invoice>"
    assert lines[3] == f"    <InvoiceNumber>{INVOICE['InvoiceNumber']}</InvoiceNumber>".encode()
    assert lines[-4:-2] == [b"    <SerialNumber>A&amp;B</SerialNumber>", b"    <Model/>"]
