# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who must have paid what, and at which price, of agreements that several pay and whose prices rise, reckoned anew.

Nothing of the addon is used here, and nothing of Odoo: dates, whole pages and exact decimals. When services are due is
told by ``life``. Besides, these rules are all that it knows:

- A period costs what its first day does, pages what the last day of their month does, however late their file is.
- What is billed is split by percent to the cent: the largest remainders get the cents that are left, the first payers
  first. A line is split for each device, or for each material code where the invoices have a line for each.
- What is billed again, and what corrects a month, goes to those who paid it.
- All shares of a billing stand or fall together.
- Increases follow each other from a day on, with so many days of notice, and never before a day that is billed.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

from .cycle_life import last_of
from .life import Contract, Invoice, cents

DAY = timedelta(days=1)
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
#: Who gets what no payer is named for.
CUSTOMER = "customer"


def later(day, months):
    """The same day of another month, or its last one."""
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def split(amount, percents):
    """To the cent, by largest remainder."""
    count, sign = int(abs(amount) / CENT), -1 if amount < 0 else 1
    exact = [count * percent / HUNDRED for percent in percents]
    parts = [int(part) for part in exact]
    by_rest = sorted(range(len(parts)), key=lambda number: parts[number] - exact[number])
    for number in by_rest[: count - sum(parts)]:
        parts[number] += 1
    return [sign * part * CENT for part in parts]


# Prices


@dataclass
class Price:
    """``left_out`` is why it never rises; ``follows`` the percentage that it takes."""

    follows: str
    own: Decimal
    left_out: str | None = None
    fixed_until: date | None = None
    steps: list = field(default_factory=list)  # [(first day, price, Increase)]

    def on(self, day):
        begun = [step for step in self.steps if step[0] <= day]
        return max(begun, key=lambda step: step[0])[1] if begun else self.own


@dataclass(frozen=True)
class Escalator:
    base_percent: Decimal
    page_percent: Decimal
    every: int
    first: date | None
    cap_year: Decimal
    cap_term: Decimal
    base_unit: Decimal
    page_unit: Decimal
    up: bool
    notice: int

    def raised(self, price, percent, unit, limits):
        new = self._in_units(price * (1 + percent / HUNDRED), unit, ROUND_CEILING if self.up else ROUND_HALF_UP)
        if limits and new > min(limits):
            new = self._in_units(min(limits), unit, ROUND_FLOOR)
        return max(new, price)

    @staticmethod
    def _in_units(amount, unit, rounding):
        return (amount / unit).quantize(Decimal(1), rounding) * unit


@dataclass(eq=False)
class Increase:
    """``prices``: {name: (old, new, why it does not rise or None)}"""

    due: date
    start: date
    prices: dict
    state: str = "proposed"
    record: Any = None

    @property
    def is_open(self):
        return self.state in ("proposed", "notified")

    @property
    def raised(self):
        return {name: new for name, (_old, new, left_out) in self.prices.items() if not left_out}


# What is billed


@dataclass(eq=False, repr=False)
class Pages:
    """Pages of a type that a file charged, or took back.

    ``payers`` are those who got the newest line of it, which is the ``number``-th; ``payers_before`` those of the one
    that was credited.
    """

    contract: Any
    device: str
    output_type: str
    month: int
    pages: int
    is_correction: bool
    price: Decimal = Decimal(0)
    bill_after: date | None = None
    invoice: Any = None
    payers: tuple = ()
    payers_before: tuple = ()
    number: int = 0

    @property
    def amount(self):
        return cents(self.pages * self.price)


