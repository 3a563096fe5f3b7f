# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The values of one XML element, taken in a single pass over its children."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union, cast

from lxml import etree

from .values import EMPTY, Convert, ValueReader

REPEATED = "repeated"
NESTED = "nested"
INVALID = "invalid"

# Texts for people. Whatever a comment does to them, nothing is looked up or computed by them.
_NAMES = ("model", "customer_name", "location")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A canonical field, the path of its value below the record, and the kind of the value."""

    field: str
    path: str
    kind: str


# Tag -> (field, conversion of its text, value when empty, leaf), or the plan of the elements inside it.
# A plain tuple, since unpacking it is the cheapest way to its parts.
Plan = dict[str, Union[tuple[str, Convert, Any, Leaf], "Plan"]]


@dataclass(frozen=True, slots=True)
class Fault:
    """``element`` gives no value, for the reason ``kind``."""

    element: etree._Element
    kind: str
    leaf: Leaf


def elements_at(root: etree._Element, path: str) -> list[etree._Element]:
    """The elements at an absolute path."""
    elements = [root]
    for tag in path.split("/")[2:]:
        elements = [child for element in elements for child in element.iterchildren(tag)]
    return elements


def make_plan(fields: Mapping[str, str], kinds: Mapping[str, str], values: ValueReader) -> Plan:
    """The plan for the fields of a layout."""
    plan: Plan = {}
    for field, path in fields.items():
        *groups, tag = path.split("/")
        level = plan
        for group in groups:
            # No path is both a value and a group: the layout sees to that.
            level = cast(Plan, level.setdefault(group, {}))
        kind = kinds[field]
        level[tag] = (field, values.converters[kind], EMPTY.get(kind), Leaf(field, path, kind))
    return plan


def fill(row: dict[str, Any], element: etree._Element, plan: Plan, faults: list[Fault]) -> bool:
    """Put the values below ``element`` into ``row``; one that is at fault is as if it were empty.

    Returns whether the plan knows every element. The loop runs 25 times a device: it is kept free of calls.
    """
    known = True
    step_for = plan.get
    for child in element:
        step = step_for(child.tag)
        if step is None:
            known = False
            continue
        if isinstance(step, dict):
            known &= fill(row, child, step, faults)
            continue
        field, convert, value, leaf = step
        if field in row:
            # Neither of the two can be trusted.
            faults.append(Fault(child, REPEATED, leaf))
        elif len(child) and not (leaf.field in _NAMES and child.find("*") is None):
            # The text before an inner element is only a part of the value, and a number with a comment inside
            # may be two.
            faults.append(Fault(child, NESTED, leaf))
        else:
            text = child.text
            if text is not None:
                try:
                    value = convert(text)
                except ValueError:
                    faults.append(Fault(child, INVALID, leaf))
        row[field] = value
    return known
