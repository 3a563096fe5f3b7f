# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files of up to 64 MiB that are made to take time or memory: refused, naming the limit, or read within the budget."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builder import build_xml
from hostile import HEAD, TAIL
from hostile_big import full_device, numbered
from reading import LAYOUTS, read

from billing_file import MAX_ISSUES, check_serials
from billing_file import read as read_only

HERE = Path(__file__).parent
# The budget is two seconds of CPU: those of a machine on which nothing else runs, since work beside it takes caches and
# clock rate from a core. What is quadratic takes minutes.
SECONDS, MEGABYTES = 3, 300

# What is measured in every run of the tests, with the code that it must have; setup/bench measures all there are.
CHOSEN = {
    "xml": {
        "200,000 attributes of one element": "file_too_large",
        "an attribute of each of 100,000 devices": "file_too_large",
        "1.5 million comments in a value": "file_too_large",
        "90,000 comments in a value": "value_invalid",
        "5 million processing instructions": "file_too_large",
        "99,000 devices each with another unknown element": "file_too_large",
        "unknown elements on other lines": "file_schema",
        "99,000 devices of wrong values": "file_too_large",
        "devices with text between elements": "file_too_large",
        "devices with text between elements, 64 MiB": "file_too_large",
        "devices without a serial number, 64 MiB": "file_too_large",
        "30 MiB of tags": "file_too_large",
        "2.4 million tags in a value": "file_too_large",
        "240,000 tags": "file_schema",
        "tags without end": "file_too_large",
        "240,000 values in a device": "file_too_large",
        "long names": "file_schema",
        "broken at the end": "file_syntax",
        "99,000 devices of wrong values, in UTF-16": "file_too_large",
    },
    "csv": {
        "5 million rows": "file_too_large",
        "31 million lines": "file_too_large",
        "99,000 rows of wrong values": "file_too_large",
        "99,000 rows with a cell too many": "file_too_large",
        "4.9 million cells": "file_too_large",
        "31 million lines, in UTF-16": "file_too_large",
    },
    "xlsx": {
        "800,000 shared strings": "file_too_large",
        "shared strings of many formats": "file_too_large",
        "9,000 sheets of one part": "file_too_large",
        "1 million empty rows": "file_too_large",
        "99,000 rows of wrong values": "file_too_large",
        "elements between the rows": "file_too_large",
        "rows of empty cells": "file_too_large",
        "attributes of a cell": "file_too_large",
        "the workbook is a sheet": "file_syntax",
    },
}


