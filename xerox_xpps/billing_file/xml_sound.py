# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keep what a big XML file says as long as nothing is wrong with it: then no tree of it is needed.

Whatever an issue may be told of, or is not as plain as here, is left to ``xml_reader``, which has the whole tree to
look for it. So both come to the same, but for the memory that they take.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import islice
from typing import Any

from lxml import etree

from .layout import XmlLayout
from .lines import RELIABLE_LINES, LineIndex
from .model import DeviceRecord
from .records import device_record
from .xml_markup import Markup
from .xml_parser import tidy
from .xml_path import element_steps, parse_path
from .xml_schema import Schema, next_batch


def is_plain(layout: XmlLayout, schema: Schema | None) -> bool:
    """Whether records of the layout can be told from everything else by their names, and read without it."""
    records, invoice = element_steps(layout.device_path), element_steps(layout.invoice_path)
    if any(step.conditions for step in records) or invoice[: len(records)] == records:
        return False
    if schema is not None and len(records) > 2:
        # Records of a group may be few by the schema.
        return False
    if invoice == records[: len(invoice)]:
        # The invoice is around the records: none of its values may be in one of them.
        inside = records[len(invoice)].name
        named = [parse_path(path) for path in layout.invoice_fields.values()]
        return not any(path.steps and path.steps[0].name == inside for path in named)
    return True


class SoundRecords:
    """The records of one file, of which ``root`` is the root element: it keeps what is no record.

    Each method says whether there is nothing wrong yet; when there is, the others must not be called any more.
    """

    def __init__(self, data: bytes, root: etree._Element, layout: XmlLayout, markup: Markup, schema: Schema | None):
        self.devices: list[DeviceRecord] = []
        self._root = root
        self._tag = element_steps(layout.device_path)[-1].name
        self._markup = markup
        self._schema = schema
        self._index = LineIndex(data, root)
        # Of the records, from the first on of which the parser does not know it.
        self._lines: Iterator[int] | None = None
        # The root with what is before the records, which are so many elements, and records that are to be validated.
        self._batch: etree._Element | None = None
        self._head_size = 0
        self._size = next_batch()
        # The records of the batch, those together that were complete at the same time.
        self.unsettled: list[list[etree._Element]] = []

    def add(self, record: etree._Element, row: Mapping[str, Any], known: bool) -> bool:
        """Take the values of a record without faults; ``known`` says whether the layout names all that is in it."""
        if next(record.iter(etree.Comment, etree.PI), None) is not None:
            # They part texts that may be one value.
            return False
        if self._schema is not None and not (known and "serial" in row):
            return False
        line = self._line(record)
        self.devices.append(device_record(row, line, len(self.devices) + 1))
        return line > 0

    def _line(self, record: etree._Element) -> int:
        """Its line, 0 where that is not known."""
        line: int = record.sourceline or 1
        if self._lines is None and line >= RELIABLE_LINES:
            self._lines = islice(self._index.tag_lines(self._tag), len(self.devices), None)
        found = next(self._lines, 0) if self._lines else line
        return line if line < RELIABLE_LINES else found

    def validate(self, head: Sequence[etree._Element], records: Sequence[etree._Element]) -> bool:
        """Take records out of the tree, and validate them in the same batches in which those of a tree are.

        ``head`` are the elements before all records.
        """
        if self._schema is None:
            for record in records:
                record.getparent().remove(record)
            return True
        rest = list(records)
        if rest and self._batch is None:
            self._batch = self._make_batch(head)
            self._head_size = len(self._batch)
        batch: Any = self._batch
        while rest:
            room = self._size - (len(batch) - self._head_size)
            part, rest = rest[:room], rest[room:]
            batch.extend(part)
            self.unsettled.append(part)
            if len(part) == room and not self._is_valid(self._schema, batch):
                part += rest
                return False
        return True

    def _make_batch(self, head: Sequence[etree._Element]) -> etree._Element:
        batch = etree.Element(self._root.tag, self._root.attrib, self._root.nsmap)
        batch.text = self._root.text
        batch.extend(deepcopy(element) for element in head)
        return tidy(batch, self._markup)

    def _is_valid(self, schema: Schema, batch: etree._Element) -> bool:
        if schema.count_violations(batch):
            return False
        del batch[self._head_size :]
        self.unsettled.clear()
        self._size = next_batch(self._size)
        return True

    def ends_well(self) -> bool:
        """Whether there is nothing wrong with the file, all records of which have been taken."""
        schema, batch = self._schema, self._batch
        if schema and batch is not None and len(batch) > self._head_size and not self._is_valid(schema, batch):
            return False
        tidy(self._root, self._markup)
        # Where start tags are left over, there are some inside of others.
        return bool(self.devices) and (self._lines is None or next(self._lines, None) is None)
