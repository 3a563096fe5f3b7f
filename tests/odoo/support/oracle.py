# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a reseller has to bill, reckoned anew from the description of its world.

Nothing of the addon is used here, and nothing of Odoo: only DESIGN's rules of prices, costs, invoices and
roundings, in exact decimals. ``worlds`` draws the descriptions.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import strategies as st

TYPES = ("mono", "color", "mono_color1", "clr_lvl12", "clr_lvl3")
MATERIALS = 6
MODELS = 4
PRICELISTS = 3
AGREEMENTS = 6
CUSTOMERS = 2
DEVICES = 18
PERIODS = ((date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28)))
MONTHS = len(PERIODS)
#: What random worlds have to show, or nothing is proved.
FEATURES = {
    "swap",
    "move",
    "remove",
    "late in the month",
    "part of a month",
    "whole months of some",
    "whole month of two swapped",
    "bundle",
    "fees",
    "cost-plus",
    "foreign cost-plus",
    "one invoice for several",
    "billed again",
    "base price billed again",
}
#: How the service and the supply fee of a device are sold.
STYLES = ("single", "bundle", "fees")


def half_up(amount, places):
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def cents(amount):
    return half_up(amount, 2)


@dataclass
class Model:
    level: int | None
    own: dict  # output type -> material


@dataclass
class Terms:
    """A contract default; a ``markup`` in percent makes the price follow the cost."""

    price: Decimal
    billable: bool
    markup: Decimal | None


@dataclass
class Agreement:
    customer: int
    mode: str
    split: str
    detail: str
    pricelist: int
    style: str
    base_price: Decimal  # of the service fee, where there are two
    supply_price: Decimal
    base_from_devices: bool
    coffee: Decimal | None
    defaults: dict  # material -> Terms
    reversed: bool  # its invoices of the first month are credited, and what they billed is billed again


@dataclass(eq=False)
class Stay:
    """A device on an agreement; both days are included, None is without end."""

    agreement: int
    first: date | None
    last: date | None

    def days(self, start, end):
        first, last = max(self.first or start, start), min(self.last or end, end)
        return max(0, (last - first).days + 1)


@dataclass
class Event:
    """What happens to a device in a month, on a day of it."""

    kind: str  # swap, move or remove
    day: date
    target: int  # the agreement of a move


