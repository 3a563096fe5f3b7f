# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each golden file gives exactly what is written beside it, and its layout is found among all."""

from dataclasses import fields

import pytest
from golden import DIRECTORY, golden, golden_names
from reading import LAYOUTS, read

from billing_file import find_layout

NAMES = golden_names()


def written(value):
    """A value as JSON has it."""
    return value if isinstance(value, str | int | bool) else str(value)


def filled(record, leave_out=()):
    """The values of a record that are not empty."""
    values = {each.name: getattr(record, each.name) for each in fields(record) if each.name not in leave_out}
    return {
        name: written(value)
        for name, value in values.items()
        if value not in (None, "", False) or value == 0 and value is not False
    }


def device(record):
    values = filled(record, ("source_line", "sequence", "serial", "meters", "complete"))
    meters = {meter.output_type: filled(meter, ("output_type",)) for meter in record.meters}
    return {"line": record.source_line, "serial": record.serial, **values, **({"meters": meters} if meters else {})}


@pytest.mark.parametrize("name", NAMES)
def test_golden(name):
    data, expected = golden(name)
    result = read(data, name, LAYOUTS[expected["layout"]])
    found = [
        {
            "code": issue.code,
            "severity": issue.severity,
            "line": issue.source_line,
            "serial": issue.serial,
            "message": issue.message,
        }
        for issue in result.issues
    ]
    for each, wanted in zip(found, expected["issues"], strict=False):
        if wanted["message"] is None:
            assert each["message"]
            each["message"] = None
    assert found == expected["issues"]
    if expected["devices"] is None:
        assert result.details is None
        return
    assert filled(result.details.invoice, ("source_line",)) == expected["invoice"]
    assert [device(record) for record in result.details.devices] == expected["records"]
    assert len(result.details.devices) == expected["devices"]


def test_there_are_enough():
    types = [name.rpartition(".")[2] for name in NAMES]
    assert min(types.count(file_type) for file_type in ("xml", "csv", "xlsx")) >= 15
    files = {path.name for path in DIRECTORY.iterdir() if path.suffix in (".xml", ".csv", ".xlsx", ".pdf")}
    assert files == set(NAMES)


# Files that cannot be read, or lack what would tell their layout.
NO_LAYOUT = {name for name in NAMES if golden(name)[1]["devices"] is None} | {"xml_no_devices.xml"}


@pytest.mark.parametrize("name", sorted(set(NAMES) - NO_LAYOUT))
def test_layout_is_found(name):
    data, expected = golden(name)
    found = find_layout(data, name, list(LAYOUTS.values()))
    assert list(LAYOUTS)[found] == expected["layout"]
