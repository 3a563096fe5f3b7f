# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Generated files: good ones are read as they were written, broken ones never raise."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from builder import build_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import read

from billing_file import AUTOTASK_XML, OUTPUT_TYPES

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
    {"serial": texts.filter(bool)},
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
    st.lists(devices, min_size=1, max_size=4, unique_by=lambda each: "".join(each["serial"].split()).upper()),
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
    check(data, name + ".xml")


def check(data, name="a.xml"):
    """The result can be used: messages format, and there are either values or issues."""
    result = read(data, name)
    assert result.details or result.issues
    for issue in result.issues:
        assert issue.message
        assert issue.code in CODES
    if not result.issues:
        for device in result.details.devices:
            assert device.serial_key
            assert isinstance(device.computed_total(2), Decimal)


CODES = {
    "file_type",
    "file_empty",
    "file_syntax",
    "file_forbidden",
    "file_schema",
    "value_invalid",
    "period_invalid",
    "serial_missing",
    "serial_duplicate",
    "total_mismatch",
    "device_count_mismatch",
}
