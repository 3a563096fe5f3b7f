# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What page plans must have rated and charged after anything that happens, reckoned anew.

Nothing of the addon is used here, and nothing of Odoo: sets of days, whole pages and exact decimals. These rules are
all that it knows:

- A plan rates what is read of its agreement, or of all agreements of its customer that have no plan of their own for
  the output type, while both the plan and its agreement run. What Xerox bills of it is a cost, no more.
- A device is under the plan on the days on which it is on one of these agreements, and that runs.
- A month counts towards the cycle that its last day is in; the end of the plan or its agreement ends the last cycle.
- A cycle is rated when its last month is there and all devices were read that were there; or when it is long over and
  nothing is missing; or when somebody waives what is. Where pages are carried over, it waits for the cycle before.
- What is rated stays so. When it comes to something else, the difference is charged; else nothing is, whatever was
  rejected or changed by hand.
- An undo takes back what its file charged. What the file was only the last one of is charged again if the other reads
  come to it; a waiver that was given before is none any more.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .cycle_life import CALENDAR, DAY, Printed, first_of, last_of
from .life import Calendar, cents, days_between

#: For how long after its end the last file of a cycle is waited for.
LATE = timedelta(days=45)
#: No history reaches farther.
FIRST, FAR = date(2025, 10, 1), date(2027, 12, 31)
COST = Decimal("0.004")


def whole(pages):
    """Half a page up."""
    return int(pages.quantize(Decimal(1), ROUND_HALF_UP)) if isinstance(pages, Decimal) else int(pages + Fraction(1, 2))


@dataclass(frozen=True)
class Terms:
    """``models`` is {model: included pages}; ``tiers`` are (from pages, price), the lowest first."""

    months: int = 1
    anchor: date | None = None
    method: str = "fixed"
    included: int = 0
    models: tuple = ()
    by_days: bool = True
    mode: str = "flat"
    tiers: tuple = ((0, Decimal("0.0125")),)
    minimum: int = 0
    unders_price: Decimal = Decimal(0)
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    rollover: int = 0
    cap: int = 0


@dataclass(eq=False, repr=False)
class Agreement:
    """``cycle``: the months of a cycle in which its overage is billed, and a day on which one begins."""

    number: int
    customer: int
    start: date
    cycle: tuple = (1, None)
    end: date | None = None
    record: Any = None

    def __repr__(self):
        return f"A{self.number}"

    def runs_in(self, month):
        return self.start <= last_of(month) and (not self.end or self.end >= first_of(month))

    def days(self):
        return set(days_between(self.start, self.end or FAR))

    def waits_until(self, day):
        """The end of the cycle in which its overage is billed."""
        months, anchor = self.cycle
        if months == 1:
            return None
        first, last = Calendar("months", months, anchor or CALENDAR).period(day)
        return self.end if self.end and first <= self.end < last else last


@dataclass(eq=False, repr=False)
class Device:
    """``stays`` are [agreement, first day, last day or None], one after the other."""

    serial: str
    model: int
    types: tuple
    stays: list
    record: Any = None

    def days_on(self, agreement):
        return {
            day for other, first, last in self.stays if other is agreement for day in days_between(first, last or FAR)
        }

    def agreement_in(self, month):
        """Who had it for most of a month, of two the later one."""
        period = set(days_between(first_of(month), last_of(month)))
        found = [
            (len(period.intersection(days_between(first, last or FAR))), number, agreement)
            for number, (agreement, first, last) in enumerate(self.stays)
        ]
        days, _number, agreement = max(found, key=lambda each: each[:2])
        return agreement if days else None


