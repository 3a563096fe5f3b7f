# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every code that the reader gives, each from the smallest file that provokes it."""

import re

import pytest
from builder import INVOICE, build_xml
from lxml import etree
from reading import read

from billing_file import AUTOTASK_XML, BillingDetails, check_serials
from billing_file import read as read_only

DEVICE = {"SerialNumber": "AB1"}


def read_xml(invoice=None, devices=(DEVICE,), **options):
    return read(build_xml(invoice, devices), "details.xml", **options)


def only(result):
    """The one issue of a result."""
    assert len(result.issues) == 1, [issue.message for issue in result.issues]
    assert result.issues[0].severity == "error"
    return result.issues[0]


def summary(result):
    return [(issue.code, issue.source_line, issue.serial) for issue in result.issues]


def test_good_file_has_no_issue():
    assert read_xml().issues == ()


# file_type


@pytest.mark.parametrize(
    ("file_name", "message"),
    [
        ("bill.pdf", "Files of type '.pdf' are not supported. Please select an .xml, .csv or .xlsx file."),
        ("BILL.PDF ", "Files of type '.pdf' are not supported. Please select an .xml, .csv or .xlsx file."),
        ("b.xml.gz", "Files of type '.gz' are not supported. Please select an .xml, .csv or .xlsx file."),
        (None, "The file name has no extension. Please select an .xml, .csv or .xlsx file."),
        ("bill", "The file name has no extension. Please select an .xml, .csv or .xlsx file."),
        ("", "The file name has no extension. Please select an .xml, .csv or .xlsx file."),
        (
            "b.csv",
            "The file format is for .xml files, but the name of this file ends in '.csv'."
            " Please choose another file format, or select another file.",
        ),
        (
            "b.xlsx",
            "The file format is for .xml files, but the name of this file ends in '.xlsx'."
            " Please choose another file format, or select another file.",
        ),
    ],
)
def test_file_type(file_name, message):
    issue = only(read(build_xml({}, [DEVICE]), file_name))
    assert (issue.code, issue.message, issue.source_line) == ("file_type", message, None)


def test_file_type_in_capitals_is_read():
    assert read(build_xml({}, [DEVICE]), "A.XML").issues == ()


# file_empty, file_too_large, file_syntax, file_forbidden


@pytest.mark.parametrize("data", [b"", b" \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_file_empty(data):
    result = read(data, "a.xml")
    assert (only(result).code, result.details) == ("file_empty", None)


def test_file_without_devices():
    issue = only(read_xml(devices=()))
    assert (issue.code, issue.message) == ("file_empty", "The file contains no device records.")


def test_file_too_large():
    data = build_xml({}, [DEVICE])
    assert read(data, "a.xml", max_size=len(data)).issues == ()
    issue = only(read(data, "a.xml", max_size=len(data) - 1))
    assert issue.code == "file_too_large"


def test_file_of_too_many_tags():
    data = b"<a>" + b"<b/>" * 2_600_000 + b"</a>"
    assert only(read(data, "a.xml", max_size=len(data))).code == "file_too_large"


def test_file_syntax_names_line_and_column():
    issue = only(read(b"<XPPSBillingDetails>\n<Invoice>\n</Device>", "a.xml"))
    assert (issue.code, issue.source_line) == ("file_syntax", 3)
    assert re.match(r"The file is not well-formed XML\. Line 3, column \d+: .*Invoice", issue.message)


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE XPPSBillingDetails><XPPSBillingDetails/>",
        b'\xef\xbb\xbf<?xml version="1.0"?><!-- > -->\n<?p?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a>&b;</a>',
        '<?xml version="1.0"?><!DOCTYPE a><a/>'.encode("utf-16"),
        '<?xml version="1.0"?><!DOCTYPE a><a/>'.encode("utf-16-le"),
        b"<!doctype html><html>",
        b"<XPPSBillingDetails>&secret;</XPPSBillingDetails>",
        b'<XPPSBillingDetails a="&nbsp;"/>',
    ],
)
def test_file_forbidden(data):
    result = read(data, "a.xml")
    assert (only(result).code, only(result).source_line, result.details) == ("file_forbidden", 1, None)


