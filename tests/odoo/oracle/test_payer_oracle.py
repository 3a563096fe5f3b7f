# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random months of agreements that several pay and whose prices rise: invoices say who pays what, at which price."""

import logging
import os
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..support.base_periods import BasePeriodCase
from ..support.common import record
from ..support.cycle_life import first_of, last_of
from ..support.importing import ImportCase
from ..support.life import Service, cents
from ..support.paid_life import CUSTOMER, HUNDRED, Escalator, PaidContract, Price

_logger = logging.getLogger(__name__)

#: How many histories, from which seed on: a history is nine months of some agreements.
HISTORIES = int(os.environ.get("XPPS_PAYER_HISTORIES", 2))
FIRST_SEED = int(os.environ.get("XPPS_PAYER_HISTORIES_FROM", 0))
TOGETHER = 2
FIRST_DAY, LAST_DAY = date(2026, 1, 20), date(2026, 10, 12)
DAY = timedelta(days=1)
TYPES = ("mono", "color", "mono_color1", "clr_lvl12")
PAYERS = ("lessor", "bank", "parent")
#: Percent of each payer's taxes.
RATES = {CUSTOMER: 20, "lessor": 0, "bank": 20, "parent": 20}
PERCENTS = (("60", "40"), ("33.34", "33.33", "33.33"), ("12.5", "87.5"), ("50", "25", "25"), ("0.01", "99.99"))
#: What happens to agreements, the more often the more it stands here.
EVENTS = (
    *["payers", "propose", "notify", "apply", "correction", "late", "delete", "post", "credit", "again"] * 3,
    *["take back", "skip", "propose again", "credit one", "archive", "unarchive"],
)
#: All of it has to happen in many histories.
KINDS = {*EVENTS, "night", "run", "late increase", "refused", "capped", "fixed", "taken back", "kept back", "split"}


def exact(amount, places=2):
    """The decimal that a stored amount stands for."""
    return Decimal(repr(round(float(amount), places)))


