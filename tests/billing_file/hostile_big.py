# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files of any size up to the limit that are made to take time or memory: of each type name -> how to make it.

Made when they are needed, since together they are gigabytes. Imports nothing of the addon. The layouts are those of
``hostile``.
"""

from functools import partial
from random import Random

from builder import build_xml
from hostile import HEAD, ROW, SHEET_HEAD, SHEET_TITLES, TAIL, XLSX, part, sheet, with_after, with_rows
from workbooks import STYLES, shared_strings, sheet_xml, workbook

FULL = 64 * 1024 * 1024
START = build_xml({}, []).removesuffix(b"</XPPSBillingDetails>\n")
END = b"</XPPSBillingDetails>\n"
METERS = ("Mono", "Color", "MonoColor1", "ClrLvl12", "ClrLvl3")
VALUES = ("Previous", "Current", "Included", "Over", "OverUnitCost")


def xml(*records, start=START):
    return b"".join((start, *records, END))


def many(record, size=FULL):
    """As many of the same as fit."""
    return xml(record * ((size - len(START) - len(END)) // len(record)))


def numbered(make, count=None, size=FULL):
    """Records by their number, as many as fit."""
    records, length, number = [], len(START) + len(END), 0
    while count is None or number < count:
        record = make(number)
        length += len(record)
        if length > size:
            break
        records.append(record)
        number += 1
    return xml(*records)


def device(number, inside=b"", **values):
    elements = {"SerialNumber": f"SN{number:07}", **values}
    return b"<Device>%s%s</Device>\n" % (
        b"".join(f"<{name}>{value}</{name}>".encode() for name, value in elements.items()),
        inside,
    )


def full_device(number, **values):
    """With all of its meters: some 1,300 bytes."""
    meters = dict.fromkeys((meter + value for meter in METERS for value in VALUES), "1")
    names = {"Model": "Xerox VersaLink C405", "ModelNumber": "C405", "CustomerName": f"Customer {number}"}
    fees = {"BaseServiceFee": "12.50", "BaseSupplyFee": "3.10", "ReadDate": "2026-01-31", "ReadType": "Actual"}
    return device(number, **names | fees | meters | values)


def wrong_device(number):
    return full_device(number).replace(b">1<", b">x<").replace(b">12.50<", b">y<")


def some_of_all(number):
    """Another choice of its elements each time, and one that is unknown."""
    random = Random(number)
    chosen = {meter + value: "1" for meter in METERS for value in VALUES if random.random() < 0.3}
    return device(number, b"<Foo/>", **chosen)


def inside(filling, count=None, tag="MonoOver"):
    """One device whose value is, or holds, many of the same."""
    record = b"<Device><SerialNumber>S1</SerialNumber><%s>" % tag.encode(), b"</%s></Device>" % tag.encode()
    room = FULL - len(START) - len(END) - len(record[0]) - len(record[1])
    return xml(record[0], filling * min(count or room, room // len(filling)), record[1])


def attributes(count, form=b" a%d=''"):
    return b"".join(form % number for number in range(count))


def in_utf_16(make):
    return make().decode().replace('encoding="UTF-8"', "").encode("utf-16")


def before_the_root(filling):
    end = xml()
    return filling * ((FULL - len(end)) // len(filling)) + end.split(b"\n", 1)[1]


XML = {
    "200,000 attributes of one element": lambda: xml(b"<Device%s/>" % attributes(200_000)),
    "attributes of one element, 64 MiB": lambda: xml(b"<Device%s/>" % attributes(5_200_000)),
    "attributes of the root": lambda: xml(start=START.replace(b"Details>", b"Details%s>" % attributes(200_000))),
    "20,000 attributes of the invoice": lambda: xml(
        start=START.replace(b"<Invoice>", b"<Invoice%s>" % attributes(20_000))
    ),
    "an attribute of each device": lambda: numbered(
        lambda n: full_device(n).replace(b"<Device>", b"<Device a='1'>"),
    ),
    "an attribute of each of 100,000 devices": lambda: numbered(
        lambda n: device(n).replace(b"<Device>", b"<Device a=''>"), 99_000
    ),
    "an attribute of each element": lambda: numbered(
        lambda n: full_device(n).replace(b"Over>1", b"Over a=''>1").replace(b"Current>1", b"Current a=''>1"), 12_000
    ),
    "200 attributes of each device": lambda: numbered(
        lambda n: device(n).replace(b"<Device>", b"<Device%s>" % attributes(200)), 2_400
    ),
    "attributes with other names": lambda: numbered(
        lambda n: device(n).replace(b"<Device>", b"<Device a%d=''>" % n), 90_000
    ),
    "1.5 million comments in a value": lambda: inside(b"1<!---->", 1_500_000),
    "90,000 comments in a value": lambda: inside(b"x" * 100 + b"<!---->", 90_000, "Model"),
    "90,000 comments between long texts": lambda: xml((b"x" * 600 + b"<!---->") * 90_000),
    "comments, 64 MiB": lambda: many(b"<!---->"),
    "comments before the root": lambda: before_the_root(b"<!---->"),
    "5 million processing instructions": lambda: many(b"<?x?>"),
    "processing instructions before the root": lambda: before_the_root(b"<?x?>"),
    "white space before the root": lambda: before_the_root(b" "),
    "CDATA sections": lambda: inside(b"<![CDATA[1]]>"),
    "240,000 CDATA sections": lambda: inside(b"<![CDATA[1]]>", 240_000),
    "99,000 devices each with another unknown element": lambda: numbered(lambda n: device(n, b"<x%d/>" % n), 99_000),
    "devices each with other known elements": lambda: numbered(some_of_all, 30_000),
    "devices each with the same unknown element": lambda: numbered(lambda n: device(n, b"<Foo>1</Foo>"), 99_000),
    "unknown elements with other names in a device": lambda: xml(
        b"<Device>", b"".join(b"<x%d/>" % n for n in range(240_000)), b"</Device>"
    ),
    "unknown elements with other names, 64 MiB": lambda: numbered(lambda n: b"<x%d/>" % n),
    "unknown elements on other lines": lambda: numbered(
        lambda n: b"<Device>\n<SerialNumber>%d</SerialNumber>\n<x%d/></Device>\n" % (n, n), 4_900
    ).replace(b"<Device>", b"\n" * 70_000 + b"<Device>", 1),
    "99,000 devices of wrong values": lambda: numbered(
        lambda n: device(n, MonoOver="x", ReadDate="y", BaseServiceFee="z"), 99_000
    ),
    "99,000 devices of one wrong value": lambda: numbered(lambda n: device(n, MonoOver="x"), 99_000),
    "devices of wrong values, 64 MiB": lambda: numbered(wrong_device),
    "devices of one wrong value, 64 MiB": lambda: numbered(lambda n: full_device(n, MonoOver="x")),
    "devices of wrong dates": lambda: numbered(lambda n: device(n, ReadDate=f"2026-13-{n}"), 99_000),
    "devices of repeated values": lambda: numbered(lambda n: device(n, b"<MonoOver>1</MonoOver>" * 2), 99_000),
    "devices with elements inside values": lambda: numbered(lambda n: device(n, MonoOver="<x/>"), 99_000),
    "devices with text between elements": lambda: numbered(lambda n: device(n, b"stray"), 99_000),
    "devices with text between elements, 64 MiB": lambda: numbered(
        lambda n: full_device(n).replace(b"</Device>", b"stray</Device>")
    ),
    "devices without a serial number, 64 MiB": lambda: numbered(lambda n: full_device(n).replace(b"SN%07d" % n, b"")),
    "devices of one serial number": lambda: numbered(lambda n: device(0), 99_000),
    "empty devices": lambda: xml(b"<Device/>" * 99_000),
    "empty devices, 64 MiB": lambda: many(b"<Device/>"),
    "30 MiB of tags": lambda: many(b"<a/>", 30 * 1024 * 1024),
    "tags, 64 MiB": lambda: many(b"<a/>"),
    "2.4 million tags": lambda: xml(b"<a/>" * 2_400_000),
    "2.4 million tags in a device": lambda: xml(b"<Device>", b"<a/>" * 2_400_000, b"</Device>"),
    "2.4 million values in a device": lambda: xml(b"<Device>", b"<MonoOver>1</MonoOver>" * 2_400_000, b"</Device>"),
    "240,000 values in a device": lambda: xml(b"<Device>", b"<MonoOver>1</MonoOver>" * 240_000, b"</Device>"),
    "2.4 million tags in a value": lambda: inside(b"<a/>", 2_400_000),
    "2.4 million tags of another root": lambda: b"<a>" + b"<b>1</b>" * 2_400_000 + b"</a>",
    "240,000 tags": lambda: xml(b"<a/>" * 240_000),
    "tags without end": lambda: many(b"<a>"),
    "wide and deep": lambda: many(b"<a>" * 200 + b"</a>" * 200),
    "wide and deep, 240,000 elements": lambda: xml((b"<a>" * 120 + b"</a>" * 120) * 2_000),
    "invoices": lambda: many(b"<Invoice/>"),
    "240,000 invoices": lambda: xml(b"<Invoice/>" * 240_000),
    "invoices of values": lambda: xml(b"<Invoice><InvoiceDate>x</InvoiceDate></Invoice>" * 240_000),
    "namespaces of one element": lambda: xml(b"<Device%s/>" % attributes(200_000, b" xmlns:a%d='u'")),
    "namespaces of each device": lambda: numbered(
        lambda n: device(n).replace(b"<Device>", b"<Device xmlns='u%d'>" % n)
    ),
    "90,000 namespaces": lambda: numbered(
        lambda n: b"<Device xmlns='u%d'><SerialNumber>%d</SerialNumber><x/></Device>" % (n, n), 90_000
    ),
    "prefixes": lambda: xml(
        b"<y:Device><y:SerialNumber>1</y:SerialNumber><y:x/></y:Device>" * 99_000,
        start=START.replace(b"<XPPSBillingDetails>", b"<XPPSBillingDetails xmlns:y='u'>"),
    ),
    "one text": lambda: inside(b"x"),
    "texts of 9 MB": lambda: many(b"<Device><SerialNumber>%s</SerialNumber></Device>" % (b"x" * 9_000_000)),
    "spaces of 9 MB": lambda: many(b"<Device><MonoOver>1%s</MonoOver></Device>" % (b" x" * 4_500_000)),
    "serial numbers of 200 kB": lambda: numbered(lambda n: device(n, SerialNumber="x" * 200_000)),
    "long names": lambda: numbered(lambda n: b"<%s%d/>" % (b"x" * 45_000, n)),
    "line ends": lambda: many(b"\n"),
    "broken at the end": lambda: numbered(full_device)[:-30],
    "references": lambda: inside(b"&#65;&amp;", tag="Model"),
    "31 million lines": lambda: many(b"\n ", 62 * 1024 * 1024),
    "nested names for an inspection": lambda: (
        b"".join(b"<%s%d>" % (b"n" * 4_000, n) for n in range(250))
        + b"1"
        + b"".join(b"</%s%d>" % (b"n" * 4_000, n) for n in reversed(range(250)))
    ),
    "places for an inspection": lambda: xml(
        *(b"<g%d>%s</g%d>" % (n, b"".join(b"<a%d><b/></a%d>" % (i, i) for i in range(20)), n) for n in range(3_000))
    ),
}
XML |= {
    f"{name}, in UTF-16": partial(in_utf_16, XML[name])
    for name in (
        "200,000 attributes of one element",
        "1.5 million comments in a value",
        "99,000 devices each with another unknown element",
        "99,000 devices of wrong values",
        "2.4 million tags",
        "240,000 tags",
        "devices with text between elements",
    )
}


def text(row, count=None, size=FULL):
    return HEAD + row * min(count or size, (size - len(HEAD)) // len(row))


def rows(make, count=None, size=FULL):
    found, length = [HEAD], len(HEAD)
    for number in range(count or size):
        row = make(number)
        length += len(row)
        if length > size:
            break
        found.append(row)
    return b"".join(found)


CSV = {
    "5 million rows": lambda: text(b"A,,,,,\n", 5_000_000),
    "31 million lines": lambda: text(b"\n", 31_000_000),
    "lines, 64 MiB": lambda: text(b"\n"),
    "carriage returns": lambda: text(b"\r"),
    "240,000 empty lines": lambda: text(b"\n", 240_000),
    "99,000 rows of wrong values": lambda: rows(lambda n: b"S%d,Acme,x,y,z,w" % n + TAIL, 99_000),
    "99,000 rows of one wrong value": lambda: rows(lambda n: b"S%d,Acme,x,1,1,1" % n + TAIL, 99_000),
    "99,000 rows with a cell too many": lambda: rows(lambda n: b"S%d,Acme,1,1,1,1" % n + TAIL[:-1] + b",x\n", 99_000),
    "rows with a cell too many, 64 MiB": lambda: rows(
        lambda n: b"S%d,%s,1,1,1,1" % (n, b"A" * 600) + TAIL[:-1] + b",x\n"
    ),
    "99,000 short rows": lambda: text(b"A\n", 99_000),
    "99,000 rows of another invoice each": lambda: rows(
        lambda n: b"S%d,Acme,1,1,1,1," % n + TAIL[1:].replace(b"X-1", b"X-%d" % n), 99_000
    ),
    "99,000 rows without a serial number": lambda: text(b",Acme,1,2,3,7" + TAIL, 99_000),
    "99,000 rows of one serial number": lambda: text(ROW, 99_000),
    "cells": lambda: text(b",", 60_000_000),
    "4.9 million cells": lambda: text(b"A" + b"," * 16_000 + b"\n", 306),
    "4.9 million blank cells": lambda: text(b" , " * 16_000 + b"\n", 306),
    "4.9 million cells with titles": lambda: (
        HEAD[:-1]
        + b"".join(b",t%d" % n for n in range(16_000))
        + b"\n"
        + (b"S1,Acme,1,2,3,7" + TAIL[:-1] + b",x" * 16_000 + b"\n") * 305
    ),
    "one line": lambda: text(b"x"),
    "one line of wide characters": lambda: HEAD + "😀".encode() + b"x" * (FULL - 1000),
    "lines of 900 kB": lambda: text(b"x" * 900_000 + b"\n"),
    "cells of 130 kB": lambda: rows(lambda n: b"S%d,%s,1,1,1,1" % (n, b"x" * 130_000) + TAIL),
    "serial numbers of 130 kB": lambda: rows(lambda n: b"S%d%s,Acme,1,1,1,1" % (n, b"x" * 130_000) + TAIL),
    "quotes": lambda: text(b'"'),
    "cells over lines": lambda: text(b'"\n",', 240_000),
    "NUL": lambda: text(b"\0"),
    "titles": lambda: HEAD[:-1] + b",x" * 16_000 + b"\n" + ROW * 90_000,
    "titles of spaces": lambda: HEAD[:-1] + (b"," + b" x" * 60_000) * 7 + b"\n" + ROW,
    "as text": lambda: text(b'"=""1"""' + b',"=""1"""' * 5 + TAIL, 99_000),
}
CSV |= {
    f"{name}, in UTF-16": partial(lambda name: CSV[name]().decode().encode("utf-16"), name)
    for name in ("31 million lines", "99,000 rows of wrong values", "4.9 million cells")
}


