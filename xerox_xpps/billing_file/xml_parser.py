# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Parse XML from a stranger: no DTD, no entity, no network, libxml2's limits kept."""

import re

from lxml import etree

from .issue import ERROR, Issue, _, shown

_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_POSITION = re.compile(r",? line \d+, column \d+.*", re.DOTALL)


def parse(data: bytes) -> etree._Element | Issue:
    """The root element, without comments and processing instructions, or why there is none.

    Text on both sides of a comment is one text: ``1<!-- -->2`` reads ``12``, as XML defines it.
    """
    if data.startswith(_COMPRESSED):
        template = _("The file is compressed. Please unpack it, and select the .xml file inside.")
        return Issue(ERROR, "file_syntax", template, source_line=1)
    if _has_doctype(data):
        return _forbidden_doctype()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        return _syntax_issue(error)
    except (ValueError, LookupError) as error:
        return _not_well_formed(1, 1, str(error))
    # An encoding in which "<" is no ASCII byte hides the DOCTYPE from the search above.
    if root.getroottree().docinfo.internalDTD is not None:
        return _forbidden_doctype()
    return root


def _has_doctype(data: bytes) -> bool:
    """Whether a DOCTYPE stands before the root element: searched before libxml2 expands any of it."""
    text = data.replace(b"\0", b"") if b"\0" in data[:4] else data
    position = next((len(mark) for mark in _BYTE_ORDER_MARKS if text.startswith(mark)), 0)
    while True:
        while text[position : position + 1].isspace():
            position += 1
        if text.startswith(b"<?", position):
            end = b"?>"
        elif text.startswith(b"<!--", position):
            end = b"-->"
        else:
            return text[position : position + 9].upper() == b"<!DOCTYPE"
        position = text.find(end, position)
        if position < 0:
            return False
        position += len(end)


def _forbidden_doctype() -> Issue:
    template = _("The file declares a document type (DOCTYPE). For safety such files are not read.")
    return Issue(ERROR, "file_forbidden", template, source_line=1)


def _syntax_issue(error: etree.XMLSyntaxError) -> Issue:
    line, column = error.position
    if error.code in (etree.ErrorTypes.ERR_UNDECLARED_ENTITY, etree.ErrorTypes.WAR_UNDECLARED_ENTITY):
        template = _(
            "Line %(line)s, column %(column)s uses an entity, which is not allowed:"
            " only &amp;, &lt;, &gt;, &quot; and &apos; are."
        )
        return Issue(ERROR, "file_forbidden", template, {"line": line, "column": column}, line)
    return _not_well_formed(line, column, _POSITION.sub("", error.msg or ""))


def _not_well_formed(line: int, column: int, detail: str) -> Issue:
    template = _("The file is not well-formed XML. Line %(line)s, column %(column)s: %(detail)s.")
    params = {"line": line, "column": column, "detail": shown(detail).rstrip(".")}
    return Issue(ERROR, "file_syntax", template, params, line)
