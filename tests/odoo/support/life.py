# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What must stand on invoices after anything that happens to agreements, reckoned day by day.

Nothing of the addon is used here, and nothing of Odoo: dates, sets of days and exact decimals. An agreement is told
what happens to it, and says which lines the next night bills, which days of a service no line bills yet, and when they
are due. Rules that users can read in the documentation are all that it knows:

- A day is billed once its period is over (in arrears) or begins (in advance), in a line for each period.
- Whole periods are left out that became due while the agreement stood still; by day, it is the days.
- A closed agreement is billed to its last day where parts of months are, else nothing more.
- In advance, devices that come or go in a billed period, and days on which the agreement stood still, are made up for.
- What is deleted or cancelled, or credited and billed again, is billed again. What is only credited is not.
- Pages may wait for the end of a cycle. The agreement's closing ends it; other cycles begin after the last month read.
"""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

DAY = timedelta(days=1)
#: No day is looked at from here on.
FAR = date(2028, 6, 1)
PAGE_PRICE = Decimal("0.0125")


def cents(amount):
    """Of a Fraction or a Decimal, half up."""
    if isinstance(amount, Fraction):
        # More places than any rounding looks at, and no tie is made by them.
        sign = -1 if amount < 0 else 1
        return sign * Decimal(int(abs(amount) * 100 + Fraction(1, 2))).scaleb(-2)
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def days_between(first, last):
    """All days from the first to the last."""
    return [first + DAY * number for number in range((last - first).days + 1)]


def runs_of(days):
    """Days as [(first, last)] of those that follow each other."""
    found = []
    for day in sorted(days):
        if found and found[-1][1] == day - DAY:
            found[-1][1] = day
        else:
            found.append([day, day])
    return [(first, last) for first, last in found]


@dataclass(frozen=True)
class Calendar:
    """Periods of some months, or of some weeks, counted from a day.

    Months begin on the day of the month of the anchor, unless another is said.
    """

    unit: str
    count: int
    anchor: date
    day: int = 0

    def start(self, number):
        if self.unit == "weeks":
            return self.anchor + number * self.count * 7 * DAY
        month = self.anchor.year * 12 + self.anchor.month - 1 + number * self.count
        year, month = month // 12, month % 12 + 1
        return date(year, month, min(self.day or self.anchor.day, monthrange(year, month)[1]))

    def number(self, day):
        number = 0
        while self.start(number) > day:
            number -= 1
        while self.start(number + 1) <= day:
            number += 1
        return number

    def period(self, day):
        number = self.number(day)
        return self.start(number), self.start(number + 1) - DAY

    def share(self, first, last):
        """What some days of a period are of its price: by months where they are whole ones."""
        period_first, period_last = self.period(first)
        if self.unit == "months" and self.count > 1:
            months = [
                Calendar("months", 1, self.anchor, self.day).start(self.number(first) * self.count + number)
                for number in range(self.count + 1)
            ]
            if first in months and last + DAY in months:
                return Fraction(months.index(last + DAY) - months.index(first), self.count)
        return Fraction((last - first).days + 1, (period_last - period_first).days + 1)


@dataclass(eq=False, repr=False)
class Line:
    """A line of an invoice that bills a service for some days, or makes up for devices in them."""

    service: Any
    first: date
    last: date
    amount: Decimal
    is_change: bool = False
    #: {device: days} and number of whole devices, of what is billed in advance; None where nothing makes up for it.
    devices: dict | None = None
    units: int = 0
    period_days: int = 0
    price: Decimal = Decimal(0)
    invoice: Any = None
    #: Whether the invoice is gone of an order that will be invoiced again.
    on_order: bool = False

    @property
    def is_live(self):
        return self.on_order or self.invoice.is_live and not self.invoice.again


@dataclass(eq=False, repr=False)
class Pages:
    """Pages of a device that a file charged, or took back; ``invoice`` is the one that bills them."""

    contract: Any
    device: str
    month: int
    pages: int
    #: The end of the cycle that they wait for.
    bill_after: date | None = None
    invoice: Any = None

    @property
    def amount(self):
        return cents(self.pages * PAGE_PRICE)


@dataclass(eq=False, repr=False)
class Invoice:
    """``again``: it was credited, and what it billed is billed again. ``move`` is what the test found for it."""

    rate: int  # of its taxes, percent
    lines: list
    pages: list
    state: str = "draft"  # posted, gone
    ordered: bool = False
    credited: bool = False
    again: bool = False
    move: Any = None

    @property
    def is_live(self):
        return self.state != "gone"

    @property
    def contracts(self):
        bills = [line.service.contract for line in self.lines] + [each.contract for each in self.pages]
        return sorted(set(bills), key=lambda contract: contract.number)

    @property
    def amounts(self):
        return [line.amount for line in self.lines] + [pages.amount for pages in self.pages]

    @property
    def total(self):
        return sum(self.amounts, Decimal(0))


@dataclass(eq=False, repr=False)
class Service:
    name: str
    price: Decimal
    by_devices: bool
    contract: Any = None
    lines: list = field(default_factory=list)
    #: Days that are not billed.
    left_out: set = field(default_factory=set)
    #: The first of the days that are not billed as the agreement is closed.
    closed_from: date | None = None

    def covered(self):
        days = set(self.left_out)
        if self.closed_from:
            days.update(days_between(self.closed_from, FAR))
        for line in self.lines:
            if line.is_live and not line.is_change:
                days.update(days_between(line.first, line.last))
        return days


@dataclass(eq=False, repr=False)
class Contract:
    """An agreement; what happens to it is what its methods are called."""

    number: int
    proration: str
    timing: str
    unit: str
    count: int
    mode: str
    start: date
    services: list
    invoicing: str = "combined"  # separate, customer
    devices: dict = field(default_factory=dict)  # device -> [first day or None, last day or None]
    anchor: date | None = None
    anchor_day: int = 0
    next: date | None = None
    stage: str = "running"
    paused_on: date | None = None
    paused_until: date | None = None
    closed_on: date | None = None
    #: Days on which the agreement stood still, by day: nothing is to be paid for them.
    stood_still: set = field(default_factory=set)
    #: Months of a cycle of pages, a day on which one begins, and the day from which on they count.
    cycle: tuple = (1, None)
    cycle_since: date | None = None
    #: (device, month) -> [Pages]
    pages: dict = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self):
        self.anchor = self.start
        for service in self.services:
            service.contract = self
        self._plan()

    # Calendar

    @property
    def calendar(self):
        return Calendar(self.unit, self.count, self.anchor, self.anchor_day)

    @property
    def in_advance(self):
        return self.timing == "advance"

    @property
    def by_day(self):
        return self.proration == "day"

    @property
    def last_day(self):
        return self.closed_on if self.stage == "closed" else FAR

    def runs_in(self, first, last):
        """One that was closed before it started never ran."""
        return self.start <= last and self.last_day >= max(first, self.start)

    def _due(self, day):
        return day if self.in_advance else self.calendar.period(day)[1] + DAY

    def _horizon(self):
        return self.calendar.period(self.next)[1] if self.in_advance else self.next - DAY

    def _free(self, service, last):
        covered = service.covered()
        return [day for day in days_between(self.start, min(last, self.last_day)) if day not in covered]

    def _first_due(self):
        """When the first day is due that no line bills, None if there is none."""
        firsts = [self._first_free(service) for service in self.services]
        return min((self._due(day) for day in firsts if day), default=None)

    def _first_free(self, service):
        covered, day = service.covered(), self.start
        while day in covered:
            day += DAY
        return day if day <= min(self.last_day, FAR) else None

    def _plan(self):
        self.next = self._first_due()
        if not self.next and self.stage == "closed":
            self.plan_changes()

    def plan_changes(self):
        """A closed agreement gets back what it paid in advance."""
        if self.stage == "closed" and self._changes():
            self._come_back_by(self.calendar.period(self.closed_on)[1] + DAY)

    # What happens

    def choose_template(self, unit, count, mode):
        self.mode = mode
        if (unit, count) != (self.unit, self.count):
            # The next invoice date stays, and periods of the other length are counted from it on.
            if self.next:
                goes_on = unit == self.unit == "months" and self.calendar.period(self.next)[0] == self.next
                self.anchor_day = (self.anchor_day or self.anchor.day) if goes_on else 0
                self.anchor = self.next
            self.unit, self.count = unit, count

    def pause(self, today, until=None):
        self.paused_on, self.paused_until = today, until

    def resume(self, today, choice="skip"):
        first, self.paused_on, self.paused_until = self.paused_on, None, None
        if choice == "bill":
            self.next = max(self.next, self.calendar.period(today)[0])
            return
        if first == today:
            # Nobody knows since when it was paused in fact: all that is due became so meanwhile.
            period = self.calendar.period(today)
            last = period[1] if self.in_advance else period[0] - DAY
            self._leave_out_periods(days_between(self.calendar.period(self._horizon())[0], last))
        else:
            self._stand_still(first, today)
        self._plan()

    def _leave_out_periods(self, days):
        """Not those that were billed nevertheless."""
        billed = set.intersection(*(service.covered() for service in self.services))
        first = min(set(days) - billed, default=FAR)
        self._leave_out(day for day in days if day >= first)

    def _leave_out(self, days):
        days = list(days)
        for service in self.services:
            service.left_out.update(days)

    def _stand_still(self, first, today):
        """The agreement stood still from a day until yesterday."""
        if first >= today:
            return
        if self.by_day:
            days = days_between(first, today - DAY)
            self.stood_still.update(days)
            self._leave_out(days)
            return
        # What became due meanwhile.
        periods = {self.calendar.period(day) for day in days_between(first, today)}
        self._leave_out_periods(
            [
                day
                for period in periods
                if first <= (period[0] if self.in_advance else period[1]) and self._due(period[0]) <= today
                for day in days_between(*period)
            ]
        )

    def close(self, today):
        """It ends with its pause, and no order of it will be invoiced again."""
        if self.paused_on:
            self.resume(today)
        period = self.calendar.period(today)
        border = period[1] + DAY if self.in_advance else period[0]
        for service in self.services:
            if self.proration == "none":
                service.closed_from = self.calendar.period(self._horizon())[0]
            elif not service.by_devices:
                service.closed_from = border
        self._release_orders()
        self.stage, self.closed_on = "closed", today
        if self.cycle[0] > 1:
            self._end_cycles(today)
        self._plan()

    def reopen(self, today):
        fresh = not any(line.is_live for service in self.services for line in service.lines)
        if fresh and not any(service.left_out for service in self.services):
            self.anchor, self.anchor_day = self.start, 0
        for service in self.services:
            service.closed_from = None
        first, self.stage, self.closed_on = self.closed_on + DAY, "running", None
        self._stand_still(first, today)
        self._plan()

    def replace(self, service, price):
        service.price = price

    def read(self, device, month, pages):
        """A file says how many pages a device has to pay for in a month."""
        charged = self.pages[device, month]
        difference = pages - sum(each.pages for each in charged)
        if difference:
            bill_after = charged[0].bill_after if charged else self._cycle_end(month)
            charged.append(Pages(self, device, month, difference, bill_after))

    def _cycle_end(self, month):
        """None of pages that wait for nothing."""
        (months, anchor), last_day = self.cycle, Calendar("months", 1, date(2026, 1, 1)).start(month) - DAY
        if months == 1 or (self.cycle_since and last_day < self.cycle_since):
            return None
        first, last = Calendar("months", months, anchor or date(2000, 1, 1)).period(last_day)
        return self.closed_on if self.closed_on and first <= self.closed_on < last else last

    def choose_cycle(self, cycle):
        if cycle == self.cycle:
            return
        self.cycle = cycle
        month = max((month for _device, month in self.pages), default=None)
        self.cycle_since = month and Calendar("months", 1, date(2026, 1, 1)).start(month)
        if month:
            self._end_cycles(self.cycle_since - DAY)

    def _end_cycles(self, day):
        """None that waits does so for longer."""
        for each in self._uninvoiced():
            if each.bill_after and each.bill_after > day:
                each.bill_after = day

    # What becomes of invoices

    def gone(self, invoice):
        """It was deleted or cancelled; an order goes on to bill its services while the agreement runs."""
        invoice.state = "gone"
        for line in invoice.lines:
            line.on_order = invoice.ordered and self.stage != "closed"
        for contract in invoice.contracts:
            contract._give_back(invoice)

    def _release_orders(self):
        for service in self.services:
            for line in service.lines:
                line.on_order = False

    def on_orders(self):
        return [line for service in self.services for line in service.lines if line.on_order]

    def bill_again(self, invoice):
        """It was credited, and is to be billed again."""
        invoice.again = True
        for contract in invoice.contracts:
            contract._give_back(invoice)

    def _give_back(self, invoice):
        for pages in invoice.pages:
            if pages.contract is self:
                pages.invoice = None
        for line in invoice.lines:
            if line.is_change or line.service.contract is not self:
                continue
            free = set(self._free(line.service, line.last)) & set(days_between(line.first, line.last))
            if free:
                self._come_back_by(self._due(min(free)))
        self.plan_changes()

    def _come_back_by(self, due):
        self.next = min(self.next or due, due)

    # A night

    def _uninvoiced(self):
        return [each for charged in self.pages.values() for each in charged if not each.invoice]

    def waiting(self, today):
        return [each for each in self._uninvoiced() if not each.bill_after or each.bill_after <= today]

    def _shares_with(self, other):
        """Whether another agreement is on the same invoices, as far as it is billed."""
        both = self.invoicing == other.invoicing == "customer" and self.mode == other.mode
        return both and other is not self and other.stage == "running" and not other.paused_on

    def _is_due(self, today):
        return bool(self.next and self.next <= today)

    def night(self, others, today, rate):
        """:return: [Invoice] that the cron of a night makes when it comes to this agreement"""
        if self.paused_until and self.paused_until <= today:
            self.resume(today)
        if not self.next:
            # What is due on a date stays so, whatever template was chosen since.
            self.plan_changes()
        if self.paused_on or not self._is_due(today) and not self.waiting(today):
            return []
        group = [self, *(other for other in others if self._shares_with(other))]
        due = [contract for contract in group if contract._is_due(today)]
        by_orders = self.mode == "sale_and_invoice"
        again = self._invoice_orders() if by_orders else []
        lines = []
        for contract in due:
            contract._release_orders()
            lines += contract._lines()
        pages = [each for contract in group for each in contract.waiting(today)]
        documents = [(lines, pages)]
        if self.invoicing == "separate":
            documents = [
                ([line for line in lines if line.service.by_devices], pages),
                ([line for line in lines if not line.service.by_devices], []),
            ]
        made = [Invoice(rate, *document) for document in documents if any(document)]
        made = [invoice for invoice in made if invoice.total or (due and len(made) > 1)]
        for invoice in made:
            invoice.state = "draft" if self.mode == "draft" else "posted"
            invoice.ordered = by_orders
            for each in invoice.pages:
                each.invoice = invoice
            for line in invoice.lines:
                line.invoice = invoice
                line.service.lines.append(line)
        for contract in due:
            contract._plan()
        return again + made

    def _invoice_orders(self):
        """Orders whose invoices are gone are invoiced again, as they are."""
        found = {}
        for line in self.on_orders():
            found.setdefault(line.invoice, []).append(line)
        again = []
        for gone, lines in found.items():
            again.append(Invoice(gone.rate, lines, [], state="posted", ordered=True))
            for line in lines:
                line.invoice, line.on_order = again[-1], False
        return again

    def _lines(self):
        return [line for service in self.services for line in self._pieces(service)] + self._changes()

    def _pieces(self, service):
        calendar = self.calendar
        begin = calendar.period(self.start)[0]
        free = set(days_between(begin, self._horizon())) - service.covered()
        by_period = defaultdict(set)
        for day in free:
            by_period[calendar.period(day)].add(day)
        pieces = [(period, first, last) for period, days in sorted(by_period.items()) for first, last in runs_of(days)]
        lines = []
        for period, first, last in pieces:
            running = max(first, self.start), min(last, self.last_day)
            if running[0] <= running[1]:
                line = self._piece(service, period, first, last, *running)
                if line:
                    lines.append(line)
        return lines

    def _piece(self, service, period, first, last, running_first, running_last):
        share = self.calendar.share(first, last)
        length = (period[1] - period[0]).days + 1
        price = service.price
        if not service.by_devices:
            return Line(service, first, last, cents(Fraction(price) * share))
        if self.proration == "none":
            there = sum(1 for stay in self.devices.values() if stay[1] is None)
            return Line(service, first, last, cents(Fraction(price) * share * there))
        days = self._device_days(days_between(running_first, running_last))
        piece_days = (last - first).days + 1
        plain = share == Fraction(piece_days, length)
        if self.by_day:
            first, last = running_first, running_last
            units = Fraction(sum(days.values()), length)
            if not plain:
                units = share * Fraction(sum(days.values()), piece_days)
            whole = sum(1 for count in days.values() if count >= length)
        else:
            whole = len(days)
            units = whole * share
        if not units:
            return None
        line = Line(service, first, last, cents(Fraction(price) * units), period_days=length, price=price)
        if self.in_advance and (plain if self.by_day else share == 1):
            line.devices, line.units = days, whole
        return line

    def _device_days(self, days):
        """{device: number of days}"""
        found = {}
        for device, (first, last) in self.devices.items():
            count = sum(1 for day in days if (first or day) <= day <= (last or day))
            if count:
                found[device] = count
        return found

    def _changes(self):
        """What makes up for devices since their period was billed in advance."""
        if not self.in_advance or self.proration == "none":
            return []
        lines = []
        for service in self.services:
            periods = defaultdict(list)
            for line in service.lines:
                if line.is_live and line.devices is not None:
                    periods[line.first, line.last].append(line)
            for (first, last), said in periods.items():
                bases = [line for line in said if not line.is_change]
                if any(base.invoice.credited for base in bases):
                    # The customer pays nothing for it.
                    continue
                days = {}
                if bases:
                    days = self._device_days(
                        [
                            day
                            for day in days_between(max(first, self.start), min(last, self.last_day))
                            if day not in self.stood_still
                        ]
                    )
                lines += self._changes_of(service, first, last, (bases or said)[0], said, days)
        return lines

    def _changes_of(self, service, first, last, base, said, days):
        def change(quantity, **values):
            values |= {"is_change": True, "period_days": base.period_days, "price": base.price}
            return Line(service, first, last, cents(Fraction(base.price) * quantity), **values)

        if not self.by_day:
            units = len(days) - sum(line.units for line in said)
            return [change(units, devices={}, units=units)] if units else []
        billed = defaultdict(int)
        for line in said:
            for device, count in line.devices.items():
                billed[device] += count
        differences = {device: days.get(device, 0) - billed[device] for device in {*days, *billed}}
        if not sum(differences.values()):
            return []
        return [
            change(Fraction(count, base.period_days), devices={device: count})
            for device, count in sorted(differences.items())
            if count
        ]

    # What stands

    def net(self, invoices):
        """What live lines bill of the agreement, credits taken off.

        :return: ({(service name, day): number of lines}, {service name: amount}, {(device, month): pages}), none 0
        """
        days, amounts, pages = defaultdict(int), defaultdict(Decimal), defaultdict(int)
        for invoice in invoices:
            if not invoice.is_live or invoice.credited:
                continue
            for line in invoice.lines:
                if line.service.contract is not self:
                    continue
                amounts[line.service.name] += line.amount
                if not line.is_change:
                    for day in days_between(line.first, line.last):
                        days[line.service.name, day] += 1
            for each in invoice.pages:
                if each.contract is not self:
                    continue
                pages[each.device, each.month] += each.pages
                amounts["pages"] += each.amount
        return tuple({key: value for key, value in found.items() if value} for found in (days, amounts, pages))

    def owed(self, today):
        """[(service name, day)] that are due by now and that no line bills; none of them once a night has passed."""
        if self.paused_on:
            return []
        return [
            (service.name, day)
            for service in self.services
            for day in self._free(service, min(today, FAR))
            if self._due(day) <= today
        ]


def night(contracts, today, rate):
    """:return: [Invoice] that the cron of a night makes of all agreements, those first that are due first"""
    made = []
    for contract in sorted(contracts, key=lambda contract: (str(contract.next or ""), contract.number)):
        made += contract.night(contracts, today, rate)
    return made
