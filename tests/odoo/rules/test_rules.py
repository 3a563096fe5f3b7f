# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each rule says the same in Python and in SQL, for random values; and its examples hold."""

import doctest
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random

from odoo.fields import Domain
from odoo.tests import TransactionCase
from odoo.tools import SQL, date_utils

from odoo.addons.xerox_xpps import rules
from odoo.addons.xerox_xpps.billing_file import serial_key
from odoo.addons.xerox_xpps.rules import (
    agreement,
    arrival,
    charge,
    contract_rate,
    cutoff,
    fees,
    meter,
    money,
    naming,
    network,
    overage_cycle,
    period,
    schedule,
)

from ..support.common import XppsCase

FIRST_DAY = date(2026, 1, 1)
#: Days lie close together, so that borders meet.
DAYS = 7
ROWS = 4000


def _as_read(value):
    """A value as Odoo's cursor gives it: numbers of the type *numeric* are floats."""
    if isinstance(value, tuple):
        return tuple(map(_as_read, value))
    return float(value) if isinstance(value, Decimal) else value


class RulesCase(TransactionCase):
    def setUp(self):
        super().setUp()
        self.random = Random(11)

    def assertSame(self, types, rows, python, *queries, distinct=2):
        """Compare what Python says of rows with what PostgreSQL does.

        :param types: {column: type}
        :param rows: [values of the columns]
        :param python: a function of the columns
        :param queries: SQL expressions of ``given``, the table; one of each value that the function gives
        :param distinct: how many different answers there are at least: without, the rows would show nothing
        """
        columns = SQL(", ").join(
            SQL("UNNEST(%s::%s[]) AS %s", list(values), SQL(kind), SQL.identifier(name))
            for (name, kind), values in zip(types.items(), zip(*rows, strict=True), strict=True)
        )
        numbered = SQL(
            "SELECT %s FROM (SELECT generate_series(1, %s) AS number, %s) given ORDER BY number",
            SQL(", ").join(queries),
            len(rows),
            columns,
        )
        found = self.env.execute_query(numbered)
        expected = [_as_read(python(*row)) for row in rows]
        if len(queries) == 1:
            found = [value for (value,) in found]
        self.assertGreaterEqual(len(set(expected)), distinct)
        for row, ours, theirs in zip(rows, expected, found, strict=True):
            self.assertEqual(ours, theirs, dict(zip(types, row, strict=True)))

    def _given(self, *names):
        return [SQL.identifier("given", name) for name in names]

    def _day(self, empty=0.0):
        if self.random.random() < empty:
            return None
        return FIRST_DAY + timedelta(days=self.random.randrange(DAYS))

    def _span(self, empty=0.3):
        """A first and a last day, each of which may be empty."""
        first, last = self._period()
        return first if self.random.random() >= empty else None, last if self.random.random() >= empty else None

    def _period(self):
        return tuple(sorted((self._day(), self._day())))

    def _maybe(self, value, empty=0.2):
        return None if self.random.random() < empty else value