@dataclass(eq=False, repr=False)
class Bill(Invoice):
    """Invoices that stand or fall together; ``moves`` are those that the test found, ``credited_to`` whose of them
    were credited alone."""

    detail: str = "device"
    moves: Any = None
    credited_to: set = field(default_factory=set)

    @property
    def is_untouched(self):
        return self.is_live and not self.credited and not self.credited_to

    def rows(self):
        """:return: [(payer, (contract number, name of the service or "pages", first day), amount)]"""
        found = []
        for line in self.lines:
            key = (line.service.contract.number, line.service.name, str(line.first))
            found += self._shares(line.payers, key, line.amount)
        if self.detail == "device":
            for each in self.pages:
                found += self._shares(each.payers, (each.contract.number, "pages", None), each.amount)
            return found
        groups = {}
        for each in self.pages:
            groups.setdefault((each.contract.number, each.output_type, each.price, each.payers), []).append(each.pages)
        for (number, _output_type, price, payers), pages in groups.items():
            found += self._shares(payers, (number, "pages", None), cents(sum(pages) * price))
        return found

    @staticmethod
    def _shares(payers, key, amount):
        parts = split(amount, [percent for _payer, percent in payers])
        return [(payer, key, part) for (payer, _percent), part in zip(payers, parts, strict=True)]

    def documents(self):
        """:return: {payer: [amount of a line]}, without those who pay nothing"""
        found = {}
        for payer, _key, amount in self.rows():
            found.setdefault(payer, []).append(amount)
        return {payer: amounts for payer, amounts in found.items() if any(amounts)}


