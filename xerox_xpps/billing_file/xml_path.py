# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Paths of values below an element of XML: elements, conditions on them, and attributes.

``Fees/Base`` is an element in another, ``@serial`` an attribute, and ``Meter[@type='Mono']/Over`` is what is in the one
of several elements whose attribute has that value; ``Meter[Type='Mono']`` asks for the text of an element in it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

_NAME = r"[^\W\d][\w.-]*"
_CONDITION = rf"\[\s*(@?{_NAME})\s*=\s*(?:'([^'\n]*)'|\"([^\"\n]*)\")\s*\]"
_CONDITIONS = re.compile(_CONDITION)
_STEP = re.compile(rf"({_NAME})((?:{_CONDITION})*)")
_ATTRIBUTE = re.compile(rf"@({_NAME})")

#: What is asked of an element: (name of an element in it, or "@" and the name of an attribute; its text).
Condition = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """An element by its name, without namespace, and what is asked of it."""

    name: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class ValuePath:
    """The elements that lead to a value, and its attribute; without, it is the text of the last element."""

    steps: tuple[Step, ...]
    attribute: str = ""


@lru_cache(maxsize=1024)
def parse_path(path: str) -> ValuePath:
    """Raises ``ValueError`` when it is no such path.

    >>> parse_path("Meter[@type='Mono']/@over")
    ValuePath(steps=(Step(name='Meter', conditions=(('@type', 'Mono'),)),), attribute='over')
    """
    steps: list[Step] = []
    position = 0
    while True:
        if attribute := _ATTRIBUTE.match(path, position):
            if attribute.end() != len(path):
                break
            return ValuePath(tuple(steps), attribute[1])
        step = _STEP.match(path, position)
        if not step:
            break
        conditions = tuple((key, first or second) for key, first, second in _CONDITIONS.findall(step[2]))
        steps.append(Step(step[1], conditions))
        position = step.end()
        if position == len(path):
            return ValuePath(tuple(steps))
        if path[position] != "/":
            break
        position += 1
    raise ValueError(f"{path!r} is not a path of elements")


def element_steps(path: str) -> tuple[Step, ...]:
    """The steps of an absolute path of elements. Raises ``ValueError`` when it is none."""
    try:
        parsed = parse_path(path[1:])
    except ValueError:
        parsed = ValuePath((), path)
    if parsed.attribute or not path.startswith("/"):
        raise ValueError(f"{path!r} is not an absolute path of elements")
    return parsed.steps


def check_paths(paths: Iterable[str]) -> None:
    """Raise ``ValueError`` when a path is none, or when two of them cannot be told apart in a file."""
    seen: dict[ValuePath, str] = {}
    groups: set[tuple[Step, ...]] = set()
    named: dict[tuple[tuple[Step, ...], str], bool] = {}
    for path in paths:
        parsed = parse_path(path)
        if parsed in seen:
            raise ValueError(f"{path!r} is mapped twice, or is both a value and a group")
        seen[parsed] = path
        last = len(parsed.steps) if parsed.attribute else len(parsed.steps) - 1
        groups |= {parsed.steps[:length] for length in range(1, last + 1) if length < len(parsed.steps)}
        for position, step in enumerate(parsed.steps):
            is_asked = bool(step.conditions)
            if named.setdefault((parsed.steps[:position], step.name), is_asked) != is_asked:
                raise ValueError(f"{step.name!r} is there both with a condition and without one")
    for parsed, path in seen.items():
        if not parsed.attribute and parsed.steps in groups:
            raise ValueError(f"{path!r} is mapped twice, or is both a value and a group")


def attribute_of(element: etree._Element, name: str) -> str | None:
    """The value of an attribute, in whatever namespace it is."""
    value: str | None = element.get(name)
    if value is None and element.attrib:
        return next((text for key, text in element.attrib.items() if key.rpartition("}")[2] == name), None)
    return value


def fits(element: etree._Element, conditions: Iterable[Condition]) -> bool:
    """Whether an element is as the conditions ask."""
    return all(
        ((attribute_of(element, key[1:]) if key[0] == "@" else element.findtext(key)) or "").strip() == value.strip()
        for key, value in conditions
    )


def find_element(element: etree._Element, path: str) -> etree._Element | None:
    """The first element that has the value at a path below ``element``, or None."""
    parsed = parse_path(path)
    found = [element]
    for step in parsed.steps:
        found = [child for each in found for child in each.iterchildren(step.name) if fits(child, step.conditions)]
    if parsed.attribute:
        found = [each for each in found if attribute_of(each, parsed.attribute) is not None]
    return found[0] if found else None
