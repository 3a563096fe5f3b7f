# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a check finds, before any of it is a record."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class FoundIssue:
    """An issue before it is a record; ``line_index`` counts the file's records."""

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

    def create_values(self, file, lines):
        return {
            "billing_file_id": file.id,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "source_line": self.source_line,
            "serial": self.serial,
            "line_id": False if self.line_index is None else lines[self.line_index].id,
            "res_model": self.record._name if self.record else self.res_model,
            "res_id": self.record.id if self.record else False,
            "output_type": self.output_type,
            "value": self.value,
        }


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

    def create_values(self):
        return {
            "subscription_id": self.subscription.id,
            "product_id": self.product.id,
            "unit_cost": self.new_cost,
        }
