# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Validate a tree against its XSD, and say what is wrong with it.

lxml validates, since it takes a tenth of a second for 10,000 devices; but it stops at the first element of
a record that does not belong there. xmlschema names them all, at a millisecond a record. So it gets a
skeleton of the file: one record of every shape that is in doubt, without values.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from threading import Lock

import xmlschema
from lxml import etree
from xmlschema.validators import XMLSchemaChildrenValidationError, XsdAttributeGroup, XsdElement, XsdGroup

from .issue import _
from .limits import MAX_FORMS, MAX_ISSUES, MAX_PATH, REFUSED_ELEMENT, Allowance, too_large
from .xsd_guard import SchemaError, parse_schema

# Kinds of violation, and what ``name`` then is.
UNEXPECTED = "unexpected"  # the element should not be here; no name
MISSING = "missing"  # tag of the child that the element lacks
ATTRIBUTE = "attribute"  # the attribute
TEXT = "text"  # text between child elements; no name
NESTED = "nested"  # elements inside a value; no name
VALUE = "value"  # why the value of the element is refused
OTHER = "other"  # the validator's sentence

_TOO_MANY_FORMS = _(
    "The device records of the file have more than %(limit)s different structures that the schema may not allow, for "
    "example because each has another unknown element. Correct the file."
)

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_ATTRIBUTES = ("attribute", "attributeGroup", "anyAttribute")
_QUOTED = re.compile(r"'([^']*)'")
# Elements that xmlschema may look at, and records, of which it tries everything that the schema expects: half a
# second. What is beyond is explained in lxml's words.
_SKELETON_SIZE = 8_000
_MAX_SHAPES = 200
# For each attribute that it refuses, xmlschema spells out all attributes of the element.
_MAX_ATTRIBUTES = 50
# lxml looks for the position of every element that it refuses among its siblings: quadratic in the refused ones. So
# no more records than these are validated at once, and twice as many as the last time when none was refused.
_FIRST_BATCH, _LAST_BATCH = 1_000, 8_000
# What is refused in one record, or outside of all records, is looked at as long as it is no more than this.
_MAX_ENTRIES = 100
# Nodes of a record that is validated although it is known to be wrong.
_MAX_NODES = 1_000


@dataclass(frozen=True, slots=True)
class Violation:
    """``element`` breaks the schema in the way of ``kind``; what ``name`` is depends on the kind."""

    element: etree._Element
    kind: str
    name: str = ""


def next_batch(size: int = 0) -> int:
    """How many records are validated at once, after so many of which none was refused; 0 stands for the first."""
    return min(2 * size, _LAST_BATCH) or _FIRST_BATCH


# Of each element of a record: its tag, number of children, names of attributes, and whether it has stray text.
_Shape = tuple[tuple[str, int, tuple[str, ...], bool], ...]


@lru_cache(maxsize=16)
def schema_for(xsd: bytes) -> "Schema":
    """The compiled schema, kept for the next file. Raises ``SchemaError``."""
    return Schema(xsd)