def sheet_rows(make, count):
    return with_rows("".join(f'<row r="{n}">{make(n)}</row>' for n in range(8, count + 8)))


def number_cell(column, number, value):
    return f'<c r="{column}{number}"><v>{value}</v></c>'


def text_cell(column, number, value):
    return f'<c r="{column}{number}" t="str"><v>{value}</v></c>'


def noise(count):
    """What hardly packs, so that no archive is said to be a bomb."""
    random = Random(1)
    return "".join(random.choice("0123456789abcdef") for _number in range(count))


def strings(count, make=lambda n: f"<t>text {n * 7919 % 1_000_003}</t>"):
    return workbook(
        sheet(["S1", b'<c r="{r}" t="s"><v>0</v></c>']),
        parts={"xl/sharedStrings.xml": shared_strings(*(make(n) for n in range(count)))},
    )


WORKBOOKS = {
    "800,000 shared strings": lambda: strings(800_000),
    "249,000 shared strings": lambda: strings(249_000),
    "shared strings without text": lambda: strings(900_000, lambda n: ""),
    "shared strings of many formats": lambda: strings(55_000, lambda n: f"<r><t>{n}</t></r>" * 4),
    "99,000 rows of wrong values": lambda: sheet_rows(
        lambda n: text_cell("A", n, f"S{n}") + text_cell("C", n, "x") + text_cell("E", n, "y"), 99_000
    ),
    "99,000 rows with a cell too many": lambda: sheet_rows(
        lambda n: text_cell("A", n, f"S{n}") + text_cell("J", n, "x"), 99_000
    ),
    "99,000 rows with a far cell": lambda: sheet_rows(
        lambda n: text_cell("A", n, f"S{n}") + text_cell("XFD", n, "x"), 99_000
    ),
    "99,000 rows without a serial number": lambda: sheet_rows(lambda n: number_cell("C", n, n), 99_000),
    "99,000 rows of one serial number": lambda: sheet_rows(lambda n: text_cell("A", n, "S"), 99_000),
    "1 million empty rows": lambda: sheet_rows(lambda n: "", 1_000_000),
    "2.4 million empty cells": lambda: sheet_rows(lambda n: f'<c r="A{n}" s="1"/><c r="B{n}"/>', 1_000_000),
    "rows of empty cells": lambda: with_rows("".join(f'<row r="{n}">{"<c/>" * 16_000}</row>' for n in range(8, 300))),
    "rows of 64 empty cells": lambda: with_rows(
        "".join(f'<row r="{n}">{text_cell("A", n, n)}{"<c/>" * 64}</row>' for n in range(8, 50_000))
    ),
    "rows of cells": lambda: with_rows(
        "".join(f'<row r="{n}">{"<c><v>1</v></c>" * 16_000}</row>' for n in range(8, 150))
    ),
    "a row of cells": lambda: with_rows(f'<row r="8">{"<c><v>1</v></c>" * 2_400_000}</row>'),
    "elements between the rows": lambda: with_rows("<x/>" * 4_900_000),
    "elements before the rows": lambda: workbook(
        sheet(["S1"]).replace("<sheetData>", f"<cols>{'<col/>' * 4_900_000}</cols><sheetData>")
    ),
    "sheets of many cells": lambda: workbook(
        *[sheet_xml([["x"] * 1_000] * 49 + [SHEET_TITLES]) for _number in range(40)]
    ),
    "300 sheets": lambda: XLSX["many sheets"][0],
    "1,900 sheets": lambda: workbook(*[sheet(["S1"])] * 1_900),
    "9,000 sheets of one part": lambda: workbook(
        sheet(["S1"]),
        names=[f"Sheet{number}" for number in range(9_000)],
        parts={"xl/_rels/workbook.xml.rels": many_sheets()},
    ),
    "comments": lambda: with_rows("<!---->" * 5_000_000),
    "comments in a row": lambda: with_rows(f'<row r="8">{"<!---->" * 90_000}</row>'),
    "processing instructions": lambda: with_rows("<?x?>" * 5_000_000),
    "attributes of a cell": lambda: with_rows(f'<row r="8"><c r="A8"{attributes(200_000).decode()}/></row>'),
    "attributes of the styles": lambda: part(
        "xl/styles.xml", STYLES.replace("<fonts", f"<fonts{attributes(200_000).decode()}")
    ),
    "19,000 styles": lambda: part("xl/styles.xml", STYLES.replace("</cellXfs>", "<xf/>" * 19_000 + "</cellXfs>")),
    "19,000 names": lambda: part(
        "xl/workbook.xml",
        '<workbook xmlns="x"><definedNames>' + "<definedName/>" * 19_000 + "</definedNames></workbook>",
    ),
    "9,900 merged cells": lambda: with_after("<mergeCells>" + '<mergeCell ref="A9:B9"/>' * 9_900 + "</mergeCells>"),
    "9,900 merged cells over 50,000 rows": lambda: workbook(
        sheet_xml([*SHEET_HEAD, SHEET_TITLES]).replace(
            "</sheetData>",
            "".join(f'<row r="{n}">{text_cell("A", n, n)}</row>' for n in range(8, 50_000))
            + "</sheetData><mergeCells>"
            + '<mergeCell ref="A9:B49999"/>' * 9_900
            + "</mergeCells>",
        )
    ),
    "a long text": lambda: workbook(sheet(["S1", noise(30_000_000)])),
    "long texts": lambda: sheet_rows(lambda n: text_cell("A", n, f"{n}" + "x" * 30_000), 2_000),
    "the workbook is a sheet": lambda: workbook(
        sheet(["S1"]),
        parts={
            "[Content_Types].xml": workbook_types(),
            "xl/worksheets/book.xml": "".join(
                (
                    "<workbook>",
                    *(f'<definedName name="{n * 7919 % 1_000_003}"/>' for n in range(900_000)),
                    "</workbook>",
                )
            ),
        },
    ),
    "spaces in a part": lambda: part("xl/media/a.xml", noise(40_000_000)),
}


def many_sheets():
    """Relations of a workbook, in which 9,000 sheets are the same part."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    related = (f'<Relationship Id="rId{n}" Type="{kind}" Target="worksheets/sheet1.xml"/>' for n in range(1, 9_001))
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{package}">{"".join(related)}</Relationships>'


def workbook_types():
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/worksheets/book.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    )


BIG = {"xml": XML, "csv": CSV, "xlsx": WORKBOOKS}