class TestPeriod(RulesCase):
    TYPES = dict.fromkeys(("span_first", "span_last", "first", "last"), "date")

    def _rows(self, empty=0.3):
        return [(*self._span(empty), *self._period()) for _row in range(ROWS)]

    def test_overlap(self):
        given = self._given(*self.TYPES)
        self.assertSame(self.TYPES, self._rows(), rules.overlap, rules.overlap_sql(*given))

    def test_overlap_of_what_has_no_period(self):
        nothing = [(None, None), (FIRST_DAY, None), (None, FIRST_DAY)]
        for row in product([*nothing, (FIRST_DAY, FIRST_DAY)], nothing):
            query = rules.overlap_sql(*(SQL("%s::date", day) for days in row for day in days))
            self.assertEqual(self.env.execute_query(SQL("SELECT %s IS TRUE", query)), [(False,)], row)

    def test_overlap_is_a_day_in_common(self):
        for row in self._rows():
            self.assertEqual(rules.overlap(*row), rules.days_in_common(*row) > 0, row)

    def test_days_in_common(self):
        given = self._given(*self.TYPES)
        counted = rules.days_in_common_sql(*given)
        self.assertSame(self.TYPES, self._rows(), rules.days_in_common, counted, distinct=DAYS)

    def test_days_in_common_one_by_one(self):
        days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
        for span_first, span_last, first, last in self._rows():
            shared = [
                day
                for day in days
                if rules.covers_day(first, last, day) and rules.covers_day(span_first or first, span_last or last, day)
            ]
            self.assertEqual(rules.days_in_common(span_first, span_last, first, last), len(shared))

    def test_beyond_a_border(self):
        """Against what it means, day by day, and in SQL."""
        rows = self._rows(empty=0)
        for first, last, other_first, other_last in rows:
            shared = rules.days_in_common(first, last, other_first, other_last)
            border = shared == 1 and (last == other_first or other_last == first)
            inside = (first, last) in ((other_first,) * 2, (other_last,) * 2) or (other_first, other_last) in (
                (first,) * 2,
                (last,) * 2,
            )
            self.assertEqual(
                rules.beyond_border(first, last, other_first, other_last),
                bool(shared) and (not border or inside),
                (first, last, other_first, other_last),
            )
        self.assertSame(self.TYPES, rows, rules.beyond_border, rules.beyond_border_sql(*self._given(*self.TYPES)))

    def test_same_period(self):
        self.assertSame(
            self.TYPES,
            self._rows(empty=0),
            lambda first, last, other_first, other_last: first == other_first or last == other_last,
            rules.same_period_sql(*self._given(*self.TYPES)),
        )

    def test_a_period_is_about_one_month_at_most(self):
        """Of months that follow each other, whatever a period of up to a month begins and ends on."""
        months = [date_utils.start_of(date(2025, 11, 1) + timedelta(days=31 * number), "month") for number in range(6)]
        months = [(month, date_utils.end_of(month, "month")) for month in months]
        for start in range(90):
            for length in range(1, 32):
                first = date(2025, 12, 1) + timedelta(days=start)
                last = first + timedelta(days=length - 1)
                about = [month for month in months if rules.lies_in(first, last, *month)]
                most = max(rules.days_in_common(first, last, *month) for month in months)
                self.assertEqual(len(about), 1, (first, last))
                self.assertEqual(rules.days_in_common(first, last, *about[0]), most, (first, last))
                self.assertEqual([month for month in months if rules.covers_period(first, last, *month)], about)
                # A run bills what an earlier one did not, and nothing that a later one covers.
                self.assertEqual(
                    [rules.ended_by(first, last, month[1]) for month in months],
                    [month >= about[0] for month in months],
                    (first, last),
                )

    def test_a_period_of_several_months(self):
        first, last = date(2025, 12, 1), date(2026, 2, 28)
        for number, covered in ((11, False), (12, True), (1, True), (2, True), (3, False)):
            month = date(2025 if number > 10 else 2026, number, 1)
            end = date_utils.end_of(month, "month")
            self.assertEqual(rules.covers_period(first, last, month, end), covered, month)
            self.assertEqual(rules.ended_by(first, last, end), end >= last, month)


class TestPeriodDomains(XppsCase):
    """Domains of records with periods, against the functions."""

    def setUp(self):
        super().setUp()
        self.random = Random(11)
        days = [FIRST_DAY + timedelta(days=number) for number in range(4)]
        spans = [(first, last) for first in days for last in days if first <= last]
        self.charges = self.env["sale.subscription.charge"].union(
            *(self._charge(period_start=first, period_end=last) for first, last in [*spans, (False, False)])
        )
        self.spans = spans

    def assertFinds(self, domain, condition):
        found = self.charges.search(domain & Domain("id", "in", self.charges.ids))
        expected = self.charges.filtered(lambda row: condition(row.period_start, row.period_end))
        self.assertEqual(found.sorted("id"), expected.sorted("id"))

    def test_domains(self):
        for first, last in self.spans:
            self.assertFinds(
                rules.overlap_domain("period_start", "period_end", first, last),
                lambda start, end, first=first, last=last: end and rules.overlap(start, end, first, last),
            )
            self.assertFinds(
                rules.same_period_domain(first, last),
                lambda start, end, first=first, last=last: end and (start == first or end == last),
            )
            self.assertFinds(
                rules.ends_in_domain("period_end", first, last),
                lambda start, end, first=first, last=last: end and rules.covers_day(first, last, end),
            )
            self.assertFinds(
                rules.beyond_border_domain("period_start", "period_end", first, last),
                lambda start, end, first=first, last=last: end and rules.beyond_border(start, end, first, last),
            )
            ended = rules.ended_by_domain("period_start", "period_end", last)
            self.assertFinds(ended, lambda start, end, last=last: rules.ended_by(start, end, last))
            self.assertEqual(self.charges.filtered_domain(ended), self.charges.search(ended & self._these()))

    def _these(self):
        return Domain("id", "in", self.charges.ids)


class TestAgreement(RulesCase):
    TYPES = {
        "type": "varchar",
        "date_start": "date",
        "date": "date",
        "xpps_closed_on": "date",
        "first": "date",
        "last": "date",
    }

    def _rows(self):
        stages = ("draft", "pre", "in_progress", "post")
        return [
            (self.random.choice(stages), *(self._day(0.3) for _day in range(3)), *self._period())
            for _row in range(2 * ROWS)
        ]

    def test_runs_in_period(self):
        query = rules.runs_in_period_sql(*self._given("first", "last"), agreement="given", stage="given")
        self.assertSame(self.TYPES, self._rows(), rules.runs_in_period, query)

    def test_any_day_of_the_period(self):
        """Day by day, as the rule is worded."""
        for stage, start, end, closed_on, first, last in self._rows():
            started = stage == "in_progress" or closed_on
            day, runs = first, False
            while day <= last and not runs:
                runs = started and not any((start and day < start, end and day > end, closed_on and day > closed_on))
                day += timedelta(days=1)
            row = (stage, start, end, closed_on, first, last)
            self.assertEqual(rules.runs_in_period(*row), bool(runs), row)


