# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From agreements, months and sets of terms to ``documents.BackTest``."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from ...billing_file import to_decimal
from ...common.plural import plural
from ...documents import BackTest, BackTestRow, TestedTerms, UseRow
from ...rating import OwnPages, at_use, break_even_base, own_amounts, read_cost
from ...rules import add_months, round_amount
from .current_terms import CurrentTerms
from .reads import BackTestReads

#: Use in percent of what was read.
USES = (-20, -10, 0, 10, 20)


@dataclass(frozen=True)
class Terms:
    """A set of terms. Without ``base`` or ``pages`` these are as they are.

    ``base`` is a price a month: of an agreement, or of each device.
    """

    name: str
    description: str = ""
    base: Decimal | None = None
    each_device: bool = False
    pages: OwnPages | None = None


class BackTestBuilder:
    """:param agreements: sale.subscription of one company and currency
    :param months: the first days of calendar months, one after the other
    :param terms: [Terms]
    """

    def __init__(self, agreements, months, terms):
        self.env = agreements.env
        self.agreements = agreements
        self.currency = agreements.currency_id
        self._rounding = self.currency.decimal_places, self.currency.rounding
        self.months = months
        self.terms = terms
        self.reads = BackTestReads(agreements, months)
        self.current = CurrentTerms(self.reads)
        self.base, self.units = self._base()

    def build(self):
        """:return: BackTest"""
        uses, as_read = [], None
        for percent in USES:
            use = 1 + Decimal(percent) / 100
            pages = [self._pages(terms, use) for terms in self.terms]
            rows = self._rows(use, pages)
            uses.append(UseRow(percent, self._total(rows)))
            if not percent:
                as_read = rows, pages
        rows, pages = as_read
        cost = sum((row.cost for row in rows), Decimal(0))
        return BackTest(
            company=self.agreements.company_id.display_name,
            currency=self.currency.name,
            decimal_places=self.currency.decimal_places,
            first=self.reads.first,
            last=self.reads.last,
            terms=tuple(
                self._tested(terms, number, cost, sum(pages[number].values()))
                for number, terms in enumerate(self.terms)
            ),
            rows=tuple(rows),
            uses=tuple(uses),
            notes=tuple(self._notes()),
        )

    def _rounded(self, amount):
        return round_amount(amount, *self._rounding)

    def _tested(self, terms, number, cost, pages_revenue):
        units = sum(self.units[number].values(), Decimal(0))
        unit = to_decimal(self.currency.rounding)
        each = self.env._("each device") if terms.each_device else self.env._("each agreement")
        base = break_even_base(cost, pages_revenue, units, unit)
        return TestedTerms(terms.name, terms.description, each, None if base is None else self._rounded(base))

    # Base prices

    def _base(self):
        """:return: for each set of terms {(sale.subscription id, month): amount}, and the same of how many prices"""
        current = self.agreements._xpps_base_months(self.reads.first, self.reads.last)
        waived = self.agreements._xpps_waived_spans()
        amounts = [defaultdict(Decimal) for _terms in self.terms]
        units = [defaultdict(Decimal) for _terms in self.terms]
        for agreement in self.agreements:
            for month in self.months:
                key = agreement.id, month
                if key not in self.reads.counted:
                    continue
                spans = self.reads.billed_days(agreement, month, waived[agreement.id, False])
                days = Decimal((add_months(month, 1) - month).days)
                parts = {
                    False: sum((last - first).days + 1 for first, last in spans) / days,
                    True: self.reads.devices_on(agreement, spans) / days,
                }
                for number, terms in enumerate(self.terms):
                    units[number][key] = parts[terms.each_device]
                    own = terms.base is not None
                    amounts[number][key] = (
                        self._rounded(terms.base * parts[terms.each_device]) if own else current.get(key, Decimal(0))
                    )
        return amounts, units

    # Pages

    def _pages(self, terms, use):
        """What pages come to by a set of terms.

        :return: {(sale.subscription id, month): Decimal}
        """
        if terms.pages is None:
            return self.current.pages(use)
        amounts = defaultdict(Decimal, self.current.pages(use, frozenset(terms.pages.weights)))
        last = -(-len(self.months) // terms.pages.months) * terms.pages.months
        months = [add_months(self.months[0], number) for number in range(last)]
        for agreement in self.agreements:
            uses = [
                one._replace(reads=[at_use(read, use) for read in one.reads])
                for one in self.reads.uses(agreement, months)
            ]
            for month, amount in zip(months, own_amounts(uses, terms.pages, self._rounded), strict=True):
                if amount:
                    amounts[agreement.id, month] += amount
        return amounts

    # Rows

    def _rows(self, use, pages):
        """:return: [BackTestRow] of each agreement and month"""
        printed, costs = defaultdict(int), defaultdict(Decimal, self.reads.fees)
        for row in self.reads.reads:
            if row.month in self.months:
                read = at_use(row.read, use)
                printed[row.subscription_id, row.month] += read.printed or 0
                costs[row.subscription_id, row.month] += self._rounded(read_cost(read))
        billed = {key for amounts in pages for key, amount in amounts.items() if amount}
        rows = []
        for agreement in self.agreements:
            for month in self.months:
                key = agreement.id, month
                if key in self.reads.counted or key in billed:
                    revenues = tuple(
                        self._rounded(self.base[number][key] + pages[number].get(key, Decimal(0)))
                        for number in range(len(self.terms))
                    )
                    rows.append(
                        BackTestRow(
                            printed[key],
                            self._rounded(costs[key]),
                            revenues,
                            agreement.name,
                            agreement.partner_id.display_name,
                            month,
                        )
                    )
        return rows

    def _total(self, rows):
        return BackTestRow(
            sum(row.pages for row in rows),
            sum((row.cost for row in rows), Decimal(0)),
            tuple(sum((row.revenues[number] for row in rows), Decimal(0)) for number in range(len(self.terms))),
        )

    # What the figures do not tell

    def _notes(self):
        env, reads, current = self.env, self.reads, self.current
        left_out = len(self.agreements) * len(self.months) - len(reads.counted)
        if left_out:
            yield plural(
                left_out,
                env._("1 month of an agreement is left out, as no billing file has it."),
                env._("%s months of agreements are left out, as no billing file has them.", left_out),
            )
        rows = [row for row in reads.reads if row.month in self.months]
        unknown = sum(1 for row in rows if row.read.overage and row.read.unit_cost is None) + len(reads.unknown_fees)
        if unknown:
            yield plural(
                unknown,
                env._("Xerox's cost is unknown in 1 case, which counts as 0: margins are too high by it."),
                env._("Xerox's cost is unknown in %s cases, which count as 0: margins are too high by them.", unknown),
            )
        if current.unpriced:
            yield plural(
                len(current.unpriced),
                env._("1 read has no price by the terms as they are. Its pages bring nothing here."),
                env._(
                    "%s reads have no price by the terms as they are. Their pages bring nothing here.",
                    len(current.unpriced),
                ),
            )
        uncounted = sum(1 for row in rows if row.read.printed is None)
        if uncounted:
            yield plural(
                uncounted,
                env._("1 read has no counters. Nobody knows how many pages it is of."),
                env._("%s reads have no counters. Nobody knows how many pages they are of.", uncounted),
            )
        pending = len(current.pending)
        if pending:
            yield plural(
                pending,
                env._(
                    "1 agreement has a cycle that is not charged in these months. By the terms as they are, its pages "
                    "bring nothing here."
                ),
                env._(
                    "%s agreements have cycles that are not charged in these months. By the terms as they are, their "
                    "pages bring nothing here.",
                    pending,
                ),
            )
