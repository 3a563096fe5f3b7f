# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Look at an XML schema from a stranger before any library compiles it.

libxml2 makes automata of content models and patterns. Most take no time; some grow with the square or the cube of
what they hold, and some are tried in more ways than anybody can wait for. The forms that can do so are refused.
"""

import re
from functools import cached_property

from lxml import etree

from .issue import Unreadable
from .xml_markup import check_markup
from .xml_parser import OPTIONS
from .xsd_pattern import check_pattern

_MAX_SIZE = 256 * 1024
_MAX_COMPONENTS = 3_000
_MAX_DEPTH = 32
_MAX_OCCURS = 10_000
# Elements of one content model, with all groups and base types in it, and groups inside each other.
_MAX_PARTICLES = 250
_MAX_GROUPS = 6
# Of one type; each value is compared with all.
_MAX_ENUMERATIONS = 300
_MAX_PATTERNS = 100
_MAX_MEMBERS = 20

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_FOREIGN = ("include", "import", "redefine", "override")
_IDENTITY = ("key", "keyref", "unique")
_MODELS = ("sequence", "choice", "all")


class SchemaError(ValueError):
    """The XSD itself is not usable."""


def parse_schema(xsd: bytes) -> etree._Element:
    """The root element of a schema that can be compiled in time. Raises ``SchemaError``."""
    if len(xsd) > _MAX_SIZE:
        raise SchemaError(f"it has more than {_MAX_SIZE // 1024} KiB")
    try:
        check_markup(xsd)
        root = etree.fromstring(xsd, etree.XMLParser(**OPTIONS))
    except Unreadable as error:
        raise SchemaError(error.issue.message.rstrip(".")) from error
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise SchemaError(str(error)) from error
    _Guard(root).check()
    return root


class _Guard:
    """One look at one schema."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root

    def check(self) -> None:
        """Raise ``SchemaError`` for what could take too long."""
        if self._root.tag != f"{_XSD}schema":
            raise SchemaError("it does not start with the element <schema> of XML Schema")
        components = list(self._root.iter(f"{_XSD}*"))
        if len(components) > _MAX_COMPONENTS:
            raise SchemaError(f"it has more than {_MAX_COMPONENTS:,} components")
        for component in components:
            if sum(1 for _ancestor in component.iterancestors()) > _MAX_DEPTH:
                raise SchemaError(f"its components are more than {_MAX_DEPTH} levels deep")
            self._check_component(component)
        patterns = [each.get("value", "") for each in self._root.iter(f"{_XSD}pattern")]
        if len(patterns) > _MAX_PATTERNS:
            raise SchemaError(f"it has more than {_MAX_PATTERNS} patterns")
        for pattern in patterns:
            try:
                check_pattern(pattern)
            except ValueError as error:
                raise SchemaError(f"its pattern “{pattern[:60]}” {error}") from error

    def _check_component(self, component: etree._Element) -> None:
        name = component.tag.removeprefix(_XSD)
        if name in _FOREIGN:
            raise SchemaError("it includes other schemas")
        if name in _IDENTITY:
            raise SchemaError(f"it has an identity constraint (<{name}>), which takes too long in a big file")
        for attribute in ("minOccurs", "maxOccurs"):
            occurs = component.get(attribute, "1").strip()
            if occurs != "unbounded" and not (re.fullmatch("[0-9]{1,6}", occurs) and int(occurs) <= _MAX_OCCURS):
                raise SchemaError(f"{attribute} is “{occurs[:20]}”: it can be at most {_MAX_OCCURS:,}, or unbounded")
        if name == "restriction" and len(component.findall(f"{_XSD}enumeration")) > _MAX_ENUMERATIONS:
            raise SchemaError(f"a type has more than {_MAX_ENUMERATIONS} values to choose from")
        if name == "union" and len(component.get("memberTypes", "").split()) + len(component) > _MAX_MEMBERS:
            raise SchemaError(f"a type is a union of more than {_MAX_MEMBERS} others")
        if name in ("complexType", "group") and self._particles(component, 0, frozenset()) > _MAX_PARTICLES:
            raise SchemaError(f"a type has more than {_MAX_PARTICLES} elements")

    def _particles(self, component: etree._Element, groups: int, seen: frozenset[etree._Element]) -> int:
        """Number of elements in the content model of a type or group. One in itself is left to the compiler."""
        if groups > _MAX_GROUPS:
            raise SchemaError(f"groups of elements are more than {_MAX_GROUPS} levels deep")
        if component in seen:
            return 0
        seen |= {component}
        count = 0
        for child in component.iterchildren(f"{_XSD}*"):
            name = child.tag.removeprefix(_XSD)
            if name in ("element", "any"):
                count += 1
            elif name in _MODELS:
                count += self._particles(child, groups + 1, seen)
            elif name == "group":
                count += self._named("group", child.get("ref"), groups, seen)
            elif name in ("complexContent", "extension", "restriction"):
                count += self._named("complexType", child.get("base"), groups, seen)
                count += self._particles(child, groups, seen)
            if count > _MAX_PARTICLES:
                break
        return count

    def _named(self, kind: str, name: str | None, groups: int, seen: frozenset[etree._Element]) -> int:
        component = self._components.get((kind, (name or "").rpartition(":")[2]))
        return 0 if component is None else self._particles(component, groups, seen)

    @cached_property
    def _components(self) -> dict[tuple[str, str | None], etree._Element]:
        return {
            (child.tag.removeprefix(_XSD), child.get("name")): child for child in self._root.iterchildren(f"{_XSD}*")
        }
