# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Generated files: good ones are read as they were written, broken ones never raise."""

import csv
import io
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

from builder import build_xml
from checking import check as check_result
from golden import golden, golden_names
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import LAYOUTS, read
from workbooks import sheet_xml, workbook

from billing_file import (
    AUTOTASK_XML,
    DEVICE_FIELDS,
    INVOICE_FIELDS,
    OUTPUT_TYPES,
    TableLayout,
    find_layout,
    inspect,
    serial_key,
)

SAMPLE = (Path(__file__).parents[1] / "data" / "autotask_sample.xml").read_bytes()
settings.register_profile("billing_file", deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("billing_file")

texts = st.text(st.characters(min_codepoint=32, blacklist_categories=("Cs", "Cc", "Cn"))).map(str.strip)
pages = st.integers(0, 10**9 - 1)
money = st.decimals(-(10**12) + 1, 10**12 - 1, places=6)
unit_costs = st.decimals(0, 10**12 - 1, places=6)
dates = st.dates(min_value=date(1, 1, 1))

METERS = ("previous", "current", "included", "overage", "unit_cost")
devices = st.fixed_dictionaries(
    {"serial": texts.filter(serial_key)},
    optional={
        **dict.fromkeys(
            ("model", "model_number", "customer_number", "customer_name", "agreement_number", "location"), texts
        ),
        **dict.fromkeys(("base_price", "base_service", "base_supply"), money),
        "read_date": dates,
        "estimated": st.booleans(),
        **{f"{output}_{name}": pages for output in OUTPUT_TYPES for name in METERS[:-1]},
        **{f"{output}_unit_cost": unit_costs for output in OUTPUT_TYPES},
    },
)


def written(value):
    return {True: "Estimated", False: "Actual"}[value] if isinstance(value, bool) else value


@given(
    st.lists(devices, min_size=1, max_size=4, unique_by=lambda each: serial_key(each["serial"])),
    st.randoms(),
)
def test_round_trip(expected, random):
    files = []
    for values in expected:
        names = list(values)
        random.shuffle(names)
        files.append({AUTOTASK_XML.device_fields[name]: written(values[name]) for name in names})
    result = read(build_xml({}, files), "a.xml")
    assert [issue.message for issue in result.issues] == []
    for values, device in zip(expected, result.details.devices, strict=True):
        for name in ("model", "model_number", "customer_number", "customer_name", "agreement_number", "location"):
            assert getattr(device, name) == values.get(name, "")
        for name in ("base_price", "base_service", "base_supply", "read_date"):
            assert getattr(device, name) == values.get(name)
        assert (device.serial, device.estimated) == (values["serial"], values.get("estimated", False))
        meters = {meter.output_type: meter for meter in device.meters}
        for output in OUTPUT_TYPES:
            given_values = [values.get(f"{output}_{name}") for name in METERS]
            if any(value is not None for value in given_values):
                assert [getattr(meters.pop(output), name) for name in METERS[:1]] == given_values[:1]
                meter = next(each for each in device.meters if each.output_type == output)
                assert [getattr(meter, name) for name in METERS] == given_values
        assert not meters


@given(
    st.lists(st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 30), st.binary(max_size=12)), min_size=1, max_size=6)
)
@settings(max_examples=400)
def test_changed_bytes_never_raise(changes):
    data = bytearray(SAMPLE)
    for position, length, replacement in changes:
        data[position : position + length] = replacement
    check(bytes(data))


parts = st.sampled_from(
    [part + b">" for part in SAMPLE.split(b">") if part]
    + [
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
        b"<?x ?>",
        b"&x;",
        b"&#0;",
        b"<a>",
        b"</a>",
        b"<Device a='1'>",
        b" xsi:nil='1'",
        b"<x:y>",
    ]
)


@given(st.lists(parts, max_size=60))
@settings(max_examples=200)
def test_shuffled_elements_never_raise(elements):
    check(b"<XPPSBillingDetails>" + b"".join(elements) + b"</XPPSBillingDetails>")


values = st.one_of(texts, st.integers(), st.floats(), money, dates, st.none())


@given(
    st.lists(
        st.dictionaries(st.sampled_from(sorted(AUTOTASK_XML.device_fields.values())), values, max_size=8), max_size=5
    )
)
@settings(max_examples=200)
def test_any_values_never_raise(records):
    check(build_xml({}, records))


@given(st.text(), st.binary(max_size=50))
def test_any_name_and_data_never_raise(name, data):
    check(data, name)
    for file_type in ("xml", "csv", "xlsx"):
        check(data, f"{name}.{file_type}", next(each for each in LAYOUTS.values() if each.file_type == file_type))


# Tables

TABLE_FIELDS = dict(AUTOTASK_XML.device_fields)
INVOICE_ROW = {"Invoice": "X-1", "Dated": "2026-02-03", "From": "2026-01-01", "To": "2026-01-31", "Currency": "USD"}
INVOICE_TITLES = dict(zip(("number", "date", "period_start", "period_end", "currency"), INVOICE_ROW, strict=True))
TABLES = {
    "csv": TableLayout("csv", INVOICE_TITLES, TABLE_FIELDS),
    "semicolon": TableLayout("csv", INVOICE_TITLES, TABLE_FIELDS, delimiter=";", encoding="utf-16", decimal_mark=","),
    "xlsx": TableLayout("xlsx", INVOICE_TITLES, TABLE_FIELDS),
}
# What a spreadsheet program would not keep as it is, and what is read as another cell: ="12" as 12.
table_texts = texts.filter(lambda text: not text.startswith('="'))
table_devices = st.fixed_dictionaries(
    {"serial": table_texts.filter(serial_key)},
    optional={
        "customer_name": table_texts,
        **dict.fromkeys(("base_price", "base_service", "base_supply"), money),
        "read_date": dates.filter(lambda day: day.year > 1900),
        "estimated": st.booleans(),
        **{f"{output}_{name}": pages for output in OUTPUT_TYPES for name in METERS[:-1]},
        **{f"{output}_unit_cost": unit_costs for output in OUTPUT_TYPES},
    },
)