@dataclass
class World:
    proration: str
    rate: Decimal  # foreign currency per company currency
    sales_prices: list  # of materials
    pricelists: list  # [(is foreign, {material: price})]
    levels: list  # [{output type: material}]
    models: list
    agreements: list
    devices: list  # [(model, agreement)]; those that replace others in a swap come after the first DEVICES
    fees: list  # [(service fee, supply fee)] of devices
    events: list  # [{device: Event}] by month
    months: list  # [{(device, output type): (pages, unit cost)}]
    stays: dict = field(default_factory=dict)  # device -> [Stay]
    last_cost: dict = field(default_factory=dict)
    billed: set = field(default_factory=set)  # devices that a file named
    owed: dict = field(default_factory=lambda: defaultdict(list))  # agreement -> charges of credited invoices
    again: set = field(default_factory=set)  # agreements whose credited base prices are billed again
    seen: set = field(default_factory=set)  # what happened in this world, of ``FEATURES``

    def _repr_pretty_(self, printer, cycle):
        """A failing world would fill the screen; Hypothesis says how to make it again."""
        printer.text("World(…)")

    def material(self, device, output_type):
        model = self.models[self.devices[device][0]]
        if output_type in model.own:
            return model.own[output_type]
        return self.levels[model.level][output_type]

    def foreign(self, agreement):
        return self.pricelists[self.agreements[agreement].pricelist][0]

    def price(self, agreement, material, cost):
        """:return: (unit price in the agreement's currency, billable)"""
        terms = self.agreements[agreement]
        own = terms.defaults.get(material, Terms(Decimal(0), True, None))
        if own.markup is not None:
            self.seen.add("foreign cost-plus" if self.foreign(agreement) else "cost-plus")
            return half_up(cost * (1 + own.markup / 100), 6), own.billable
        foreign, listed = self.pricelists[terms.pricelist]
        sales_price = self.sales_prices[material] * (self.rate if foreign else 1)
        return own.price or listed.get(material) or sales_price, own.billable

    # Where devices are

    def begin(self):
        for device, (_model, agreement) in enumerate(self.devices[:DEVICES]):
            self.stays[device] = [Stay(agreement, None, None)]

    def happen(self, month):
        """Play the events of a month. :return: [(device, Event, number of the device that replaces it or None)]"""
        happened = []
        for device, event in self.events[month].items():
            stay = self.stays[device][-1]
            if stay.last or event.kind == "move" and event.target == stay.agreement:
                continue
            replacement = None
            stay.last = event.day if event.kind == "remove" else event.day - timedelta(days=1)
            if event.kind == "move":
                self.stays[device].append(Stay(event.target, event.day, None))
            elif event.kind == "swap":
                replacement = DEVICES + device
                self.stays[replacement] = [Stay(stay.agreement, event.day, None)]
            happened.append((device, event, replacement))
            self.seen.add(event.kind)
        return happened

    def in_file(self, month):
        """The devices that Xerox bills for a month, and the agreement that pays for it.

        :return: {device: agreement}
        """
        found = {}
        for device, stays in sorted(self.stays.items()):
            days = [(stay.days(*PERIODS[month]), number) for number, stay in enumerate(stays)]
            most, number = max(days)
            if most:
                found[device] = stays[number].agreement
                if number < len(stays) - 1 and stays[-1].days(*PERIODS[month]):
                    # Who has the device in the end does not pay for its pages.
                    self.seen.add("late in the month")
        return found

    def active(self, agreement):
        """The devices that are on an agreement now."""
        return [
            device
            for device, stays in sorted(self.stays.items())
            if stays[-1].agreement == agreement and not stays[-1].last
        ]

    # Charges

    def charges(self, month):
        """:return: [(device, type, agreement, material, pages, cost, price, billable, Xerox's unit cost, its cost)]"""
        rows = []
        # In the order of the file: of several costs of one material, an agreement keeps the last.
        meters = self.months[month]
        payers = self.in_file(month)
        self.billed |= set(payers)
        for device, output_type in sorted(meters, key=lambda key: (key[0], TYPES.index(key[1]))):
            pages, xerox = meters[device, output_type]
            if not pages or device not in payers:
                continue
            agreement = payers[device]
            material = self.material(device, output_type)
            cost = half_up(xerox * self.rate, 6) if self.foreign(agreement) else xerox
            price, billable = self.price(agreement, material, cost)
            rows.append(
                (device, output_type, agreement, material, pages, cost, price, billable, xerox, cents(pages * xerox))
            )
            self.last_cost[agreement, material] = cost
        return rows

    def default(self, agreement, material):
        """:return: (unit cost, unit price, billable) of the agreement's contract default, after it was billed"""
        terms = self.agreements[agreement].defaults.get(material, Terms(Decimal(0), True, None))
        cost = self.last_cost[agreement, material]
        price = terms.price if terms.markup is None else half_up(cost * (1 + terms.markup / 100), 6)
        return cost, price, terms.billable

    # Invoices

    def groups(self):
        """Agreements that are billed together, each group in the order of their numbers."""
        groups = defaultdict(list)
        for number, terms in enumerate(self.agreements):
            key = number
            if terms.split == "customer":
                key = (terms.customer, self.foreign(number), terms.mode)
            groups[key].append(number)
        return list(groups.values())

    def credit(self, group, charges):
        """The first month's invoices of a group are credited, and their pages offered for billing again.

        So are the base prices on an invoice with pages, but for those that an order bills.
        """
        for agreement in group:
            self.owed[agreement] = [row for row in charges if row[2] == agreement and row[7]]
        if self.agreements[group[0]].mode != "sale_and_invoice" and any(self.owed[agreement] for agreement in group):
            self.again.update(group)

    def billings(self, group, month, charges):
        """What bills a group until its next invoice date is that of the next month, one after the other.

        :return: [(month whose base prices are billed, charges, whether items besides XPPS's are billed)]
        """
        if group[0] not in self.again:
            return [(month, charges, True)]
        self.again.difference_update(group)
        self.seen.add("base price billed again")
        # No pages are on the other invoice of an agreement with two.
        return [(0, charges, self.agreements[group[0]].split != "separate"), (month, [], True)]

    def invoices(self, group, month, charges, others=True):
        """The invoices of one billing: [[(product, quantity, unit price, amount)]], sorted.

        :param month: whose base prices are billed
        :param others: whether items besides XPPS's are billed
        """
        documents = defaultdict(list)
        if len(group) > 1:
            self.seen.add("one invoice for several")
        for agreement in group:
            terms = self.agreements[agreement]
            xpps = [*self._base(agreement, month), *self._pages(agreement, charges)]
            other = [("coffee", 1, terms.coffee, terms.coffee)] if others and terms.coffee is not None else []
            if terms.split == "separate":
                documents["xpps"] += xpps
                documents["other"] += other
            else:
                documents["all"] += xpps + other
        return sorted(sorted(lines) for lines in documents.values() if lines)

    def _pages(self, agreement, charges):
        mine = [row for row in charges if row[2] == agreement and row[7]] + self.owed[agreement]
        if self.owed[agreement]:
            self.seen.add("billed again")
        if self.agreements[agreement].detail == "device":
            pages = [(row[3], row[4], row[6]) for row in mine]
        else:
            totals = defaultdict(int)
            for row in mine:
                totals[row[3], row[6]] += row[4]
            pages = [(material, total, price) for (material, price), total in totals.items()]
        return [(f"material {material}", total, price, cents(total * price)) for material, total, price in pages]

    def _base(self, agreement, month):
        terms = self.agreements[agreement]
        self.seen.add(terms.style)
        services = [("base", terms.base_price)]
        if terms.style == "bundle":
            services = [("bundle", terms.base_price)]
        elif terms.style == "fees":
            services = [("service", terms.base_price), ("supply", terms.supply_price)]
        lines = []
        for name, price in services:
            quantity, unit_price = self._quantity(agreement, month, price)
            if quantity is not None:
                amount = half_up(Decimal(quantity) * price, 2)
                if unit_price is not price:
                    amount = half_up(self._exact(unit_price), 2)
                    unit_price = half_up(self._exact(unit_price), 6)
                lines.append((name, quantity, unit_price, amount))
        return lines

    @staticmethod
    def _exact(fraction):
        """A Decimal with more places than any rounding looks at."""
        return Decimal(fraction.numerator) / Decimal(fraction.denominator)

    def _quantity(self, agreement, month, price):
        """:return: (quantity, unit price); parts of a month are 1 × their exact price, nothing at all is None"""
        if not self.agreements[agreement].base_from_devices:
            return 1, price
        if self.proration == "none":
            return len(self.active(agreement)), price
        start, end = PERIODS[month]
        length = (end - start).days + 1
        days = Counter()
        for device, stays in self.stays.items():
            days[device] = sum(stay.days(start, end) for stay in stays if stay.agreement == agreement)
        there = [count for count in days.values() if count]
        if not there:
            return None, price
        if self.proration == "full":
            if not all(count == length for count in there):
                self.seen.add("whole months of some")
            # Who takes another one's place in the month does not count again.
            new = [
                stays[0]
                for device, stays in self.stays.items()
                if device >= DEVICES and stays[0].agreement == agreement and start < stays[0].first <= end
            ]
            if new:
                self.seen.add("whole month of two swapped")
            return len(there) - len(new), price
        units = Fraction(sum(there), length)
        if all(count == length for count in there):
            return len(there), price
        self.seen.add("part of a month")
        return 1, Fraction(price) * units

    def base_costs(self, agreement):
        """Xerox's fees for the devices on an agreement, in its currency: (both, service, supply)"""
        rate = self.rate if self.foreign(agreement) else Decimal(1)
        fees = [self.fees[device] for device in self.active(agreement) if device in self.billed]
        parts = (
            [sum(fee) for fee in fees],
            [service for service, _supply in fees],
            [supply for _service, supply in fees],
        )
        return tuple(sum((cents(fee * rate) for fee in part), Decimal(0)) for part in parts)


