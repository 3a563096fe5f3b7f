# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Inspect XML: which element may be the device, which the invoice, and what is below them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from lxml import etree

from .field_suggestions import column_field, device_field, invoice_field
from .fields import DATE, DEVICE_FIELDS, INVOICE_FIELDS, MONEY, UNIT_COST
from .guessing import guess_date_format, guess_decimal_mark, looks_like_date
from .inspection import FoundColumn, Inspection, make_columns
from .issue import ERROR, Issue, _
from .limits import MAX_PATH
from .xml_choices import Place, condition, find_choices
from .xml_parser import parse_beginning

# Of each element path values are kept, and of each kind candidates: more are of no use to anybody.
_MAX_PATHS = 1_000
_MAX_CANDIDATES = 20
_MAX_VALUES = 200
# Longer names and deeper elements are none that a layout would have.
_MAX_DEPTH = 16
_MAX_ATTRIBUTES = 64
# The namespace of what says where a schema is.
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def inspect_xml(data: bytes) -> Inspection:
    """What the beginning of the file holds."""
    root = parse_beginning(data)
    if isinstance(root, Issue):
        return Inspection("xml", (root,))
    places = _places(root, {})
    if choices := find_choices(root, places):
        places = _places(root, choices)
    record_paths = _record_paths(places)
    if not record_paths:
        template = _("No element of the file can be a device: none contains other elements with values.")
        return Inspection("xml", (Issue(ERROR, "file_schema", template, source_line=1),))
    record_path = record_paths[0]
    # No element is both, but for the root if there is nothing else.
    invoice_paths = _invoice_paths(places, record_path)
    record_paths = tuple(path for path in record_paths if path == record_path or path not in invoice_paths)
    leaves = {path: _columns(places, path, "invoice", record_path) for path in invoice_paths}
    leaves |= {path: _columns(places, path, "device") for path in record_paths}
    dates, amounts = _typical_values(places, leaves, (invoice_paths[0], record_path))
    return Inspection(
        "xml",
        columns=(*(leaves[invoice_paths[0]] if invoice_paths[0] != record_path else ()), *leaves[record_path]),
        record_paths=record_paths,
        invoice_paths=invoice_paths,
        leaves=leaves,
        decimal_mark=guess_decimal_mark(amounts),
        date_format=guess_date_format(dates),
    )


def _places(root: etree._Element, choices: Mapping[str, str]) -> dict[str, Place]:
    """The elements and attributes by their path, in the order of the file.

    :param choices: path of elements that mean different things -> what of them tells which, as a condition names it
    """
    places = {f"/{root.tag}": Place(groups=True)}
    _add_attributes(places, f"/{root.tag}", root)
    pending: list[tuple[str, Iterator[etree._Element], set[str]]] = [(f"/{root.tag}", root.iterchildren("*"), set())]
    while pending:
        parent_path, children, seen = pending[-1]
        for child in children:
            if len(child.tag) > MAX_PATH:
                continue
            path = f"{parent_path}/{child.tag}"
            if path in choices:
                path += condition(child, choices[path])
            place = places.get(path)
            if place is None:
                if len(places) == _MAX_PATHS:
                    continue
                place = places[path] = Place()
            place.repeated |= path in seen
            seen.add(path)
            _add_attributes(places, path, child)
            if child.find("*") is not None:
                place.groups = True
                if len(pending) > _MAX_DEPTH:
                    continue
                pending.append((path, child.iterchildren("*"), set()))
                break
            if len(place.texts) < _MAX_VALUES:
                place.texts.append(child.text or "")
        else:
            pending.pop()
    return places


def _add_attributes(places: dict[str, Place], path: str, element: etree._Element) -> None:
    for key, text in islice(element.attrib.items(), _MAX_ATTRIBUTES):
        namespace, _brace, name = key.rpartition("}")
        if len(name) > MAX_PATH or namespace.endswith(_XSI):
            continue
        place = places.get(f"{path}/@{name}")
        if place is None:
            if len(places) == _MAX_PATHS:
                return
            place = places[f"{path}/@{name}"] = Place()
        places[path].attributes = True
        if len(place.texts) < _MAX_VALUES:
            place.texts.append(text)


def _leaf_names(places: dict[str, Place], path: str, without: str = "") -> list[str]:
    """The paths below ``path`` of elements with values, then of attributes, but for those below ``without``."""
    names = [
        name.removeprefix(f"{path}/")
        for name, place in places.items()
        if name.startswith(f"{path}/")
        and not place.groups
        and not (without and name.startswith(f"{without}/"))
        # Of an element without text only the attributes are values.
        # What a condition asks is known.
        and f"[{name.rpartition('/')[2]}=" not in name.rpartition("/")[0].rpartition("/")[2]
        and (any(text.strip() for text in place.texts) or not place.attributes)
    ]
    return sorted(names, key=lambda name: "@" in name.rpartition("/")[2])


def _record_paths(places: dict[str, Place]) -> tuple[str, ...]:
    scores = {}
    for path, place in places.items():
        # An element that is asked something is a part of a record, and a value no element.
        may_be = (place.groups or place.attributes) and "[" not in path
        names = _leaf_names(places, path) if may_be else []
        if names:
            fields = {device_field(name) for name in names} - {""}
            of_invoice = sum(column_field(name.split("/")[-1])[0] == "invoice" for name in names)
            depth = path.count("/")
            scores[path] = ("serial" in fields, place.repeated, -of_invoice, len(fields), len(names), depth)
    if len(scores) > 1:
        # The root is one of them only if nothing else is: it may be the invoice.
        scores.pop(next(iter(places)), None)
    return tuple(sorted(scores, key=scores.__getitem__, reverse=True)[:_MAX_CANDIDATES])


def _invoice_paths(places: dict[str, Place], record_path: str) -> tuple[str, ...]:
    """Elements outside the records. The root is always one: a file may hold no values of an invoice."""
    scores = {}
    for path, place in places.items():
        if "[" in path or "/@" in path:
            continue
        is_root = path.count("/") == 1
        names = _leaf_names(places, path, record_path)
        if is_root or ((place.groups or place.attributes) and names and not place.repeated):
            fields = {invoice_field(name) for name in names} - {""}
            scores[path] = (len(fields), path.count("/"))
    return tuple(sorted(scores, key=scores.__getitem__, reverse=True)[:_MAX_CANDIDATES])


def _columns(places: dict[str, Place], path: str, part: str, without: str = "") -> tuple[FoundColumn, ...]:
    suggest = device_field if part == "device" else invoice_field
    values = {name: places[f"{path}/{name}"].texts for name in _leaf_names(places, path, without)}
    return tuple(make_columns(values, lambda name: (part, suggest(name))))


def _typical_values(
    places: dict[str, Place], leaves: dict[str, tuple[FoundColumn, ...]], paths: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Texts of elements that hold dates, and of all others but serials and names."""
    dates, amounts = [], []
    for path in paths:
        for column in leaves[path]:
            kind = (DEVICE_FIELDS if column.part == "device" else INVOICE_FIELDS).get(column.suggestion)
            if kind == DATE:
                dates += places[f"{path}/{column.name}"].texts
            elif kind in (None, MONEY, UNIT_COST):
                texts = places[f"{path}/{column.name}"].texts
                amounts += texts
                dates += () if kind else filter(looks_like_date, texts)
    return dates, amounts