# file_schema


def test_unknown_elements_are_all_named():
    result = read_xml(devices=[DEVICE, {"SerialNumber": "AB2", "Foo": 1, "Model": "M", "Bar": 2}])
    assert summary(result) == [("file_schema", 15, "AB2"), ("file_schema", 17, "AB2")]
    assert result.issues[0].path == "/XPPSBillingDetails/Device[2]/Foo"
    assert result.issues[0].message == (
        "The element <Foo> is not expected here inside <Device>: it is unknown, misspelled, repeated or in the wrong "
        "order."
    )
    assert result.details.devices[1].model == "M"


def test_records_of_one_shape_each_have_their_issues():
    devices = [{"SerialNumber": f"S{number}", "Foo": number} for number in range(5)]
    assert summary(read_xml(devices=devices)) == [("file_schema", 12 + 4 * n, f"S{n}") for n in range(5)]


def test_repeated_element_has_no_value():
    data = build_xml({}, [DEVICE]).replace(
        b"    <SerialNumber>AB1", b"<MonoOver>1</MonoOver>\n<MonoOver>2</MonoOver>\n<SerialNumber>AB1"
    )
    result = read(data, "a.xml")
    assert summary(result) == [("file_schema", 12, "AB1")]
    assert only(result).message == "The element <MonoOver> occurs more than once inside <Device>."
    assert result.details.devices[0].meters == ()


def test_repeated_serial_is_no_serial():
    data = build_xml({}, [{"SerialNumber": b"A</SerialNumber><SerialNumber>B"}])
    result = read(data, "a.xml")
    assert {issue.code for issue in result.issues} == {"file_schema", "serial_missing"}


@pytest.mark.parametrize("name", INVOICE)
def test_missing_invoice_element(name):
    issue = only(read_xml({name: None}))
    assert (issue.code, issue.source_line) == ("file_schema", 3)
    assert issue.message == f"The element <{name}> is missing inside <Invoice>."


def test_all_missing_invoice_elements_are_named():
    result = read_xml(dict.fromkeys(INVOICE))
    assert [issue.params["name"] for issue in result.issues] == list(INVOICE)


@pytest.mark.parametrize("name", INVOICE)
def test_empty_invoice_element(name):
    result = read_xml({name: ""})
    assert summary(result) == [("value_invalid", 4 + list(INVOICE).index(name), "")]
    assert only(result).message == f"{name} is empty. The invoice needs a value."


def test_no_invoice():
    result = read(
        b"<XPPSBillingDetails>\n<Device><SerialNumber>A</SerialNumber></Device>\n"
        b"<Device><SerialNumber>a</SerialNumber></Device></XPPSBillingDetails>",
        "a.xml",
    )
    assert summary(result) == [("file_schema", 1, ""), ("serial_duplicate", 3, "a")]
    assert result.issues[0].message == "The element <Invoice> is missing inside <XPPSBillingDetails>."


def test_two_invoices():
    data = build_xml({}, [DEVICE])
    invoice = data[data.index(b"  <Invoice>") : data.index(b"  <Device>")]
    result = read(data.replace(b"  <Device>", invoice + b"  <Device>"), "a.xml")
    assert summary(result) == [("file_schema", 10, "")]
    assert only(result).message == "The element <Invoice> occurs more than once inside <XPPSBillingDetails>."


def test_what_a_second_invoice_lacks_does_not_matter():
    data = build_xml({}, [DEVICE]).replace(b"  <Device>", b"  <Invoice/>\n  <Device>")
    assert summary(read(data, "a.xml")) == [("file_schema", 10, "")]


def test_invoice_after_device():
    data = build_xml({}, [DEVICE])
    invoice = data[data.index(b"  <Invoice>") : data.index(b"  <Device>")]
    result = read(data.replace(invoice, b"").replace(b"</XPPS", invoice + b"</XPPS"), "a.xml")
    assert only(result).code == "file_schema"
    assert only(result).message.startswith("The element <Device> is not expected here")