def decimals(low, high, places):
    """Decimals of so many places; the bounds count in the last place."""
    return st.decimals(Decimal(low).scaleb(-places), Decimal(high).scaleb(-places), places=places)


@st.composite
def _events(draw):
    """{device: Event} of each month; nobody is moved or swapped on the first day, which would be the month before."""
    months = []
    for start, end in PERIODS:
        day = st.dates(start + timedelta(days=1), end)
        event = st.builds(Event, st.sampled_from(["swap", "move", "remove"]), day, st.integers(0, AGREEMENTS - 1))
        # The first devices keep each agreement busy.
        devices = st.integers(AGREEMENTS, DEVICES - 1)
        months.append(draw(st.dictionaries(devices, event, min_size=3, max_size=6)))
    return months


@st.composite
def worlds(draw):
    material = st.integers(0, MATERIALS - 1)
    every_type = st.fixed_dictionaries(dict.fromkeys(TYPES, material))
    some_types = st.dictionaries(st.sampled_from(TYPES), material, min_size=1)
    # Ties when multiplied by pages; five places, so that a converted price has six.
    click = decimals(1, 20_000, 5)
    listed = st.dictionaries(material, decimals(1, 200_000, 6), max_size=MATERIALS)
    billable = st.integers(0, 4).map(bool)
    default = st.one_of(
        st.builds(Terms, st.one_of(st.just(Decimal(0)), decimals(1, 200_000, 6)), billable, st.none()),
        # What the price was before it followed the cost does not matter.
        st.builds(Terms, st.just(Decimal(0)), billable, decimals(0, 20_000, 2)),
    )
    levels = draw(st.lists(every_type, min_size=2, max_size=3))
    level = st.integers(0, len(levels) - 1)
    model = st.one_of(
        st.builds(Model, level, st.just({})),
        st.builds(Model, level, some_types),
        st.builds(Model, st.none(), every_type),
    )
    agreement = st.builds(
        Agreement,
        customer=st.integers(0, CUSTOMERS - 1),
        mode=st.sampled_from(["draft", "invoice", "sale_and_invoice"]),
        split=st.sampled_from(["combined", "separate", "customer", "customer"]),
        detail=st.sampled_from(["device", "material"]),
        pricelist=st.integers(0, PRICELISTS - 1),
        style=st.sampled_from(STYLES),
        base_price=decimals(100, 20_000, 2),
        supply_price=decimals(100, 20_000, 2),
        base_from_devices=st.integers(0, 3).map(bool),
        coffee=st.none() | decimals(100, 2_000, 2),
        defaults=st.dictionaries(material, default, max_size=4),
        reversed=st.booleans(),
    )
    meter = st.tuples(st.one_of(st.integers(0, 20), st.integers(0, 50_000)), click)
    month = st.fixed_dictionaries(
        # Every device has Mono pages to look at; the other types are there or not.
        {(device, "mono"): meter for device in range(2 * DEVICES)},
        optional={(device, other): meter for device in range(2 * DEVICES) for other in TYPES[1:]},
    )
    devices = [
        # Each agreement has devices, so that "from devices" never bills none.
        (draw(st.integers(0, MODELS - 1)), number if number < AGREEMENTS else draw(st.integers(0, AGREEMENTS - 1)))
        for number in range(DEVICES)
    ]
    fee = decimals(0, 5_000, 2)
    return World(
        proration=draw(st.sampled_from(["none", "full", "day", "day"])),
        rate=draw(st.sampled_from([Decimal("0.8"), Decimal("1.25"), Decimal("0.5")])),
        sales_prices=draw(st.lists(decimals(1, 20_000, 4), min_size=MATERIALS, max_size=MATERIALS)),
        # At least the last is in the foreign currency.
        pricelists=[(False, draw(listed)), (draw(st.booleans()), draw(listed)), (True, draw(listed))],
        levels=levels,
        models=draw(st.lists(model, min_size=MODELS, max_size=MODELS)),
        agreements=draw(st.lists(agreement, min_size=AGREEMENTS, max_size=AGREEMENTS)),
        # A replacement is of the same model.
        devices=devices + devices,
        fees=draw(st.lists(st.tuples(fee, fee), min_size=2 * DEVICES, max_size=2 * DEVICES)),
        events=draw(_events()),
        months=[draw(month) for _month in range(MONTHS)],
    )
