# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Schemas, date formats and encodings of file formats that would take too long: refused when they are made."""

import time

import pytest
from builder import build_xml

from billing_file import AUTOTASK_XML, TableLayout, XmlLayout, read
from billing_file.xml_schema import SchemaError, schema_for

XSD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</xs:schema>'


def simple(facets):
    return XSD.format(
        f'<xs:element name="a"><xs:simpleType><xs:restriction base="xs:string">{facets}</xs:restriction>'
        "</xs:simpleType></xs:element>"
    )


def model(particles):
    return XSD.format(f'<xs:element name="a"><xs:complexType>{particles}</xs:complexType></xs:element>')


def optional(count):
    return "".join(f'<xs:element name="e{n}" type="xs:string" minOccurs="0"/>' for n in range(count))


def nested(levels):
    inside = optional(1)
    for _level in range(levels):
        inside = f'<xs:sequence minOccurs="0" maxOccurs="2">{inside}{optional(1)}</xs:sequence>'
    return model(inside)


SCHEMAS = {
    "5,000 optional elements": model(f"<xs:sequence>{optional(5_000)}</xs:sequence>"),
    "300 optional elements": model(f"<xs:sequence>{optional(300)}</xs:sequence>"),
    "nested groups": nested(20),
    "huge maxOccurs": model('<xs:sequence><xs:element name="b" maxOccurs="9999999"/></xs:sequence>'),
    "huge minOccurs": model('<xs:sequence minOccurs="99999" maxOccurs="unbounded"/>'),
    "key": XSD.format('<xs:element name="a"><xs:key name="k"><xs:selector xpath="b"/></xs:key></xs:element>'),
    "enumerations": simple("".join(f'<xs:enumeration value="{n}"/>' for n in range(5_000))),
    "a megabyte": XSD.format("<!--" + "x" * 1_000_000 + "-->"),
    "a document type": "<!DOCTYPE a [<!ENTITY b 'c'>]>" + XSD.format(""),
    "an import": XSD.format('<xs:import schemaLocation="file:///etc/passwd"/>'),
    "no schema": "<a/>",
    **{
        f"pattern {pattern}": simple(f'<xs:pattern value="{pattern}"/>')
        for pattern in ("(a|a|aa)+b", "(a*)*b", r"\w*\w*\w*b", "a?" * 40 + "a" * 40, "((a{1,9}){1,9}){1,9}", "a{9999}")
    },
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas(name):
    start = time.process_time()
    with pytest.raises(SchemaError):
        schema_for(SCHEMAS[name].encode())
    assert time.process_time() - start < 1
    # One that a database has already is an issue of each file.
    layout = XmlLayout(
        AUTOTASK_XML.invoice_path,
        AUTOTASK_XML.device_path,
        AUTOTASK_XML.invoice_fields,
        AUTOTASK_XML.device_fields,
        xsd=SCHEMAS[name].encode(),
    )
    issue = read(build_xml({}, [{"SerialNumber": "A"}]), "a.xml", layout).issues[0]
    assert (issue.code, issue.severity) == ("file_schema", "error")
    assert issue.message.startswith("The schema of this file format cannot be used")


@pytest.mark.parametrize("pattern", ["[A-Z]{3}", r"\d{4}-\d{2}-\d{2}", "[0-9]{1,12}(\\.[0-9]{0,6})?", r"\w+", "yes|no"])
def test_usual_patterns(pattern):
    schema_for(simple(f'<xs:pattern value="{pattern}"/>').encode())


@pytest.mark.parametrize("date_format", ["%Y" * 1000, "%d%m%Y%d%m%Y", ".*" * 500 + "%d%m%Y", "%d.%m.%Y\0", "%m/%Y"])
def test_date_formats(date_format):
    start = time.process_time()
    with pytest.raises(ValueError, match="whole date"):
        TableLayout("csv", {}, {"serial": "Serial"}, date_format=date_format)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("encoding", ["zlib", "rot13", "idna", "punycode", "utf-7", "unicode_escape", "utf-8\0"])
def test_encodings(encoding):
    with pytest.raises(ValueError, match="no encoding of text"):
        TableLayout("csv", {}, {"serial": "Serial"}, encoding=encoding)


def test_long_places():
    with pytest.raises(ValueError, match="more than 200 characters"):
        TableLayout("csv", {}, {"serial": "x" * 100_000})
