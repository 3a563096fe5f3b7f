# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Devices of a table that has a row for each meter: the rows of one serial number are put together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .fields import METER_FIELDS, MONEY, RECORD_FIELDS
from .issue import ERROR, Issue, _, shown
from .layout import TableLayout
from .model import DeviceRecord, serial_key
from .output_words import output_type_of
from .records import device_record

_UNKNOWN_TYPE = _(
    "The type of the meter is '%(value)s'. Expected one of the words for output types, such as %(example)s."
)
_NO_TYPE = _("The row has values of a meter, but not the type of the meter.")
_TWICE = _("Serial number %(serial)s has two rows for %(type)s: on line %(first)s and on line %(line)s.")
_DIFFERENT = _("%(title)s is '%(value)s', but '%(first)s' on line %(first_line)s. A device has one value only.")


@dataclass(slots=True)
class _Group:
    """The rows of one device so far; ``lines`` has the line of each value and of each type of meter."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    totals: list[Any] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    complete: bool = True


class MeterRows:
    """Takes rows, and gives devices in the order of their first rows."""

    def __init__(self, layout: TableLayout) -> None:
        self._layout = layout
        self._groups: dict[Any, _Group] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def take(self, row: Mapping[str, Any], line: int, complete: bool) -> Iterator[Issue]:
        """Add a row; a row without a serial number is a device of its own. Gives what is wrong with it."""
        key = serial_key(row.get("serial", "")) or line
        group = self._groups.setdefault(key, _Group(line))
        group.complete &= complete
        for issue in (*self._take_values(group, row, line), *self._take_meter(group, row, line)):
            group.complete = False
            yield issue

    def devices(self) -> Iterator[DeviceRecord]:
        """The devices; their rows are forgotten."""
        groups, self._groups = self._groups, {}
        for sequence, group in enumerate(groups.values(), 1):
            totals = group.totals
            if totals:
                # One that is the same on all rows is the device's, others are those of the meters.
                group.values["total"] = totals[0] if len(set(totals)) == 1 else sum(totals)
            yield device_record(group.values, group.line, sequence, group.complete)

    def _take_values(self, group: _Group, row: Mapping[str, Any], line: int) -> Iterator[Issue]:
        values = group.values
        for name, value in row.items():
            if name not in RECORD_FIELDS or value is None or value == "":
                continue
            if name == "total":
                group.totals.append(value)
            elif name == "estimated":
                values[name] = values.get(name, False) or value
            elif name == "read_date":
                values[name] = max(values.get(name, value), value)
            elif not values.get(name):
                values[name] = value
                group.lines[name] = line
            elif RECORD_FIELDS[name] == MONEY and value and value != values[name]:
                params = {
                    "title": self._layout.device_fields[name],
                    "value": shown(str(value)),
                    "first": shown(str(values[name])),
                    "first_line": group.lines[name],
                }
                yield self._issue("value_invalid", _DIFFERENT, params, group, line)

    def _take_meter(self, group: _Group, row: Mapping[str, Any], line: int) -> Iterator[Issue]:
        meter = {name: row.get(f"meter_{name}") for name in METER_FIELDS}
        word = row.get("meter_type", "")
        is_read = any(value is not None for value in meter.values())
        if not word:
            if is_read:
                yield self._issue("value_invalid", _NO_TYPE, {}, group, line)
            return
        output_type = output_type_of(word, self._layout.meter_types)
        if not output_type:
            if is_read:
                params = {"value": shown(word), "example": "Mono, Color"}
                yield self._issue("value_invalid", _UNKNOWN_TYPE, params, group, line)
            return
        if output_type in group.lines:
            place: dict[str, Any] = {
                "serial": group.values.get("serial", ""),
                "type": shown(word),
                "first": group.lines[output_type],
                "line": line,
            }
            yield self._issue("serial_duplicate", _TWICE, place, group, line)
            return
        group.lines[output_type] = line
        group.values |= {f"{output_type}_{name}": value for name, value in meter.items()}

    def _issue(self, code: str, template: str, params: dict[str, Any], group: _Group, line: int) -> Issue:
        return Issue(ERROR, code, template, params, line, group.values.get("serial", ""))