class TestFees(RulesCase):
    def test_billed_fees(self):
        names = ("base_price_cost", "base_supply_cost", "standing_service_cost", "standing_supply_cost")
        rows = [
            (self._amount(), self._amount(), self._maybe(self._amount(), 0.5), self._maybe(self._amount(), 0.5))
            for _row in range(ROWS)
        ]
        self.assertSame(
            dict.fromkeys(names, "numeric"),
            rows,
            rules.billed_fees,
            rules.billed_fee_sql("base_service", "given"),
            rules.billed_fee_sql("base_supply", "given"),
        )

    def _amount(self):
        return Decimal(self.random.choice((0, 0, self.random.randrange(1, 10000)))) / 100

    def test_of_a_record_without_fees(self):
        names = ("base_price_cost", "base_supply_cost", "standing_service_cost", "standing_supply_cost")
        table = SQL(", ").join(SQL("NULL::numeric AS %s", SQL.identifier(name)) for name in names)
        for component in ("base_service", "base_supply"):
            query = SQL("SELECT %s FROM (SELECT %s) line", rules.billed_fee_sql(component), table)
            self.assertEqual(self.env.execute_query(query), [(0,)])


class TestContractRate(RulesCase):
    def test_card_counts(self):
        types = {"date_from": "date", "date_to": "date", "currency_id": "int", "period_end": "date", "billed": "int"}
        rows = [
            (
                *self._span(),
                self.random.randrange(1, 3),
                self._day(),
                self.random.randrange(1, 3),
            )
            for _row in range(ROWS)
        ]
        query = rules.card_counts_sql("given", SQL("given.period_end"), SQL("given.billed"))
        self.assertSame(types, rows, rules.card_counts, query)


class TestMeter(RulesCase):
    def test_expected_overage(self):
        names = ("previous", "current", "included")
        rows = [tuple(self._maybe(self.random.randrange(9)) for _name in names) for _row in range(ROWS)]
        query = rules.expected_overage_sql(*self._given(*names))
        self.assertSame(dict.fromkeys(names, "int"), rows, rules.expected_overage, query, distinct=10)
        self.assertIn(None, [rules.expected_overage(*row) for row in rows])

    def test_stated_allowance(self):
        rows = [(self.random.randrange(3), self._maybe(self.random.random() < 0.5)) for _row in range(ROWS)]
        query = rules.stated_allowance_sql(*self._given("included", "stated"))
        self.assertSame({"included": "int", "stated": "bool"}, rows, rules.stated_allowance, query, distinct=4)

    def test_without_an_allowance_all_pages_count(self):
        for _row in range(ROWS):
            previous, current = self.random.randrange(9), self.random.randrange(9)
            self.assertEqual(rules.printed_pages(previous, current), rules.expected_overage(previous, current, None))


