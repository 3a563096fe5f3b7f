# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files made, or broken, to harm: of each type name -> its bytes, and a code of its issues (None: whichever)."""

import gzip
import io
import zipfile

from builder import build_xml
from workbooks import STYLES, archive, sheet_xml, workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
DOCX = archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})
# Neither amounts nor counts.
NUMBERS = {
    "too large": b"1e309",
    "infinite": b"INF",
    "none": b"NaN",
    "of another script": "\u0663".encode(),
    "of 5,000 digits": b"9" * 5_000,
    "hexadecimal": b"0x1F",
    "with a comment inside": b"1<!-- -->2",
    "with an instruction inside": b"1<?x?>2",
}
GOOD = build_xml({}, [{"SerialNumber": "AB1", "Model": "M"}])
LAUGHS = b"<!DOCTYPE a [<!ENTITY l0 'lol'>%s]><a>&l9;</a>" % b"".join(
    b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
)


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.xml", GOOD)
    return buffer.getvalue()


def inside(xml):
    """``xml`` in place of the model's text."""
    return GOOD.replace(b">M<", b">" + xml + b"<")


def record(xml):
    """``xml`` as a second record."""
    return GOOD.replace(b"</XPPSBillingDetails>", xml + b"</XPPSBillingDetails>")


XML = {
    "billion laughs": (LAUGHS, "file_forbidden"),
    "billion laughs in EBCDIC": (
        '<?xml version="1.0" encoding="IBM037"?>'.encode("cp037") + LAUGHS.decode().encode("cp037"),
        None,
    ),
    "billion laughs in UTF-16": (LAUGHS.decode().encode("utf-16"), "file_forbidden"),
    "external entity": (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "file_forbidden"),
    "parameter entity": (b"<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1:9/'> %x;]><a/>", "file_forbidden"),
    "doctype after a long comment": (b"<!--" + b"x" * 5_000_000 + b"--><!DOCTYPE a><a/>", "file_forbidden"),
    "comment without end": (b"<!--" + b"x" * 1_000_000, "file_syntax"),
    "gzip": (gzip.compress(GOOD), "file_syntax"),
    "zip": (zipped(), "file_syntax"),
    "html": (b"<html><head><br></head></html>", "file_syntax"),
    "json": (b'{"a": 1}', "file_syntax"),
    "binary": (bytes(range(256)) * 1000, "file_syntax"),
    "only NUL": (b"\0" * 1000, "file_syntax"),
    "NUL in a value": (GOOD.replace(b"AB1", b"A\0B"), "file_syntax"),
    "truncated": (GOOD[:-30], "file_syntax"),
    "two documents": (GOOD + GOOD, "file_syntax"),
    "wrong encoding": (GOOD.replace(b"AB1", b"\xe9"), "file_syntax"),
    "unknown encoding": (GOOD.replace(b"UTF-8", b"KLINGON"), "file_syntax"),
    "UTF-16 that is none": (b"\xff\xfe" + GOOD, "file_syntax"),
    "deep nesting": (b"<a>" * 100_000, "file_syntax"),
    "nesting inside a value": (inside(b"<a>" * 200 + b"</a>" * 200), "value_invalid"),
    "long text": (inside(b"x" * 11_000_000), "file_syntax"),
    "long name": (record(b"<" + b"x" * 60_000 + b"/>"), "file_syntax"),
    "many attributes": (
        record(b"<Device " + b" ".join(b"a%d='1'" % n for n in range(200_000)) + b"/>"),
        "file_too_large",
    ),
    "many unknown elements": (record(b"<Device>" + b"<x/>" * 200_000 + b"</Device>"), "file_too_large"),
    "many repeated elements": (
        record(b"<Device>" + b"<MonoOver>1</MonoOver>" * 100_000 + b"</Device>"),
        "file_too_large",
    ),
    "many elements at the root": (record(b"<x/>" * 200_000), "file_schema"),
    "many empty records": (record(b"<Device/>" * 50_000), "serial_missing"),
    "many invoices": (record(b"<Invoice/>" * 20_000), "file_schema"),
    "records of many shapes": (
        record(b"".join(b"<Device><SerialNumber>%d</SerialNumber><x%d/></Device>" % (n, n) for n in range(5_000))),
        "file_schema",
    ),
    "names that are patterns": (
        record(b"<Device><SerialNumber>%(x)s %s %</SerialNumber><MonoOver>%d</MonoOver></Device>"),
        "value_invalid",
    ),
    "XInclude": (
        inside(b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'),
        "value_invalid",
    ),
    "many attributes in namespaces": (
        record(b"<Device " + b" ".join(b"xmlns:a%d='u%d'" % (n, n) for n in range(20_000)) + b"/>"),
        "file_too_large",
    ),
    "many comments in a value": (inside(b"x<!---->" * 200_000).replace(b"Model>", b"MonoOver>"), "file_too_large"),
    "many comments between records": (record(b"<!---->x<?y?>" * 200_000), "file_too_large"),
    "many namespaces": (
        record(b"".join(b'<Device xmlns="u%d"><x/></Device>' % n for n in range(20_000))),
        "file_schema",
    ),
    "csv": (b"Serial Number,Total\nA,1\n", "file_syntax"),
    "xls": (OLE, "file_syntax"),
    "docx": (DOCX, "file_syntax"),
}
XML |= {
    f"pages {name}": (
        record(b"<Device><SerialNumber>B</SerialNumber><MonoOver>%s</MonoOver></Device>" % text),
        "value_invalid",
    )
    for name, text in NUMBERS.items()
}
XML |= {
    f"money {name}": (
        record(b"<Device><SerialNumber>B</SerialNumber><BaseServiceFee>%s</BaseServiceFee></Device>" % text),
        "value_invalid",
    )
    for name, text in NUMBERS.items()
}


# Delimited text. The layout is the golden files' "csv", which wants eleven columns.

TITLES = ("Serial Number", "Customer", "Base Service Fee", "Mono Over", "Mono Unit Cost", "Device Total")
LABELS = ("Invoice Number", "Invoice Date", "Period Start", "Period End", "Currency")
VALUES = ("X-1", "2026-02-03", "2026-01-01", "2026-01-31", "USD")
HEAD = ",".join((*TITLES, *LABELS)).encode() + b"\n"
TAIL = b"," + ",".join(VALUES).encode() + b"\n"
ROW = b"S1,Acme,1,2,3,7" + TAIL

CSV = {
    "many cells": (HEAD + b"," * 5_000_000, "file_too_large"),
    "many cells over many lines": (HEAD + b'a,"\n",' * 100_000, "file_syntax"),
    "many empty lines": (HEAD + ROW + b"\n" * 10_000_000, "file_too_large"),
    "many short rows": (HEAD + b"A\n" * 100_000, "file_too_large"),
    "many titles": (HEAD[:-1] + b",x" * 16_000 + b"\n" + ROW * 100, "serial_duplicate"),
    "many titles of one name": (HEAD[:-1] + b",Customer" * 16_000 + b"\n" + ROW, "file_schema"),
    "many labels": (b"Device Count,1\n" * 49 + HEAD + ROW, "file_schema"),
    "long cell": (HEAD + b"x" * 20_000_000 + TAIL, "file_too_large"),
    "long title row": (b"x" * 20_000_000 + b"\n" + HEAD + ROW, "file_too_large"),
    "quote without end": (HEAD + b'"' + ROW * 100_000, "file_syntax"),
    "quotes": (HEAD + b'"' * 1_000_001, "file_too_large"),
    "rows of two invoices": (
        HEAD + b"".join(ROW.replace(b"X-1", b"X-%d" % n) for n in range(20_000)),
        "file_too_large",
    ),
    "binary": (bytes(range(256)) * 1000, "file_syntax"),
    "only NUL": (b"\0" * 1000, "file_syntax"),
    "NUL in a value": (HEAD + ROW.replace(b"Acme", b"A\0cme"), "file_syntax"),
    "UTF-16 without a mark": ((HEAD + ROW).decode().encode("utf-16-le"), "file_syntax"),
    "half a character": (b"\xff\xfe" + (HEAD + ROW).decode().encode("utf-16-le")[:-1], "file_syntax"),
    "not UTF-8": (HEAD + ROW.replace(b"Acme", b"Acm\xe9"), "file_syntax"),
    "gzip": (gzip.compress(HEAD + ROW), "file_syntax"),
    "workbook": (workbook(sheet_xml([["Serial Number"], ["A"]])), "file_syntax"),
    "xls": (OLE, "file_syntax"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "file_syntax"),
    "html": (b"<!DOCTYPE html>\n<html><table><tr><td>Serial Number</td></tr></table></html>", "file_schema"),
    "xml": (GOOD, "file_schema"),
    "json": (b'{"Serial Number": "A"}', "file_schema"),
    "names that are patterns": (HEAD + b"%(x)s %s %,,%d,%,{0},\n", "value_invalid"),
    **{
        f"{column} {name}": (HEAD + ROW.replace(cell, b'"%s",' % text), "value_invalid")
        for column, cell in (("pages", b"2,"), ("money", b"7,"))
        for name, text in NUMBERS.items()
        if b"<" not in text
    },
}


# Workbooks. The layout is the golden files' "workbook".

SHEET_HEAD = [*([label, value] for label, value in zip(LABELS, VALUES, strict=True)), []]
SHEET_TITLES = ["Serial Number", "Location", "Base Service Fee", "Read Date", "Mono Over", "Mono Unit Cost", "Total"]


def sheet(*rows, after=""):
    return sheet_xml([*SHEET_HEAD, SHEET_TITLES, *rows], after)


def part(name, content):
    return workbook(sheet(["S1"]), parts={name: content})


def patched(data, old, new):
    assert old in data
    return data.replace(old, new)


def changed(old, new, *rows):
    return workbook(patched(sheet(*rows), old, new))


def with_rows(xml):
    return changed("</sheetData>", xml + "</sheetData>")


def with_after(xml):
    return workbook(sheet(["S1"], after=xml))


def attributes(count):
    return " ".join(f'a{n}="1"' for n in range(count))


def many_far_cells(first):
    cells = '<c r="A{n}"><v>{n}</v></c><c r="XFD{n}"><v>1</v></c>'
    return "".join(f'<row r="{n}">{cells.replace("{n}", str(n))}</row>' for n in range(first, 20_000))


EXTERNAL = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
    ' TargetMode="External" Target="http://127.0.0.1:9/sheet1.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
)
BOOK = workbook(sheet(["S1", None, 1]))
BOMB = sheet(["S1"]).replace("</worksheet>", " " * 100_000_000 + "</worksheet>")
RAW_LAUGHS = LAUGHS.decode()
XLSX = {
    "zip bomb": (workbook(BOMB), "file_too_large"),
    "zip bomb that lies": (
        # 16 MB said to be 1 kB: no more than that is unpacked.
        patched(workbook(BOMB[:16_000_000]), (16_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")),
        "file_syntax",
    ),
    "zip bomb beside the workbook": (part("xl/media/image1.png", " " * 100_000_000), "file_too_large"),
    "many parts": (archive({f"xl/{n}.xml": "" for n in range(20_000)}), "file_too_large"),
    "two parts of one name": (
        patched(part("xl/worksheets/sheet2.xml", sheet(["S2"])), b"sheet2", b"sheet1"),
        "file_syntax",
    ),
    "password": (patched(BOOK, b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\x01\0"), "file_syntax"),
    "unknown compression": (patched(BOOK, b"\x14\0\0\0\x08\0", b"\x14\0\0\0\x63\0"), "file_syntax"),
    **{
        f"laughs in {name}": (part(name, RAW_LAUGHS), "file_forbidden")
        for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "[Content_Types].xml")
    },
    "laughs in UTF-16": (part("xl/worksheets/sheet1.xml", RAW_LAUGHS.encode("utf-16")), "file_forbidden"),
    "laughs in EBCDIC": (
        part("xl/sharedStrings.xml", ('<?xml version="1.0" encoding="cp037"?>' + RAW_LAUGHS).encode("cp037")),
        "file_syntax",
    ),
    "laughs in another encoding": (
        part("xl/sharedStrings.xml", b'<?xml version="1.0" encoding="utf-7"?>' + LAUGHS),
        "file_syntax",
    ),
    "laughs after a long comment": (
        part("xl/worksheets/sheet1.xml", "<!--" + " ".join(map(str, range(400_000))) + "-->" + RAW_LAUGHS),
        "file_forbidden",
    ),
    "external entity": (
        part("xl/sharedStrings.xml", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"),
        "file_forbidden",
    ),
    "external sheet": (part("xl/_rels/workbook.xml.rels", EXTERNAL), "file_syntax"),
    "sparse cells in the last column": (
        workbook(sheet_xml([]).replace("</sh", many_far_cells(1) + "</sh")),
        "file_schema",
    ),
    "devices with cells in the last column": (with_rows(many_far_cells(10)), "file_too_large"),
    "last row": (with_rows('<row r="1048576"><c r="B1048576"><v>1</v></c></row>'), "serial_missing"),
    "row beyond the last": (with_rows('<row r="99999999999"><c r="B9"><v>1</v></c></row>'), "file_syntax"),
    "row before the first": (with_rows('<row r="-9"><c><v>1</v></c></row>'), "file_syntax"),
    "rows in no order": (changed('<row r="8"><c r="A8"', '<row r="2"><c r="A2"', ["S1"]), "file_syntax"),
    "cells in no order": (changed('"B8"', '"A8"', ["S1", 5, 6]), "file_syntax"),
    "cells of another row": (changed('"B8"', '"B9"', ["S1", 5, 6]), "file_syntax"),
    "column beyond the last": (changed('"C8"', '"ZZZ8"', ["S1", 5, 6]), "file_schema"),
    "text that is not there": (workbook(sheet([b'<c r="{r}" t="s"><v>7</v></c>'])), "file_syntax"),
    "text before the first": (workbook(sheet([b'<c r="{r}" t="s"><v>-1</v></c>'])), "file_syntax"),
    "style that is no number": (workbook(sheet(["S1", None, b'<c r="{r}" s="x"><v>1</v></c>'])), "file_syntax"),
    "date far away": (workbook(sheet(["S1", None, None, b'<c r="{r}" s="1"><v>99999999999</v></c>'])), "value_invalid"),
    "attributes of a cell": (
        changed('<c r="C8"', f'<c r="C8" {attributes(200_000)}', ["S1", 5, "x"]),
        "file_too_large",
    ),
    "attributes of a row": (
        changed('<row r="8"', f'<row r="8" {attributes(200_000)}', ["S1", 5, "x"]),
        "file_too_large",
    ),
    "attributes of the sheet": (
        changed("<worksheet ", f"<worksheet {attributes(200_000)} ", ["S1", 5, "x"]),
        "file_too_large",
    ),
    "attributes of the workbook": (part("xl/workbook.xml", f"<workbook {attributes(200_000)}/>"), "file_too_large"),
    "many merged cells": (
        with_after('<mergeCell ref="A9:B9"/>'.join(["<mergeCells>", *[""] * 200_000, "</mergeCells>"])),
        "file_too_large",
    ),
    "merged cells everywhere": (with_after('<mergeCells><mergeCell ref="A8:XFD1048576"/></mergeCells>'), "file_schema"),
    "merged nonsense": (with_after('<mergeCells><mergeCell ref="x"/></mergeCells>'), "file_syntax"),
    "deep nesting": (part("xl/worksheets/sheet1.xml", "<a>" * 100_000), "file_syntax"),
    "deep nesting of the shared texts": (
        workbook(
            sheet(["S1", b'<c r="{r}" t="s"><v>0</v></c>']),
            parts={"xl/sharedStrings.xml": "<a>" * 5_000 + "</a>" * 5_000},
        ),
        "file_syntax",
    ),
    "long text": (workbook(sheet(["S1", "x" * 11_000_000])), None),
    "many styles": (
        part("xl/styles.xml", STYLES.replace("</cellXfs>", "<xf/>" * 100_000 + "</cellXfs>")),
        "file_too_large",
    ),
    "many names": (
        part("xl/workbook.xml", "<workbook>" + "<definedName/>" * 100_000 + "</workbook>"),
        "file_too_large",
    ),
    "many sheets": (workbook(*[sheet(["S1"])] * 300), "file_schema"),
    "no sheet": (workbook(), "file_syntax"),
    "sheet without its part": (
        workbook(sheet(["S1"]), names=["a", "b"], parts={"xl/worksheets/sheet1.xml": ""}),
        "file_syntax",
    ),
    "nothing in the parts": (archive({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "file_syntax"),
    "only hidden sheets": (workbook(sheet(["S1"]), hidden=["Sheet1"]), "file_syntax"),
    "docx": (DOCX, "file_syntax"),
    "xls": (OLE, "file_syntax"),
    "csv": (HEAD + ROW, "file_syntax"),
    "html": (b"<html><table><tr><td>Serial Number</td></tr></table></html>", "file_syntax"),
    "xml": (GOOD, "file_syntax"),
    "gzip": (gzip.compress(BOOK), "file_syntax"),
    "only a signature": (b"PK\x03\x04", "file_syntax"),
    **{
        f"{kind} {name}": (workbook(sheet(["S1", None, *cells])), "value_invalid")
        for name, text in NUMBERS.items()
        if b"<" not in text
        for kind, cells in (
            ("money", [b'<c r="{r}"><v>%s</v></c>' % text]),
            ("pages", [None, None, b'<c r="{r}" t="str"><v>%s</v></c>' % text]),
            ("dates", [None, b'<c r="{r}" s="1"><v>%s</v></c>' % text]),
        )
    },
}

HOSTILE = {"xml": XML, "csv": CSV, "xlsx": XLSX}
