# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files made, or broken, to harm: each ends in an issue, soon, without an exception, and without much memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from golden import golden
from hostile import BOOK, GOOD, HEAD, HOSTILE, ROW, record, sheet
from reading import LAYOUTS, read
from workbooks import workbook

from billing_file import find_layout, inspect

HERE = Path(__file__).parent
LAYOUT_NAMES = {"xml": "autotask_xml", "csv": "csv", "xlsx": "workbook"}
CASES = [(file_type, name) for file_type, files in HOSTILE.items() for name in files]

# Reads each file in three ways, and tells what it took. In a process of its own, whose memory nothing else has raised,
# and which hears of any attempt to use the network or to start something.
SCRIPT = """
import json, resource, sys, time
sys.path[:0] = sys.argv[1:3]
from reading import LAYOUTS, read
from billing_file import find_layout, inspect
from pathlib import Path

events = []
sys.addaudithook(
    lambda event, args: events.append(event)
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn"))
    or event == "open" and "passwd" in str(args[0])
    else None
)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
layout = LAYOUTS[sys.argv[4]]
read((Path(sys.argv[3]) / "warm").read_bytes(), f"a.{layout.file_type}", layout)
before = peak()
results = {}
for path in sorted(Path(sys.argv[3]).iterdir()):
    data = path.read_bytes()
    name = f"a.{layout.file_type}"
    times = []
    for action in (
        lambda: read(data, name, layout),
        lambda: find_layout(data, name, list(LAYOUTS.values())),
        lambda: inspect(data, name),
    ):
        start = time.process_time()
        result = action()
        times.append(time.process_time() - start)
        if len(times) == 1:
            codes = sorted({issue.code for issue in result.issues})
            messages = [issue.message for issue in result.issues[:1000]]
        del result
    results[path.name] = {"codes": codes, "times": times, "longest": max(map(len, messages), default=0)}
print(json.dumps({"results": results, "growth": peak() - before, "events": events}))
"""


@pytest.fixture(scope="module", params=HOSTILE)
def outcome(request, tmp_path_factory):
    """Of one type: its files by number, and what the process told."""
    directory = tmp_path_factory.mktemp(request.param)
    names = {}
    for number, (name, (data, _code)) in enumerate(HOSTILE[request.param].items()):
        (directory / f"{number:03}").write_bytes(data)
        names[f"{number:03}"] = name
    (directory / "warm").write_bytes({"xml": GOOD, "csv": b"Serial Number\nA", "xlsx": BOOK}[request.param])
    paths = [str(HERE), str(HERE.parents[1] / "xerox_xpps"), str(directory), LAYOUT_NAMES[request.param]]
    done = subprocess.run([sys.executable, "-c", SCRIPT, *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    told["results"].pop("warm")
    told["results"] = {names[number]: result for number, result in told["results"].items()}
    return request.param, told


def test_each_has_its_issue(outcome):
    file_type, told = outcome
    wrong = {
        name: (code, told["results"][name]["codes"])
        for name, (_data, code) in HOSTILE[file_type].items()
        if not told["results"][name]["codes"] or (code and code not in told["results"][name]["codes"])
    }
    assert not wrong


def test_each_is_done_soon(outcome):
    # A second more than where nothing else runs.
    assert not {name: result["times"] for name, result in outcome[1]["results"].items() if max(result["times"]) > 3}


def test_no_message_is_long(outcome):
    assert not {name: result["longest"] for name, result in outcome[1]["results"].items() if result["longest"] > 400}


def test_memory(outcome):
    """Of all the files together: the greatest of them."""
    assert outcome[1]["growth"] < 300


def test_nothing_is_started_or_connected(outcome):
    assert outcome[1]["events"] == []


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


def test_what_a_sheet_declares_does_not_matter():
    """Nor does what is empty: neither is a million rows."""
    data = workbook(
        sheet(["S1", None, 1])
        .replace(
            "<sheetData>",
            '<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" width="9"/></cols><sheetData>',
        )
        .replace("</sheetData>", '<row r="1048576" s="1" customFormat="1"><c r="XFD1048576" s="1"/></row></sheetData>')
    )
    result = read(data, "a.xlsx", LAYOUTS["workbook"])
    assert result.issues == ()
    assert [device.serial for device in result.details.devices] == ["S1"]


TRUNCATED = ("xml_totals.xml", "csv_labels.csv", "xlsx_plain.xlsx")


@pytest.mark.parametrize("name", TRUNCATED)
def test_truncated(name):
    """At every byte: what is lost is noticed, thanks to the control totals, if it is money."""
    data, expected = golden(name)
    layout = LAYOUTS[expected["layout"]]
    due = [device.computed_total(2) for device in read(data, name, layout).details.devices]
    for length in range(len(data.rstrip())):
        result = read(data[:length], name, layout)
        assert result.issues or [device.computed_total(2) for device in result.details.devices] == due, length
        find_layout(data[:length], name, [layout])
        inspect(data[:length], name)


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


@pytest.mark.parametrize("layout_name", ["autotask_xml", "csv"])
def test_a_refusal_tells_what_is_wrong(layout_name):
    """Whoever has another decimal mark on each of many rows hears of that, and not of a limit alone."""
    if layout_name == "csv":
        data = HEAD + ROW.replace(b",1,2,3,7", b',"1,0",2,"3,0",7') * 40_000
    else:
        row = b"<Device><SerialNumber>S%d</SerialNumber><BaseServiceFee>1,0</BaseServiceFee></Device>"
        data = record(b"".join(row % number for number in range(40_000)))
    result = read(data, f"a.{LAYOUTS[layout_name].file_type}", LAYOUTS[layout_name])
    assert result.details is None
    codes = [issue.code for issue in result.issues]
    assert codes.count("file_too_large") == 1
    assert 1 < len(codes) <= 21
    assert all(issue.source_line for issue in result.issues)
