# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Elements of one name that mean different things, such as a meter of each type, and what of them tells which."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from .field_suggestions import device_field
from .output_words import output_type_of
from .xml_path import attribute_of

# Different values that an attribute has which tells what an element is, and their length.
_MAX_KINDS = 40
_MAX_LENGTH = 60
# Elements that are looked at.
_MAX_ELEMENTS = 2_000


@dataclass(slots=True)
class Place:
    """All elements of one path, or attributes; ``groups`` when one holds others, else ``texts`` are their values.

    ``attributes`` says whether one of the elements has some.
    """

    repeated: bool = False
    groups: bool = False
    attributes: bool = False
    texts: list[str] = field(default_factory=list)


def condition(element: etree._Element, key: str) -> str:
    """The condition that the element fits: ``[@type='Mono']``; empty where it says nothing, or nothing to be quoted."""
    text = _told(element, key)
    if not text or len(text) > _MAX_LENGTH or "\n" in text:
        return ""
    quote = '"' if "'" in text else "'"
    return f"[{key}={quote}{text}{quote}]" if quote not in text else ""


def find_choices(root: etree._Element, places: Mapping[str, Place]) -> dict[str, str]:
    """What tells elements of one name apart: path -> "@" and an attribute, or an element inside.

    These are values that are all types of pages, however often such an element is there: of a colour meter alone nobody
    knows that it is the only one. Where a record has several of the elements, any value will do that each has once.
    """
    found = {}
    records = {path.rpartition("/")[0] for path in places if device_field(path.rpartition("/")[2]) == "serial"}
    for path, place in places.items():
        holds_a_record = any(record == path or record.startswith(f"{path}/") for record in records)
        if path.count("/") < 2 or "/@" in path or holds_a_record:
            continue
        keys = [key for key in _keys(places, path) if places[f"{path}/{key}"].texts]
        by_type = [key for key in keys if all(map(output_type_of, _texts(places[f"{path}/{key}"])))]
        by_type = [key for key in by_type if _texts(places[f"{path}/{key}"])]
        if not by_type and place.repeated:
            by_type = [key for key in keys if _tells_siblings_apart(root, path, key)]
        if by_type:
            found[path] = by_type[0]
    return found


def _keys(places: Mapping[str, Place], path: str) -> Iterator[str]:
    """Attributes, then elements with values, right below a path."""
    below = [name.removeprefix(f"{path}/") for name in places if name.startswith(f"{path}/")]
    yield from (name for name in below if name[0] == "@")
    yield from (name for name in below if "/" not in name and name[0] != "@" and not places[f"{path}/{name}"].groups)


def _texts(place: Place) -> set[str]:
    return {text.strip() for text in place.texts} - {""}


def _told(element: etree._Element, key: str) -> str:
    return ((attribute_of(element, key[1:]) if key[0] == "@" else element.findtext(key)) or "").strip()


def _tells_siblings_apart(root: etree._Element, path: str, key: str) -> bool:
    """Whether each has a word, once among its siblings, and there are few of them in the whole file."""
    *groups, tag = path.split("/")[2:]
    parents = [root]
    for group in groups:
        parents = [child for each in parents for child in each.iterchildren(group)][:_MAX_ELEMENTS]
    kinds: set[str] = set()
    for parent in parents:
        told = Counter(_told(child, key) for child in parent.iterchildren(tag))
        kinds |= told.keys()
        if max(told.values(), default=0) > 1 or len(kinds) > _MAX_KINDS:
            return False
    return "" not in kinds and not any(kind.replace(".", "").replace(",", "").isdigit() for kind in kinds)