class TestPayerOracle(BasePeriodCase, ImportCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"tax_calculation_rounding_method": "round_per_line", "xpps_payers": True, "xpps_escalators": True}
        )
        tax, export = cls.env["account.tax"].create(
            [{"name": f"XPPS {rate}", "amount": rate, "type_tax_use": "sale"} for rate in (20, 0)]
        )
        cls.plus, cls.free = (cls._service(name, "material_code", 0.05) for name in ("Cost-plus Pages", "Free Pages"))
        (cls.base | cls.coffee | cls.mono | cls.color | cls.plus | cls.free).taxes_id = tax
        cls.mapping.write({"mono_color1_product_id": cls.plus.id, "clr_lvl12_product_id": cls.free.id})
        cls.mono.list_price = 0.0125
        position = cls.env["account.fiscal.position"].create({"name": "XPPS Export"})
        export.write({"fiscal_position_ids": [Command.link(position.id)], "original_tax_ids": [Command.link(tax.id)]})
        cls.partners = {name: cls._partner(f"XPPS {name}") for name in PAYERS} | {CUSTOMER: cls.customer}
        cls.partners["lessor"].property_account_position_id = position
        cls.products = dict(zip(TYPES, (cls.mono, cls.color, cls.plus, cls.free), strict=True))
        cls.by_length = {
            (count, mode): cls._template(mode, recurring_rule_type="months", recurring_interval=count)
            for count in (1, 3)
            for mode in ("draft", "invoice")
        }

    @mute_logger("odoo.addons.xerox_xpps.models.agreement.sale_subscription_cron")
    def test_random_months(self):
        self.done = Counter()
        for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._live(seed)
                savepoint.rollback()
                self.env.invalidate_all()
        _logger.info("%s histories from seed %s: %s", HISTORIES, FIRST_SEED, self.done)
        # Histories in which nothing happens prove nothing. In few of them, some of it does not.
        self.assertGreater(len(self.done), len(KINDS) / 2)
        if HISTORIES >= 10:
            self.assertEqual(KINDS - set(self.done), set())

    # Live

    def _live(self, seed):
        self.random = Random(seed)
        self.log = []
        with freeze_time(FIRST_DAY) as self.clock:
            try:
                self._begin(seed)
                while self.today <= LAST_DAY:
                    self._day()
            except Exception:
                _logger.error("Seed %s: %s", seed, "\n".join(self.log))
                raise

    def _begin(self, seed):
        self.today = FIRST_DAY
        self.number = 0
        self.company.xpps_proration = self.random.choice(("full", "day"))
        self.archived = set()
        self.bills = []
        self.held = defaultdict(dict)  # month -> {(contract, serial number): pages} that its first file has not
        self._at(10)
        self.contracts = [self._contract_of(seed, number) for number in range(TOGETHER)]
        self._compare()

    def _at(self, hour):
        self.clock.move_to(f"{self.today} {hour:02}:00:00")

    def _say(self, *values):
        self.log.append(" ".join(map(str, (self.today, *values))))

    def _contract_of(self, seed, number):
        random = self.random
        count, mode = random.choice(((1, "draft"), (1, "draft"), (1, "invoice"), (3, "draft"), (3, "invoice")))
        timing, detail = random.choice(("arrears", "advance")), random.choice(("device", "material"))
        invoicing = random.choice(("combined", "combined", "separate"))
        start = date(2026, 1, 1) + DAY * random.randrange(19)
        agreement = self._draft(
            str(start),
            self.base + self.coffee,
            template_id=self.by_length[count, mode].id,
            xpps_base_timing=timing,
            xpps_invoice_mode=invoicing,
            xpps_invoice_detail=detail,
        )
        base = agreement.sale_subscription_line_ids.filtered("product_id.xpps_role")
        prices = self._prices()
        base.write(
            {
                "xpps_qty_from_devices": True,
                "price_unit": float(prices["base"].own),
                "xpps_fixed_until": prices["base"].fixed_until,
            }
        )
        self._default(self.color, agreement, unit_price=0.081575, fixed_until=prices["color"].fixed_until)
        self._default(self.plus, agreement, price_method="cost_plus", markup_percent=25, unit_cost=0.004)
        self._default(self.free, agreement, billable=False, unit_price=0.01)
        services = [Service("base", prices["base"].own, True), Service("coffee", Decimal(5), False)]
        proration = self.company.xpps_proration
        contract = PaidContract(number, proration, timing, "months", count, mode, start, services, invoicing)
        contract.begin(prices, detail)
        contract.archived = self.archived
        contract.agreement, contract.base, contract.deck = agreement, base, []
        for device in range(random.randint(1, 2)):
            serial = f"PAID-{seed}-{number}-{device}"
            self._device(serial, agreement)
            contract.devices[serial] = [None, None]
        agreement.action_start_subscription()
        self._say("start", number, start, timing, count, mode, proration, invoicing, detail, list(contract.devices))
        self._escalate(contract)
        self._do_payers(contract)
        return contract

    def _prices(self):
        random = self.random

        def fixed():
            return first_of(random.randrange(3, 9)) if random.random() < 0.3 else None

        return {
            "base": Price("base", Decimal(random.choice(("50.00", "33.33", "79.95"))), fixed_until=fixed()),
            "coffee": Price("", Decimal(5)),
            "mono": Price("page", Decimal("0.0125")),
            "color": Price("page", Decimal("0.081575"), fixed_until=fixed()),
            "mono_color1": Price("page", Decimal("0.005"), "cost_plus"),
            "clr_lvl12": Price("page", Decimal("0.01"), "not_billable"),
        }

    def _escalate(self, contract):
        random = self.random
        first = date(2026, random.randint(3, 7), random.choice((1, 1, 15)))
        escalator = Escalator(
            base_percent=Decimal(random.choice((0, 3, "4.5"))),
            page_percent=Decimal(random.choice((2, 8, "7.25"))),
            every=random.choice((1, 3, 6, 12)),
            first=random.choice((None, first, first)),
            cap_year=Decimal(random.choice((0, 0, "2.5", 10))),
            cap_term=Decimal(random.choice((0, 0, 5))),
            base_unit=Decimal(random.choice(("0.01", "0.05", "1.00"))),
            page_unit=Decimal(random.choice(("0.000001", "0.0001", "0.001"))),
            up=random.random() < 0.5,
            notice=random.choice((0, 14, 45)),
        )
        contract.escalator = escalator
        self._say("escalator", contract.number, escalator)
        contract.rule = self.env["xpps.price.rule"].create(
            {
                "subscription_id": contract.agreement.id,
                "base_percent": float(escalator.base_percent),
                "page_percent": float(escalator.page_percent),
                "every_months": escalator.every,
                "date_from": escalator.first,
                "cap_year_percent": float(escalator.cap_year),
                "cap_term_percent": float(escalator.cap_term),
                "base_rounding": str(escalator.base_unit),
                "page_rounding": str(escalator.page_unit),
                "round_up": escalator.up,
                "notice_days": escalator.notice,
            }
        )

    def _day(self):
        """A night, and some days what users do."""
        self._at(3)
        if self.random.random() < 0.7:
            # What is billed does not depend on it.
            self.env["xpps.price.version"]._cron_take_effect()
        self._night()
        self._at(10)
        if self.today.day == 4 and self.today > first_of(1):
            self._first_file((self.today.year - 2026) * 12 + self.today.month - 2)
        for contract in self.contracts:
            if self.random.random() < 0.13:
                self._event(contract)
        self.today += DAY

    def _night(self):
        """Nights that bill nothing are left out, but for the first of a month, and some of the others."""
        billed = [contract for contract in self.contracts if contract.bills_on(self.today)]
        if self.today.day > 1 and (not billed or self.random.random() < 0.3):
            return
        if self.random.random() < 0.15:
            # Somebody makes a run in the morning, and the night comes to it once more.
            self._make_run()
        known = self._all_moves()
        self.env["sale.subscription"].cron_subscription_management()
        self.done["night"] += 1
        self._know_bills([contract.night([], self.today, 20) for contract in self.contracts], known)
        self.done["kept back"] += any(contract.is_kept_back(self.today) for contract in self.contracts)

    def _make_run(self):
        last = self.today.replace(day=1) - DAY
        run = self.env["xpps.billing.run"].create(
            {"period_start": last.replace(day=1), "period_end": last, "invoice_date": self.today}
        )
        run.action_prepare()
        ours = run.line_ids.filtered(lambda line: line.subscription_id in self._agreements())
        held = ours.filtered(lambda line: line.state == "held" and line.hold_code != "payer_archived")
        held.write({"override_reason": "Known"})
        known = self._all_moves()
        self._say("run")
        if ours.filtered(lambda line: line.state == "ready"):
            run.action_create_drafts()
        self.done["run"] += 1
        self._know_bills(
            [
                contract.night([], self.today, 20, drafts=True)
                for contract in self.contracts
                if not contract.named_payers() & self.archived
            ],
            known,
        )

    # Files

    def _first_file(self, month):
        rows = {
            (contract.number, serial): self._printed() for contract in self.contracts for serial in contract.devices
        }
        late = [row for row in rows if self.random.random() < 0.2]
        self.held[month] = {row: rows.pop(row) for row in late}
        self._file(month, rows)

    def _printed(self, least=0):
        random = self.random
        return {
            output_type: random.choice((least, least + 1, least + random.randrange(4000), random.randrange(1, 4000)))
            for output_type in TYPES
        }

    def _file(self, month, rows, kind="regular"):
        """:param rows: {(number of a contract, serial number): {output type: pages}}"""
        if not rows:
            return
        self.number += 1
        self._say(kind, month, rows)
        records = [
            record(serial, BaseServiceFee=10, Location=f"Room {self.number}")
            | record(serial, **{output_type: (pages, "0.004") for output_type, pages in printed.items()})
            for (_number, serial), printed in rows.items()
        ]
        invoice = {
            "InvoiceNumber": f"P-{month}",
            "InvoiceDate": str(last_of(month) + 3 * DAY),
            "PeriodStart": str(first_of(month)),
            "PeriodEnd": str(last_of(month)),
        }
        file = self._load(records, kind, **invoice)
        file.charge_ids.filtered(lambda charge: charge.state == "draft").action_approve()
        for (number, serial), printed in rows.items():
            for output_type, pages in printed.items():
                self.contracts[number].read_type(serial, output_type, month, pages)
        self._compare()

    # Events

    def _event(self, contract):
        """The next one of the deck that can happen."""
        if len(contract.deck) < len(EVENTS) // 2:
            contract.deck += self.random.sample(EVENTS, len(EVENTS))
        for index, kind in enumerate(contract.deck):
            if self._can(kind, contract):
                del contract.deck[index]
                self._say(kind, contract.number)
                self.done[kind] += 1
                getattr(self, f"_do_{kind.replace(' ', '_')}")(contract)
                self._compare()
                return

    def _can(self, kind, contract):
        states = {increase.state for increase in contract.increases}
        bills = self._bills(contract)
        return {
            "payers": True,
            "propose": not states & {"proposed", "notified"},
            "notify": "proposed" in states,
            "apply": "notified" in states,
            "take back": "applied" in states,
            "skip": bool(states & {"proposed", "notified"}),
            "propose again": bool(states & {"proposed", "notified"}),
            "correction": bool(contract.pages),
            "late": any(self.held.values()),
            "delete": any(bill.state == "draft" for bill in bills),
            "post": any(bill.state == "draft" for bill in bills),
            "credit": any(self._is_creditable(bill) for bill in bills),
            "credit one": any(self._is_creditable(bill) and len(bill.documents()) > 1 for bill in bills),
            "again": any(bill.credited and not bill.again for bill in self._all_bills(contract)),
            "archive": not self.archived,
            "unarchive": bool(self.archived),
        }[kind]

    def _all_bills(self, contract):
        return [bill for bill in self.bills if contract in bill.contracts]

    def _bills(self, contract):
        return [bill for bill in self._all_bills(contract) if bill.is_untouched]

    @staticmethod
    def _is_creditable(bill):
        return bill.state == "posted" and set(bill.moves.mapped("move_type")) == {"out_invoice"}

    # Payers

    def _do_payers(self, contract):
        """Other payers, of each role one or several."""
        values = {"xpps_base_payer_id": False, "xpps_overage_payer_id": False}
        rows = defaultdict(dict)
        for role in ("base", "overage"):
            percents = self.random.choice((None, *PERCENTS))
            if percents:
                names = self.random.sample((CUSTOMER, *PAYERS), len(percents))
                rows_of_role = zip(names, map(Decimal, percents), strict=True)
                for name, percent in rows_of_role:
                    rows[name][f"{role}_percent"] = percent
            else:
                name = self.random.choice((CUSTOMER, *PAYERS))
                contract.payers[role] = ((name, HUNDRED),)
                alone = self.random.choice((False, self.customer)) if name == CUSTOMER else self.partners[name]
                values[f"xpps_{role}_payer_id"] = alone and alone.id
        for role in ("base", "overage"):
            shares = [(name, row[f"{role}_percent"]) for name, row in rows.items() if f"{role}_percent" in row]
            if shares:
                contract.payers[role] = tuple(shares)
        by_address = self.random.random() < 0.5
        values["xpps_payer_ids"] = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "partner_id": not (by_address and name == CUSTOMER) and self.partners[name].id,
                        "sequence": number,
                        **{role: float(percent) for role, percent in row.items()},
                    }
                )
                for number, (name, row) in enumerate(rows.items())
            ),
        ]
        self._say("paid by", contract.payers)
        contract.agreement.write(values)

    def _do_archive(self, _contract):
        name = self.random.choice(PAYERS)
        self._say("archived", name)
        self.archived.add(name)
        self.partners[name].active = False

    def _do_unarchive(self, _contract):
        for name in self.archived:
            self.partners[name].active = True
        self.archived.clear()

    # Increases

    def _open(self, contract, *states):
        return next(increase for increase in contract.increases if increase.state in states)

    def _do_propose(self, contract):
        until = self.today + DAY * self.random.choice((0, 20, 60))
        wizard = self.env["xpps.price.propose.wizard"].create(
            {"date_until": until, "subscription_ids": [Command.set(contract.agreement.ids)]}
        )
        increase = contract.propose(until, self.today)
        if not increase:
            self.assertRaisesMessage("No increase is due", wizard.action_propose)
            return
        increase.record = self.env["xpps.price.change"].search(wizard.action_propose()["domain"])
        self.done["late increase"] += increase.start > increase.due
        self._say("proposes", increase.due, increase.start, increase.prices)

    def _do_notify(self, contract):
        increase = self._open(contract, "proposed")
        if not increase.raised:
            self.assertRaisesMessage("No price rises", increase.record.action_mark_notified)
            return
        increase.record.action_mark_notified()
        contract.notify(increase, self.today)

    def _do_apply(self, contract):
        increase = self._open(contract, "notified")
        if not contract.may_apply(increase):
            self.done["refused"] += 1
            self.assertRaisesMessage("increase|prices from", increase.record.action_apply)
            return
        increase.record.action_apply()
        contract.apply(increase)
        self._say("applies", increase.start, increase.prices)

    def _do_propose_again(self, contract):
        increase = self._open(contract, "proposed", "notified")
        increase.record.action_propose_again()
        contract.propose_again(increase, self.today)

    def _do_skip(self, contract):
        increase = self._open(contract, "proposed", "notified")
        increase.record.action_skip("Not this year")
        increase.state = "skipped"

    def _do_take_back(self, contract):
        increase = self.random.choice([increase for increase in contract.increases if increase.state == "applied"])
        self._say("of", increase.start)
        if not contract.may_take_back(increase):
            self.assertRaisesMessage("taken back|builds on", increase.record.action_take_back, "Not agreed")
            return
        self.done["taken back"] += 1
        increase.record.action_take_back("Not agreed")
        contract.take_back(increase)

    # Pages

    def _do_correction(self, contract):
        serial, _output_type, month = self.random.choice(sorted(contract.pages))
        self._file(month, {(contract.number, serial): self._printed(least=1)}, "correction")

    def _do_late(self, _contract):
        month = self.random.choice([month for month, rows in self.held.items() if rows])
        self._file(month, self.held.pop(month))

    # Invoices

    def _pick(self, bills):
        bill = self.random.choice(bills)
        self._say("of", bill.documents())
        return bill

    def _do_delete(self, contract):
        bill = self._pick([bill for bill in self._bills(contract) if bill.state == "draft"])
        if len(bill.documents()) > 1:
            with self.assertRaisesRegex(UserError, "together"), self.cr.savepoint():
                bill.moves[0].unlink()
        bill.moves.unlink()
        contract.gone(bill)

    def _do_post(self, contract):
        bill = self._pick([bill for bill in self._bills(contract) if bill.state == "draft"])
        bill.moves.action_post()
        bill.state = "posted"

    def _credit(self, moves):
        context = {"active_model": "account.move", "active_ids": moves.ids}
        wizard = self.env["account.move.reversal"].with_context(**context)
        wizard = wizard.create({"journal_id": moves.journal_id.id, "date": self.today})
        wizard.reverse_moves()
        wizard.new_move_ids.action_post()

    def _do_credit(self, contract):
        bill = self._pick([bill for bill in self._bills(contract) if self._is_creditable(bill)])
        self._credit(bill.moves)
        bill.credited = True

    def _do_credit_one(self, contract):
        """The share of a payer: nothing of it is billed again."""
        bills = [bill for bill in self._bills(contract) if self._is_creditable(bill) and len(bill.documents()) > 1]
        bill = self._pick(bills)
        payer = self.random.choice(sorted(bill.documents()))
        self._credit(bill.moves.filtered(lambda move: move.partner_id == self.partners[payer]))
        bill.credited_to.add(payer)

    def _do_again(self, contract):
        bill = self._pick([bill for bill in self._all_bills(contract) if bill.credited and not bill.again])
        for move in bill.moves:
            charges = move.invoice_line_ids.xpps_charge_ids
            if move.xpps_can_bill_again or "full" in charges.mapped("credit_state"):
                move.action_xpps_bill_again()
        contract.bill_again(bill)

    # Compare

    def _agreements(self):
        return self.env["sale.subscription"].union(*(contract.agreement for contract in self.contracts))

    def _all_moves(self):
        return self.env["account.move"].search(
            [("invoice_line_ids.xpps_subscription_id", "in", self._agreements().ids)]
        )

    def _know_bills(self, made, known):
        """Find the invoices of bills, each with who gets it, its amounts and taxes."""
        new = self._all_moves() - known
        for bill in (bill for bills in made for bill in bills):
            self.bills.append(bill)
            documents = bill.documents()
            self.done["split"] += len(documents) > 1
            self._say("bills", bill.contracts[0].number, bill.state, documents)

            moves = new.browse()
            for payer, amounts in documents.items():
                same = self._of_bill(new, bill, payer)
                self.assertEqual(len(same), 1, (payer, amounts, same.mapped("amount_untaxed")))
                self._compare_move(same, payer, amounts, bill.state)
                moves |= same
            for payer in {payer for payer, _key, _amount in bill.rows()} - documents.keys():
                # Who pays nothing of it may get an invoice that says so.
                moves |= self._of_bill(new, bill, payer).filtered(lambda move: not move.amount_total)
            bill.moves = moves
            new -= bill.moves
        self.assertFalse(new, new.mapped("invoice_line_ids.name"))
        self._compare()

    def _of_bill(self, moves, bill, payer):
        """Those of some invoices that may be the one of a payer; coffee may have one of its own."""
        (contract,) = bill.contracts
        of_coffee = all(not line.service.by_devices for line in bill.lines) and not bill.pages

        def is_of(move):
            lines = self._product_lines(move)
            return (
                move.partner_id == self.partners[payer]
                and lines.xpps_subscription_id == contract.agreement
                and (lines.product_id == self.coffee) == of_coffee
            )

        return moves.filtered(is_of)

    def _compare_move(self, move, payer, amounts, state):
        total = sum(amounts)
        sign = -1 if total < 0 else 1
        tax = sum(cents(amount * RATES[payer] / 100) for amount in amounts)
        self.assertEqual(
            (move.move_type, move.state, exact(move.amount_untaxed), exact(move.amount_tax)),
            ("out_refund" if sign < 0 else "out_invoice", state, sign * total, sign * tax),
            (payer, amounts),
        )
        self.assertEqual(set(self._product_lines(move).tax_ids.mapped("amount")), {RATES[payer]})

    def _compare(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self._compare_charges()
        self._compare_increases()
        self._compare_lines()

    def _compare_charges(self):
        charges = self.env["sale.subscription.charge"].search([("subscription_id", "in", self._agreements().ids)])
        found = Counter(
            (
                charge.device_id.name,
                charge.output_type,
                charge.period_end,
                charge.quantity,
                exact(charge.unit_price, 6),
                exact(charge.price_subtotal),
                charge.invoice_status,
            )
            for charge in charges
        )
        expected = Counter()
        for contract in self.contracts:
            waiting = {id(each) for each in contract.waiting(self.today)}
            for each in (each for charged in contract.pages.values() for each in charged):
                status = "invoiced" if each.invoice else "to_invoice" if id(each) in waiting else "no"
                row = (each.device, each.output_type, last_of(each.month), each.pages, each.price, each.amount, status)
                expected[row] += 1
        self._assert_same(found, expected)

    def _assert_same(self, found, expected):
        self.assertFalse([list(found - expected), list(expected - found)] if found != expected else None)

    def _compare_increases(self):
        names = {product.id: name for name, product in self.products.items()}
        for contract in self.contracts:
            self.assertEqual(contract.rule.next_date, contract.next_increase(), contract.number)
            for increase in contract.increases:
                change = increase.record
                lines = {
                    "base" if line.kind == "base" else names[line.product_id.id]: (
                        exact(line.old_price, 6),
                        exact(line.new_price, 6),
                        line.left_out or None,
                    )
                    for line in change.line_ids
                }
                left_out = {name: row[2] for name, row in increase.prices.items() if row[2]}
                for name, reason in left_out.items():
                    self.done[reason] += 1
                    self.assertEqual(lines.pop(name)[2], reason, (contract.number, name))
                raised = {name: row for name, row in increase.prices.items() if not row[2]}
                self.assertEqual(
                    (change.state, change.date_due, change.date_effective, lines),
                    (increase.state, increase.due, increase.start, raised),
                    contract.number,
                )

    def _compare_lines(self):
        """What all payers' lines say together, of each period and by payer, credits taken off."""
        payers = {partner: name for name, partner in self.partners.items()}
        numbers = {contract.agreement: contract.number for contract in self.contracts}
        moves = self._all_moves().filtered(lambda move: move.state != "cancel")
        found = Counter()
        for line in self._product_lines(moves):
            name, first = "pages", None
            if line.xpps_subscription_line_id:
                name = "coffee" if line.product_id == self.coffee else "base"
                first = str(line.xpps_period_start)
            key = (payers[line.move_id.partner_id], (numbers[line.xpps_subscription_id], name, first))
            found[key] += exact(line.price_subtotal) * (-1 if line.move_id.move_type == "out_refund" else 1)
        expected = Counter()
        for bill in self.bills:
            if bill.is_live and not bill.credited:
                for payer, key, amount in bill.rows():
                    expected[payer, key] += 0 if payer in bill.credited_to else amount
        wrong = {key: (found[key], expected[key]) for key in found.keys() | expected if found[key] != expected[key]}
        self.assertFalse(wrong, "Found, and what was expected")
        for contract in self.contracts:
            self.assertEqual(contract.agreement.recurring_next_date or None, contract.next, contract.number)
            self._compare_once(contract)

    def _compare_once(self, contract):
        """No day of a service is on two bills."""
        for each in contract.services:
            days = Counter(line.first for line in each.lines if line.is_live)
            self.assertLessEqual(set(days.values()), {1})
