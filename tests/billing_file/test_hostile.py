# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files made, or broken, to harm: each ends in an issue, soon, without an exception."""

import gzip
import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from builder import build_xml
from reading import read

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


HOSTILE = {
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
    "many attributes": (record(b"<Device " + b" ".join(b"a%d='1'" % n for n in range(200_000)) + b"/>"), "file_schema"),
    "many unknown elements": (record(b"<Device>" + b"<x/>" * 200_000 + b"</Device>"), "file_schema"),
    "many repeated elements": (record(b"<Device>" + b"<MonoOver>1</MonoOver>" * 100_000 + b"</Device>"), "file_schema"),
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
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file(name):
    data, code = HOSTILE[name]
    start = time.process_time()
    result = read(data, "a.xml")
    assert result.issues
    assert code is None or code in {issue.code for issue in result.issues}
    assert all(issue.message for issue in result.issues[:1000])
    assert time.process_time() - start < 4


@pytest.mark.parametrize(
    ("data", "serial"),
    [
        (GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "AB1"),
        (GOOD.decode().replace('encoding="UTF-8"', "").encode("utf-16"), "AB1"),
        (b"\xef\xbb\xbf" + GOOD, "AB1"),
        (GOOD.replace(b"UTF-8", b"ISO-8859-1").replace(b"AB1", b"\xc4B1"), "ÄB1"),
        (GOOD.replace(b"\n", b"\r\n"), "AB1"),
        (GOOD.replace(b"<Device>", b"<Device><!-- <Device> -->"), "AB1"),
    ],
)
def test_unusual_but_right(data, serial):
    result = read(data, "a.xml")
    assert (result.issues, result.details.devices[0].serial) == ((), serial)


def test_memory():
    """In a process of its own, whose memory nothing else has raised before."""
    script = (
        "import resource, sys; sys.path[:0] = sys.argv[1:3]\n"
        "from test_hostile import HOSTILE, read\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for data, _code in HOSTILE.values(): read(data, 'a.xml')\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    here = Path(__file__).parent
    paths = [str(here), str(here.parents[1] / "xerox_xpps")]
    done = subprocess.run([sys.executable, "-c", script, *paths], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300


def test_nothing_is_opened(tmp_path, monkeypatch):
    """Neither a schema that the file names nor an include is looked at."""
    named = tmp_path / "named.xsd"
    named.write_text("not a schema")
    opened = []
    sys.addaudithook(lambda event, args: opened.append(args[0]) if event in ("open", "socket.connect") else None)
    xsi = (
        b'<XPPSBillingDetails xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="%s">'
    )
    data = record(b"<Device><Foo/></Device>").replace(b"<XPPSBillingDetails>", xsi % str(named).encode())
    assert read(data, "a.xml").issues
    assert not [name for name in opened if str(named) in str(name)]