class PaidContract(Contract):
    """An agreement with payers and an escalator. ``prices`` has those of services and of pages by output type."""

    def begin(self, prices, detail):
        self.prices = prices
        self.detail = detail
        self.payers = {"base": ((CUSTOMER, HUNDRED),), "overage": ((CUSTOMER, HUNDRED),)}
        self.archived = set()
        self.escalator = None
        self.increases = []
        self._numbers = count(1)

    # Pages

    def read_type(self, device, output_type, month, pages):
        """A file says how many pages of a type a device has to pay for in a month."""
        charged = self.pages[device, output_type, month]
        difference = pages - sum(each.pages for each in charged)
        if difference:
            each = Pages(self, device, output_type, month, difference, bool(charged))
            each.price = self.prices[output_type].on(last_of(month))
            charged.append(each)

    def _uninvoiced(self):
        return [each for each in super()._uninvoiced() if self.prices[each.output_type].left_out != "not_billable"]

    def invoiced_pages(self):
        return [each for charged in self.pages.values() for each in charged if each.invoice]

    # Who pays

    def _payers_of_line(self, line):
        if not line.service.by_devices:
            return ((CUSTOMER, HUNDRED),)
        before = [
            other
            for other in line.service.lines
            if other.invoice.again and other.first <= line.last and other.last >= line.first
        ]
        return before[-1].payers if before else self.payers["base"]

    def _payers_of_pages(self, each):
        if each.payers:
            return each.payers
        same = self.pages[each.device, each.output_type, each.month]
        paid = [other for other in same if other.payers]
        if each.is_correction and paid:
            return max(paid, key=lambda other: (bool(other.invoice), other.number)).payers
        return self.payers["overage"]

    def named_payers(self):
        return {payer for payers in self.payers.values() for payer, _percent in payers}

    def bills_on(self, today):
        return (self._is_due(today) or self.waiting(today)) and not self.is_kept_back(today)

    def is_kept_back(self, today):
        """Whether somebody would get an invoice who is archived."""
        lines = self._lines() if self._is_due(today) else []
        payers = [self._payers_of_line(line) for line in lines]
        payers += [self._payers_of_pages(each) for each in self.waiting(today)]
        return any(payer in self.archived for shares in payers for payer, _percent in shares)

    # A night

    def _piece(self, service, period, *days):
        service.price = self.prices[service.name].on(period[0])
        return super()._piece(service, period, *days)

    def night(self, others, today, rate, drafts=False):
        """:return: [Bill]"""
        if self.is_kept_back(today):
            return []
        bills = [bill for made in super().night(others, today, rate) for bill in self._bills(made)]
        for bill in bills:
            bill.state = "draft" if drafts else bill.state
        return bills

    def _bills(self, made):
        """What stands or falls together of what was made."""
        payers = [(line, self._payers_of_line(line)) for line in made.lines]
        payers += [(each, self._payers_of_pages(each)) for each in made.pages]
        for item, shares in payers:
            item.payers, item.number = shares, next(self._numbers)
        together = {payer for _item, shares in payers if len(shares) > 1 for payer, _percent in shares}
        groups = {}
        for item, shares in payers:
            first = shares[0][0]
            groups.setdefault(None if first in together else first, []).append(item)
        bills = []
        for items in groups.values():
            lines = [item for item in items if not isinstance(item, Pages)]
            pages = [item for item in items if isinstance(item, Pages)]
            bills.append(Bill(made.rate, lines, pages, made.state, detail=self.detail))
            for item in items:
                item.invoice = bills[-1]
        return bills

    def gone(self, invoice):
        super().gone(invoice)
        for each in invoice.pages:
            each.payers = each.payers_before

    def bill_again(self, invoice):
        super().bill_again(invoice)
        for each in invoice.pages:
            each.payers_before = each.payers

    # Increases

    def first_unbilled(self):
        days = [line.last for service in self.services for line in service.lines if line.is_live]
        days += [last_of(each.month) for each in self.invoiced_pages()]
        return max(days) + DAY if days else None

    def next_increase(self):
        first = self.escalator.first or later(self.start, self.escalator.every)
        after = [self.start]
        for increase in self.increases:
            if not increase.is_open:
                after.append(increase.due)
            if increase.state == "applied":
                after.append(increase.start)
        number = 0
        while later(first, number * self.escalator.every) <= max(after):
            number += 1
        return later(first, number * self.escalator.every)

    def _start(self, due, today):
        earliest = max(today + DAY * self.escalator.notice, self.first_unbilled() or today)
        number = 0
        while later(due, number) < earliest:
            number += 1
        return later(due, number)

    def plan_prices(self, day):
        """:return: {name: (old price, new price, why it does not rise or None)}"""
        escalator, found = self.escalator, {}
        for name, price in self.prices.items():
            by_base = price.follows == "base"
            percent = escalator.base_percent if by_base else escalator.page_percent
            if not percent or not price.follows:
                continue
            old = price.on(day)
            fixed = price.fixed_until and price.fixed_until >= day
            left_out = price.left_out or ("fixed" if fixed else None)
            new = old
            if not left_out:
                unit = escalator.base_unit if by_base else escalator.page_unit
                new = escalator.raised(old, percent, unit, self._limits(price, day))
                left_out = "capped" if new == old else None
            found[name] = (old, new, left_out)
        return found

    def _limits(self, price, day):
        escalator, limits = self.escalator, []
        if escalator.cap_year:
            limits.append(price.on(later(day, -12)) * (1 + escalator.cap_year / HUNDRED))
        if escalator.cap_term:
            first = escalator.first or later(self.start, escalator.every)
            limits.append(price.on(min(first, day) - DAY) * (1 + escalator.cap_term / HUNDRED))
        return limits

    def propose(self, until, today):
        """:return: Increase, or None if none is due"""
        due = self.next_increase()
        if due > until or any(increase.is_open for increase in self.increases):
            return None
        start = self._start(due, today)
        self.increases.append(Increase(due, start, self.plan_prices(start)))
        return self.increases[-1]

    def notify(self, increase, today):
        increase.state = "notified"
        first = max(today + DAY * self.escalator.notice, self.first_unbilled() or today)
        if increase.start < first:
            self._move(increase, today)

    def _move(self, increase, today):
        increase.start = self._start(increase.due, today)
        increase.prices = self.plan_prices(increase.start)

    def propose_again(self, increase, today):
        increase.state = "proposed"
        self._move(increase, today)

    def _later_steps(self, increase):
        steps = [step for price in self.prices.values() for step in price.steps]
        return any(step[0] >= increase.start and step[2] is not increase for step in steps)

    def may_apply(self, increase):
        unbilled = self.first_unbilled()
        same = increase.prices == self.plan_prices(increase.start)
        return same and not (unbilled and increase.start < unbilled) and not self._later_steps(increase)

    def apply(self, increase):
        increase.state = "applied"
        for name, new in increase.raised.items():
            self.prices[name].steps.append((increase.start, new, increase))
        self._price_pages()

    def may_take_back(self, increase):
        follows = {self.prices[name].follows for name in increase.raised}
        days = []
        if "base" in follows:
            days += [line.first for service in self.services for line in service.lines if line.is_live]
        if "page" in follows:
            days += [last_of(each.month) for each in self.invoiced_pages()]
        return all(day < increase.start for day in days) and not self._later_steps(increase)

    def take_back(self, increase):
        increase.state = "skipped"
        for price in self.prices.values():
            price.steps = [step for step in price.steps if step[2] is not increase]
        self._price_pages()

    def _price_pages(self):
        for each in self._uninvoiced():
            each.price = self.prices[each.output_type].on(last_of(each.month))