@dataclass(eq=False, repr=False)
class Version:
    plan: Any
    terms: Terms
    first: date | None = None
    last: date | None = None
    record: Any = None

    @property
    def since(self):
        return max(filter(None, (self.first, self.plan.agreement.start)))

    @property
    def end(self):
        return min(filter(None, (self.last, self.plan.agreement.end)), default=None)

    def touches(self, month):
        return self.since <= last_of(month) and (not self.end or self.end >= first_of(month))

    def full(self, day):
        """The cycle that a day is in, as if nothing cut it."""
        return Calendar("months", self.terms.months, self.terms.anchor or CALENDAR).period(day)

    def cycle(self, month):
        """:return: (first day, last day), or None of a month in which the version is not in force"""
        return self.cycle_of(min(last_of(month), self.end or FAR)) if self.touches(month) else None

    def cycle_of(self, day):
        first, last = self.full(day)
        return max(first, self.since), min(last, self.end or FAR)


@dataclass(eq=False, repr=False)
class Plan:
    """``weights``: {output type: Decimal}"""

    number: int
    agreement: Agreement
    scope: str
    weights: dict
    versions: list = field(default_factory=list)
    record: Any = None

    def __repr__(self):
        return f"P{self.number}"


@dataclass(eq=False, repr=False)
class Read:
    """What a file said of a meter; ``version`` rates it, or is None."""

    file: int
    printed: Printed
    agreement: Agreement
    version: Version | None

    @property
    def pages(self):
        """None where nobody knows."""
        if self.printed.counted:
            return self.printed.pages
        return self.printed.included + self.printed.overage if self.printed.overage else None


@dataclass(eq=False, repr=False)
class Charge:
    """``key`` is the rated cycle (Version, serial number or None, first day), or the meter where no plan rates it."""

    agreement: Agreement
    key: tuple
    kind: str
    pages: int
    price: Decimal
    file: int | None
    bill_after: date | None
    is_cost: bool = False
    live: bool = True
    billed: bool = False

    @property
    def amount(self):
        return Decimal(0) if self.is_cost else cents(self.pages * self.price)

    @property
    def cost(self):
        return cents(self.pages * COST)


@dataclass(eq=False, repr=False)
class Cycle:
    """A cycle of a version, or of one device (``member``), and what it comes to."""

    version: Version
    member: str | None
    first: date
    last: date
    pages: dict = field(default_factory=dict)  # serial number -> {output type: pages}
    there: dict = field(default_factory=dict)  # serial number -> days of the cycle
    unread: set = field(default_factory=set)
    missing: set = field(default_factory=set)  # of serial numbers
    #: Whether a file is lacking before the last one, or after it.
    lacks: bool = False
    lacks_last: bool = False
    is_over: bool = False
    state: str = "open"
    weighted: int = 0
    included: int = 0
    minimum: int = 0
    rolled_in: int = 0
    rolled_out: int = 0
    expired: int = 0
    billable: int = 0
    unders: int = 0
    lines: list = field(default_factory=list)

    @property
    def key(self):
        return self.version, self.member, self.first

    @property
    def amount(self):
        return sum((cents(pages * price) for _kind, pages, price in self.lines), Decimal(0))

    @property
    def outcome(self):
        return self.billable, self.unders, self.amount

    @property
    def serials(self):
        return sorted(self.pages.keys() | self.unread)

    def weight(self, serial):
        weights = self.version.plan.weights
        return sum((count * weights[name] for name, count in self.pages.get(serial, {}).items()), Decimal(0))

    def figures(self):
        return (
            self.last,
            self.weighted,
            self.included,
            self.minimum,
            self.rolled_in,
            self.rolled_out,
            self.expired,
            self.billable,
            self.unders,
            self.amount,
        )


def shares(total, weights):
    """Cents of a total by weights, by largest remainder, of two the first one."""
    if not any(weights):
        weights = [Decimal(1)] * len(weights)
    sign, whole_cents = (-1 if total < 0 else 1), abs(int(total * 100))
    exact = [Fraction(whole_cents) * Fraction(weight) / Fraction(sum(weights)) for weight in weights]
    parts = [int(each) for each in exact]
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[: whole_cents - sum(parts)]:
        parts[index] += 1
    return [Decimal(sign * part).scaleb(-2) for part in parts]


