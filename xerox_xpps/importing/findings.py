# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a check finds, before any of it is a record."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class FoundIssue:
    """An issue before it is a record; ``line_index`` counts the file's records from 0."""

    severity: str
    code: str
    message: str
    source_line: int = 0
    serial: str = ""
    line_index: int | None = None
    record: Any = None
    res_model: str = ""
    output_type: str = ""
    value: str = ""

    def create_values(self, file, line_ids):
        """Values of ``xpps.billing.file.issue``; ``line_ids`` maps the index of a record to its line."""
        return {
            "billing_file_id": file.id,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "source_line": self.source_line,
            "serial": self.serial,
            "line_id": line_ids.get(self.line_index, False),
            "res_model": self.record._name if self.record else self.res_model,
            "res_id": self.record.id if self.record else False,
            "output_type": self.output_type,
            "value": self.value,
        }


class Findings:
    """Issues in the order in which they are found.

    ``blocking`` are the codes of warnings that the company wants to be errors. ``faulty`` holds the indexes of the
    records with an error.
    """

    def __init__(self, blocking=()):
        self.issues = []
        self.faulty = set()
        self._blocking = blocking

    @property
    def errors(self):
        return [issue for issue in self.issues if issue.severity == "error"]

    @property
    def file_errors(self):
        """Errors of the file as a whole: no record can be imported while one stands."""
        return [issue for issue in self.errors if issue.line_index is None]

    def add(
        self,
        severity,
        code,
        message,
        record=None,
        index=None,
        fix=None,
        res_model="",
        serial="",
        source_line=0,
        **details,
    ):
        """Note an issue.

        :param record: billing_file.DeviceRecord that it is about, with its ``index`` in the file
        :param fix: the Odoo record where it is mended; or ``res_model``, where a new one mends it
        :param details: ``output_type`` and ``value``, where the issue is about one
        """
        if severity == "warning" and code in self._blocking:
            severity = "error"
        if severity == "error" and index is not None:
            self.faulty.add(index)
        self.issues.append(
            FoundIssue(
                severity,
                code,
                message,
                record.source_line if record else source_line,
                record.serial if record else serial,
                line_index=index,
                record=fix,
                res_model=res_model,
                **details,
            )
        )


#: What a meter read has of its own; the rest it shares with the other reads of its record.
METER_VALUES = (
    "output_type",
    "previous_read",
    "current_read",
    "pages",
    "included",
    "overage",
    "unit_cost",
    "cost",
    "expected_previous",
    "expected_overage",
)


@dataclass(slots=True)
class PlannedRead:
    """A meter read that the import makes, and the charges that come of it. There are five for each device.

    ``index`` counts the file's records; ``base`` are the values that the reads of one record share, ``meter`` those
    named by ``METER_VALUES``; ``supersedes`` is the id of the read that a correction replaces, or that was noted
    on the same day. ``expected_unit_cost`` is what a page should cost, in Xerox's currency, None when that is not
    known. ``charges`` are values of ``create``.
    """

    index: int
    base: dict
    meter: tuple
    supersedes: int | None = None
    expected_unit_cost: float | None = None
    charges: tuple[dict, ...] = ()

    @property
    def values(self):
        """All values of the ``xpps.meter.read``."""
        values = self.base | dict(zip(METER_VALUES, self.meter, strict=True))
        values["expected_unit_cost"] = self.expected_unit_cost
        return values


@dataclass(slots=True)
class CostChange:
    """A unit cost of an agreement that the import brings up to date."""

    subscription: Any
    product: Any
    default: Any
    new_cost: float
    device_count: int
    source_line: int
    serial: str

    def create_values(self, file):
        """Values of ``xpps.billing.file.cost.change``."""
        return {
            "billing_file_id": file.id,
            "company_id": file.company_id.id,
            "subscription_id": self.subscription.id,
            "product_id": self.product.id,
            "default_id": self.default.id if self.default else False,
            "old_cost": self.default.unit_cost if self.default else 0.0,
            "new_cost": self.new_cost,
            "device_count": self.device_count,
        }
