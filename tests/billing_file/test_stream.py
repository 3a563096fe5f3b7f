# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A big XML file is read record by record, without a tree of it: to the same records, issues and lines as from one."""

from random import Random

import pytest
from builder import build_xml
from golden import golden, golden_names
from hostile import HOSTILE
from reading import LAYOUTS

from billing_file import AUTOTASK_XML, XmlLayout, read
from billing_file.xml_markup import check_markup
from billing_file.xml_schema import schema_for
from billing_file.xml_stream import RecordStream

#: Bytes that are read at once: a record is cut by them, or some are within.
CHUNKS = (90, 700, 256 * 1024)
END = b"</XPPSBillingDetails>"
UNLIKE = {
    name: getattr(AUTOTASK_XML, name) for name in ("invoice_path", "device_path", "invoice_fields", "device_fields")
}
FREE = XmlLayout(**UNLIKE)
#: Knows a few elements of a record, and the invoice is the root.
LOOSE = XmlLayout(
    invoice_path="/XPPSBillingDetails",
    device_path=AUTOTASK_XML.device_path,
    invoice_fields={name: f"Invoice/{path}" for name, path in AUTOTASK_XML.invoice_fields.items()},
    device_fields={"serial": "SerialNumber", "model": "Model", "mono_overage": "MonoOver"},
)
GROUPED = XmlLayout(
    invoice_path="/Bill/Head",
    device_path="/Bill/Customer/Device",
    invoice_fields={"number": "No", "currency": "@cur", "date": "Day", "period_start": "From", "period_end": "To"},
    device_fields={"serial": "@id", "mono_overage": "Meter[@type='Mono']", "color_overage": "Meter[@type='Color']"},
)


def device(number, **values):
    fees = {"Model": "M <1>", "BaseServiceFee": "1.50"}
    return {"SerialNumber": f"S{number}"} | fees | {"MonoOver": number, "MonoOverUnitCost": "0.01"} | values


def devices(count, **values):
    return build_xml({}, [device(number, **values) for number in range(count)])


SOUND = devices(40)
HEAD, _, REST = SOUND.partition(b"  <Invoice>")
INVOICE, _, RECORDS = REST.partition(b"</Invoice>\n")
GROUPS = b"".join(
    b"<Customer name='%d'><Note>n</Note>%s</Customer>\n"
    % (n, b"".join(b"<Device id='%d-%d'><Meter type='Mono'>%d</Meter></Device>" % (n, i, i) for i in range(n)))
    for n in range(9)
)
HEAD_OF_GROUPS = b"<Head cur='USD'><No>1</No><Day>2026-02-03</Day><From>2026-01-01</From><To>2026-01-31</To></Head>"