def table_file(layout, titles, rows):
    """The bytes of a file with these rows of values."""
    if layout.file_type == "xlsx":
        return workbook(sheet_xml([titles, *([xlsx_value(value) for value in row] for row in rows)]))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=layout.delimiter)
    writer.writerow(titles)
    for row in rows:
        writer.writerow([csv_value(value, layout) for value in row])
    return buffer.getvalue().encode(layout.encoding)


def csv_value(value, layout):
    value = written(value)
    return f"{value:f}".replace(".", layout.decimal_mark) if isinstance(value, Decimal) else value


def xlsx_value(value):
    value = written(value)
    # Beyond 15 digits a number cell is not what was entered.
    return f"{value:f}" if isinstance(value, Decimal) and len(value.as_tuple().digits) > 15 else value


@given(
    st.sampled_from(sorted(TABLES)),
    st.lists(table_devices, min_size=1, max_size=4, unique_by=lambda each: serial_key(each["serial"])),
    st.permutations([*TABLE_FIELDS.values(), *INVOICE_ROW]),
)
def test_table_round_trip(name, expected, titles):
    layout = TABLES[name]
    rows = [{TABLE_FIELDS[field]: value for field, value in values.items()} | INVOICE_ROW for values in expected]
    data = table_file(layout, titles, [[row.get(title) for title in titles] for row in rows])
    result = read(data, f"a.{layout.file_type}", layout)
    assert [issue.message for issue in result.issues] == []
    for values, device in zip(expected, result.details.devices, strict=True):
        for field in ("serial", "customer_name", "base_price", "base_service", "base_supply", "read_date", "estimated"):
            empty = {"customer_name": "", "estimated": False}.get(field)
            assert getattr(device, field) == values.get(field, empty)
        meters = {meter.output_type: meter for meter in device.meters}
        for output in OUTPUT_TYPES:
            given_values = [values.get(f"{output}_{field}") for field in METERS]
            assert [getattr(meters.get(output), field, None) for field in METERS] == given_values
    assert find_layout(data, f"a.{layout.file_type}", [AUTOTASK_XML, *TABLES.values()]) is not None


cells = st.one_of(texts, st.integers(), st.floats(), money, dates, st.none(), st.booleans(), st.text(max_size=5))


@given(st.sampled_from(sorted(TABLES)), st.lists(st.lists(cells, max_size=8), max_size=5), st.data())
@settings(max_examples=200)
def test_any_cells_never_raise(name, rows, data):
    layout = TABLES[name]
    titles = data.draw(st.permutations([*TABLE_FIELDS.values(), *INVOICE_ROW]))
    if layout.file_type == "xlsx":
        # XML has no control characters.
        rows = [[printable(cell) for cell in row] for row in rows]
    check(table_file(layout, titles, rows), f"a.{layout.file_type}", layout)


def printable(cell):
    return "".join(char for char in cell if char.isprintable()) if isinstance(cell, str) else cell


GOLDEN = [golden(name)[0] for name in golden_names() if golden(name)[1]["devices"] and not name.endswith(".xml")]


@given(
    st.sampled_from(GOLDEN),
    st.sampled_from(sorted(LAYOUTS)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.binary(max_size=12)), min_size=1, max_size=6),
)
@settings(max_examples=300)
def test_changed_tables_never_raise(original, name, changes):
    data = bytearray(original)
    for place, length, replacement in changes:
        position = int(place * len(data))
        data[position : position + length] = replacement
    check(bytes(data), f"a.{LAYOUTS[name].file_type}", LAYOUTS[name])


SHEET_PARTS = (
    *("<row r='{n}'>", "</row>", "<row>", "<c r='A{n}'>", "<c t='s'>", "<c s='1'>", "<c t='b'>", "<c t='e'>", "</c>"),
    *("<v>1</v>", "<v>x</v>", "<v/>", "<v>9e99</v>", "<f>1</f>", "<is><t>a</t></is>", "<mergeCell ref='A1:B9'/>"),
)


@given(st.lists(st.sampled_from(SHEET_PARTS), max_size=30))
@settings(max_examples=200)
def test_any_sheet_never_raises(parts):
    content = "".join(part.replace("{n}", str(n // 4 + 8)) for n, part in enumerate(parts))
    data = workbook(sheet_xml([["Serial Number", "Total"]]).replace("</sheetData>", content + "</sheetData>"))
    check(data, "a.xlsx", LAYOUTS["workbook"])


def check(data, name="a.xml", layout=AUTOTASK_XML):
    """Reading, finding and inspecting give something that can be used, and soon."""
    start = time.process_time()
    check_result(read(data, name, layout))
    layouts = [layout, *LAYOUTS.values()]
    found = find_layout(data, name, layouts)
    assert found is None or name.strip().lower().endswith(layouts[found].file_type)
    inspection = inspect(data, name)
    assert inspection.columns or inspection.issues
    fields = [(column.part, column.suggestion) for column in inspection.columns if column.suggestion]
    assert len(fields) == len(set(fields))
    known = {"device": DEVICE_FIELDS, "invoice": INVOICE_FIELDS}
    assert all(field in known[part] for part, field in fields)
    assert time.process_time() - start < 2