class TestMoney(RulesCase):
    def test_line_amount(self):
        """Halves of the smallest unit among them, above and below zero."""
        rows = [
            (
                self.random.randrange(4),
                self.random.randrange(-2000, 2000),
                Decimal(self.random.choice((5000, 500, 50, self.random.randrange(100000)))) / 10**6,
            )
            for _row in range(ROWS)
        ]
        types = {"places": "int", "quantity": "int", "per_page": "numeric"}
        query = rules.line_amount_sql(*self._given(*types))
        self.assertSame(types, rows, rules.line_amount, query, distinct=100)
        for places, quantity, per_page in rows:
            self.assertEqual(
                rules.page_amount(places, quantity, float(per_page)), rules.line_amount(places, quantity, per_page)
            )

    def test_round_amount(self):
        """Currencies whose smallest amount is more than one of their decimals; halves of it among the amounts."""
        units = {2: ("0.01", "0.05", "0.1", "0.25", "0.5"), 0: ("1", "5", "10"), 3: ("0.001", "0.005")}
        rows = []
        for _row in range(ROWS):
            places = self.random.choice(list(units))
            rounding = Decimal(self.random.choice(units[places]))
            amount = rounding * self.random.randrange(-200, 200) / 2
            rows.append((amount + Decimal(self.random.randrange(-2, 3)).scaleb(-6), places, rounding))
        types = {"amount": "numeric", "places": "int", "rounding": "numeric"}
        query = rules.round_amount_sql(*self._given(*types))
        self.assertSame(types, rows, rules.round_amount, query, distinct=100)
        for amount, places, rounding in rows:
            rounded = rules.round_amount(amount, places, rounding)
            self.assertEqual((rounded % rounding, abs(rounded - amount) <= rounding / 2), (0, True))

    def test_below_floor(self):
        """Prices and costs of a few cents, so that margins meet the floor exactly."""
        floors = [0.0, 10.0, 12.5, 20.0, 25.0, 33.333333, 50.0]
        rows = [
            (
                Decimal(self.random.randrange(-5, 20)) / 1000,
                Decimal(self.random.randrange(20)) / 1000,
                self.random.choice(floors),
            )
            for _row in range(ROWS)
        ]
        query = rules.below_floor_sql(*self._given("price", "cost", "floor"))
        types = {"price": "numeric", "cost": "numeric", "floor": "float"}
        self.assertSame(
            types,
            rows,
            lambda price, cost, floor: rules.below_floor(price, cost, money.to_decimal(floor)),
            query,
        )
        no_floor = rules.below_floor_sql(SQL("1.0"), SQL("1.0"), SQL("NULL::float"))
        self.assertEqual(self.env.execute_query(SQL("SELECT %s", no_floor)), [(False,)])

    def test_margin_percent(self):
        rows = [(Decimal(self.random.randrange(-5, 20)), Decimal(self.random.randrange(20))) for _row in range(ROWS)]
        percent = rules.margin_percent_sql(*self._given("price", "cost"))
        self.assertSame(
            dict.fromkeys(("price", "cost"), "numeric"),
            rows,
            lambda price, cost: round(rules.margin_percent(price, cost), 6),
            SQL("ROUND(COALESCE(%s, 0), 6)", percent),
            distinct=50,
        )


class TestSerial(RulesCase):
    def test_serial_key(self):
        alphabet = "abXY09-_./ \t\n\r\u00a0\u2003\u3000"
        rows = [
            ("".join(self.random.choice(alphabet) for _character in range(self.random.randrange(8))),)
            for _row in range(ROWS)
        ]
        self.assertSame(
            {"serial": "varchar"},
            rows,
            lambda text: serial_key(text) or None,
            rules.serial_key_sql(*self._given("serial")),
            distinct=100,
        )

    def test_white_space(self):
        """All that Python takes for white space, and nothing else."""
        characters = [chr(number) for number in range(1, 0x3100)]
        rows = [(f"7{character}7",) for character in characters if character.upper() == character]
        self.assertSame({"serial": "varchar"}, rows, serial_key, rules.serial_key_sql(*self._given("serial")))


class TestName(RulesCase):
    def test_name_key(self):
        alphabet = "abABéÉß \t\n\u00a0\u2003.,%_\\"
        rows = [
            ("".join(self.random.choice(alphabet) for _character in range(self.random.randrange(6))),)
            for _row in range(ROWS)
        ]
        key = rules.name_key_sql(*self._given("name"))
        self.assertSame({"name": "varchar"}, rows, rules.name_key, key, distinct=100)

    def test_named_domain(self):
        partners = self.env["res.partner"].create([{"name": name} for name in ("X  Y z%", "x y Z%", "x y z", "xyz%")])
        domain = rules.named_domain("name", {"x y z%", "nobody"})
        self.assertEqual(partners.search(domain & Domain("id", "in", partners.ids)), partners[:2])
        self.assertEqual(partners.filtered_domain(domain), partners[:2])
        self.assertFalse(partners.search(rules.named_domain("name", set())))


class TestCharge(RulesCase):
    def test_invoice_status(self):
        types = {"state": "varchar", "billable": "bool", "quantity": "int"}
        states = ("draft", "approved", "rejected")
        rows = [
            (state, billable, quantity) for state in states for billable in (True, False) for quantity in (-3, 0, 5)
        ]
        self.assertSame(
            types,
            rows,
            lambda *row: rules.invoice_status(*row, False),
            rules.uninvoiced_status_sql(*self._given(*types)),
        )
        for row in rows:
            self.assertEqual(rules.invoice_status(*row, True), "invoiced")


class TestExamples(TransactionCase):
    def test_examples(self):
        for module in (
            agreement,
            arrival,
            charge,
            contract_rate,
            cutoff,
            fees,
            meter,
            money,
            naming,
            network,
            overage_cycle,
            period,
            schedule,
        ):
            result = doctest.testmod(module)
            self.assertEqual(result.failed, 0, module.__name__)
            self.assertTrue(result.attempted, module.__name__)

    def test_each_rule_has_its_home(self):
        """What the package shows is made in its files."""
        for name in rules.__all__:
            value = getattr(rules, name)
            if callable(value):
                self.assertTrue(value.__module__.startswith(f"{rules.__name__}."), name)
