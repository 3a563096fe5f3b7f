# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One device record of a billing file on its way through the checks."""

from dataclasses import dataclass, field, replace
from typing import Any

from ..billing_file import DeviceRecord, MeterRecord
from .context import CheckContext
from .issues import clipped
from .snapshots import DeviceSnapshot


@dataclass(slots=True)
class RecordCheck:
    """A device record, what it is matched with, and where its problems are noted.

    ``index`` counts the file's records from 0. ``device`` is None where nobody knows the serial number, and ``prior``
    the ``xpps.billing.file.line`` that the record of a correction replaces, or None. ``line`` are the values of its
    own line, which the checks may change, and ``pages`` what somebody decided to charge where the file does not state
    it: {output type: pages}.
    """

    context: CheckContext
    index: int
    record: DeviceRecord
    device: DeviceSnapshot | None
    line: dict
    prior: Any = None
    pages: dict[str, int] = field(default_factory=dict)

    @property
    def place(self):
        """Where a message is about: its ``line`` and ``serial``."""
        return {"line": self.record.source_line, "serial": clipped(self.record.serial)}

    def place_of(self, meter):
        """As ``place``, with the ``type`` of the pages in words."""
        return self.place | {"type": self.context.type_labels[meter.output_type]}

    def to_charge(self, meter: MeterRecord) -> MeterRecord:
        """The meter with the pages that are charged: those that Xerox states, else those that somebody decided on."""
        pages = self.pages.get(meter.output_type)
        return meter if meter.overage is not None or pages is None else replace(meter, overage=pages)

    def add(self, code, message, fix=None, res_model="", output_type="", value=""):
        """Note a problem of the record; see ``issues.Findings.add``."""
        self.context.findings.add(
            code,
            message,
            self.record,
            self.index,
            fix=fix,
            res_model=res_model,
            output_type=output_type,
            value=value,
        )