def test_unknown_elements_beside_the_records():
    data = build_xml({}, [DEVICE]).replace(b"  <Device>", b"<Foo/>\n<Bar/>\n  <Device>")
    assert summary(read(data, "a.xml")) == [("file_schema", 10, ""), ("file_schema", 11, "")]


def test_children_in_any_order():
    data = build_xml(
        dict.fromkeys(INVOICE),
        [{"DeviceTotal": 1, "MonoOver": 1, "SerialNumber": "A", "MonthlyBasePrice": 1}],
    )
    children = "".join(f"<{name}>{value}</{name}>" for name, value in reversed(INVOICE.items()))
    assert read(data.replace(b"<Invoice>", b"<Invoice>" + children.encode()), "a.xml").issues == ()


@pytest.mark.parametrize("data", [b"<html><body/></html>", b'<x:html xmlns:x="urn:x"/>'])
def test_other_root(data):
    result = read(data, "a.xml")
    message = "This is not a billing details file: it starts with the element <html> instead of <XPPSBillingDetails>."
    assert (only(result).code, only(result).message, result.details) == ("file_schema", message, None)


# Namespaces


def in_default_namespace(data):
    return data.replace(b"<XPPSBillingDetails>", b'<XPPSBillingDetails xmlns="urn:xerox">')


def with_prefixes(data):
    data = re.sub(rb"<(/?)(?=\w)", rb"<\1x:", data)
    return data.replace(b"<x:XPPSBillingDetails>", b'<x:XPPSBillingDetails xmlns:x="urn:xerox">')


def mixed(data):
    data = data.replace(b"<SerialNumber>", b'<SerialNumber xmlns="urn:x">')
    return data.replace(b"<Invoice>", b"<y:Invoice xmlns:y='urn:y'>").replace(b"</Invoice>", b"</y:Invoice>")


@pytest.mark.parametrize("change", [in_default_namespace, with_prefixes, mixed])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "UTF-16LE", "ISO-8859-1"])
def test_namespaces_do_not_matter(change, encoding):
    device = {"SerialNumber": "AB1", "MonoOver": 3, "MonoOverUnitCost": "0.0065"}
    data = build_xml({"DeviceCount": 1}, [device])
    expected = read(data, "a.xml")
    result = read(change(data).replace(b"UTF-8", encoding.encode()).decode().encode(encoding), "a.xml")
    assert result == expected
    assert result.issues == ()


@pytest.mark.parametrize("change", [in_default_namespace, with_prefixes, mixed])
def test_issues_are_the_same_with_namespaces(change):
    data = build_xml({"Currency": None}, [{"Foo": 1}, {"SerialNumber": "A", "MonoOver": "x", "Bar": 1}])
    assert len(read(data, "a.xml").issues) == 5
    assert read(change(data), "a.xml") == read(data, "a.xml")


def test_names_that_collide_without_their_namespaces():
    data = build_xml({}, [DEVICE | {"MonoOver": b'1</MonoOver><x:MonoOver xmlns:x="urn:x">2</x:MonoOver><MonoOver>1'}])
    result = read(data, "a.xml")
    assert summary(result) == [("file_schema", 12, "AB1")]
    assert result.details.devices[0].meters == ()


def test_attributes_and_text_between_elements():
    data = build_xml({}, [DEVICE, {"SerialNumber": "AB2"}])
    data = data.replace(b"<SerialNumber>AB2", b"stray <SerialNumber unit='1' x='2'>AB2")
    result = read(data, "a.xml")
    assert {issue.message for issue in result.issues} == {
        "There is text between the elements inside <Device>.",
        "The element <SerialNumber> has an attribute that is not expected: unit.",
        "The element <SerialNumber> has an attribute that is not expected: x.",
    }
    assert {issue.serial for issue in result.issues} == {"AB2"}


