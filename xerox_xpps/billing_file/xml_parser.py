# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Parse XML from a stranger: no DTD, no entity, no network, libxml2's limits kept."""

import re
from xml.parsers import expat

from lxml import etree

from .issue import ERROR, Issue, Unreadable, _, shown
from .xml_markup import Markup, check_markup, forbidden_doctype

# Enough to see how a file is built.
_BEGINNING = 2 * 1024 * 1024
# Most likely enough to see the root element.
_FIRST = 4 * 1024
_OF_ENCODING = {expat.errors.XML_ERROR_UNKNOWN_ENCODING, expat.errors.XML_ERROR_INCORRECT_ENCODING}
_POSITION = re.compile(r",? line \d+, column \d+.*", re.DOTALL)
# A parser for files from strangers.
OPTIONS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
}


def parse(data: bytes, markup: Markup) -> etree._Element:
    """The root element. Raises ``Unreadable`` when there is none.

    All elements are in no namespace, and there are no comments and processing instructions but inside values:
    there they stay, behind the text, so that the value counts as one with something inside.
    """
    try:
        root = etree.fromstring(data, etree.XMLParser(**OPTIONS))
    except etree.XMLSyntaxError as error:
        raise syntax_error(error) from error
    except (ValueError, LookupError) as error:
        raise _not_well_formed(1, 1, str(error)) from error
    return tidy(root, markup)


def check_well_formed(data: bytes) -> None:
    """Raise ``Unreadable`` when the file is not well-formed: Expat, which builds nothing, tells so twice as fast.

    What only ``parse`` refuses, such as elements that are too deep in others, or an encoding that Expat does not know,
    it passes over. The file has no document type.
    """
    parser = expat.ParserCreate()
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        detail = expat.ErrorString(error.code)
        if detail == expat.errors.XML_ERROR_UNDEFINED_ENTITY:
            raise _entity(error.lineno, error.offset + 1) from error
        if detail not in _OF_ENCODING:
            raise _not_well_formed(error.lineno, error.offset + 1, detail) from error


def root_element(data: bytes) -> etree._Element:
    """The root element, as far as its start tag tells. Raises ``Unreadable`` when there is none."""
    parser = etree.XMLPullParser(("start",), **OPTIONS)
    try:
        for start in range(0, len(data), _FIRST):
            parser.feed(data[start : start + _FIRST])
            for _event, element in parser.read_events():
                strip_namespaces(element)
                return element
        return parser.close()
    except etree.XMLSyntaxError as error:
        raise syntax_error(error) from error
    except (ValueError, LookupError) as error:
        raise _not_well_formed(1, 1, str(error)) from error


def parse_beginning(data: bytes, *, recover: bool = False) -> etree._Element | Issue:
    """``parse``, but of a big file only the beginning, where the last elements may be cut; or why there is no root.

    With ``recover`` a file that is not well-formed gives what is before its first error.
    """
    try:
        markup = check_markup(data)
        if len(data) <= _BEGINNING and not recover:
            return parse(data, markup)
        try:
            root = etree.fromstring(data[:_BEGINNING], etree.XMLParser(**OPTIONS, recover=True))
        except (etree.XMLSyntaxError, ValueError, LookupError) as error:
            raise _not_well_formed(1, 1, str(error)) from error
        if root is None:
            raise _not_well_formed(1, 1, "no element found")
        return tidy(root, markup)
    except Unreadable as error:
        return error.issue


def tidy(root: etree._Element, markup: Markup) -> etree._Element:
    """Take the namespaces and what is no element out of the tree, as ``parse`` says. Raises ``Unreadable``."""
    # An encoding of which the bytes tell something else hides the DOCTYPE from the search in them.
    if root.getroottree().docinfo.internalDTD is not None:
        raise forbidden_doctype()
    if markup.namespaces:
        strip_namespaces(root)
    if markup.asides:
        _strip_asides(root)
    return root


def strip_namespaces(root: etree._Element) -> None:
    """Put all elements into no namespace."""
    names: dict[str, str] = {}
    for element in root.iter("{*}*"):
        tag = element.tag
        if tag[0] == "{":
            name = names.get(tag) or names.setdefault(tag, tag.rpartition("}")[2])
            try:
                element.tag = name
            except ValueError:
                # What recovers of a broken name (<Head:) is none that could be set; no layout has it either.
                continue


def _strip_asides(root: etree._Element) -> None:
    """Take out comments and processing instructions. A value keeps one, behind its text, for all that were in it.

    lxml's strip_tags() joins the text before and after each of them, which is quadratic.
    """
    parents = {node.getparent(): None for node in root.iter(etree.Comment, etree.PI) if node is not root}
    for parent in parents:
        if parent is None:
            continue
        texts, last, is_value = [parent.text or ""], None, True
        for child in list(parent):
            if child.tag is etree.Comment or child.tag is etree.PI:
                texts.append(child.tail or "")
                child.tail = None
                parent.remove(child)
                continue
            _set_text(parent, last, texts)
            texts, last, is_value = [child.tail or ""], child, False
        _set_text(parent, last, texts)
        if is_value:
            parent.append(etree.Comment())


def _set_text(parent: etree._Element, last: etree._Element | None, texts: list[str]) -> None:
    if len(texts) > 1:
        text = "".join(texts) or None
        if last is None:
            parent.text = text
        else:
            last.tail = text


def syntax_error(error: etree.XMLSyntaxError) -> Unreadable:
    """What libxml2 says, in plain words."""
    line, column = error.position
    if error.code in (etree.ErrorTypes.ERR_UNDECLARED_ENTITY, etree.ErrorTypes.WAR_UNDECLARED_ENTITY):
        return _entity(line, column)
    return _not_well_formed(line, column, _POSITION.sub("", error.msg or ""))


def _entity(line: int, column: int) -> Unreadable:
    template = _(
        "Line %(line)s, column %(column)s uses an entity, which is not allowed:"
        " only &amp;, &lt;, &gt;, &quot; and &apos; are."
    )
    return Unreadable(Issue(ERROR, "file_forbidden", template, {"line": line, "column": column}, line))


def _not_well_formed(line: int, column: int, detail: str) -> Unreadable:
    template = _("The file is not well-formed XML. Line %(line)s, column %(column)s: %(detail)s.")
    params = {"line": line, "column": column, "detail": shown(detail).rstrip(".")}
    return Unreadable(Issue(ERROR, "file_syntax", template, params, line))
