# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Look through an XML file that is too big for memory unless its devices are sound: record by record, keeping none."""

from collections.abc import Sequence
from copy import deepcopy
from itertools import islice
from typing import Any

from lxml import etree

from .fields import DEVICE_FIELDS
from .issue import _
from .layout import XmlLayout
from .limits import (
    FAULTY_RECORD,
    MAX_DEVICES,
    MAX_NESTED,
    MAX_UNSOUND_OF_STREAM,
    NAMELESS_RECORD,
    REFUSED_ELEMENT,
    Allowance,
    check_limit,
)
from .records import too_many_devices
from .values import ValueReader
from .xml_markup import Markup
from .xml_parser import OPTIONS, check_well_formed, strip_namespaces, syntax_error
from .xml_path import element_steps, fits
from .xml_rows import Fault, fill, make_plan
from .xml_schema import Schema

TOO_MANY_NESTED = _("An element of the file contains more than %(limit)s others.")

_CHUNK = 256 * 1024
# In these, records that are all faulty use up what may be unsound: the file need not be well-formed for its refusal.
_TRIED = 16 * _CHUNK
# Elements that a sound record may hold, whether the layout knows them or not.
_PLENTY = 64
# Elements before the records, which the schema may ask for.
_MAX_HEAD = 1_000


class RecordStream:
    """One look through one file; ``schema`` is that of the layout, if it has one."""

    def __init__(self, layout: XmlLayout, markup: Markup, schema: Schema | None, credits: bool) -> None:
        steps = element_steps(layout.device_path)
        self._steps = [step.name for step in steps]
        self._conditions = [step.conditions for step in steps]
        self._namespaces = markup.namespaces > 0
        self._plan = make_plan(layout.device_fields, DEVICE_FIELDS, ValueReader(layout, credits=credits))
        self._schema = schema
        self._allowance = Allowance(MAX_UNSOUND_OF_STREAM)
        self._count = 0
        # Records of a group may be few by the schema: only those of the root can be validated together.
        self._validates = schema is not None and len(self._steps) == 2
        self._serials: set[str] = set()
        self._head: list[etree._Element] = []

    def check(self, data: bytes) -> None:
        """Raise ``Unreadable`` when the file is not well-formed, or costs too much beside its sound devices.

        The root element is known to be the layout's.
        """
        parser = etree.XMLPullParser(("start",), tag=f"{{*}}{self._steps[0]}", **OPTIONS)
        root = None
        tried = _TRIED if self._has_its_end(data) else 0
        try:
            for start in range(0, len(data), _CHUNK):
                if start == tried:
                    # What is broken at its end must not be found after all of its records: they take ten times as long.
                    check_well_formed(data)
                parser.feed(data[start : start + _CHUNK])
                if root is None:
                    root = next((element for _event, element in parser.read_events()), None)
                if root is not None:
                    self._check_chunk(root)
            parser.close()
        except etree.XMLSyntaxError as error:
            raise syntax_error(error) from error

    def _has_its_end(self, data: bytes) -> bool:
        """Whether the last end tag is that of the root; a file of which the end is missing is not tried."""
        name = data[data.rfind(b"</") + 2 :].partition(b">")[0].strip()
        return name.rpartition(b":")[2] == self._steps[0].encode()

    def _check_chunk(self, root: etree._Element) -> None:
        """Look at what of the tree is complete, and take it out."""
        records: list[etree._Element] = []
        group, depth = root, 1
        groups = []
        while len(group):
            groups.append(group)
            for child in group[:-1]:
                self._take(child, depth, records)
            last = group[-1]
            if depth == len(self._steps) - 1 or _name(last) != self._steps[depth]:
                check_limit(_size(last), MAX_NESTED, TOO_MANY_NESTED)
                break
            group, depth = last, depth + 1
        self._check_records(root.tag, records)
        for group in groups:
            del group[:-1]

    def _take(self, element: etree._Element, depth: int, records: list[etree._Element]) -> None:
        """Find the records in a complete element; what is none is paid for."""
        step = self._steps[depth]
        is_named = element.tag == step or (self._namespaces and _name(element) == step)
        if not is_named or not fits(element, self._conditions[depth]):
            self._allowance.spend(_size(element))
            if not self._count and not records:
                self._keep_head(element)
        elif depth == len(self._steps) - 1:
            records.append(element)
        else:
            for child in element:
                self._take(child, depth + 1, records)

    def _keep_head(self, element: etree._Element) -> None:
        if self._validates:
            self._head.append(deepcopy(element))
            self._validates = len(self._head) <= _MAX_HEAD

    def _check_records(self, root_tag: str, records: Sequence[etree._Element]) -> None:
        self._count += len(records)
        if self._count > MAX_DEVICES:
            raise too_many_devices()
        for record in records:
            if self._namespaces:
                strip_namespaces(record)
            row: dict[str, Any] = {}
            faults: list[Fault] = []
            known = fill(row, record, self._plan, faults)
            if faults or not (known or self._schema is None or self._schema.knows_all(record)):
                self._allowance.spend(FAULTY_RECORD + _size(record), record.sourceline)
            elif not self._is_named(row):
                self._allowance.spend(NAMELESS_RECORD + _size(record))
            elif not known:
                self._allowance.spend(max(0, _size(record) - _PLENTY))
        if self._schema is not None and self._validates and records:
            self._check_schema(self._schema, root_tag, records)

    def _is_named(self, row: dict[str, Any]) -> bool:
        serial = row.get("serial")
        if not serial or serial in self._serials:
            return False
        self._serials.add(serial)
        return True

    def _check_schema(self, schema: Schema, root_tag: str, records: Sequence[etree._Element]) -> None:
        root = etree.Element(root_tag.rpartition("}")[2])
        root.extend(deepcopy(element) for element in self._head)
        root.extend(records)
        if self._namespaces:
            strip_namespaces(root)
        self._allowance.spend(REFUSED_ELEMENT * schema.count_violations(root))


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _size(element: etree._Element) -> int:
    """Number of nodes of the element, at most one more than there may be."""
    return sum(1 for _node in islice(element.iter(), MAX_NESTED + 1)) if len(element) else 1
