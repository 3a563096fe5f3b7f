# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Expat says of a file before libxml2 reads it: it refuses nothing that libxml2 would read."""

import pytest
from builder import build_xml
from hostile import HOSTILE

from billing_file.issue import Unreadable
from billing_file.xml_markup import check_markup
from billing_file.xml_parser import check_well_formed, parse

SOUND = build_xml({"CustomerName": "Müller & Söhne, Kraków €"}, [{"SerialNumber": "A"}])
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-15", "windows-1250", "cp1252")


def refusal(check, data):
    try:
        check(data)
    except Unreadable as error:
        return error.issue
    return None


@pytest.mark.parametrize("name", HOSTILE["xml"])
def test_hostile_files(name):
    data, _code = HOSTILE["xml"][name]
    try:
        markup = check_markup(data)
    except Unreadable:
        return
    if refusal(lambda content: parse(content, markup), data) is None:
        assert refusal(check_well_formed, data) is None


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings(encoding):
    declared = "utf-16" if encoding.startswith("utf-16") else encoding.removesuffix("-sig")
    data = SOUND.decode().replace("UTF-8", declared).encode(encoding, "xmlcharrefreplace")
    parse(data, check_markup(data))
    assert refusal(check_well_formed, data) is None


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"<a><b></a></b>",
        b"<a/><b/>",
        b"<a b='1' b='2'/>",
        b"<a>\0</a>",
        b"<a>\xff</a>",
        b"<a>]]></a>",
        b"text",
        SOUND[:-10],
    ],
)
def test_broken_files(broken):
    issue = refusal(check_well_formed, broken)
    assert issue.code == "file_syntax"
    assert issue.source_line == broken.count(b"\n") + 1
    assert issue.message.startswith("The file is not well-formed XML. Line ")


def test_what_is_no_entity_of_xml():
    issue = refusal(check_well_formed, b"<a>\n&b;</a>")
    assert (issue.code, issue.source_line) == ("file_forbidden", 2)
