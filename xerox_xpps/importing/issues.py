# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a check finds, before any of it is a record."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..billing_file import ERROR, MAX_ISSUES, WARNING, to_decimal
from ..common.formats import amount_text, decimal_text
from ..common.plural import plural
from .codes import CODES, SEVERITY_RANKS

#: How many of a code are listed however many there are of others: the only one of its kind must not go under.
FAIR_SHARE = 20
#: Characters of a text of the file that an issue repeats: as a value of its own, and as a part of its message.
MAX_FOREIGN = 500
MAX_PART = 160
#: Characters of a message, where what it names is longer than any sentence.
MAX_MESSAGE = 1000


def clipped(text, length=MAX_PART):
    """The beginning of a text that somebody else wrote, with an ellipsis where there is more."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def issue_text(env, issue, currency=None):
    """What an issue of the reader says, in the language of ``env``.

    :param issue: billing_file.Issue
    :param currency: res.currency of its amounts, where it is known
    """
    return env._(issue.template, **{name: _shown(env, value, currency) for name, value in issue.params.items()})


def pages_text(env, pages):
    """A number of pages in words of the user: 1,500."""
    return formatLang(env, pages, digits=0)


def price_text(env, price):
    """A click price or a unit cost, without trailing zeros: 0.0051.

    :param price: float or Decimal
    """
    return decimal_text(env, to_decimal(price), 0)


def _shown(env, value, currency):
    if isinstance(value, str):
        return clipped(value)
    if isinstance(value, date):
        return format_date(env, value)
    if isinstance(value, Decimal):
        if currency:
            return amount_text(env, value, currency)
        return formatLang(env, float(value), digits=max(0, -value.as_tuple().exponent))
    return value


@dataclass(slots=True)
class FoundIssue:
    """An issue before it is a record; ``line_index`` counts the file's records from 0.

    ``problem_count`` is how many problems it stands for.
    """

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
    problem_count: int = 1

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
            "problem_count": self.problem_count,
        }


@dataclass(slots=True)
class _Kind:
    """The problems of one code: those that are listed, and how many are not."""

    severity: str
    code: str
    listed: list[FoundIssue] = field(default_factory=list)
    unlisted: int = 0

    @property
    def count(self):
        return len(self.listed) + self.unlisted


class Findings:
    """The problems of a file. At most ``MAX_ISSUES`` are listed, the others counted; errors come before warnings.

    ``faulty`` holds the indexes of the records with an error, and ``has_file_errors`` says whether one is of the file
    as a whole: no record can be imported then.
    """

    def __init__(self, env, blocking=(), lowered=()):
        """:param blocking: codes of warnings that the company wants to be errors
        :param lowered: codes of errors that it wants to be warnings
        """
        self.env = env
        self.faulty = set()
        self.has_file_errors = False
        self._blocking = blocking
        self._lowered = lowered
        self._kinds = {}
        self._listed = 0

    @property
    def issues(self):
        """The listed issues, those of a code in the order in which they were found; then what is not listed."""
        kinds = sorted(self._kinds.values(), key=lambda kind: SEVERITY_RANKS[kind.severity])
        issues = [issue for kind in kinds for issue in kind.listed]
        return issues + [self._closing(kind) for kind in kinds if kind.unlisted]

    @property
    def error_count(self):
        """How many errors there are, those included that are not listed."""
        return sum(kind.count for kind in self._kinds.values() if kind.severity == ERROR)

    def add(
        self,
        code,
        message,
        record=None,
        index=None,
        fix=None,
        res_model="",
        serial="",
        source_line=0,
        value="",
        output_type="",
    ):
        """Note a problem.

        :param code: one of ``codes.CODES``, which says how severe it is
        :param message: a function that gives the text: of most of a hundred thousand problems nobody reads it
        :param record: billing_file.DeviceRecord that it is about, with its ``index`` in the file
        :param fix: the Odoo record where it is fixed; or ``res_model``, where a new one fixes it
        :param value: what the file says, where the issue is about that
        :param output_type: the pages that it is about
        """
        kind = self._kind(code)
        if kind.severity == ERROR:
            if index is None:
                self.has_file_errors = True
            else:
                self.faulty.add(index)
        if not self._make_room(kind):
            kind.unlisted += 1
            return
        self._listed += 1
        kind.listed.append(
            FoundIssue(
                kind.severity,
                code,
                clipped(message(), MAX_MESSAGE),
                record.source_line if record else source_line,
                clipped(record.serial if record else serial, MAX_FOREIGN),
                line_index=index,
                record=fix,
                res_model=res_model,
                output_type=output_type,
                value=clipped(value, MAX_FOREIGN),
            )
        )

    def count(self, code, number):
        """Count problems that the reader found and did not list. They are of records where those that it listed are."""
        kind = self._kind(code)
        if kind.severity == ERROR and not kind.count:
            self.has_file_errors = True
        kind.unlisted += number

    def _kind(self, code):
        if code not in self._kinds:
            severity = CODES[code].severity
            if severity == WARNING and code in self._blocking:
                severity = ERROR
            elif severity == ERROR and code in self._lowered:
                severity = WARNING
            self._kinds[code] = _Kind(severity, code)
        return self._kinds[code]

    def _make_room(self, kind):
        """Whether another problem of the kind can be listed: in place of a less important one when all are taken."""
        if self._listed < MAX_ISSUES:
            return True
        rank, is_rare = SEVERITY_RANKS[kind.severity], len(kind.listed) < FAIR_SHARE
        others = [
            other
            for other in self._kinds.values()
            if len(other.listed) > FAIR_SHARE and (SEVERITY_RANKS[other.severity], is_rare) > (rank, False)
        ]
        if not others:
            return False
        # The one with most of them misses one least; of the least important.
        longest = max(others, key=lambda other: (SEVERITY_RANKS[other.severity], len(other.listed)))
        longest.listed.pop()
        longest.unlisted += 1
        self._listed -= 1
        return True

    def _closing(self, kind):
        """The issue that stands for the problems of a kind that are not listed."""
        message = plural(
            kind.unlisted,
            self.env._("1 more problem of this kind is not listed."),
            self.env._(
                "%(count)s more problems of this kind are not listed.",
                count=formatLang(self.env, kind.unlisted, digits=0),
            ),
        )
        return FoundIssue(
            kind.severity,
            kind.code,
            message,
            # Sorted by line, it stands behind the last of those that are listed.
            source_line=max((issue.source_line for issue in kind.listed), default=0),
            problem_count=kind.unlisted,
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
    "cost_unknown",
    "expected_previous",
    "expected_overage",
    "included_stated",
    "contract_unit_cost",
    "contract_included",
    "last_included",
    "page_plan_id",
    "cycle_balance",
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
    def output_type(self):
        return self.meter[0]

    @property
    def page_plan_id(self):
        """The plan that rates the pages, or None."""
        return self.meter[-2]

    @property
    def printed(self):
        """As ``plan_reads.PRINTED``: None where neither counters nor Xerox tell how many pages there are."""
        _type, previous, current, pages, included, overage, *_rest = self.meter
        if previous is not None and current is not None:
            return pages
        return included + overage if overage else None

    @property
    def cycle_balance(self):
        """Pages above or below the allowance that count towards a cycle; None where the read is of none."""
        return self.meter[-1]

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


@dataclass(slots=True)
class BaseFees:
    """What Xerox bills for devices of an agreement besides pages: ``amount`` in the agreement's currency."""

    device_ids: set[int] = field(default_factory=set)
    amount: Decimal = Decimal(0)
