# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Count the markup of an XML file in its bytes, before any parser takes it."""

import re
from dataclasses import dataclass
from itertools import islice

from .issue import ERROR, Issue, Unreadable, _, shown
from .limits import (
    MAX_ASIDES,
    MAX_ATTRIBUTES,
    MAX_CDATA,
    MAX_ELEMENT_ATTRIBUTES,
    MAX_ELEMENTS,
    MAX_NAMESPACES,
    check_limit,
    too_large,
)
from .signatures import COMPRESSED

_ATTRIBUTE = re.compile(rb"=\s*[\"']")
_DECLARATION = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']{1,100})[\"']")
_SPACE = re.compile(rb"\s+")
# In these each character of the markup is the one byte that it is in ASCII.
_ASCII_BASED = re.compile(rb"utf-?8|us-ascii|ascii|iso-8859-[0-9]{1,2}|latin-?1|(?:windows-|cp)125[0-8]", re.IGNORECASE)
_UTF_16 = re.compile(rb"utf-?16(?:le|be)?|ucs-2|iso-10646-ucs-2", re.IGNORECASE)
_UTF_8_MARK = b"\xef\xbb\xbf"
_STARTS_UTF_16 = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_TOO_MANY_ASIDES = _("The file has more than %(limit)s comments and processing instructions.")
_EBCDIC = "<?xm".encode("cp037")
_NO_MARKS = bytes(set(range(256)) - set(b"<="))


@dataclass(frozen=True, slots=True)
class Markup:
    """Upper bounds: text, comments and CDATA may hold what only looks like markup. ``tags`` start or end elements."""

    tags: int
    attributes: int
    asides: int
    namespaces: int


def check_markup(data: bytes) -> Markup:
    """Count, and raise ``Unreadable`` when it is too much, or of a kind that is not read.

    Single characters are counted first, which is fast: most files need no more.
    """
    if data.startswith(COMPRESSED):
        template = _("The file is compressed. Please unpack it and select the .xml file inside.")
        raise Unreadable(Issue(ERROR, "file_syntax", template, source_line=1))
    text = _in_ascii(data)
    tags, asides = text.count(b"<"), text.count(b"!") + text.count(b"?")
    if asides > MAX_ASIDES:
        asides = text.count(b"<!--") + text.count(b"<?")
        check_limit(asides, MAX_ASIDES, _TOO_MANY_ASIDES)
        check_limit(text.count(b"<![CDATA["), MAX_CDATA, _("The file has more than %(limit)s CDATA sections."))
    if tags > MAX_ELEMENTS:
        # Of each element there is one end.
        ends = text.count(b"</") + text.count(b"/>")
        starts = tags - text.count(b"</") - asides
        check_limit(max(ends, starts), MAX_ELEMENTS, _("The file has more than %(limit)s elements. Split the file."))
    namespaces = text.count(b"xmlns")
    check_limit(namespaces, MAX_NAMESPACES, _("The file declares namespaces more than %(limit)s times."))
    attributes = text.count(b"=")
    if attributes > MAX_ELEMENT_ATTRIBUTES:
        # Between the starts of two tags.
        if b"=" * (MAX_ELEMENT_ATTRIBUTES + 1) in text.translate(None, _NO_MARKS):
            raise too_large(_("An element of the file has more than %(limit)s attributes."), MAX_ELEMENT_ATTRIBUTES)
        attributes = sum(1 for _match in islice(_ATTRIBUTE.finditer(text), MAX_ATTRIBUTES + 1))
        check_limit(attributes, MAX_ATTRIBUTES, _("The file has more than %(limit)s attributes."))
    if _has_doctype(text):
        raise forbidden_doctype()
    return Markup(tags, attributes, asides, namespaces)


def forbidden_doctype() -> Unreadable:
    """The file declares a document type."""
    template = _("The file declares a document type (DOCTYPE). For safety such files are not read.")
    return Unreadable(Issue(ERROR, "file_forbidden", template, source_line=1))


def _in_ascii(data: bytes) -> bytes:
    """The file with one byte for each character of its markup. Raises ``Unreadable`` for an encoding unlike ASCII."""
    encoding = next((name for mark, name in _STARTS_UTF_16 if data.startswith(mark)), None)
    if encoding:
        # Each character beyond ASCII is left out: what is counted becomes no less by that.
        text, allowed = data.decode(encoding, "ignore").encode("ascii", "ignore"), _UTF_16
    else:
        text, allowed = data, _ASCII_BASED
    if b"\0" in text[:4] or text.startswith(_EBCDIC):
        template = _("The file is not an XML file, or its encoding is not supported. Save it as UTF-8.")
        raise Unreadable(Issue(ERROR, "file_syntax", template, source_line=1))
    mark = len(_UTF_8_MARK) if text.startswith(_UTF_8_MARK) else 0
    declared = _DECLARATION.match(text, mark)
    if declared and not allowed.fullmatch(declared.group(1)):
        template = _(
            "The file states the encoding '%(encoding)s', but it is written in another one, or this encoding is not "
            "supported. Save it as UTF-8."
        )
        params = {"encoding": shown(declared.group(1).decode("ascii", "replace"))}
        raise Unreadable(Issue(ERROR, "file_syntax", template, params, 1))
    return text


def _has_doctype(text: bytes) -> bool:
    """Whether a DOCTYPE stands before the root element: searched before libxml2 expands any of it."""
    position = len(_UTF_8_MARK) if text.startswith(_UTF_8_MARK) else 0
    while True:
        if space := _SPACE.match(text, position):
            position = space.end()
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