@pytest.fixture(autouse=True)
def no_garbage_collection():
    """As the addon reads files: there are no cycles to be found in what is read."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module", params=CHOSEN)
def outcome(request):
    """Of one type: what the process told, by the name of the file."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "xerox_xpps")}
    command = [sys.executable, str(HERE / "measure_hostile.py"), request.param, *CHOSEN[request.param]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return request.param, {told["name"]: told for told in map(json.loads, done.stdout.splitlines())}


def test_each_has_its_code(outcome):
    file_type, told = outcome
    codes = {name: told[name]["codes"] for name in CHOSEN[file_type]}
    assert not {name: codes[name] for name, code in CHOSEN[file_type].items() if code not in codes[name]}


def test_each_keeps_to_the_budget(outcome):
    over = {
        name: each["costs"]
        for name, each in outcome[1].items()
        if any(seconds > SECONDS or megabytes > MEGABYTES for seconds, megabytes in each["costs"])
    }
    assert not over


def test_a_limit_is_named(outcome):
    refused = {name: each["limit"] for name, each in outcome[1].items() if "file_too_large" in each["codes"]}
    assert not {name: limit for name, limit in refused.items() if not any(map(str.isdigit, limit))}


def test_issues_are_few_and_short(outcome):
    told = outcome[1].values()
    assert not {each["name"]: each["longest"] for each in told if each["longest"] > 500}
    assert not {each["name"]: each["issues"] for each in told if each["issues"] > 3 * (MAX_ISSUES + 20)}


# Problems beyond those that are listed


def test_problems_are_counted_by_their_code():
    devices = [{"SerialNumber": f"S{n}", "MonoOver": "x", "Foo": ""} for n in range(MAX_ISSUES + 5)]
    devices[-1]["MonoOver"] = "1"
    result = read(build_xml({}, [*devices, {"SerialNumber": "SOUND"}]), "a.xml")
    counted = {issue.code: issue.message for issue in result.issues if "not listed" in issue.message}
    assert counted == {
        "value_invalid": "4 more problems of this kind are not listed.",
        "file_schema": "1,000 more problems of this kind are not listed.",
    }
    assert all(issue.severity == "error" for issue in result.issues)
    assert len(result.issues) == MAX_ISSUES + 1 + 2
    # Of the four devices that are counted for their value, no other problem is looked for.
    # What is only counted is money all the same.
    assert [device.serial for device in result.details.devices if device.complete] == ["SOUND"]


def test_one_more_problem():
    data = HEAD + b"".join(b"S%d,Acme,x,1,1,1" % n + TAIL for n in range(MAX_ISSUES + 1))
    result = read_only(data, "a.csv", LAYOUTS["csv"])
    assert result.issues[-1].message == "1 more problem of this kind is not listed."
    assert not any(device.complete for device in result.details.devices)


def test_20_000_faulty_devices_are_read():
    data = numbered(lambda n: b"<Device><SerialNumber>%d</SerialNumber><MonoOver>x</MonoOver></Device>" % n, 20_000)
    result = read_only(data, "a.xml")
    assert result.issues[-1].message == "19,000 more problems of this kind are not listed."
    assert len(result.details.devices) == 20_000


def test_checks_are_counted_too():
    result = read_only(build_xml({}, [{"SerialNumber": "A"}] * (MAX_ISSUES + 3)), "a.xml")
    issues = check_serials(result.details)
    assert (len(issues), issues[-1].code, issues[-1].severity) == (MAX_ISSUES + 1, "serial_duplicate", "error")
    assert issues[-1].message == "2 more problems of this kind are not listed."


# Long texts


@pytest.mark.parametrize(("element", "limit"), [("SerialNumber", 250), ("CustomerNumber", 250), ("Location", 1_000)])
def test_long_values(element, limit):
    good, long = ({"SerialNumber": "S1", element: "x" * length} for length in (limit, limit + 1))
    assert read(build_xml({}, [good])).issues == ()
    result = read(build_xml({}, [long]))
    issue = next(issue for issue in result.issues if issue.code == "value_invalid")
    assert element in issue.message
    assert f"{limit:,} characters" in issue.message
    assert not result.details.devices[0].complete
    assert "xx" not in result.details.devices[0].serial + result.details.devices[0].location


def test_a_serial_number_of_200_kb():
    for data, layout in (
        (build_xml({}, [{"SerialNumber": "x" * 200_000}]), LAYOUTS["autotask_xml"]),
        (HEAD + b"x" * 100_000 + b",Acme,1,1,1,1" + TAIL, LAYOUTS["csv"]),
        (HEAD + b"x" * 100_000 + b",Acme\n", LAYOUTS["csv"]),
    ):
        for issue in read(data, f"a.{layout.file_type}", layout).issues:
            assert len(issue.message) + len(issue.serial) + len(issue.path) < 500


def test_paths_are_cut():
    deep = b"".join(b"<%s>" % (b"n" * 60) for _level in range(200))
    data = build_xml({}, [{"SerialNumber": "S", "MonoOver": deep + deep[::-1].replace(b"<", b"?")}])
    assert all(len(issue.path) < 500 for issue in read(data).issues)


# What is within the limits


# Reads the file of which as many sound devices are read as there can be. In a process of its own, whose memory nothing
# else has raised.
SOUND = """
import json
from hostile_big import FULL, full_device, numbered
from measure_hostile import measured
from billing_file import read

data = numbered(full_device)
result, _seconds, megabytes = measured(lambda: read(data, "a.xml"))
devices = result.details.devices
whole = all(device.complete and len(device.meters) == 5 for device in devices)
print(json.dumps([FULL - len(data), len(result.issues), len(devices), whole, megabytes]))
"""


def test_50_000_sound_devices_are_read():
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parents[1] / 'xerox_xpps'}:{HERE}"}
    done = subprocess.run([sys.executable, "-c", SOUND], capture_output=True, text=True, check=True, env=environment)
    left, issues, devices, whole, megabytes = json.loads(done.stdout)
    assert (issues, whole) == (0, True)
    assert left < 10_000
    assert devices > 48_000
    # A tree of them takes seven hundred.
    assert megabytes <= 300


@pytest.mark.parametrize("namespace", [b"", b" xmlns='urn:x'"])
def test_a_big_file_with_few_problems(namespace):
    """Looked through before it is read, it is no different."""
    data = numbered(lambda n: full_device(n, **({"MonoOver": "x"} if n % 5_000 == 7 else {})), 16_000)
    result = read_only(data.replace(b"<XPPSBillingDetails", b"<XPPSBillingDetails" + namespace), "a.xml")
    assert [issue.code for issue in result.issues] == ["value_invalid"] * 4
    assert len(result.details.devices) == 16_000
