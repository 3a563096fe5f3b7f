# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random years of agreements with page plans: after every step, what must stand does."""

import logging
import os
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from freezegun import freeze_time

from odoo import Command

from ..support.common import printed_record
from ..support.cycle_life import DAY, Printed, first_of, last_of
from ..support.importing import ImportCase
from ..support.plan_life import COST, Agreement, Device, Plan, Terms, Version, World

_logger = logging.getLogger(__name__)

#: How many histories, from which seed on: a history is a year of some agreements.
HISTORIES = int(os.environ.get("XPPS_PLAN_HISTORIES", 2))
FIRST_SEED = int(os.environ.get("XPPS_PLAN_HISTORIES_FROM", 0))
MONTHS = 12
PRICES = {"mono": Decimal("0.0125"), "color": Decimal("0.081575")}
WEIGHTS = tuple(map(Decimal, ("0.5", "1", "1.5", "2.25")))
NO_ANCHOR = date(2026, 1, 1)
#: All of it has to happen; the rest in many histories.
OFTEN = {"late", "correction", "undo", "waive", "post"}
SELDOM = {"version", "end", "remove", "move", "install", "reject", "change"}


def exact(amount, places=2):
    """The decimal that a stored amount stands for."""
    return Decimal(repr(round(float(amount), places)))