def test_schema_instance_attributes():
    data = build_xml({}, [DEVICE])
    xsi = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    hint = data.replace(
        b"<XPPSBillingDetails>", b"<XPPSBillingDetails" + xsi + b'xsi:noNamespaceSchemaLocation="x.xsd">'
    )
    assert read(hint, "a.xml").issues == ()
    nil = data.replace(b"<Device>", b"<Device" + xsi + b'xsi:nil="true" xsi:type="x">')
    assert {issue.code for issue in read(nil, "a.xml").issues} == {"file_schema"}


def test_xinclude_is_not_followed():
    include = b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    result = read_xml(devices=[{"SerialNumber": "AB1", "Model": include}])
    assert summary(result) == [("value_invalid", 12, "AB1")]
    assert result.details.devices[0].model == ""


# value_invalid


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "1e309",
        "NaN",
        "INF",
        "\u0663",
        "1 2",
        "1_0",
        "0x1",
        "1" * 13,
        "9" * 5000,
        "\u00a01",
    ],
)
def test_pages_invalid(value):
    result = read_xml(devices=[{"SerialNumber": " AB 1 ", "MonoOver": value}])
    assert summary(result) == [("value_invalid", 12, "AB 1")]
    assert only(result).path == "/XPPSBillingDetails/Device[1]/MonoOver"
    assert only(result).message.startswith("MonoOver is '")
    assert "Expected a whole number" in only(result).message
    assert len(only(result).message) < 200
    assert not result.details.devices[0].complete


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "1,5",
        "1.1234567",
        "1.",
        ".",
        "-",
        "+1",
        "1e3",
        "NaN",
        "-INF",
        "\u0663.5",
        "1" * 13,
        "--1",
        "1.2.3",
    ],
)
def test_money_invalid(value):
    issues = read_xml(devices=[{"SerialNumber": "A", "BaseServiceFee": value}]).issues
    assert [issue.code for issue in issues] == ([] if value == "1." else ["value_invalid"])


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30",
        "2026-13-01",
        "26-01-01",
        "01/31/2026",
        "2026-01-31Z",
        "20260131",
        "2026-W05-1",
        "2026-01-31+02:00",
        "0000-01-01",
        "\u0662026-01-01",
    ],
)
def test_date_invalid(value):
    result = read_xml(devices=[{"SerialNumber": "A", "ReadDate": value}])
    assert summary(result) == [("value_invalid", 12, "A")]
    assert only(result).message == f"ReadDate is '{value}'. Expected a date written as 2026-01-31."


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ReadType", "actual", "Expected one of: Actual, Estimated."),
        ("MonoOverUnitCost", "-0.01", "Expected a cost like 0.0065 that is not negative"),
        ("MonoOverUnitCost", "0.00000001", "Expected a cost like 0.0065 that is not negative"),
        ("BaseSupplyFee", "1,5", "Expected an amount like 0.0065:"),
    ],
)
def test_other_values_invalid(name, value, expected):
    result = read_xml(devices=[{"SerialNumber": "A", name: value}])
    assert summary(result) == [("value_invalid", 12, "A")]
    assert only(result).message.startswith(f"{name} is '{value}'. {expected}")


@pytest.mark.parametrize("value", ["usd", "US", "USDD", "\u00c4BC", "$"])
def test_currency_invalid(value):
    assert summary(read_xml({"Currency": value})) == [("value_invalid", 8, "")]


def test_elements_inside_a_value():
    result = read_xml(devices=[{"SerialNumber": "A", "MonoOver": b"1<b/>2"}])
    assert summary(result) == [("value_invalid", 12, "A")]
    assert result.details.devices[0].meters == ()


@pytest.mark.parametrize("name", ["SerialNumber", "MonoOver", "BaseServiceFee", "ReadDate", "AgreementNumber"])
@pytest.mark.parametrize("value", [b"1<!-- 9 -->2", b"1<?x 9?>2", b"12<!---->", b"<!-- 1 -->12", b"<!-- 12 -->"])
def test_comment_inside_a_value(name, value):
    result = read_xml(devices=[DEVICE, {"SerialNumber": "B", name: value}])
    expected = [("value_invalid", 14 if name == "SerialNumber" else 15, "" if name == "SerialNumber" else "B")]
    assert [line for line in summary(result) if line[0] != "serial_missing"] == expected
    assert f"The value of <{name}> contains a comment or a processing instruction" in result.issues[-1].message
    assert not result.details.devices[1].complete


