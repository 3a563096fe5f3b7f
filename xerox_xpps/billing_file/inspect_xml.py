# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Inspect XML: which element may be the device, which the invoice, and what is below them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from .field_suggestions import column_field, device_field, invoice_field
from .fields import DATE, DEVICE_FIELDS, INVOICE_FIELDS, MONEY, UNIT_COST
from .guessing import guess_date_format, guess_decimal_mark, looks_like_date
from .inspection import FoundColumn, Inspection, make_columns
from .issue import ERROR, Issue, _
from .limits import MAX_PATH
from .xml_parser import parse_beginning

# Of each element path values are kept, and of each kind candidates: more are of no use to anybody.
_MAX_PATHS = 1_000
_MAX_CANDIDATES = 20
_MAX_VALUES = 200
# Longer names and deeper elements are none that a layout would have.
_MAX_DEPTH = 16


@dataclass(slots=True)
class _Place:
    """All elements of one path; ``groups`` when one holds others, else ``texts`` are their values."""

    repeated: bool = False
    groups: bool = False
    texts: list[str] = field(default_factory=list)


def inspect_xml(data: bytes) -> Inspection:
    """What the beginning of the file holds."""
    root = parse_beginning(data)
    if isinstance(root, Issue):
        return Inspection("xml", (root,))
    places = _places(root)
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


def _places(root: etree._Element) -> dict[str, _Place]:
    """The elements by their path, in the order of the file."""
    places = {f"/{root.tag}": _Place(groups=True)}
    pending: list[tuple[str, Iterator[etree._Element], set[str]]] = [(f"/{root.tag}", root.iterchildren("*"), set())]
    while pending:
        parent_path, children, seen = pending[-1]
        for child in children:
            if len(child.tag) > MAX_PATH:
                continue
            path = f"{parent_path}/{child.tag}"
            place = places.get(path)
            if place is None:
                if len(places) == _MAX_PATHS:
                    continue
                place = places[path] = _Place()
            place.repeated |= path in seen
            seen.add(path)
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


def _leaf_names(places: dict[str, _Place], path: str, without: str = "") -> list[str]:
    """The paths below ``path`` of elements with values, but for those below ``without``."""
    return [
        name.removeprefix(f"{path}/")
        for name, place in places.items()
        if name.startswith(f"{path}/") and not place.groups and not (without and name.startswith(f"{without}/"))
    ]


def _record_paths(places: dict[str, _Place]) -> tuple[str, ...]:
    scores = {}
    for path, place in places.items():
        names = _leaf_names(places, path) if place.groups else []
        if names:
            fields = {device_field(name) for name in names} - {""}
            of_invoice = sum(column_field(name.split("/")[-1])[0] == "invoice" for name in names)
            depth = path.count("/")
            scores[path] = ("serial" in fields, place.repeated, -of_invoice, len(fields), len(names), depth)
    if len(scores) > 1:
        # The root is one of them only if nothing else is: it may be the invoice.
        scores.pop(next(iter(places)), None)
    return tuple(sorted(scores, key=scores.__getitem__, reverse=True)[:_MAX_CANDIDATES])


def _invoice_paths(places: dict[str, _Place], record_path: str) -> tuple[str, ...]:
    """Elements outside the records. The root is always one: a file may hold no values of an invoice."""
    scores = {}
    for path, place in places.items():
        is_root = path.count("/") == 1
        names = _leaf_names(places, path, record_path)
        if is_root or (place.groups and names and not place.repeated):
            fields = {invoice_field(name) for name in names} - {""}
            scores[path] = (len(fields), path.count("/"))
    return tuple(sorted(scores, key=scores.__getitem__, reverse=True)[:_MAX_CANDIDATES])


def _columns(places: dict[str, _Place], path: str, part: str, without: str = "") -> tuple[FoundColumn, ...]:
    suggest = device_field if part == "device" else invoice_field
    values = {name: places[f"{path}/{name}"].texts for name in _leaf_names(places, path, without)}
    return tuple(make_columns(values, lambda name: (part, suggest(name))))


def _typical_values(
    places: dict[str, _Place], leaves: dict[str, tuple[FoundColumn, ...]], paths: Iterable[str]
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