class TestPlanOracle(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(tick=True))
        cls.company.xpps_page_plans = cls.company.xpps_overage_cycles = True
        cls.mono.list_price, cls.color.list_price = map(float, PRICES.values())
        cls.pool_pages = cls._service("Pool Pages", "material_code")
        other = cls._printer("Another printer")
        cls._mapping(other, mono=cls.mono, color=cls.color)
        cls.printers = (cls.printer, other)

    def test_random_years(self):
        self.done = Counter()
        for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._live(seed)
                savepoint.rollback()
                self.env.invalidate_all()
        _logger.info("%s histories from seed %s: %s", HISTORIES, FIRST_SEED, self.done)
        # Histories in which nothing happens prove nothing.
        expected = OFTEN | SELDOM if HISTORIES >= 10 else OFTEN
        self.assertEqual(expected - set(self.done), set())

    # Live

    def _live(self, seed):
        self.random = Random(seed)
        self.seed = seed
        self.log = []
        self.number = 0
        self.last = None  # (billing file, its number, month, rows, kind)
        self.held = defaultdict(dict)  # month -> {serial number: rows} that its first file has not
        self.posted = {}
        self.customers = []
        self.world = World(PRICES)
        try:
            self._begin()
            for month in range(MONTHS):
                self._month(month)
            self._finish()
        except BaseException:
            _logger.error("Seed %s: %s", seed, "\n".join(self.log))
            raise

    def _say(self, *values):
        self.log.append(" ".join(map(str, values)))

    def _chance(self, share):
        return self.random.random() < share

    def _on(self, day):
        self.world.today = day
        return freeze_time(f"{day} 12:00:00")

    def _begin(self):
        """A customer with an agreement, and one with several."""
        with self._on(date(2026, 1, 2)):
            alone = self._new_agreement(0)
            self._new_plans(alone, self.random.choice(("device", "agreement")))
            same = [self._new_agreement(1) for _number in range(self.random.randint(2, 3))]
            self._new_plans(same[0], "customer")
            if self._chance(0.6):
                self._new_plans(same[-1], self.random.choice(("device", "agreement")))
            for agreement in self.world.agreements:
                for _number in range(self.random.randint(1, 2)):
                    self._new_device(agreement, None)

    def _new_agreement(self, customer):
        random = self.random
        cycle = random.choice(((1, None), (1, None), (3, None), (2, date(2026, 2, 1))))
        agreement = Agreement(len(self.world.agreements), customer, date(2026, 1, random.randint(1, 20)), cycle)
        while len(self.customers) <= customer:
            self.customers.append(self._partner(f"Plan customer {self.seed}-{len(self.customers)}"))
        agreement.record = self._agreement(
            partner_id=self.customers[customer].id,
            date_start=agreement.start,
            xpps_overage_cycle=str(cycle[0]),
            xpps_cycle_anchor=cycle[1],
        )
        self.world.agreements.append(agreement)
        self._say("start", agreement, agreement.start, "customer", customer, "cycle", cycle)
        return agreement

    def _new_device(self, agreement, first):
        serial = f"PLAN-{self.seed}-{len(self.world.devices):02}"
        model = self.random.randrange(2)
        types = self.random.choice((("mono", "color"), ("mono", "color"), ("mono",)))
        device = Device(serial, model, types, [[agreement, first or date(2025, 11, 1), None]])
        device.record = self._device(
            serial, agreement.record, product_id=self.printers[model].id, xpps_install_date=device.stays[0][1]
        )
        self.world.devices[serial] = device
        self._say("device", serial, "model", model, types, agreement, first or "")

    def _new_plans(self, agreement, scope):
        """One for all output types, one for each of them, or one of a single type."""
        choices = ([("mono", "color")], [("mono", "color")], [("mono",), ("color",)], [("mono",)])
        for types in self.random.choice(choices):
            weights = {name: self.random.choice(WEIGHTS) for name in types}
            plan = Plan(len(self.world.plans), agreement, scope, weights)
            self.world.plans.append(plan)
            group = self.env["xpps.page.group"].create(
                {"name": f"{plan}", **{f"{name}_weight": float(weight) for name, weight in weights.items()}}
            )
            version = Version(plan, self._terms(scope))
            self._say("plan", plan, agreement, scope, weights, version.terms)
            version.record = self.env["xpps.page.plan"].create(
                {
                    "name": f"{plan}",
                    "subscription_id": agreement.record.id,
                    "scope": scope,
                    "group_id": group.id,
                    "product_id": self.pool_pages.id,
                    **self._values(version.terms),
                }
            )
            plan.versions.append(version)

    def _terms(self, scope):
        random = self.random
        months = random.choice((1, 1, 1, 2, 3, 3, 6, 12))
        anchors = (None, None, date(2025, random.randint(1, 12), 1), date(2026, random.randint(1, 12), 15))
        each = random.choice((300, 800, 1500)) * months
        method = random.choice(("fixed", "device", "model"))
        pooled = method == "fixed" and scope != "device"
        mode = random.choice(("flat", "flat", "graduated", "volume"))
        prices = tuple(map(Decimal, ("0.0125", "0.0099", "0.007315")))
        borders = (0, 200 * months, 900 * months)
        return Terms(
            months=months,
            anchor=random.choice(anchors),
            method=method,
            included=each * 3 if pooled else each,
            models=((1, random.choice((0, each // 2))),) if method == "model" else (),
            by_days=random.random() < 0.7,
            mode=mode,
            tiers=tuple(zip(borders, prices, strict=True)) if mode != "flat" else ((0, prices[0]),),
            minimum=random.choice((0, 0, each // 2, each * 2)),
            unders_price=random.choice((Decimal("0.01"), Decimal("0.003335"))),
            least=random.choice((Decimal(0), Decimal(0), Decimal("4.5"))),
            most=random.choice((Decimal(0), Decimal(0), Decimal("25.05"))),
            rollover=months * random.choice((0, 0, 1, 2, 3)),
            cap=random.choice((0, 0, each // 2)),
        )

    def _values(self, terms):
        tiers = terms.tiers if terms.mode != "flat" else ()
        models = [(self.printers[model].product_tmpl_id.id, pages) for model, pages in terms.models]
        return {
            "cycle": str(terms.months),
            "cycle_anchor": terms.anchor,
            "included_method": terms.method,
            "included_pages": terms.included,
            "model_ids": [Command.clear()]
            + [Command.create({"product_tmpl_id": id_, "included_pages": pages}) for id_, pages in models],
            "prorate": terms.by_days,
            "tier_mode": terms.mode,
            "unit_price": float(terms.tiers[0][1]),
            "tier_ids": [Command.clear()]
            + [Command.create({"from_pages": first, "unit_price": float(price)}) for first, price in tiers],
            "minimum_pages": terms.minimum,
            "unders_price": float(terms.unders_price),
            "minimum_amount": float(terms.least),
            "maximum_amount": float(terms.most),
            "rollover_months": terms.rollover,
            "rollover_cap": terms.cap,
        }

    def _month(self, month):
        """Its file, what comes late, and what else happens; then a night bills."""
        with self._on(last_of(month) + timedelta(days=self.random.randint(2, 6))):
            self._say("day", self.world.today)
            self._happen(month)
            rows = {}
            for serial, device in self.world.devices.items():
                agreement = device.agreement_in(month)
                if agreement and agreement.runs_in(month):
                    rows[serial] = self._printed(device)
            late = [serial for serial in rows if self._chance(0.12)]
            self.held[month] = {serial: rows.pop(serial) for serial in late}
            self._file(month, rows)
            for other in [other for other, held in self.held.items() if held and other < month]:
                if self._chance(0.4):
                    self.done["late"] += 1
                    self._file(other, self.held.pop(other))
            if self._chance(0.6):
                self._correct(month)
            if self._chance(0.5):
                self._touch_charges()
            if self._chance(0.4):
                self._waive()
            if self._chance(0.1):
                self._undo()
        with self._on(last_of(month) + timedelta(days=self.random.randint(8, 26))):
            self._night()

    # What happens to plans, agreements and devices

    def _happen(self, month):
        for plan in self.world.plans:
            if month and self._chance(0.06):
                self._new_version(plan)
        running = [agreement for agreement in self.world.agreements if not agreement.end]
        for agreement in running:
            if month > 2 and self._chance(0.04):
                self.done["end"] += 1
                day = self._day_of(month)
                self._say("end", agreement, day)
                agreement.record.date = day
                self.world.end(agreement, day)
        running = [agreement for agreement in self.world.agreements if not agreement.end]
        for device in list(self.world.devices.values()):
            agreement, first, last = device.stays[-1]
            day = self._day_of(month)
            if not month or last or first >= first_of(month):
                continue
            others = [other for other in running if other is not agreement]
            if self._chance(0.03):
                self.done["remove"] += 1
                self._say("remove", device.serial, day)
                device.stays[-1][2] = day
                device.record.write({"xpps_removal_date": day, "xpps_state": "removed"})
            elif others and self._chance(0.05):
                self.done["move"] += 1
                other = self.random.choice(others)
                self._say("move", device.serial, other, day)
                device.stays[-1][2] = day - DAY
                device.stays.append([other, day, None])
                self.env["xpps.device.assignment"].create(
                    {
                        "device_id": device.record.id,
                        "partner_id": other.record.partner_id.id,
                        "subscription_id": other.record.id,
                        "subscription_line_id": other.record.sale_subscription_line_ids[0].id,
                        "date_from": day,
                    }
                )
        if running and month and self._chance(0.15):
            self.done["install"] += 1
            day = self._day_of(month)
            self._new_device(self.random.choice(running), day)
        self._rate_by_night()

    def _day_of(self, month):
        """A day that no cycle has which is over with the month before."""
        anchors = [version.terms.anchor for plan in self.world.plans for version in plan.versions]
        first = max(anchor.day for anchor in [NO_ANCHOR, *filter(None, anchors)])
        return first_of(month) + timedelta(days=self.random.randrange(first - 1, 28))

    def _new_version(self, plan):
        """From the cycle after the last one that was read on."""
        old = plan.versions[-1]
        months = [month for (_serial, _name, month), read in self.world.live().items() if read.version is old]
        if old.end or not months:
            return
        self.done["version"] += 1
        first = old.cycle(max(months))[1] + DAY
        version = Version(plan, self._terms(plan.scope), first)
        self._say("version", plan, first, version.terms)
        version.record = self.env["xpps.page.plan"].browse(old.record.action_new_version()["res_id"])
        self.assertEqual(version.record.date_from, first)
        version.record.write(self._values(version.terms))
        old.last = first - DAY
        plan.versions.append(version)

    # Files

    def _printed(self, device):
        """What a device printed: {output type: Printed}."""
        random = self.random
        rows = {}
        for output_type in device.types:
            included = random.choice((0, 500, 1000))
            pages = random.choice((0, included, included + 1, random.randrange(2000), random.randrange(3000)))
            rows[output_type] = Printed(pages, included, random.random() < 0.9)
        return rows

    def _file(self, month, rows, kind="regular"):
        """:param rows: {serial number: {output type: Printed}}"""
        if not rows:
            return
        self.number += 1
        self._say(kind, month, self.number, rows)
        file = self._load(
            [printed_record(serial, month, printed, str(COST)) for serial, printed in rows.items()],
            kind,
            InvoiceNumber=f"P-{self.number}",
            InvoiceDate=last_of(month) + timedelta(days=3),
            PeriodStart=first_of(month),
            PeriodEnd=last_of(month),
        )
        self.last = file, self.number, month, rows
        self.world.read(self.number, month, rows)
        self._compare()
        if self._chance(0.12):
            self._undo()

    def _undo(self):
        """Take the last file back, and import it once more."""
        if not self.last:
            return
        file, number, month, rows = self.last
        if not self.world.may_undo(number):
            self._say("refused undo", number)
            self.assertRaisesMessage("cannot be undone", file.action_cancel)
            return
        self.done["undo"] += 1
        self._say("undo", number)
        file.action_cancel()
        self.world.undo(number)
        self._compare()
        if self._chance(0.2):
            self._rate_by_night()
        file.action_draft()
        file.action_import()
        self.number += 1
        self._say("again", month, self.number)
        self.last = file, self.number, month, rows
        self.world.read(self.number, month, rows)
        self._compare()

    def _correct(self, month):
        """Some devices of a month that was imported."""
        other = self.random.randrange(max(month - 4, 0), month + 1)
        live = self.world.live()
        known = sorted({serial for serial, _name, read_in in live if read_in == other})
        if not known:
            return
        self.done["correction"] += 1
        rows = {}
        for serial in self.random.sample(known, min(2, len(known))):
            # As many counters as before: what a correction does not state is as it was.
            rows[serial] = {
                name: Printed(printed.pages, printed.included, live[serial, name, other].printed.counted)
                for name, printed in self._printed(self.world.devices[serial]).items()
            }
        self._file(other, rows, "correction")

    # What users do

    def _touch_charges(self):
        """Reject a charge of a plan, or change its pages."""
        open_ = [
            charge for charge in self.world.charges if charge.kind != "pages" and charge.live and not charge.billed
        ]
        if not open_:
            return
        charge = self.random.choice(open_)
        found = self._found(charge.key).filtered(
            lambda row: (
                (row.kind, row.quantity, exact(row.unit_price, 6), row.state == "rejected", row.invoice_status)
                == (charge.kind, charge.pages, charge.price, False, row.invoice_status)
                and row.invoice_status != "invoiced"
            )
        )[:1]
        self.assertTrue(found)
        if charge.kind == "plan" and charge.pages > 10 and self._chance(0.5):
            self.done["change"] += 1
            self._say("change", charge.key, charge.pages, charge.pages - 7)
            charge.pages -= 7
            found.write({"quantity": charge.pages, "reason": "As promised"})
        else:
            self.done["reject"] += 1
            self._say("reject", charge.key, charge.kind, charge.pages)
            charge.live = False
            found.action_reject("A gift")
        self._compare()

    def _found(self, key):
        version, member, first = key
        ratings = self._ratings().filtered(
            lambda rating: (
                (rating.plan_id, rating.device_id.name or None, rating.cycle_start) == (version.record, member, first)
            )
        )
        return ratings.charge_ids.sorted("id")

    def _waive(self):
        waiting = [key for key, cycle in self.world.cycles.items() if cycle.state == "waiting"]
        if not waiting:
            return
        self.done["waive"] += 1
        version, member, first = key = self.random.choice(waiting)
        self._say("waive", version.plan, member, first)
        rating = self._ratings().filtered(
            lambda rating: (
                (rating.plan_id, rating.device_id.name or None, rating.cycle_start) == (version.record, member, first)
            )
        )
        # The night may find that nothing is missing any more.
        self._rate_by_night()
        if key not in self.world.cycles or self.world.cycles[key].state != "waiting":
            return
        rating.action_waive("Nobody reads it")
        self.world.waive(key)
        self._compare()

    def _rate_by_night(self):
        self._say("rate by night")
        self.env["xpps.page.rating"]._cron_rate()
        self.world.night()
        self._compare(by_night=True)

    def _night(self):
        self._say("night", self.world.today)
        self._rate_by_night()
        charges = self.env["sale.subscription.charge"].search(
            [("subscription_id", "in", self._agreements().ids), ("state", "=", "draft")]
        )
        charges.action_approve()
        self.env["sale.subscription"].cron_subscription_management()
        self.world.bill(self.world.today)
        self._compare()
        self._compare_invoices()
        if self._chance(0.5):
            self.done["post"] += 1
            moves = self.env["account.move"].union(*(self._moves(each) for each in self._agreements()))
            moves = moves.filtered(lambda move: move.state == "draft")
            self._say("post", len(moves))
            moves.action_post()
            self.posted |= {line: self._line(line) for line in self._product_lines(moves)}

    def _finish(self):
        """All that is late comes, and nobody waits for more: all is rated, and billed."""
        with self._on(date(2027, 6, 20)):
            self._say("finish")
            for month in [month for month, held in self.held.items() if held]:
                self._file(month, self.held.pop(month))
            self._rate_by_night()
            for _time in range(200):
                waiting = [cycle for cycle in self.world.cycles.values() if cycle.state == "waiting"]
                if not waiting:
                    break
                self._waive()
        with self._on(date(2027, 12, 31)):
            self._rate_by_night()
            while any(cycle.state != "rated" for cycle in self.world.cycles.values()):
                self._waive()
            self._night()
        self.assertEqual(set(self._ratings().mapped("state")), {"rated"})
        self.assertTrue(all(charge.billed for charge in self.world.charges if charge.live and not charge.is_cost))

    # Compare

    def _agreements(self):
        return self.env["sale.subscription"].union(*(agreement.record for agreement in self.world.agreements))

    def _ratings(self):
        return self.env["xpps.page.rating"].search([("subscription_id", "in", self._agreements().ids)])

    def _compare(self, by_night=False):
        self.env.flush_all()
        self.env.invalidate_all()
        self._compare_ratings(by_night)
        self._compare_charges()
        for line, values in self.posted.items():
            self.assertEqual(self._line(line), values)

    @staticmethod
    def _line(line):
        return line.quantity, line.price_unit, line.price_subtotal, tuple(line.xpps_charge_ids.ids)

    def _compare_ratings(self, by_night):
        versions = {version.record: version for plan in self.world.plans for version in plan.versions}
        found, found_rows = {}, {}
        for rating in self._ratings():
            key = (versions[rating.plan_id], rating.device_id.name or None, rating.cycle_start)
            found[key] = (
                rating.cycle_end,
                rating.weighted,
                rating.included,
                rating.minimum,
                rating.rolled_in,
                rating.rolled_out,
                rating.expired,
                rating.billable,
                rating.unders,
                exact(rating.amount),
                self._state(rating, by_night),
                exact(rating.charged),
                exact(rating.xerox_cost),
                exact(rating.margin),
            )
            found_rows[key] = {
                line.device_id.name: (
                    exact(line.weighted, 3),
                    line.is_missing,
                    exact(line.share),
                    exact(line.xerox_cost),
                )
                for line in rating.line_ids
            }
        expected, expected_rows = {}, {}
        for key, cycle in self.world.cycles.items():
            charged = self.world.charged(key)
            rows = self.world.rows(cycle)
            cost = sum(self.world.costs(cycle).values(), Decimal(0))
            expected[key] = (*cycle.figures(), self._state(cycle, by_night), charged, cost, charged - cost)
            expected_rows[key] = rows
            if rows:
                self.assertEqual(sum(row[2] for row in rows.values()), charged)
        self._same("ratings", found, expected)
        self._same("devices", found_rows, expected_rows)

    @staticmethod
    def _state(rating, by_night):
        """Whether what runs is over meanwhile is found by night."""
        return rating.state if by_night or rating.state == "rated" else "unrated"

    def _same(self, what, found, expected):
        different = [
            f"{what} {key[0].plan} {key[1:]}: {found.get(key)} instead of {expected.get(key)}"
            for key in found.keys() | expected.keys()
            if found.get(key) != expected.get(key)
        ]
        self.assertEqual(sorted(different), [])

    def _compare_charges(self):
        charges = self.env["sale.subscription.charge"].search([("subscription_id", "in", self._agreements().ids)])
        numbers = {agreement.record: agreement.number for agreement in self.world.agreements}
        found = Counter(
            (
                numbers[charge.subscription_id],
                charge.page_rating_id.plan_id.name or None,
                charge.device_id.name or None,
                charge.page_rating_id.cycle_start or charge.period_end,
                charge.output_type or None,
                charge.kind if charge.page_rating_id else "pages",
                charge.quantity,
                exact(charge.unit_price, 6),
                exact(charge.price_subtotal),
                exact(charge.cost_subtotal),
                None if charge.page_plan_id else charge.bill_after or None,
                bool(charge.page_plan_id),
                charge.state != "rejected",
                charge.invoice_status == "invoiced",
            )
            for charge in charges
        )
        expected = Counter(self._expected(charge) for charge in self.world.charges)
        self.assertEqual((sorted(map(str, found - expected)), sorted(map(str, expected - found))), ([], []), "charges")

    @staticmethod
    def _expected(charge):
        if charge.kind == "pages":
            serial, name, month = charge.key
            known = (None, serial, last_of(month), name)
        else:
            version, member, first = charge.key
            known = (str(version.plan), member, first, None)
        return (
            charge.agreement.number,
            *known,
            charge.kind,
            charge.pages,
            charge.price,
            charge.amount,
            charge.cost if charge.kind == "pages" else Decimal(0),
            None if charge.is_cost else charge.bill_after,
            charge.is_cost,
            charge.live,
            charge.billed,
        )

    def _compare_invoices(self):
        for agreement in self.world.agreements:
            lines = self._product_lines(self._moves(agreement.record)).filtered("xpps_charge_ids")
            amount = sum(
                ((-1 if line.move_id.move_type == "out_refund" else 1) * exact(line.price_subtotal) for line in lines),
                Decimal(0),
            )
            billed = [charge for charge in self.world.charges if charge.billed and charge.agreement is agreement]
            self.assertEqual(amount, sum((charge.amount for charge in billed), Decimal(0)), agreement)
            self.assertFalse(lines.xpps_charge_ids.filtered("page_plan_id"))