class Schema:
    """One XSD, compiled by lxml at once and by xmlschema when there is something to explain."""

    def __init__(self, xsd: bytes) -> None:
        self._explainer: xmlschema.XMLSchema10 | None = None
        # The error log belongs to the schema, not to the call.
        self._lock = Lock()
        try:
            tree = parse_schema(xsd)
            self._validator = etree.XMLSchema(tree)
            self.has_attributes = next(tree.iter(*(_XSD + name for name in _ATTRIBUTES)), None) is not None
            # Names of the elements that a file may have; None when it may have any.
            self.names = None
            if next(tree.iter(f"{_XSD}any"), None) is None:
                self.names = frozenset(each.get("name") for each in tree.iter(f"{_XSD}element"))
            self._xsd = etree.tostring(tree, encoding="unicode")
        except etree.XMLSchemaParseError as error:
            raise SchemaError(str(error)) from error

    def violations(
        self, root: etree._Element, records: Sequence[etree._Element], suspects: set[int], known_bad: set[int]
    ) -> list[tuple[Violation, int | None]]:
        """Every violation of the tree, with the index of the record that it is in.

        ``records`` are the elements of which a file has many; ``suspects`` the indexes of those that look
        odd, and ``known_bad``, a part of them, of those with problems reported already. The tree is left as
        it was.
        """
        # What else is wrong with those that have their problem would not be listed any more.
        suspects = suspects - set(sorted(known_bad)[MAX_ISSUES:])
        found = self._explain(root, records, suspects) if suspects else []
        bad = known_bad | {index for _violation, index in found if index is not None}
        entries = list(self._refused(root, records, bad))
        late = {index for index, _element, _entry in entries if index is not None} - bad
        if entries:
            found += self._explain(root, records, late)
        explained = {index for _violation, index in found} | bad
        for index, element, entry in entries:
            if "_VALID" in entry.type_name:
                found.append((Violation(element, VALUE, entry.message), index))
            elif index not in explained:
                found.append((Violation(element, OTHER, entry.message), index))
                explained.add(index)
        return list(dict.fromkeys(found))

    def knows_all(self, element: etree._Element) -> bool:
        """Whether all elements in this one have a name that some element of the schema has."""
        return self.names is None or all(child.tag in self.names for child in element.iterchildren("*"))

    def check_others(self, root: etree._Element, records: Sequence[etree._Element], known: set[int]) -> None:
        """Raise ``Unreadable`` when more is refused than may be of the records whose indexes are not ``known``.

        They are looked at as by ``violations``, and the tree is left as it was.
        """
        for _refused in self._refused(root, records, known):
            pass

    def count_violations(self, root: etree._Element) -> int:
        """How much of the tree is refused."""
        return len(self._validate(root))

    def _refused(
        self, root: etree._Element, records: Sequence[etree._Element], bad: set[int]
    ) -> Iterator[tuple[int | None, etree._Element, etree._LogEntry]]:
        """What lxml refuses of all records that are not bad, and of everything that is no record."""
        good = [index for index in range(len(records)) if index not in bad]
        if not good and records and sum(1 for _node in islice(records[0].iter(), _MAX_NODES)) < _MAX_NODES:
            # The schema may ask for at least one record.
            good = [0]
        parents = {record.getparent(): None for record in records}
        whole = {parent: list(parent) for parent in parents}
        tree, allowance, start, size = _Tree(records, whole), Allowance(), 0, _FIRST_BATCH
        try:
            while start == 0 or start < len(good):
                batch = good[start : start + size]
                start += size
                if len(batch) < len(records):
                    tree.keep(batch)
                entries = self._validate(root)
                located = list(_locate(root, records, batch, entries))
                allowance.spend(REFUSED_ELEMENT * len({index for index, _element, _entry in located}))
                yield from located
                size = _FIRST_BATCH if entries else next_batch(size)
        finally:
            if len(good) < len(records) or len(records) > _FIRST_BATCH:
                for parent, children in whole.items():
                    parent[:] = children

    def _validate(self, root: etree._Element) -> list[etree._LogEntry]:
        with self._lock:
            return [] if self._validator.validate(root) else list(self._validator.error_log)

    def _explain(
        self, root: etree._Element, records: Sequence[etree._Element], suspects: Iterable[int]
    ) -> list[tuple[Violation, int | None]]:
        """What xmlschema says about the suspects and about everything that is not a record."""
        shapes: dict[_Shape, list[int]] = {}
        size = unexplained = 0
        for index in sorted(suspects):
            shape = _shape(records[index])
            if shape in shapes:
                shapes[shape].append(index)
            elif len(shapes) + unexplained >= MAX_FORMS:
                raise too_large(_TOO_MANY_FORMS, MAX_FORMS)
            elif (
                len(shapes) < _MAX_SHAPES
                and size + len(shape) <= _SKELETON_SIZE
                and all(len(keys) <= _MAX_ATTRIBUTES for _tag, _children, keys, _text in shape)
            ):
                shapes[shape] = [index]
                size += len(shape)
            else:
                unexplained += 1
        alike = {records[indexes[0]]: indexes for indexes in shapes.values()}
        if not alike and records:
            # The schema may ask for at least one record.
            alike[records[0]] = [0]
        originals: dict[etree._Element, etree._Element] = {}
        skeleton = _skeleton(root, set(records), alike, originals)
        if skeleton is None:
            return []
        found: list[tuple[Violation, int | None]] = []
        for violation in self._skeleton_violations(skeleton):
            element, kind, name = originals[violation.element], violation.kind, violation.name
            record = next((each for each in (element, *element.iterancestors()) if each in alike), None)
            if record is None:
                found.append((Violation(element, kind, name), None))
                continue
            position = next(i for i, each in enumerate(record.iter("*")) if each is element)
            for index in alike[record]:
                twin = next(islice(records[index].iter("*"), position, None))
                found.append((Violation(twin, kind, name), index))
        return found

    def _skeleton_violations(self, skeleton: etree._Element) -> Iterator[Violation]:
        try:
            if self._explainer is None:
                self._explainer = xmlschema.XMLSchema10(self._xsd, allow="none", use_fallback=False)
            errors = list(self._explainer.iter_errors(skeleton))
        except Exception:  # pylint: disable=broad-exception-caught
            # It gives up on some hostile input and on some schemas, and raises nearly everything; lxml's findings
            # remain.
            return
        for error in errors:
            if isinstance(error, XMLSchemaChildrenValidationError):
                if error.invalid_child is not None:
                    yield Violation(error.invalid_child, UNEXPECTED)
                else:
                    yield from (Violation(error.elem, MISSING, tag) for tag in error.expected_tags)
            elif isinstance(error.validator, XsdAttributeGroup):
                name = _QUOTED.search(error.reason or "")
                yield Violation(error.elem, ATTRIBUTE, name.group(1) if name else "")
            elif isinstance(error.validator, XsdGroup):
                yield Violation(error.elem, TEXT)
            elif isinstance(error.validator, XsdElement) and error.elem is not None and len(error.elem):
                yield Violation(error.elem, NESTED)