#: name -> (layout, file), of which no tree is needed.
STREAMED = {
    "plain": (AUTOTASK_XML, SOUND),
    "one device": (AUTOTASK_XML, devices(1)),
    "on one line": (AUTOTASK_XML, SOUND.replace(b"\n", b"")),
    "a namespace": (AUTOTASK_XML, SOUND.replace(b"Details>", b"Details xmlns='urn:x' xmlns:y='urn:y'>", 1)),
    "UTF-16": (AUTOTASK_XML, SOUND.replace(b' encoding="UTF-8"', b"").decode().encode("utf-16")),
    "the same serial number": (AUTOTASK_XML, build_xml({}, [device(n % 7) for n in range(40)])),
    "comments between records": (
        AUTOTASK_XML,
        SOUND.replace(b"  <Device>", b"<!-- <Device> --><?x <Device> ?><Device>"),
    ),
    "CDATA": (AUTOTASK_XML, devices(40, Model=b"<![CDATA[<Device> ]]>&amp;&#65;")),
    "beyond line 65,535": (AUTOTASK_XML, SOUND.replace(b"  <Device>", b"\n" * 4_000 + b"<!--\n<Device>--><Device>")),
    "all beyond line 65,535": (AUTOTASK_XML, SOUND.replace(b"</Invoice>", b"</Invoice>" + b"\n" * 70_000)),
    "no schema": (FREE, SOUND),
    "unknown elements": (LOOSE, SOUND),
    "without a serial number": (LOOSE, devices(40, SerialNumber=None)),
    "the invoice behind the records": (FREE, HEAD + RECORDS.replace(END, b"<Invoice>" + INVOICE + b"</Invoice>" + END)),
    "elements around the records": (
        FREE,
        SOUND.replace(b"<Device>", b"<Foo>x</Foo><Device>").replace(END, b"<Sum>1</Sum>" + END),
    ),
    "groups": (GROUPED, b"<Bill>" + HEAD_OF_GROUPS + GROUPS + b"</Bill>"),
    "the head between groups": (GROUPED, b"<Bill>" + GROUPS + HEAD_OF_GROUPS + b"<Customer/></Bill>"),
}
#: name -> (layout, file), of which one is, since something is wrong with it, or may be.
NOT_STREAMED = {
    "no device": (AUTOTASK_XML, build_xml({}, [])),
    "a wrong value": (AUTOTASK_XML, SOUND.replace(b">7<", b">x<")),
    "a wrong value in the last record": (AUTOTASK_XML, SOUND.replace(b">39<", b">x<")),
    "pages taken back": (AUTOTASK_XML, SOUND.replace(b">7<", b">-7<")),
    "a value that the schema refuses": (AUTOTASK_XML, SOUND.replace(b">7<", b"> <")),
    "an unknown element": (AUTOTASK_XML, SOUND.replace(b"<MonoOver>9<", b"<Foo/><MonoOver>9<")),
    "no serial number": (AUTOTASK_XML, SOUND.replace(b"<SerialNumber>S9</SerialNumber>", b"")),
    "text between records": (AUTOTASK_XML, SOUND.replace(b"</Device>", b"</Device>stray", 1)),
    "text behind a comment": (AUTOTASK_XML, SOUND.replace(b"</Device>", b"</Device><!-- -->stray", 1)),
    "text behind the last record": (AUTOTASK_XML, SOUND.replace(END, b"stray" + END)),
    "text before the invoice": (AUTOTASK_XML, SOUND.replace(b"  <Invoice>", b"stray<Invoice>")),
    "an attribute of the root": (AUTOTASK_XML, SOUND.replace(b"Details>", b"Details a='1'>", 1)),
    "an attribute of a record": (AUTOTASK_XML, SOUND.replace(b"<Device>", b"<Device a='1'>", 1)),
    "an attribute of the last value": (AUTOTASK_XML, SOUND.replace(b"<MonoOver>39", b"<MonoOver a='1'>39")),
    "an element behind the records": (AUTOTASK_XML, SOUND.replace(END, b"<Foo/>" + END)),
    "two invoices": (FREE, SOUND.replace(END, b"<Invoice/>" + END)),
    "an invoice without a date": (FREE, SOUND.replace(b"<InvoiceDate>2026-02-03</InvoiceDate>", b"")),
    "the invoice behind line 65,535": (
        FREE,
        HEAD + RECORDS.replace(END, b"\n" * 70_000 + b"<Invoice>" + INVOICE + END),
    ),
    "a comment in a name": (AUTOTASK_XML, devices(40, Model=b"M<!-- -->1")),
    "a comment in a number": (AUTOTASK_XML, devices(40, MonoOver=b"1<!-- -->2")),
    "a record in what is no record": (FREE, SOUND.replace(b"  <Device>", b"<Foo><Device/></Foo><Device>", 1)),
    "a record in a record": (LOOSE, SOUND.replace(b"<Model>", b"<Device/><Model>", 1)),
    "a record in another beyond line 65,535": (
        LOOSE,
        SOUND.replace(b"</Invoice>", b"</Invoice>" + b"\n" * 70_000).replace(b"<Model>", b"\n<Device/>\n<Model>", 1),
    ),
    "a broken end": (AUTOTASK_XML, SOUND[:-9]),
    "an entity": (AUTOTASK_XML, SOUND.replace(b"M &lt;1>", b"&nbsp;")),
}


@pytest.fixture(params=CHUNKS)
def chunk(request, monkeypatch):
    """Has all files be streamed, in chunks of so many bytes."""
    monkeypatch.setattr("billing_file.xml_stream._CHUNK", request.param)
    monkeypatch.setattr("billing_file.xml_stream._TRIED", 16 * request.param)
    monkeypatch.setattr("billing_file.xml_schema._FIRST_BATCH", 12)
    monkeypatch.setattr("billing_file.xml_schema._LAST_BATCH", 17)
    return request.param


def in_both_ways(data, layout, monkeypatch, credits=False):
    """:return: what is read from a tree, and what record by record"""
    results = []
    for tree in (10**9, 0):
        monkeypatch.setattr("billing_file.xml_reader.MAX_TREE", tree)
        results.append(read(data, "a.xml", layout, credits=credits))
    return results


