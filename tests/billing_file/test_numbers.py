# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Numbers as people, spreadsheets and bookkeeping programs write them."""

from decimal import Decimal

import pytest
from builder import build_xml
from reading import read
from workbooks import sheet_xml, workbook

from billing_file import TableLayout

FIELDS = {
    "serial": "Serial",
    "base_service": "Base",
    "mono_overage": "Over",
    "mono_current": "Current",
    "mono_unit_cost": "Cost",
}


def layout(mark=".", file_type="csv"):
    return TableLayout(file_type, {}, FIELDS, delimiter=";", decimal_mark=mark)


def read_row(mark=".", credits=True, **values):
    cells = {"Serial": "S1", **values}
    data = ";".join(FIELDS.values()) + "\n" + ";".join(cells.get(title, "") for title in FIELDS.values()) + "\n"
    return read(data.encode(), "a.csv", layout(mark), credits=credits)


def value_of(name, text, mark="."):
    result = read_row(mark, **{FIELDS[name]: text})
    assert [issue.message for issue in result.issues] == []
    device = result.details.devices[0]
    return device.base_service if name == "base_service" else getattr(device.meters[0], name.removeprefix("mono_"))


@pytest.mark.parametrize(
    ("mark", "text", "value"),
    [
        (".", "1,234.50", "1234.5"),
        (".", "12,345,678.90", "12345678.9"),
        (".", "1 234.50", "1234.5"),
        (".", "1\u00a0234.50", "1234.5"),
        (".", "1\u202f234", "1234"),
        (".", "1'234.50", "1234.5"),
        (".", "1\u2019234.50", "1234.5"),
        (",", "1.234,50", "1234.5"),
        (",", "1 234,50", "1234.5"),
        (",", "1.234", "1234"),
        (".", "$5", "5"),
        (".", "$ 1,234.50", "1234.5"),
        (".", "USD 5.25", "5.25"),
        (".", "5.25 USD", "5.25"),
        (",", "1.234,50 \u20ac", "1234.5"),
        (",", "\u00a012,50\u00a0\u20ac ", "12.5"),
        (".", "(12.50)", "-12.5"),
        (".", "($1,234.50)", "-1234.5"),
        (".", "$(12.50)", None),
        (".", "12.50-", "-12.5"),
        (".", "-12.50", "-12.5"),
        (".", "- 12.50", "-12.5"),
        (".", "\u221212.50", "-12.5"),
        (".", "-$12.50", "-12.5"),
        (".", "$-12.50", "-12.5"),
        (",", "12,50- \u20ac", "-12.5"),
        (",", "12,50 \u20ac-", "-12.5"),
    ],
)
def test_amounts(mark, text, value):
    if value is None:
        assert [issue.code for issue in read_row(mark, Base=text).issues] == ["value_invalid"]
    else:
        assert value_of("base_service", text, mark) == Decimal(value)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        (".", "1,5"),
        (".", "1,50"),
        (".", "1,23,456"),
        (".", "1,234'567"),
        (".", "0,123"),
        (".", "1.234.567"),
        (".", "12 34"),
        (",", "1.5"),
        (",", "1.50"),
        (",", "1,234.50"),
        (".", "--5"),
        (".", "-5-"),
        (".", "(-5)"),
        (".", "(5"),
        (".", "5)"),
        (".", "$$5"),
        (".", "$5 USD"),
        (".", "5 usd"),
        (".", "+5"),
        (".", "1e3"),
        (".", "$"),
        (".", "()"),
        (".", "-"),
        (".", "USD"),
        (".", "\u0661,\u0662\u0663\u0664"),
        (".", "1" * 50),
    ],
)
def test_what_is_not_plainly_one_amount(mark, text):
    assert [issue.code for issue in read_row(mark, Base=text).issues] == ["value_invalid"]


@pytest.mark.parametrize(
    ("mark", "text", "pages"),
    [
        (".", "1,000", 1000),
        (".", "1 234 567", 1234567),
        (",", "1.000", 1000),
        (".", "-200", -200),
        (".", "200-", -200),
        (".", "(200)", -200),
        (".", "(1,200)", -1200),
        (",", "1.200-", -1200),
        (".", "\u2212200", -200),
    ],
)
def test_pages(mark, text, pages):
    assert value_of("mono_overage", text, mark) == pages


@pytest.mark.parametrize(
    ("mark", "text"), [(".", "1.000"), (",", "1,000"), (".", "1.0"), (".", "+1"), (".", "1,00"), (".", "12345678901")]
)
def test_no_pages(mark, text):
    assert [issue.code for issue in read_row(mark, Over=text).issues] == ["value_invalid"]


def test_a_counter_is_never_below_zero():
    assert [issue.code for issue in read_row(Current="-1").issues] == ["value_invalid"]


@pytest.mark.parametrize("text", ["-200", "200-", "(200)"])
def test_pages_that_a_regular_file_takes_back(text):
    issues = read_row(credits=False, Over=text).issues
    assert [issue.code for issue in issues] == ["value_invalid"]
    assert text in issues[0].message
    assert "import it as a correction" in issues[0].message


@pytest.mark.parametrize(
    ("mark", "text", "cost"), [(".", "$0.0065", "0.0065"), (",", "0,0065 \u20ac", "0.0065"), (".", "1200", "1200")]
)
def test_unit_costs(mark, text, cost):
    assert value_of("mono_unit_cost", text, mark) == Decimal(cost)


@pytest.mark.parametrize(("mark", "text"), [(",", "1.250"), (".", "1,250"), (".", "-0.01"), (".", "(0.01)")])
def test_a_page_costs_no_thousand(mark, text):
    """It is more likely written with another decimal mark than the format says."""
    assert [issue.code for issue in read_row(mark, Cost=text).issues] == ["value_invalid"]


def test_texts_and_numbers_of_a_workbook():
    rows = [list(FIELDS.values()), ["S1", "$1,234.50", "(200)", "12,000", "0.004"], ["S2", -12.5, -200, 12000, 0.004]]
    result = read(workbook(sheet_xml(rows)), "a.xlsx", layout(file_type="xlsx"), credits=True)
    assert result.issues == ()
    first, second = result.details.devices
    assert (first.base_service, first.meters[0].overage, first.meters[0].current) == (Decimal("1234.5"), -200, 12000)
    assert (second.base_service, second.meters[0].overage) == (Decimal("-12.5"), -200)


def test_a_file_with_a_schema_keeps_to_it():
    for element, text in (("MonoOver", "1,000"), ("BaseServiceFee", "$5"), ("BaseServiceFee", "(5.00)")):
        result = read(build_xml({}, [{"SerialNumber": "A", element: text}]), "a.xml")
        assert [issue.code for issue in result.issues] == ["value_invalid"]


def test_pages_taken_back_in_xml():
    data = build_xml({}, [{"SerialNumber": "A", "MonoOver": "-200", "MonoOverUnitCost": "0.004"}])
    issues = read(data, "a.xml").issues
    assert [issue.code for issue in issues] == ["value_invalid"]
    assert "import it as a correction" in issues[0].message
    result = read(data, "a.xml", credits=True)
    assert result.issues == ()
    assert result.details.devices[0].computed_total(2) == Decimal("-0.80")
