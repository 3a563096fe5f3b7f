# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a check of a billing file comes to: values and issues, nothing of them written."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from ..billing_file import ERROR
from ..common.bulk import CHUNK, rows_text
from .issues import BaseFees, CostChange, FoundIssue, PlannedRead


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What is wrong with a file, and what its import would write.

    - ``header``: values of the file itself
    - ``issues``: those that are listed; ``error_count`` counts the other errors, too
    - ``faulty``: the indexes of the records with an error; ``has_file_errors``: whether one is of the file as a whole
    - ``lines``: {index of the record: values of ``xpps.billing.file.line``}, and ``line_base``, those that all share
    - ``prior_lines``: {index of the record: the xpps.billing.file.line that a correction replaces}
    - ``reads``: those of the sound records, and ``charge_base``, the values that all their charges share
    - ``cycle_charges``: values of the charges of cycles whose last month never came, with the read that they hang on
    - ``cycle_agreement_ids``: the ids of the agreements whose cycles the file adds pages to, or charges
    - ``cost_changes``: those that the sound records make
    - ``base_fees``: {agreement id: BaseFees of its sound records}; of a correction there are none
    - ``absent``: {agreement id: number of its devices that should be in the file and are not}

    Of a file that was imported in part only the held records are in it.
    """

    header: dict[str, Any]
    issues: list[FoundIssue]
    error_count: int
    faulty: set[int]
    has_file_errors: bool
    lines: dict[int, dict[str, Any]] = field(default_factory=dict)
    line_base: dict[str, Any] = field(default_factory=dict)
    prior_lines: dict[int, Any] = field(default_factory=dict)
    reads: list[PlannedRead] = field(default_factory=list)
    charge_base: dict[str, Any] = field(default_factory=dict)
    cycle_charges: list[dict[str, Any]] = field(default_factory=list)
    cycle_agreement_ids: set[int] = field(default_factory=set)
    cost_changes: list[CostChange] = field(default_factory=list)
    base_fees: dict[int, BaseFees] = field(default_factory=dict)
    absent: dict[int, int] = field(default_factory=dict)

    @property
    def errors(self):
        """The errors among the issues."""
        return [issue for issue in self.issues if issue.severity == ERROR]

    def can_import(self, holds_faulty):
        """Whether the file, or a record of it at least, can be imported.

        :param holds_faulty: whether faulty records are held back
        """
        if not self.error_count:
            return True
        return holds_faulty and not self.has_file_errors and bool(self.lines.keys() - self.faulty)

    def line_rows(self, state):
        """:return: an iterable of the values of the lines, in that state"""
        shared = {**self.line_base, "state": state}
        return ({**shared, **values} for values in self.lines.values())

    def line_digest(self):
        """:return: SHA-256 of the lines, by which they are known again"""
        digest = hashlib.sha256(repr(self.line_base).encode())
        rows = (values.values() for values in self.lines.values())
        while chunk := list(islice(rows, CHUNK)):
            digest.update(rows_text(chunk).encode())
        return digest.hexdigest()

    def held_ids(self, line_ids):
        """:return: the ids of the lines with an error; ``line_ids`` maps the index of a record to its line"""
        return [line_ids[index] for index in self.faulty if index in line_ids]

    def replaced_lines(self, line_ids):
        """:return: [(id of a line that a sound record corrects, id of the record's own)]"""
        return [(line.id, line_ids[index]) for index, line in self.prior_lines.items() if index not in self.faulty]

    def replaced_reads(self, read_ids):
        """:return: [(id of a meter read that is replaced, id of the new one)]; ``read_ids`` are those of ``reads``"""
        return [(read.supersedes, id_) for read, id_ in zip(self.reads, read_ids, strict=True) if read.supersedes]

    def read_rows(self, read_ids):
        """:return: an iterable of the values of the meter reads"""
        return ({"id": id_, **read.values} for read, id_ in zip(self.reads, read_ids, strict=True))

    def charge_rows(self, read_ids):
        """:return: an iterable of the values of the charges"""
        of_reads = (
            {**self.charge_base, **values, "meter_read_id": id_}
            for read, id_ in zip(self.reads, read_ids, strict=True)
            for values in read.charges
        )
        return chain(of_reads, ({**self.charge_base, **values} for values in self.cycle_charges))

    def faulty_partners(self):
        """:return: {res.partner id: number of its records with an error}, as far as it is known whose they are"""
        return Counter(
            partner_id for index in self.faulty if (partner_id := self.lines.get(index, {}).get("partner_id"))
        )

    def by_agreement(self):
        """What would be imported.

        :return: {agreement id: {"devices": {stock.lot id}, "charges": [values], "base": Decimal, "plan_pages": int}};
            see ``base_fees``
        """
        totals = defaultdict(lambda: {"devices": set(), "charges": [], "base": Decimal(0), "plan_pages": 0})
        for agreement_id, fees in self.base_fees.items():
            totals[agreement_id]["devices"] |= fees.device_ids
            totals[agreement_id]["base"] = fees.amount
        for read in self.reads:
            # A charge that was given to another agreement is corrected there.
            for values in read.charges or [read.base]:
                totals[values["subscription_id"]]["devices"].add(values["device_id"])
            if read.page_plan_id:
                totals[read.base["subscription_id"]]["plan_pages"] += read.printed or 0
            for values in read.charges:
                totals[values["subscription_id"]]["charges"].append(values)
        for values in self.cycle_charges:
            totals[values["subscription_id"]]["devices"].add(values["device_id"])
            totals[values["subscription_id"]]["charges"].append(values)
        return totals