def test_comments_elsewhere():
    data = build_xml({}, [DEVICE | {"Location": b"Room <!-- no --> 5<?x?>"}])
    for tag in (b"<Invoice>", b"</Invoice>", b"<Device>", b"<SerialNumber>", b"</Device>", b"</XPPSBillingDetails>"):
        data = data.replace(tag, b"<!-- Device --><?x?>" + tag)
    result = read(data, "a.xml")
    assert (result.issues, result.details.devices[0].location) == ((), "Room  5")


@pytest.mark.parametrize("value", [b"<![CDATA[1]]>2", b" 12\n", b"&#49;2"])
def test_value_is_never_cut(value):
    result = read_xml(devices=[{"SerialNumber": value, "MonoOver": value}])
    assert result.issues == ()
    assert (result.details.devices[0].serial, result.details.devices[0].meters[0].overage) == ("12", 12)


# period_invalid


def test_period_invalid():
    issue = only(read_xml({"PeriodStart": "2026-02-01"}))
    assert (issue.code, issue.source_line) == ("period_invalid", 3)
    assert issue.message == "The billing period starts on 2026-02-01, after its end on 2026-01-31."


def test_period_of_one_day():
    assert read_xml({"PeriodStart": "2026-01-31"}).issues == ()


# serials


@pytest.mark.parametrize("serial", ["", "  ", None])
def test_serial_missing(serial):
    result = read_xml(devices=[DEVICE, {"SerialNumber": serial, "Model": "M"}])
    assert summary(result) == [("serial_missing", 13, "")]
    assert only(result).message == "Device record 2 (line 13) has no serial number."


def test_serial_duplicate():
    result = read_xml(devices=[DEVICE, {"SerialNumber": "x"}, {"SerialNumber": " a b1 "}])
    assert summary(result) == [("serial_duplicate", 16, "a b1")]
    assert only(result).message == "Serial number a b1 is in the file twice: on line 10 and on line 16."


# control totals

BILLED = {
    "SerialNumber": "AB1",
    "MonthlyBasePrice": "99",
    "BaseServiceFee": "10.00",
    "BaseSupplyFee": "2.50",
    "MonoOver": "277",
    "MonoOverUnitCost": "0.0065",
    "ColorOver": "3",
    "ColorOverUnitCost": "0.015",
}
# 277 x 0.0065 = 1.8005 -> 1.80 and 3 x 0.015 = 0.045 -> 0.05


def test_totals_match():
    device = BILLED | {"DeviceTotal": "14.350000"}
    assert read_xml({"InvoiceTotal": "28.70", "DeviceCount": 2}, [device, device | {"SerialNumber": "B"}]).issues == ()


def test_device_total_mismatch():
    result = read_xml(devices=[BILLED | {"DeviceTotal": "14.33"}])
    assert summary(result) == [("total_mismatch", 10, "AB1")]
    assert only(result).message == "The device total is 14.33, but base fees and overages add up to 14.35."


def test_invoice_total_mismatch():
    result = read_xml({"InvoiceTotal": "14.37"}, [BILLED])
    assert summary(result) == [("total_mismatch", 3, "")]
    assert only(result).message == "The invoice total is 14.37, but the devices add up to 14.35."


def test_a_cent_of_two_products_is_rounding():
    result = read_xml({"InvoiceTotal": "14.36"}, [BILLED | {"DeviceTotal": "14.34"}])
    assert summary(result) == [("total_rounding", 3, ""), ("total_rounding", 11, "AB1")]
    assert {issue.severity for issue in result.issues} == {"warning"}


def test_device_count_mismatch():
    result = read_xml({"DeviceCount": 2})
    assert summary(result) == [("device_count_mismatch", 3, "")]
    assert only(result).message == "Devices stated in the file: 2. Device records found: 1."