class World:
    """What happened so far; ``prices`` are those of pages that no plan rates, {output type: Decimal}."""

    def __init__(self, prices):
        self.prices = prices
        self.today = None
        self.agreements, self.devices, self.plans = [], {}, []
        self.reads = defaultdict(list)  # (serial number, output type, month) -> [Read], the last one live
        self.charges = []
        self.cycles = {}  # key -> Cycle as it was rated last
        self.waived = set()  # keys

    # Who is under which plan

    def _agreements(self, plan):
        if plan.scope != "customer":
            return [plan.agreement]
        return [agreement for agreement in self.agreements if agreement.customer == plan.agreement.customer]

    def _own_days(self, agreement, weights):
        """Days on which the agreement's own plans rate all these output types."""
        found = []
        for name in weights:
            days = set()
            for plan in self.plans:
                if plan.scope != "customer" and plan.agreement is agreement and name in plan.weights:
                    for version in plan.versions:
                        days.update(days_between(version.since, version.end or FAR))
            found.append(days)
        return set.intersection(*found)

    def _there(self, plan):
        """{serial number: days on which it is under the plan}"""
        found = defaultdict(set)
        for agreement in self._agreements(plan):
            days = agreement.days()
            if plan.scope == "customer":
                days -= self._own_days(agreement, plan.weights)
            for device in self.devices.values():
                found[device.serial] |= days & device.days_on(agreement)
        return {serial: days for serial, days in found.items() if days}

    def _version_of(self, agreement, name, month):
        found = [
            version
            for plan in self.plans
            if name in plan.weights and agreement in self._agreements(plan)
            for version in plan.versions
            if version.touches(month)
        ]
        return min(
            found,
            key=lambda version: (version.plan.scope == "customer", -(version.first or date.min).toordinal()),
            default=None,
        )

    # Files

    def read(self, file, month, rows, is_correction=False):
        """A file says what devices printed: {serial number: {output type: Printed}}."""
        touched = {}
        for serial, meters in rows.items():
            agreement = self.devices[serial].agreement_in(month)
            for name, printed in meters.items():
                stack = self.reads[serial, name, month]
                prior = stack[-1] if stack else None
                if prior and prior.printed == printed:
                    continue
                if prior:
                    read = Read(file, printed, prior.agreement, prior.version)
                else:
                    read = Read(file, printed, agreement, self._version_of(agreement, name, month))
                stack.append(read)
                self._charge_meter(file, (serial, name, month), read, prior)
                self._touch(touched, read, month)
        # A device that was missing is there now, even where it has no meter of the plan.
        for cycle in self.cycles.values():
            if cycle.last >= first_of(month) and cycle.missing & rows.keys():
                plan = cycle.version.plan
                touched[plan] = min(touched.get(plan, cycle.first), cycle.first)
        self.rate(touched, file)

    @staticmethod
    def _touch(touched, read, month):
        """:param touched: {Plan: first day of the first cycle that is to be rated}; it is changed"""
        if read.version:
            plan, first = read.version.plan, read.version.cycle(month)[0]
            touched[plan] = min(touched.get(plan, first), first)

    def _charge_meter(self, file, meter, read, prior):
        difference = read.printed.overage - (prior.printed.overage if prior else 0)
        if not difference:
            return
        same = [charge for charge in self.charges if charge.key == meter]
        bill_after = same[0].bill_after if same else read.agreement.waits_until(last_of(meter[2]))
        price = Decimal(0) if read.version else self.prices[meter[1]]
        self.charges.append(
            Charge(read.agreement, meter, "pages", difference, price, file, bill_after, is_cost=bool(read.version))
        )

    def may_undo(self, file):
        return not any(charge.billed for charge in self.charges if charge.file == file)

    def undo(self, file):
        """Of the last file."""
        touched = {}
        for (_serial, _name, month), stack in self.reads.items():
            while stack and stack[-1].file == file:
                self._touch(touched, stack.pop(), month)
        lost = {charge.key for charge in self.charges if charge.file == file}
        self.charges = [charge for charge in self.charges if charge.file != file]
        self.rate(touched, None, lost)

    def live(self):
        return {meter: stack[-1] for meter, stack in self.reads.items() if stack}

    # What else happens

    def waive(self, key):
        self.waived.add(key)
        self.rate({key[0].plan: key[2]}, None)

    def night(self):
        """What is over meanwhile is rated."""
        self.rate({cycle.version.plan: FIRST for cycle in self.cycles.values() if cycle.state != "rated"}, None)

    def end(self, agreement, day):
        agreement.end = day
        for charge in self.charges:
            ours = charge.agreement is agreement and agreement.cycle[0] > 1
            if ours and charge.bill_after and charge.bill_after > day and not charge.billed:
                charge.bill_after = day

    def bill(self, day):
        for charge in self.charges:
            if charge.live and not charge.is_cost and not (charge.bill_after and charge.bill_after > day):
                charge.billed = True

    # Rating

    def rate(self, plans, file, lost=None):
        """Of cycles that were over before, it is found by night that nothing is missing any more.

        :param plans: {Plan: first day of what is rated}
        :param lost: keys of cycles whose charges an undo took along; None of anything but an undo
        """
        for plan, since in sorted(plans.items(), key=lambda item: item[0].number):
            found = self._find(plan)
            members = sorted({cycle.member or "" for cycle in found.values()})
            for member in members:
                same = [cycle for cycle in found.values() if (cycle.member or "") == member]
                self._settle(sorted(same, key=lambda cycle: cycle.first), lost, since)
            for key in [key for key in self.cycles if key[0].plan is plan and key not in found]:
                del self.cycles[key]
                self.waived.discard(key)
            for cycle in found.values():
                if cycle.state == "rated":
                    self._charge(cycle, file, lost)
            self.cycles |= found

    def _find(self, plan):
        """{key: Cycle} with pages, days and what is missing"""
        there = self._there(plan)
        live = self.live()
        read_in = {(serial, month) for serial, _name, month in live}
        found = {}
        for version in plan.versions:
            mine = {meter: read for meter, read in live.items() if read.version is version}
            spans = sorted({version.cycle(month) for _serial, _name, month in mine})
            for span in spans:
                days = set(days_between(*span))
                for member in sorted(self._members(version, mine, there, span, days), key=str):
                    found[version, member, span[0]] = Cycle(version, member, *span)
            self._fill(version, found)
            for cycle in [cycle for cycle in found.values() if cycle.version is version]:
                self._fill_cycle(cycle, mine, there, read_in)
        # A device that is read elsewhere, or has no such meter, has no cycle of its own; what was charged stays.
        return {
            key: cycle for key, cycle in found.items() if cycle.member is None or cycle.serials or self.charges_of(key)
        }

    def _members(self, version, mine, there, span, days):
        if version.plan.scope != "device":
            return {None}
        read = {serial for serial, _name, month in mine if version.cycle(month) == span}
        return read | {serial for serial, own in there.items() if own & days}

    def _fill(self, version, found):
        """No cycle is left out between two."""
        for member in sorted({member for other, member, _first in found if other is version}, key=str):
            firsts = sorted(first for other, same, first in found if other is version and same == member)
            for first, last in pairwise(firsts):
                day = found[version, member, first].last + DAY
                while day < last:
                    span = version.cycle_of(day)
                    found[version, member, span[0]] = Cycle(version, member, *span)
                    day = span[1] + DAY

    def _fill_cycle(self, cycle, mine, there, read_in):
        version, days = cycle.version, set(days_between(cycle.first, cycle.last))
        unknown = set()
        for (serial, name, month), read in mine.items():
            if version.cycle(month) == (cycle.first, cycle.last) and cycle.member in (None, serial):
                pages = cycle.pages.setdefault(serial, {})
                pages[name] = pages.get(name, 0) + (read.pages or 0)
                if read.pages is None:
                    unknown.add((serial, month))
        under = {serial: own for serial, own in there.items() if own & days}
        known = under.keys() | {
            serial for serial, _name, month in mine if version.cycle(month) == (cycle.first, cycle.last)
        }
        # Months of which there is a file.
        months = {
            month for serial, month in read_in if serial in known and version.cycle(month) == (cycle.first, cycle.last)
        }
        own = {serial: under[serial] for serial in under if cycle.member in (None, serial)}
        cycle.there = {serial: len(own[serial] & days) for serial in own}
        covered = {day for month in months for day in days_between(first_of(month), last_of(month))}
        somebody = set().union(*own.values()) & days
        after = last_of(max(months)) if months else None
        cycle.is_over = bool(months) and (after >= cycle.last or last_of(max(months) + 1) > version.full(after)[1])
        early = {day for day in somebody if after and day <= after}
        cycle.lacks, cycle.lacks_last = bool(early - covered), bool(somebody - early)
        cycle.unread = {serial for serial in own if not any((serial, month) in read_in for month in months)}
        for serial, its in own.items():
            for month in months:
                is_there = bool(its.intersection(days_between(first_of(month), last_of(month))))
                if is_there and ((serial, month) not in read_in or (serial, month) in unknown):
                    cycle.missing.add(serial)

    # Pages and amounts

    def _settle(self, cycles, lost, since):
        carried, ready, end = [], True, None
        for cycle in cycles:
            terms = cycle.version.terms
            if end != cycle.first - DAY:
                # What a device left before it was elsewhere has expired.
                carried, ready = [], True
            end = cycle.last
            uses = terms.rollover // terms.months
            cycle.weighted = whole(sum((cycle.weight(serial) for serial in cycle.pages), Decimal(0)))
            cycle.included = self._included(cycle)
            cycle.minimum = self._by_days(cycle, terms.minimum)
            waits = not ready and bool(uses or carried)
            carried = self._carry(cycle, carried, uses, terms.cap)
            cycle.unders = max(cycle.minimum - cycle.weighted, 0)
            cycle.lines = self._lines(cycle)
            self._state(cycle, waits, lost, since)
            ready = cycle.state == "rated"

    def _by_days(self, cycle, pages):
        if not cycle.version.terms.by_days:
            return pages
        days = (cycle.last - cycle.first).days + 1
        if cycle.member is not None:
            days = cycle.there.get(cycle.member, days)
        return whole(Fraction(pages * days, self._full_days(cycle)))

    def _full_days(self, cycle):
        first, last = cycle.version.full(cycle.first)
        return (last - first).days + 1

    def _included(self, cycle):
        terms = cycle.version.terms
        if terms.method == "fixed":
            return self._by_days(cycle, terms.included)
        models, total, full = dict(terms.models), Fraction(0), self._full_days(cycle)
        for serial, days in cycle.there.items():
            if serial in cycle.pages or serial in cycle.unread:
                pages = terms.included
                if terms.method == "model":
                    pages = models.get(self.devices[serial].model, pages)
                total += Fraction(pages * (days if terms.by_days else full), full)
        return whole(total)

    def _carry(self, cycle, carried, uses, cap):
        """:param carried: [(for how many more cycles, pages)], the oldest first; :return: what is left of it"""
        cycle.rolled_in = sum(pages for _uses, pages in carried)
        cycle.billable = max(cycle.weighted - cycle.included, 0)
        rest = []
        for more, pages in carried:
            used = min(pages, cycle.billable)
            cycle.billable -= used
            rest.append((more - 1, pages - used))
        rest.append((uses, max(cycle.included - cycle.weighted, 0)))
        total = sum(pages for _uses, pages in rest)
        rest = sorted((more, pages) for more, pages in rest if more > 0 and pages)
        above = max(sum(pages for _uses, pages in rest) - cap, 0) if cap else 0
        kept = []
        for more, pages in rest:
            gone = min(pages, above)
            above -= gone
            if pages > gone:
                kept.append((more, pages - gone))
        cycle.rolled_out = sum(pages for _uses, pages in kept)
        cycle.expired = total - cycle.rolled_out
        return kept

    def _lines(self, cycle):
        terms, pages = cycle.version.terms, cycle.billable
        lines = []
        if pages and terms.mode == "graduated":
            borders = [first for first, _price in terms.tiers[1:]] + [max(pages, terms.tiers[-1][0])]
            for (first, price), border in zip(terms.tiers, borders, strict=True):
                if pages > first:
                    lines.append(("plan", min(pages, border) - first, price))
        elif pages:
            price = [price for first, price in terms.tiers if first <= pages or terms.mode == "flat"]
            lines.append(("plan", pages, price[-1] if terms.mode == "volume" else price[0]))
        if cycle.unders:
            lines.append(("unders", cycle.unders, terms.unders_price))
        amount = sum((cents(count * price) for _kind, count, price in lines), Decimal(0))
        if terms.least and amount < terms.least:
            lines.append(("plan_amount", 1, terms.least - amount))
        elif terms.most and amount > terms.most:
            lines.append(("plan_amount", -1, amount - terms.most))
        return lines

    def _state(self, cycle, waits, lost, since):
        before = self.cycles.get(cycle.key)
        if before and cycle.last < since:
            cycle.state = before.state
            return
        if lost and cycle.key in lost and self._differences(cycle):
            self.waived.discard(cycle.key)
        if cycle.key in self.waived or (before and before.state == "rated" and lost is None):
            cycle.state = "rated"
        elif not cycle.is_over and self.today <= cycle.last + LATE:
            cycle.state = "open"
        else:
            lacks = cycle.lacks or (cycle.lacks_last and not cycle.is_over)
            cycle.state = "waiting" if lacks or cycle.missing or waits else "rated"

    # Charges

    def charges_of(self, key):
        return [charge for charge in self.charges if charge.key == key]

    def charged(self, key):
        return sum((charge.amount for charge in self.charges_of(key) if charge.live), Decimal(0))

    def _differences(self, cycle):
        pages = Counter()
        for charge in self.charges_of(cycle.key):
            if charge.live:
                pages[charge.kind, charge.price] -= charge.pages
        for kind, count, price in cycle.lines:
            pages[kind, price] += count
        return {line: count for line, count in pages.items() if count}

    def _charge(self, cycle, file, lost):
        before = self.cycles.get(cycle.key)
        was_rated = before and before.state == "rated"
        if was_rated and (before.outcome == cycle.outcome if lost is None else cycle.key not in lost):
            return
        agreement = cycle.version.plan.agreement
        bill_after = agreement.waits_until(cycle.last) or (cycle.last if cycle.version.terms.months > 1 else None)
        for (kind, price), count in self._differences(cycle).items():
            last = file or self._last_file(cycle)
            self.charges.append(Charge(agreement, cycle.key, kind, count, price, last, bill_after))

    def _last_file(self, cycle):
        """The one that was imported last of those that the cycle has reads of."""
        return max(
            (
                read.file
                for (serial, _name, month), read in self.live().items()
                if read.version is cycle.version
                and cycle.member in (None, serial)
                and cycle.version.cycle(month) == (cycle.first, cycle.last)
            ),
            default=None,
        )

    def costs(self, cycle):
        """{serial number: what Xerox bills for the pages of the cycle}"""
        costs = defaultdict(Decimal)
        live = self.reads
        for charge in self.charges:
            if not charge.is_cost:
                continue
            serial, _name, month = charge.key
            version = next((read.version for read in live[charge.key]), None)
            if (
                version is cycle.version
                and cycle.member in (None, serial)
                and version.cycle(month) == (cycle.first, cycle.last)
            ):
                costs[serial] += charge.cost
        return costs

    def rows(self, cycle):
        """{serial number: (weighted pages, whether it is missing, share, cost)}"""
        total, costs = self.charged(cycle.key), self.costs(cycle)
        # As devices were made.
        serials = [serial for serial in self.devices if serial in cycle.serials]
        weights = [cycle.weight(serial) for serial in serials]
        return {
            serial: (weight, serial in cycle.missing, share, costs.get(serial, Decimal(0)))
            for serial, weight, share in zip(serials, weights, shares(total, weights), strict=True)
        }
