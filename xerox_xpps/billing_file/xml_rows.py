# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The values of one XML element, taken in a single pass over its children."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union, cast

from lxml import etree

from .values import EMPTY, Convert, ValueReader
from .xml_path import Condition, attribute_of, element_steps, fits, parse_path

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


# (field, conversion of its text, value when empty, leaf). A plain tuple, since unpacking it is the cheapest way to its
# parts.
Target = tuple[str, Convert, Any, Leaf]
# Tag -> target, or the plan of the elements inside it, or the choices. Under ``ATTRIBUTES`` what is in the attributes
# of the element itself.
Plan = dict[str, Union[Target, "Plan", "Choices"]]
# No tag is empty.
ATTRIBUTES = ""


@dataclass(slots=True)
class Choices:
    """Elements of one tag that mean different things: each as far as it fits some conditions.

    ``options`` has of each set of conditions the plan of what is inside such an element, and the plan of the element
    itself where it is a value; ``attributes`` are (name, target) of the plan's own element.
    """

    options: dict[tuple[Condition, ...], tuple[Plan, Plan]] = field(default_factory=dict)
    attributes: list[tuple[str, Target]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fault:
    """``element``, or an attribute of it, gives no value, for the reason ``kind``.

    ``template`` is the sentence of an ``INVALID`` one where the usual does not say why.
    """

    element: etree._Element
    kind: str
    leaf: Leaf
    template: str = ""

    @property
    def text(self) -> str:
        """What is there instead of a value."""
        attribute = parse_path(self.leaf.path).attribute
        return (attribute_of(self.element, attribute) if attribute else self.element.text) or ""


def elements_at(root: etree._Element, path: str) -> list[etree._Element]:
    """The elements at an absolute path."""
    elements = [root]
    for step in element_steps(path)[1:]:
        elements = [child for element in elements for child in element.iterchildren(step.name)]
        if step.conditions:
            elements = [element for element in elements if fits(element, step.conditions)]
    return elements


def make_plan(fields: Mapping[str, str], kinds: Mapping[str, str], values: ValueReader) -> Plan:
    """The plan for the fields of a layout."""
    plan: Plan = {}
    parsed = {name: parse_path(path) for name, path in fields.items()}
    # Elements that are asked something, and values that have an attribute beside them: all others are plain.
    chosen = {path.steps[: position + 1] for path in parsed.values() for position in range(len(path.steps))}
    values_too = {path.steps for path in parsed.values() if not path.attribute}
    chosen = {
        steps
        for steps in chosen
        if steps[-1].conditions
        or (steps in values_too and any(path.attribute and path.steps == steps for path in parsed.values()))
    }
    for name, path in parsed.items():
        kind = kinds[name]
        target = (name, values.converters[kind], EMPTY.get(kind), Leaf(name, fields[name], kind))
        level = plan
        for position, step in enumerate(path.steps):
            is_value = not path.attribute and position == len(path.steps) - 1
            if path.steps[: position + 1] in chosen:
                choices = cast(Choices, level.setdefault(step.name, Choices()))
                inside, itself = choices.options.setdefault(step.conditions, ({}, {}))
                if is_value:
                    itself[step.name] = target
                level = inside
            elif is_value:
                level[step.name] = target
            else:
                # No path is both a value and a group: the layout sees to that.
                level = cast(Plan, level.setdefault(step.name, {}))
        if path.attribute:
            own = cast(Choices, level.setdefault(ATTRIBUTES, Choices()))
            own.attributes.append((path.attribute, target))
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
        if not isinstance(step, tuple):
            if isinstance(step, dict):
                known &= fill(row, child, step, faults)
            else:
                known &= _fill_choices(row, child, step, faults)
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
                except ValueError as error:
                    faults.append(Fault(child, INVALID, leaf, getattr(error, "template", "")))
        row[field] = value
    if ATTRIBUTES in plan:
        _fill_attributes(row, element, cast(Choices, plan[ATTRIBUTES]), faults)
    return known


def _fill_choices(row: dict[str, Any], child: etree._Element, choices: Choices, faults: list[Fault]) -> bool:
    """As ``fill``, of an element of which the conditions tell what it is; False when it fits none of them."""
    known = found = False
    for conditions, (inside, itself) in choices.options.items():
        if fits(child, conditions):
            known = fill(row, child, inside, faults) if inside else True
            if itself:
                # A value is as good among many elements as alone.
                known &= fill(row, cast(etree._Element, (child,)), itself, faults)
            found = True
    return found and known


def _fill_attributes(row: dict[str, Any], element: etree._Element, own: Choices, faults: list[Fault]) -> None:
    for name, (target, convert, value, leaf) in own.attributes:
        text = attribute_of(element, name)
        if text is None:
            continue
        if target in row:
            faults.append(Fault(element, REPEATED, leaf))
        else:
            try:
                value = convert(text)
            except ValueError as error:
                faults.append(Fault(element, INVALID, leaf, getattr(error, "template", "")))
        row[target] = value
