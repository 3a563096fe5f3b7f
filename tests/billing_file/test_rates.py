# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tables of rates that people make: with titles or without, in text and workbooks, and what is no such table."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import sheet_xml, workbook

from billing_file import RateRow, read_rates

TITLES = {
    "scope": ["Scope"],
    "item": ["Item"],
    "device": ["Serial Number"],
    "agreement": ["Agreement"],
    "model": ["Printer Model"],
    "price_level": ["Price Level"],
    "component": ["Component"],
    "unit_cost": ["Unit Cost"],
    "included": ["Included Pages"],
}


def rows_of(data, name="rates.csv"):
    rows, issues = read_rates(data if isinstance(data, bytes) else data.encode(), name, TITLES)
    assert issues == ()
    return rows


def messages_of(data, name="rates.csv"):
    _rows, issues = read_rates(data if isinstance(data, bytes) else data.encode(), name, TITLES)
    return [(issue.source_line, issue.message) for issue in issues]


def test_without_titles():
    assert rows_of("A1;Mono;0.0042;1000\n\n;;;\nT-1;Color;;500") == (
        RateRow(1, "", (("item", "A1"),), "Mono", Decimal("0.0042"), 1000),
        RateRow(4, "", (("item", "T-1"),), "Color", None, 500),
    )


def test_with_titles():
    """In any order, whatever their case and spaces, with others between them."""
    text = "included  pages\tNote\tCOMPONENT\tSerial Number\tPrinter Model\n0\tx\tMono\tA1\t\n7\t\tMono\t\tT-1"
    assert rows_of(text) == (
        RateRow(2, "", (("device", "A1"),), "Mono", None, 0),
        RateRow(3, "", (("model", "T-1"),), "Mono", None, 7),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_text(encoding, delimiter):
    data = delimiter.join(("Gerät", "Mono", "0.0042", "1000")).encode(encoding)
    assert rows_of(data) == (RateRow(1, "", (("item", "Gerät"),), "Mono", Decimal("0.0042"), 1000),)


@pytest.mark.parametrize(
    ("text", "cost"),
    [("A1;Mono;0,0042", "0.0042"), ("A1;Mono;$0.0042", "0.0042"), ('A1,Mono,"0,0042"', "0.0042"), ("A1;Mono;12", "12")],
)
def test_costs_as_people_write_them(text, cost):
    assert rows_of(text)[0].unit_cost == Decimal(cost)


def test_workbook():
    rows = [["Item", "Component", "Unit Cost", "Included Pages"], [3512345678, "Mono", 0.0042, 1500], ["A1", "Color"]]
    assert rows_of(workbook(sheet_xml(rows)), "rates.xlsx") == (
        RateRow(2, "", (("item", "3512345678"),), "Mono", Decimal("0.0042"), 1500),
        RateRow(3, "", (("item", "A1"),), "Color", None, None),
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("A1;Mono;-1", 1, "Unit Cost is '-1'. Expected a cost like 0.0065 that is not negative"),
        ("A1;Mono;0.00000001", 1, "at most 6 decimals"),
        ("A1;Mono;;1.5", 1, "Included Pages is '1.5'. Expected a whole number"),
        ("A1;Mono;1;2;x", 1, "The cell 'x' is in a column without a title."),
        ("3.5E+12;Mono;1", 1, "Item is '3.5E+12': a spreadsheet made a number of it"),
        ("Item;Component;Item;Unit Cost", 1, "There is more than one column titled 'Item'."),
        ("Component;Unit Cost\nMono;1", 1, "There is no column titled 'Item' that says what the rates hold for."),
        ("Component;Item\nMono;A1", 1, "There is neither a column titled 'Unit Cost' nor one titled 'Included Pages'."),
        ('A1;"Mono;1\nA2', 1, "cannot be read"),
    ],
)
def test_what_is_wrong(text, line, message):
    ((found_line, found),) = messages_of(text)
    assert (found_line, message in found) == (line, True), found


def test_each_faulty_row_is_listed_and_the_others_are_read():
    rows, issues = read_rates(b"A1;Mono;x\nA2;Mono;1\nA3;Mono;y", "rates.csv", TITLES)
    assert [row.line for row in rows] == [2]
    assert [issue.source_line for issue in issues] == [1, 3]


def test_limits():
    assert len(rows_of("A1;Mono;1\n" * 20_000)) == 20_000
    assert messages_of("Item;Component;Unit Cost\n" + "A1;Mono;1\n" * 20_001) == [
        (None, "There are more than 20,000 rates. Split them.")
    ]
    assert len(messages_of("A1;Mono;x\n" * 5_000)) == 1_000


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="AM1;,\t\n\"'.-x\0", max_size=60).map(str.encode))
def test_never_raises(data):
    for name in ("rates.csv", "rates.xlsx"):
        rows, issues = read_rates(data, name, TITLES)
        assert all(issue.message for issue in issues)
        assert all(isinstance(row, RateRow) for row in rows)
