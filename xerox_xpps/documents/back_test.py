# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a back-test of terms says, for the screen and the workbook.

Money is ``Decimal`` in the currency of the agreements, before taxes. Xerox's cost is the same by all terms.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class TestedTerms:
    """One set of terms. ``break_even`` is None where no base price is charged in any month; ``base_unit`` says what
    for it is.
    """

    name: str
    description: str
    base_unit: str
    break_even: Decimal | None


@dataclass(frozen=True)
class BackTestRow:
    """Pages, what Xerox bills for them, and what each set of terms brings, in their order.

    ``agreement`` and ``customer`` are empty in sums of several, ``month`` is its first day, or None.
    """

    pages: int
    cost: Decimal
    revenues: tuple[Decimal, ...]
    agreement: str = ""
    customer: str = ""
    month: date | None = None

    @property
    def margins(self) -> tuple[Decimal, ...]:
        return tuple(revenue - self.cost for revenue in self.revenues)


@dataclass(frozen=True)
class UseRow:
    """All months and agreements, if so many percent more had been printed."""

    percent: int
    total: BackTestRow


@dataclass(frozen=True)
class BackTest:
    """``rows`` are of one agreement and month each; ``uses`` are in the order of their percentages."""

    company: str
    currency: str
    decimal_places: int
    first: date
    last: date
    terms: tuple[TestedTerms, ...]
    rows: tuple[BackTestRow, ...]
    uses: tuple[UseRow, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def total(self) -> BackTestRow:
        return self._sum(self.rows)

    @property
    def months(self) -> list[BackTestRow]:
        """The rows added up by month."""
        return self._added_up(lambda row: row.month, month=True)

    @property
    def agreements(self) -> list[BackTestRow]:
        """The rows added up by agreement."""
        return self._added_up(lambda row: (row.agreement, row.customer), agreement=True)

    def _added_up(
        self, key: Callable[[BackTestRow], Hashable], month: bool = False, agreement: bool = False
    ) -> list[BackTestRow]:
        groups: dict[Hashable, list[BackTestRow]] = {}
        for row in self.rows:
            groups.setdefault(key(row), []).append(row)
        return [
            self._sum(
                same,
                same[0].agreement if agreement else "",
                same[0].customer if agreement else "",
                same[0].month if month else None,
            )
            for same in groups.values()
        ]

    def _sum(
        self,
        rows: list[BackTestRow] | tuple[BackTestRow, ...],
        agreement: str = "",
        customer: str = "",
        month: date | None = None,
    ) -> BackTestRow:
        return BackTestRow(
            sum(row.pages for row in rows),
            sum((row.cost for row in rows), Decimal(0)),
            tuple(sum((row.revenues[number] for row in rows), Decimal(0)) for number in range(len(self.terms))),
            agreement,
            customer,
            month,
        )
