# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a reseller has to bill, reckoned anew from the description of its world.

Nothing of the addon is used here, and nothing of Odoo: only DESIGN's rules of prices, costs, invoices and
roundings, in exact decimals. ``worlds`` draws the descriptions.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import strategies as st

TYPES = ("mono", "color", "mono_color1", "clr_lvl12", "clr_lvl3")
MATERIALS = 6
MODELS = 4
PRICELISTS = 3
AGREEMENTS = 5
DEVICES = 30
MONTHS = 2


def cents(amount):
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass
class Model:
    level: int | None
    own: dict  # output type -> material


@dataclass
class Agreement:
    mode: str
    split: str
    detail: str
    pricelist: int
    base_price: Decimal
    base_from_devices: bool
    coffee: Decimal | None
    defaults: dict  # material -> (unit price, billable)


@dataclass
class World:
    rate: Decimal  # foreign currency per company currency
    sales_prices: list  # of materials
    pricelists: list  # [(is foreign, {material: price})]
    levels: list  # [{output type: material}]
    models: list
    agreements: list
    devices: list  # [(model, agreement)]
    months: list  # [{(device, output type): (pages, unit cost)}]
    last_cost: dict = field(default_factory=dict)

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

    def price(self, agreement, material):
        """:return: (unit price in the agreement's currency, billable)"""
        terms = self.agreements[agreement]
        own, billable = terms.defaults.get(material, (Decimal(0), True))
        foreign, listed = self.pricelists[terms.pricelist]
        sales_price = self.sales_prices[material] * (self.rate if foreign else 1)
        return own or listed.get(material) or sales_price, billable

    def charges(self, month):
        """:return: [(device, output type, agreement, material, pages, cost, price, billable)]"""
        rows = []
        # In the order of the file: of several costs of one material, an agreement keeps the last.
        meters = self.months[month]
        for device, output_type in sorted(meters, key=lambda key: (key[0], TYPES.index(key[1]))):
            pages, cost = meters[device, output_type]
            if not pages:
                continue
            agreement = self.devices[device][1]
            material = self.material(device, output_type)
            if self.foreign(agreement):
                cost = (cost * self.rate).quantize(Decimal("0.000001"), ROUND_HALF_UP)
            price, billable = self.price(agreement, material)
            rows.append((device, output_type, agreement, material, pages, cost, price, billable))
            self.last_cost[agreement, material] = cost
        return rows

    def invoices(self, agreement, charges):
        """The invoices of one billing: [[(product, quantity, unit price, amount)]], sorted."""
        terms = self.agreements[agreement]
        mine = [row for row in charges if row[2] == agreement and row[7]]
        if terms.detail == "device":
            pages = [(f"material {row[3]}", row[4], row[6]) for row in mine]
        else:
            totals = defaultdict(int)
            for row in mine:
                totals[row[3], row[6]] += row[4]
            pages = [(f"material {material}", total, price) for (material, price), total in totals.items()]
        devices = sum(1 for device in self.devices if device[1] == agreement)
        xpps = [("base", devices if terms.base_from_devices else 1, terms.base_price), *pages]
        other = [("coffee", 1, terms.coffee)] if terms.coffee is not None else []
        documents = [xpps, other] if terms.split == "separate" else [xpps + other]
        return sorted(
            sorted((name, quantity, price, cents(quantity * price)) for name, quantity, price in lines)
            for lines in documents
            if lines
        )


def decimals(low, high, places):
    """Decimals of so many places; the bounds count in the last place."""
    return st.decimals(Decimal(low).scaleb(-places), Decimal(high).scaleb(-places), places=places)


@st.composite
def worlds(draw):
    material = st.integers(0, MATERIALS - 1)
    every_type = st.fixed_dictionaries(dict.fromkeys(TYPES, material))
    some_types = st.dictionaries(st.sampled_from(TYPES), material, min_size=1)
    # Ties when multiplied by pages; five places, so that a converted price has six.
    click = decimals(1, 20_000, 5)
    listed = st.dictionaries(material, decimals(1, 200_000, 6), max_size=MATERIALS)
    default = st.tuples(st.one_of(st.just(Decimal(0)), decimals(1, 200_000, 6)), st.integers(0, 4).map(bool))
    levels = draw(st.lists(every_type, min_size=2, max_size=3))
    level = st.integers(0, len(levels) - 1)
    model = st.one_of(
        st.builds(Model, level, st.just({})),
        st.builds(Model, level, some_types),
        st.builds(Model, st.none(), every_type),
    )
    agreement = st.builds(
        Agreement,
        mode=st.sampled_from(["draft", "invoice", "sale_and_invoice"]),
        split=st.sampled_from(["combined", "separate"]),
        detail=st.sampled_from(["device", "material"]),
        pricelist=st.integers(0, PRICELISTS - 1),
        base_price=decimals(100, 20_000, 2),
        base_from_devices=st.booleans(),
        coffee=st.none() | decimals(100, 2_000, 2),
        defaults=st.dictionaries(material, default, max_size=3),
    )
    meter = st.tuples(st.one_of(st.integers(0, 20), st.integers(0, 50_000)), click)
    month = st.fixed_dictionaries(
        # Every device has Mono pages to look at; the other types are there or not.
        {(device, "mono"): meter for device in range(DEVICES)},
        optional={(device, other): meter for device in range(DEVICES) for other in TYPES[1:]},
    )
    return World(
        rate=draw(st.sampled_from([Decimal("0.8"), Decimal("1.25"), Decimal("0.5")])),
        sales_prices=draw(st.lists(decimals(1, 20_000, 4), min_size=MATERIALS, max_size=MATERIALS)),
        # At least the last is in the foreign currency.
        pricelists=[(False, draw(listed)), (draw(st.booleans()), draw(listed)), (True, draw(listed))],
        levels=levels,
        models=draw(st.lists(model, min_size=MODELS, max_size=MODELS)),
        agreements=draw(st.lists(agreement, min_size=AGREEMENTS, max_size=AGREEMENTS)),
        devices=[
            # Each agreement has devices, so that "from devices" never bills none.
            (draw(st.integers(0, MODELS - 1)), number if number < AGREEMENTS else draw(st.integers(0, AGREEMENTS - 1)))
            for number in range(DEVICES)
        ],
        months=[draw(month) for _month in range(MONTHS)],
    )
