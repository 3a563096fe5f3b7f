# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Look through an XML file that is too big for memory unless its devices are sound: record by record.

Where nothing is wrong with the file, its records are read by that.
"""

import re
from collections.abc import Collection, Sequence
from copy import deepcopy
from itertools import islice
from typing import Any

from lxml import etree

from .fields import DEVICE_FIELDS
from .issue import Unreadable, _
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
from .model import DeviceRecord
from .records import too_many_devices
from .values import XML_SPACE, ValueReader
from .xml_markup import Markup
from .xml_parser import OPTIONS, check_well_formed, strip_namespaces, syntax_error
from .xml_path import element_steps, fits
from .xml_rows import Fault, fill, make_plan
from .xml_schema import Schema
from .xml_sound import SoundRecords, is_plain

TOO_MANY_NESTED = _("An element of the file contains more than %(limit)s others.")

_CHUNK = 256 * 1024
# In these, records that are all faulty use up what may be unsound: the file need not be well-formed for its refusal.
_TRIED = 16 * _CHUNK
# What may be an entity, unless it is in CDATA or in a comment.
_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);|#)")
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
        self._layout = layout
        self._markup = markup
        self._namespaces = markup.namespaces > 0
        self._plan = make_plan(layout.device_fields, DEVICE_FIELDS, ValueReader(layout, credits=credits))
        self._schema = schema
        self._allowance = Allowance(MAX_UNSOUND_OF_STREAM)
        self._count = 0
        # Records of a group may be few by the schema: only those of the root can be validated together.
        self._validates = schema is not None and len(self._steps) == 2
        self._serials: set[str] = set()
        self._head: list[etree._Element] = []
        self._root_tag = ""
        # None once something may be wrong.
        self._sound: SoundRecords | None = None
        # Of groups that are not complete: how many elements are no records, and stay as long as the file is sound.
        self._kept: dict[etree._Element, int] = {}

    def look_through(self, data: bytes) -> tuple[etree._Element, list[DeviceRecord]] | None:
        """The root element without its records, and these; None when something may be wrong with the file.

        Raises ``Unreadable`` when it is not well-formed, or costs too much beside its sound devices. The root element
        is known to be the layout's.
        """
        parser = etree.XMLPullParser(("start",), tag=f"{{*}}{self._steps[0]}", **OPTIONS)
        root = None
        # Behind an entity the parser begins anew, and does not know where.
        tried = _TRIED if self._has_its_end(data) and not _ENTITY.search(data) else 0
        try:
            for start in range(0, len(data), _CHUNK):
                if start == tried:
                    # What is broken at its end must not be found after all of its records: they take ten times as long.
                    check_well_formed(data)
                parser.feed(data[start : start + _CHUNK])
                if root is None:
                    root = next((element for _event, element in parser.read_events()), None)
                    if root is not None:
                        self._begin(data, root)
                if root is not None:
                    self._check_chunk(root)
            root = parser.close()
        except etree.XMLSyntaxError as error:
            self._give_up()
            raise syntax_error(error) from error
        except Unreadable:
            self._give_up()
            raise
        return self._end(root)

    def _begin(self, data: bytes, root: etree._Element) -> None:
        self._root_tag = root.tag
        if is_plain(self._layout, self._schema):
            self._sound = SoundRecords(data, root, self._layout, self._markup, self._schema)

    def _give_up(self, unpaid: Collection[etree._Element] = ()) -> None:
        """Keep no records any more, and pay for those that were to be validated, but for ``unpaid``."""
        sound, self._sound = self._sound, None
        if sound is not None:
            for records in sound.unsettled:
                self._check_schema([record for record in records if record not in unpaid])

    def _end(self, root: etree._Element) -> tuple[etree._Element, list[DeviceRecord]] | None:
        """Read what is complete only now, such as the last element of each group: nobody pays for it."""
        records: list[etree._Element] = []
        sound = self._sound
        if sound is None or not self._take_rest(root, 1, records):
            self._give_up()
            return None
        if all(self._add(sound, record) for record in records) and sound.validate(self._head, records):
            if sound.ends_well():
                return root, sound.devices
        self._give_up(unpaid=records)
        return None

    def _take_rest(self, group: etree._Element, depth: int, records: list[etree._Element]) -> bool:
        """Find the records in what is left of a group, and say whether all else is as it may be."""
        for element in group[self._kept.get(group, 0) :]:
            if not self._is_step(element, depth):
                if not self._may_pass_by(element, records):
                    return False
            elif depth == len(self._steps) - 1:
                records.append(element)
            elif not self._take_rest(element, depth + 1, records):
                return False
        return True

    def _add(self, sound: SoundRecords, record: etree._Element) -> bool:
        """Read a record, and say whether it is sound."""
        if self._namespaces:
            strip_namespaces(record)
        row: dict[str, Any] = {}
        faults: list[Fault] = []
        known = fill(row, record, self._plan, faults)
        return not faults and sound.add(record, row, known)

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
            for child in group[self._kept.pop(group, 0) : -1]:
                self._take(child, depth, records)
            last = group[-1]
            if depth == len(self._steps) - 1 or _name(last) != self._steps[depth]:
                check_limit(_size(last), MAX_NESTED, TOO_MANY_NESTED)
                break
            group, depth = last, depth + 1
        self._check_records(records)
        for group in groups:
            if self._sound is None:
                del group[:-1]
            else:
                self._kept[group] = len(group) - 1

    def _is_step(self, element: etree._Element, depth: int) -> bool:
        """Whether the element is one on the way to the records, or a record, by its name and what is asked of it."""
        step = self._steps[depth]
        is_named = element.tag == step or (self._namespaces and _name(element) == step)
        return is_named and fits(element, self._conditions[depth])

    def _take(self, element: etree._Element, depth: int, records: list[etree._Element]) -> None:
        """Find the records in a complete element; what is none is paid for."""
        if not self._is_step(element, depth):
            if not self._may_pass_by(element, records):
                self._give_up()
            self._allowance.spend(_size(element))
            if not self._count and not records:
                self._keep_head(element)
        elif depth == len(self._steps) - 1:
            records.append(element)
        else:
            for child in element[self._kept.pop(element, 0) :]:
                self._take(child, depth + 1, records)

    def _may_pass_by(self, element: etree._Element, records: Sequence[etree._Element]) -> bool:
        """Whether what is no record may be left in the tree, where nobody looks at it but for the invoice."""
        if self._schema is None:
            return True
        if not isinstance(element.tag, str):
            return not (element.tail or "").strip(XML_SPACE)
        # Whether the schema wants it behind a record only the whole file can tell.
        return not self._count and not records

    def _keep_head(self, element: etree._Element) -> None:
        if self._validates:
            self._head.append(deepcopy(element))
            self._validates = len(self._head) <= _MAX_HEAD

    def _check_records(self, records: Sequence[etree._Element]) -> None:
        self._count += len(records)
        if self._count > MAX_DEVICES:
            raise too_many_devices()
        for record in records:
            if self._namespaces:
                strip_namespaces(record)
            row: dict[str, Any] = {}
            faults: list[Fault] = []
            known = fill(row, record, self._plan, faults)
            if self._sound is not None and (faults or not self._sound.add(record, row, known)):
                self._give_up()
            if faults or not (known or self._schema is None or self._schema.knows_all(record)):
                self._allowance.spend(FAULTY_RECORD + _size(record), record.sourceline)
            elif not self._is_named(row):
                self._allowance.spend(NAMELESS_RECORD + _size(record))
            elif not known:
                self._allowance.spend(max(0, _size(record) - _PLENTY))
        if self._sound is None:
            self._check_schema(records)
        elif not self._validates and self._schema is not None or not self._sound.validate(self._head, records):
            self._give_up()

    def _is_named(self, row: dict[str, Any]) -> bool:
        serial = row.get("serial")
        if not serial or serial in self._serials:
            return False
        self._serials.add(serial)
        return True

    def _check_schema(self, records: Sequence[etree._Element]) -> None:
        if self._schema is None or not self._validates or not records:
            return
        root = etree.Element(self._root_tag.rpartition("}")[2])
        root.extend(deepcopy(element) for element in self._head)
        root.extend(records)
        if self._namespaces:
            strip_namespaces(root)
        self._allowance.spend(REFUSED_ELEMENT * self._schema.count_violations(root))


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _size(element: etree._Element) -> int:
    """Number of nodes of the element, at most one more than there may be."""
    return sum(1 for _node in islice(element.iter(), MAX_NESTED + 1)) if len(element) else 1
