# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Parse XML from a stranger: no DTD, no entity, no network, libxml2's limits kept."""

import re
from contextlib import suppress

from lxml import etree

from .issue import ERROR, Issue, _, shown
from .signatures import COMPRESSED

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# Enough to see how a file is built.
_BEGINNING = 2 * 1024 * 1024
_ASCII_BASED = re.compile(r"utf-8$|us-ascii$|iso-8859-|windows-125", re.IGNORECASE)
_POSITION = re.compile(r",? line \d+, column \d+.*", re.DOTALL)


def parse(data: bytes) -> etree._Element | Issue:
    """The root element, or why there is none.

    All elements are in no namespace, and there are no comments and processing instructions but inside values:
    there they stay, behind the text, so that the value counts as one with something inside.
    """
    refusal = _refusal(data)
    if refusal:
        return refusal
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        return _syntax_issue(error)
    except (ValueError, LookupError) as error:
        return _not_well_formed(1, 1, str(error))
    # An encoding in which "<" is no ASCII byte hides the DOCTYPE from the search in the bytes.
    if root.getroottree().docinfo.internalDTD is not None:
        return _forbidden_doctype()
    _tidy(data, root)
    return root


def parse_beginning(data: bytes, *, recover: bool = False) -> etree._Element | Issue:
    """``parse``, but of a big file only the beginning, where the last elements may be cut.

    With ``recover`` a file that is not well-formed gives what is before its first error.
    """
    if len(data) <= _BEGINNING and not recover:
        return parse(data)
    data = data[:_BEGINNING]
    refusal = _refusal(data)
    if refusal:
        return refusal
    try:
        root = etree.fromstring(data, _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        return _not_well_formed(1, 1, str(error))
    if root is None:
        return _not_well_formed(1, 1, "no element found")
    if root.getroottree().docinfo.internalDTD is not None:
        return _forbidden_doctype()
    _tidy(data, root)
    return root


def _refusal(data: bytes) -> Issue | None:
    if data.startswith(COMPRESSED):
        template = _("The file is compressed. Please unpack it, and select the .xml file inside.")
        return Issue(ERROR, "file_syntax", template, source_line=1)
    return _forbidden_doctype() if _has_doctype(data) else None


def _parser(recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=recover,
    )


def _tidy(data: bytes, root: etree._Element) -> None:
    """Take the namespaces and what is no element out of the tree, as ``parse`` says."""
    if _has_namespaces(data, root):
        for element in root.iter("{*}*"):
            # What recovers of a broken name (<Head:) is none that could be set; no layout has it either.
            with suppress(ValueError):
                element.tag = element.tag.rpartition("}")[2]
    asides = [node for node in root.iter(etree.Comment, etree.PI) if node is not root]
    if asides:
        parents = {node.getparent() for node in asides}
        inside_values = [parent for parent in parents if parent is not None and parent.find("*") is None]
        etree.strip_tags(root, etree.Comment, etree.PI)
        for element in inside_values:
            element.append(etree.Comment())


def _has_namespaces(data: bytes, root: etree._Element) -> bool:
    if _ASCII_BASED.match(root.getroottree().docinfo.encoding or ""):
        # A namespace is declared nowhere but in an attribute of this name. The tree takes ten times as long.
        return b"xmlns" in data
    return root.xpath("boolean(//*[namespace-uri()])")


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
