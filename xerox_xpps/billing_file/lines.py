# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Lines of elements, also beyond line 65,535, where libxml2's own count stops or is some lines off."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from lxml import etree

# libxml2 keeps a line in 16 bits, and guesses the higher ones from text nodes nearby.
RELIABLE_LINES = 65_535
# Names that are searched for in the whole file.
_MAX_NAMES = 6

_HIDING = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}


class LineIndex:
    """``line(element)``: the line, from 1, on which the element's start tag is.

    For the first 65,534 lines that is what the parser remembers. Beyond, the start tags of one name, whatever
    their prefix, are searched in the file itself, once a name, and paired with the elements of that name in
    the tree, which must still be whole at that moment. Of elements with other names, beyond the first few, it is
    the line of the element around them that is known.
    """

    def __init__(self, data: bytes, root: etree._Element) -> None:
        self._data = data
        self._root = root
        self._lines: dict[str, dict[etree._Element, int]] = {}

    def line(self, element: etree._Element) -> int:
        """Line of the element."""
        line = element.sourceline or 1
        if line < RELIABLE_LINES:
            return line
        name = element.tag
        if name not in self._lines:
            if len(self._lines) == _MAX_NAMES:
                parent = element.getparent()
                return line if parent is None else self.line(parent)
            self._lines[name] = self._lines_of(name)
        return self._lines[name].get(element, line)

    def tag_lines(self, name: str) -> Iterator[int]:
        """Lines of all start tags of a name in the file, whatever there is in the tree."""
        return _tag_lines(self._source, self._tag_pattern(name), self._hidden)

    def _lines_of(self, name: str) -> dict[etree._Element, int]:
        elements = list(self._root.iter(name))
        lines = list(self.tag_lines(name))
        # They differ only in an encoding in which "<" is not one ASCII byte.
        return dict(zip(elements, lines, strict=True)) if len(elements) == len(lines) else {}

    def _tag_pattern(self, name: str) -> re.Pattern[bytes]:
        """Start tags of this name. Without namespaces there are no prefixes, which take time to look for."""
        prefix = rb"(?:[^\s<>/!?:]+:)?" if b"xmlns" in self._source else b""
        encoded = re.escape(name.encode(self._encoding, "replace"))
        return re.compile(b"<" + prefix + encoded + rb"(?=[ \t\r\n/>])")

    @cached_property
    def _hidden(self) -> list[tuple[int, int]]:
        return list(_hidden(self._source))

    @cached_property
    def _source(self) -> bytes:
        return _to_utf8(self._data) if b"\0" in self._data[:4] else self._data

    @cached_property
    def _encoding(self) -> str:
        declared = self._root.getroottree().docinfo.encoding
        return "utf-8" if self._source is not self._data or not declared else declared


def _tag_lines(source: bytes, pattern: re.Pattern[bytes], hidden: list[tuple[int, int]]) -> Iterator[int]:
    """Lines of the start tags of a pattern, outside comments, CDATA and processing instructions."""
    line, counted, position = 1, 0, 0
    while match := pattern.search(source, position):
        start = match.start()
        span = bisect_right(hidden, (start, len(source))) - 1
        if span >= 0 and start < hidden[span][1]:
            position = hidden[span][1]
            continue
        line += source.count(b"\n", counted, start)
        counted, position = start, match.end()
        yield line


def _hidden(source: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of every place that may hold what only looks like a tag, in the order of the file."""
    end = 0
    found = dict.fromkeys(_HIDING, 0)
    while True:
        # A comment may hold "<![CDATA[", and the other way round: only what opens first counts.
        for opening, start in list(found.items()):
            if start < end or not end:
                found[opening] = source.find(opening, end)
                if found[opening] < 0:
                    del found[opening]
        if not found:
            return
        opening = min(found, key=found.__getitem__)
        start = found[opening]
        end = source.find(_HIDING[opening], start + len(opening))
        if end < 0:
            return
        yield start, end


def _to_utf8(data: bytes) -> bytes:
    """A document that the parser took as UTF-16 or UTF-32, in UTF-8."""
    for bom, encoding in (
        (b"\xff\xfe\0\0", "utf-32-le"),
        (b"\0\0\xfe\xff", "utf-32-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if data.startswith(bom):
            return data.decode(encoding, "replace").encode("utf-8", "replace")
    return data