class _Tree:
    """The elements that hold records, of which some are taken out."""

    def __init__(self, records: Sequence[etree._Element], whole: dict[etree._Element, list[etree._Element]]) -> None:
        indexes = {record: index for index, record in enumerate(records)}
        self._places: dict[int, tuple[etree._Element, int]] = {}
        self._others: dict[etree._Element, list[int]] = {}
        self._whole = whole
        for parent, children in whole.items():
            self._others[parent] = others = []
            for position, child in enumerate(children):
                if child in indexes:
                    self._places[indexes[child]] = parent, position
                else:
                    others.append(position)

    def keep(self, batch: Iterable[int]) -> None:
        """Have only these of the records in the tree."""
        kept = {parent: list(others) for parent, others in self._others.items()}
        for index in batch:
            parent, position = self._places[index]
            kept[parent].append(position)
        for parent, positions in kept.items():
            children = self._whole[parent]
            parent[:] = [children[position] for position in sorted(positions)]


def _locate(
    root: etree._Element,
    records: Sequence[etree._Element],
    batch: Sequence[int],
    entries: Iterable[etree._LogEntry],
) -> Iterator[tuple[int | None, etree._Element, etree._LogEntry]]:
    """For each entry, the index of its record, if it is in one, and its element as far as it can be found.

    Only the records of the batch are in the tree.
    """
    if not entries:
        return
    by_path: dict[str, int] = {}
    siblings: dict[etree._Element, list[int]] = {}
    for index in batch:
        siblings.setdefault(records[index].getparent(), []).append(index)
    for parent, indexes in siblings.items():
        prefix = f"{root.getroottree().getpath(parent)}/{records[indexes[0]].tag}"
        if len(indexes) == 1:
            by_path[prefix] = indexes[0]
        else:
            by_path.update((f"{prefix}[{number}]", index) for number, index in enumerate(indexes, 1))
    depth = next((path.count("/") + 1 for path in by_path), 0)
    counts: Counter[int | None] = Counter()
    for entry in entries:
        steps = (entry.path or "").split("/")
        record = by_path.get("/".join(steps[:depth]))
        counts[record] += 1
        if counts[record] <= _MAX_ENTRIES:
            element = _descend(root, steps[2:]) if record is None else _descend(records[record], steps[depth:])
            yield record, element, entry


def _descend(element: etree._Element, steps: Iterable[str]) -> etree._Element:
    """Follow the steps of a libxml2 path (``Tag``, ``Tag[2]``)."""
    for step in steps:
        tag, _bracket, number = step.rstrip("]").partition("[")
        children = [child for child in element.iterchildren("*") if child.tag == tag]
        position = int(number or 1) - 1
        if position >= len(children):
            break
        element = children[position]
    return element


def _stray_text(element: etree._Element) -> bool:
    return len(element) > 0 and any(
        text and not text.isspace() for text in (element.text, *(child.tail for child in element))
    )


def _shape(record: etree._Element) -> _Shape:
    """What decides whether the record is built right: equal for records that differ in values only."""
    return tuple((each.tag, len(each), tuple(each.keys()), _stray_text(each)) for each in record.iter("*"))


def _skeleton(
    element: etree._Element,
    records: Container[etree._Element],
    wanted: Container[etree._Element],
    originals: dict[etree._Element, etree._Element],
) -> etree._Element | None:
    """A copy of the tree without values and without the records not wanted; None when that is still too big.

    ``originals`` is filled with copy -> element.
    """
    names = element.keys()
    if len(originals) >= 2 * _SKELETON_SIZE or len(names) > _MAX_ATTRIBUTES or len(element.tag) > MAX_PATH:
        return None
    # Which there are matters, not what they are.
    copy = etree.Element(element.tag, {name: "" for name in names if not name.startswith(_XSI)})
    originals[copy] = element
    if _stray_text(element):
        copy.text = "text"
    for child in element.iterchildren("*"):
        if child in wanted or child not in records:
            child_copy = _skeleton(child, records, wanted, originals)
            if child_copy is None:
                return None
            copy.append(child_copy)
    return copy