def assert_same(stream, tree, *told):
    """Who looks for the end of a file first says in other words, and on another line, that it is not well-formed."""
    if [issue.code for issue in tree.issues] in (["file_syntax"], ["file_forbidden"]):
        assert [issue.code for issue in stream.issues] == [tree.issues[0].code], told
    else:
        assert stream == tree, told


def is_streamed(data, layout, credits=False):
    """Whether no tree is needed for the records."""
    schema = schema_for(layout.xsd) if layout.xsd else None
    return RecordStream(layout, check_markup(data), schema, credits).look_through(data) is not None


@pytest.mark.parametrize("name", STREAMED)
def test_sound_files(name, chunk, monkeypatch):
    layout, data = STREAMED[name]
    tree, stream = in_both_ways(data, layout, monkeypatch)
    assert stream == tree
    assert tree.issues == ()
    assert is_streamed(data, layout)


@pytest.mark.parametrize("name", NOT_STREAMED)
def test_files_with_something_wrong(name, chunk, monkeypatch):
    layout, data = NOT_STREAMED[name]
    for credits in (False, True):
        tree, stream = in_both_ways(data, layout, monkeypatch, credits)
        assert_same(stream, tree)


def test_golden_files(chunk, monkeypatch):
    for name in golden_names():
        data, expected = golden(name)
        layout = LAYOUTS[expected["layout"]]
        if layout.file_type == "xml":
            tree, stream = in_both_ways(data, layout, monkeypatch)
            assert_same(stream, tree, name)


def test_hostile_files(monkeypatch):
    small = {name: data for name, (data, _code) in HOSTILE["xml"].items() if len(data) < 20_000}
    assert len(small) > 20
    for name, data in small.items():
        for layout in (AUTOTASK_XML, LOOSE):
            assert_same(*in_both_ways(data, layout, monkeypatch), name)


def test_the_line_of_an_entity(chunk, monkeypatch):
    for record in (b">S3<", b">S39<"):
        tree, stream = in_both_ways(SOUND.replace(record, record[:-1] + b"&nbsp;<"), AUTOTASK_XML, monkeypatch)
        assert [issue.code for issue in stream.issues] == ["file_forbidden"]
        assert stream.issues[0].source_line == tree.issues[0].source_line


#: What is put into files.
PIECES = (b"<Device>", b"</Device>", b"<Device/>", b"<Invoice/>", b"<Foo>1</Foo>", b"x", b"\xff", b"\0", b"\n" * 70_000)
PIECES += (b"<!-- c -->", b"<?p i?>", b"&#65;", b"<![CDATA[<Device>]]>", b"<SerialNumber>S1</SerialNumber>", b" a='1'")
PIECES += (b" xmlns='u'", b"<y:Device xmlns:y='u'><y:SerialNumber>Q</y:SerialNumber></y:Device>")


def test_changed_files(chunk, monkeypatch):
    """Whatever is done to a file, both ways agree: pieces are put in, taken out and repeated at the borders of tags."""
    random = Random(chunk)
    files = [*STREAMED.values(), *NOT_STREAMED.values()]
    streamed = 0
    for _number in range(100):
        layout, data = random.choice(files)
        for _change in range(random.choice((1, 1, 2))):
            place = data.find(random.choice((b"<", b">")), random.randrange(len(data))) + random.choice((0, 1))
            cut = place + random.choice((0, 0, 0, 12, 60))
            data = data[:place] + random.choice((*PIECES, data[place:cut] * 2, b"")) + data[cut:]
        tree, stream = in_both_ways(data, layout, monkeypatch)
        assert_same(stream, tree, data)
        streamed += bool(stream.details) and is_streamed(data, layout)
    # More than if nothing were ever taken for sound.
    assert streamed


def test_too_few_devices_for_a_schema(chunk, monkeypatch):
    """Batches of a tree break a schema that counts, and those of a stream the same."""
    for limit in (b"1", b"12", b"13", b"17", b"39", b"40"):
        for attribute in (b"minOccurs", b"maxOccurs"):
            xsd = AUTOTASK_XML.xsd.replace(b'maxOccurs="unbounded"', attribute + b'="' + limit + b'"')
            assert xsd != AUTOTASK_XML.xsd
            layout = XmlLayout(**UNLIKE, xsd=xsd)
            tree, stream = in_both_ways(SOUND, layout, monkeypatch)
            assert stream == tree