def test_totals_follow_the_currency():
    device = {"SerialNumber": "A", "MonoOver": 1, "MonoOverUnitCost": "0.5", "DeviceTotal": 1}
    assert only(read_xml(devices=[device])).code == "total_mismatch"
    assert read_xml(devices=[device], decimal_places=0).issues == ()


def test_reading_alone_compares_no_records():
    data = build_xml({"InvoiceTotal": 1, "DeviceCount": 7}, [DEVICE, DEVICE, {"Model": "no serial"}])
    assert read_only(data, "a.xml").issues == ()
    assert len(read(data).issues) == 4


def test_no_total_is_compared_with_a_record_not_read():
    broken = {"SerialNumber": "A", "MonoOver": "x", "DeviceTotal": 5}
    result = read_xml({"InvoiceTotal": 77, "DeviceCount": 2}, [broken, {"SerialNumber": "B", "DeviceTotal": 1}])
    assert summary(result) == [("value_invalid", 14, "A"), ("total_mismatch", 17, "B")]


# all together


def test_every_problem_at_once():
    result = read_xml(
        {"PeriodStart": "2026-03-01", "DeviceCount": 9, "InvoiceDate": "x"},
        [
            {"SerialNumber": "A", "MonoOver": "x", "ColorOver": "y", "Foo": 1},
            {"Model": "no serial"},
            {"SerialNumber": "a"},
            {"SerialNumber": "B", "DeviceTotal": 1},
        ],
    )
    assert summary(result) == [
        ("period_invalid", 3, ""),
        ("device_count_mismatch", 3, ""),
        ("value_invalid", 5, ""),
        ("value_invalid", 13, "A"),
        ("value_invalid", 14, "A"),
        ("file_schema", 15, "A"),
        ("serial_missing", 17, ""),
        ("serial_duplicate", 20, "a"),
        ("total_mismatch", 23, "B"),
    ]


def test_templates_carry_their_values_apart():
    issue = only(read_xml(devices=[{"SerialNumber": "A", "MonoOver": "50%"}]))
    assert issue.template % dict(issue.params) == issue.message
    assert "50%" in issue.message


def test_checks_work_on_any_details():
    details = read_xml().details
    twice = BillingDetails(details.invoice, details.devices * 2)
    assert [issue.code for issue in check_serials(twice)] == ["serial_duplicate"]


SCHEMA = etree.XMLSchema(etree.fromstring(AUTOTASK_XML.xsd))
NO_NUMBERS = ["x", "+1", "1e3", "1e309", "NaN", "INF", "-INF", "\u0663", "1 2", "1_0", "1" * 13, "1,5", "--1", "."]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("MonoOver", ["", "0", " 12 ", "0012", "9" * 9], [*NO_NUMBERS, "-1", "1.0", "9" * 10]),
        ("BaseServiceFee", ["", "0", " -1.5 ", ".5", "1.", "9" * 12 + ".123456"], [*NO_NUMBERS, "1.1234567"]),
        ("MonoOverUnitCost", ["", "0", "0.0065", "-0"], [*NO_NUMBERS, "-0.1", "0.0000001"]),
        ("ReadDate", ["", " 2024-02-29 ", "0001-01-01"], ["2026-02-29", "2026-01-31Z", "-2026-01-01", "20260131"]),
        ("ReadType", ["", "Actual", " Estimated "], ["actual", "E"]),
    ],
)
def test_schema_refuses_what_the_reader_refuses(name, good, bad):
    for values, refused in ((good, False), (bad, True)):
        for value in values:
            data = build_xml({}, [{"SerialNumber": "A", name: value}])
            assert SCHEMA.validate(etree.fromstring(data)) is not refused, value
            assert bool(read(data, "a.xml").issues) is refused, value


def test_layout_and_schema_agree():
    """Each element that the default layout names is in its schema, and the other way round."""
    mapped = {*AUTOTASK_XML.invoice_fields.values(), *AUTOTASK_XML.device_fields.values()}
    declared = set(re.findall(rb'<xs:element name="(\w+)"', AUTOTASK_XML.xsd))
    assert {name.decode() for name in declared} == mapped | {"XPPSBillingDetails", "Invoice", "Device"}
