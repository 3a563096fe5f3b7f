# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random histories of twelve months: after every step, invoices say what reads and calendar do, by device and day."""

import logging
import os
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..support.base_periods import BasePeriodCase
from ..support.common import record
from ..support.importing import ImportCase
from ..support.life import Calendar, Contract, Service, cents, days_between, night

_logger = logging.getLogger(__name__)

#: How many histories, from which seed on: a history is an agreement that lives for twelve months.
HISTORIES = int(os.environ.get("XPPS_HISTORIES", 4))
FIRST_SEED = int(os.environ.get("XPPS_HISTORIES_FROM", 0))
#: Agreements that live in one company, and so have one seed.
TOGETHER = 4
PRORATIONS = ("none", "full", "day", "day")
#: Unit, count and invoicing mode of the templates that are chosen from, months most often.
TEMPLATES = (
    ("months", 1, "draft"),
    ("months", 1, "invoice"),
    ("months", 1, "invoice"),
    ("months", 3, "draft"),
    ("months", 2, "invoice"),
    ("weeks", 2, "invoice"),
    ("months", 1, "sale_and_invoice"),
)
#: Months of a cycle of pages, and a day on which one begins.
CYCLES = (
    *[(1, None)] * 4,
    (2, None),
    (3, None),
    (3, date(2025, 11, 15)),
    (6, date(2026, 2, 1)),
    (12, None),
    (12, date(2025, 8, 31)),
)
#: What happens to agreements, and how often: all of it has to.
EVENTS = (
    *["template", "tax", "close", "pause", "resume", "replace", "correction", "overlap"] * 2,
    *["delete", "cancel", "credit", "again", "post", "reopen"] * 3,
    *["add", "remove", "rest of the file", "cycle"],
)
#: Of these, each in both ways.
KINDS = {*EVENTS, "pause until", "resume skip", "resume bill", "cancel posted", "close paused", "night"} - {"resume"}
DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(2026, 1, 20), date(2026, 12, 31)


def month_of(number):
    """The first and the last day of a month of 2026."""
    first = date(2026, number, 1)
    return first, Calendar("months", 1, first).start(1) - DAY


def exact(amount):
    """The decimal that a stored amount stands for."""
    return Decimal(repr(round(float(amount), 2)))


class TestLifeOracle(BasePeriodCase, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_calculation_rounding_method = "round_per_line"
        cls.company.xpps_overage_cycles = True
        cls.mono.list_price = 0.0125
        cls.other_base = cls._service("XPPS Another Base Price", "base_price", 33)
        cls.by_length = {key: cls._template(key[2], **cls._length(*key)) for key in set(TEMPLATES)}
        cls.taxes = {
            rate: cls.env["account.tax"].create(
                {"name": f"{rate} %", "amount": rate, "type_tax_use": "sale", "company_id": cls.company.id}
            )
            for rate in (7, 19, 20)
        }

    @staticmethod
    def _length(unit, count, _mode):
        return {"recurring_rule_type": unit, "recurring_interval": count}

    def test_random_histories(self):
        self.done = Counter()
        worlds = -(-HISTORIES // TOGETHER)
        for seed in range(FIRST_SEED, FIRST_SEED + worlds):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._live(seed)
                savepoint.rollback()
                self.env.invalidate_all()
        _logger.info("%s histories, seeds %s: %s", worlds * TOGETHER, range(FIRST_SEED, FIRST_SEED + worlds), self.done)
        # Histories in which nothing happens prove nothing. In few of them, some of it does not.
        self.assertGreater(len(self.done), len(KINDS) / 2)
        if HISTORIES >= 40:
            self.assertEqual(KINDS - set(self.done), set())

    # Live

    def _live(self, seed):
        self.random = Random(seed)
        self.log = []
        self.number = 0
        with freeze_time(FIRST_DAY) as self.clock:
            try:
                self._begin(seed)
                while self.today <= LAST_DAY:
                    self._day()
                self._end()
            except Exception:
                _logger.error("Seed %s: %s", seed, "\n".join(self.log))
                raise

    def _begin(self, seed):
        self.proration = self.company.xpps_proration = PRORATIONS[seed % len(PRORATIONS)]
        self.rate = 19
        self._set_taxes()
        self.today = FIRST_DAY
        self.invoices = []
        self._at(10)
        self.contracts = [self._contract_of(number) for number in range(TOGETHER)]
        self.files = defaultdict(set)  # month -> the devices that its files have
        self.held = defaultdict(list)  # month -> devices that its first file has not
        self._compare()

    def _at(self, hour):
        self.clock.move_to(f"{self.today} {hour:02}:00:00")

    def _say(self, text, *values):
        self.log.append(f"{self.today} {text} {' '.join(map(str, values))}")

    def _contract_of(self, number):
        random = self.random
        invoicing = random.choice(("combined", "combined", "separate", "customer", "customer"))
        unit, count, mode = random.choice(self._templates(invoicing))
        timing = random.choice(("arrears", "advance"))
        start = date(2026, 1, 1) + DAY * random.randrange(40)
        agreement = self._draft(
            str(start),
            self.base + self.coffee,
            template_id=self.by_length[unit, count, mode].id,
            xpps_base_timing=timing,
            xpps_invoice_mode=invoicing,
        )
        cycle = random.choice(CYCLES)
        agreement.write(self._cycle_values(cycle))
        base = agreement.sale_subscription_line_ids.filtered("product_id.xpps_role")
        base.xpps_qty_from_devices = True
        services = [Service("base", Decimal(30), True), Service("coffee", Decimal(5), False)]
        contract = Contract(number, self.proration, timing, unit, count, mode, start, services, invoicing)
        contract.agreement = agreement
        contract.cycle = cycle
        contract.lots = {}
        for _number in range(random.randint(1, 2)):
            self._do_add(contract, by_hand=True)
        agreement.action_start_subscription()
        self._say("start", number, start, timing, unit, count, mode, self.proration, invoicing, cycle)
        contract.deck = []
        return contract

    @staticmethod
    def _cycle_values(cycle):
        months, anchor = cycle
        return {"xpps_overage_cycle": str(months), "xpps_cycle_anchor": anchor}

    @staticmethod
    def _templates(invoicing):
        """Orders that are invoiced together are left to tests of their own."""
        return [length for length in TEMPLATES if invoicing != "customer" or length[2] != "sale_and_invoice"]

    def _day(self):
        """A night, and some days what users do."""
        self._at(3)
        self._night()
        self._at(10)
        if self.today.day == 4 and self.today.month > 1:
            self._file(self.today.month - 1)
        for contract in self.contracts:
            if self.random.random() < 0.08:
                self._event(contract)
        self.today += DAY

    def _night(self):
        """Nights in which nothing can happen are left out, but for the first of a month."""
        wanted = self.today.day == 1 or any(self._waits(contract) for contract in self.contracts)
        if not wanted:
            return
        known = {row["move_id"] for row in self._rows()}
        self.env["sale.subscription"].cron_subscription_management()
        made = night(self.contracts, self.today, self.rate)
        self.invoices += made
        if made:
            self.done["night"] += 1
        for invoice in made:
            lines = [f"{line.service.name} {line.first}–{line.last} {line.amount}" for line in invoice.lines]
            numbers = [contract.number for contract in invoice.contracts]
            self._say("bills", numbers, invoice.total, lines, [each.pages for each in invoice.pages])
        self._compare_made(made, known)
        self._compare()

    def _waits(self, contract):
        agreement = contract.agreement
        dates = (agreement.recurring_next_date, agreement.paused_until, contract.next)
        return (
            any(day and day <= self.today for day in dates) or not contract.paused_on and contract.waiting(self.today)
        )

    def _end(self):
        """Whatever happened, all is billed in the end that is to be."""
        self._at(10)
        for contract in self.contracts:
            if contract.paused_on:
                self._do("resume", contract)
        last = self.today + 150 * DAY
        while self.today < last and any(self._owes(contract) for contract in self.contracts):
            self._at(3)
            self._night()
            self.today += DAY
        for contract in self.contracts:
            self.assertFalse(self._owes(contract))

    def _owes(self, contract):
        return contract.owed(self.today) or contract.waiting(self.today) or contract.on_orders()

    # Files

    def _file(self, month):
        first, last = month_of(month)
        rows = [
            (contract, device)
            for contract in self.contracts
            if contract.runs_in(first, last)
            for device, (begin, end) in contract.devices.items()
            if (begin or first) <= last and (end or last) >= first
        ]
        if len(rows) > 1 and self.random.random() < 0.5:
            self.held[month] = [rows.pop(self.random.randrange(len(rows)))]
        self._say("file", month)
        self._import_pages(month, rows)

    def _period(self, month):
        first, last = month_of(month)
        return {
            "InvoiceNumber": f"X-{month}",
            "InvoiceDate": str(last + 3 * DAY),
            "PeriodStart": str(first),
            "PeriodEnd": str(last),
        }

    def _import_pages(self, month, rows, kind="regular"):
        if not rows:
            return
        self.number += 1
        pages = {row: self.random.choice((0, 1, 2, self.random.randrange(3000))) for row in rows}
        records = [
            record(device, BaseServiceFee=10, Location=f"Room {self.number}", mono=(pages[contract, device], "0.004"))
            for contract, device in rows
        ]
        file = self._load(records, kind, **self._period(month))
        file.charge_ids.filtered(lambda charge: charge.state == "draft").action_approve()
        for (contract, device), count in pages.items():
            self._say("pages", contract.number, device, month, count)
            contract.read(device, month, count)
            self.files[month].add((contract, device))
        self._compare()

    def _read_rows(self, contract):
        return [
            (month, row)
            for month, rows in self.files.items()
            for row in sorted(rows, key=lambda row: row[1])
            if row[0] is contract
        ]

    # Events

    def _event(self, contract):
        """The next one of the deck that can happen."""
        if len(contract.deck) < len(EVENTS) // 2:
            contract.deck += self.random.sample(EVENTS, len(EVENTS))
        for index, kind in enumerate(contract.deck):
            if self._can(kind, contract):
                del contract.deck[index]
                self._do(kind, contract)
                return

    def _can(self, kind, contract):
        runs, paused = contract.stage == "running", bool(contract.paused_on)
        moves = self._invoices(contract)
        return {
            "template": True,
            "tax": True,
            "cycle": True,
            "close": runs,
            "reopen": not runs,
            "pause": runs and not paused,
            "resume": paused,
            "replace": runs,
            "add": runs,
            "remove": len(self._removable(contract)) > 0,
            "correction": bool(self._read_rows(contract)),
            "overlap": bool(self._read_rows(contract)),
            "rest of the file": any(self.held.values()),
            "delete": any(invoice.state == "draft" for invoice in moves),
            "cancel": bool(moves),
            "post": any(invoice.state == "draft" for invoice in moves),
            "credit": any(self._is_creditable(invoice) for invoice in moves),
            "again": bool(self._credited(contract)),
        }[kind]

    def _invoices(self, contract):
        """Those that stand: they are on no credit note."""
        return [invoice for invoice in self._all_invoices(contract) if invoice.is_live and not invoice.credited]

    def _all_invoices(self, contract):
        return [invoice for invoice in self.invoices if contract in invoice.contracts]

    def _credited(self, contract):
        return [invoice for invoice in self._all_invoices(contract) if invoice.credited and not invoice.again]

    def _is_creditable(self, invoice):
        return invoice.state == "posted" and invoice.move.move_type == "out_invoice"

    def _do(self, kind, contract):
        self._say(kind, contract.number)
        self.done[kind] += 1
        getattr(self, f"_do_{kind.replace(' ', '_')}")(contract)
        self._compare()

    def _also(self, kind):
        self._say(kind)
        self.done[kind] += 1

    def _do_template(self, contract):
        length = self.random.choice(self._templates(contract.invoicing))
        self._say("to", *length)
        self._choose_template(contract.agreement, self.by_length[length])
        contract.choose_template(*length)

    def _do_cycle(self, contract):
        cycle = self.random.choice(CYCLES)
        self._say("every", *cycle)
        contract.agreement.write(self._cycle_values(cycle))
        contract.choose_cycle(cycle)

    def _do_tax(self, _contract):
        """The law changes: products have another tax, and the one before is archived, or is not."""
        self.rate = self.random.choice([rate for rate in self.taxes if rate != self.rate])
        self._set_taxes(archive=self.random.random() < 0.5)

    def _set_taxes(self, archive=False):
        tax = self.taxes[self.rate]
        tax.active = True
        (self.base | self.other_base | self.coffee | self.mono).taxes_id = tax
        if archive:
            for other in self.taxes.values():
                other.active = other == tax

    def _do_close(self, contract):
        if contract.paused_on:
            self._also("close paused")
        self._close(contract.agreement)
        contract.close(self.today)

    def _do_reopen(self, contract):
        contract.agreement.action_start_subscription()
        contract.reopen(self.today)

    def _do_pause(self, contract):
        until = self.random.random() < 0.3 and self.today + DAY * self.random.randrange(1, 80)
        if until:
            self._also("pause until")
        self._pause(contract.agreement, until)
        contract.pause(self.today, until or None)

    def _do_resume(self, contract):
        choice = self.random.choice(("skip", "bill"))
        self._also(f"resume {choice}")
        self._resume(contract.agreement, choice)
        contract.resume(self.today, choice)

    def _do_replace(self, contract):
        line = self._base_line(contract)
        product = self.other_base if line.product_id == self.base else self.base
        price = Decimal(self.random.randrange(1000, 9999)).scaleb(-2)
        action = line.action_xpps_replace()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"product_id": product.id, "price_unit": float(price)}).action_replace()
        contract.replace(contract.services[0], price)

    def _base_line(self, contract):
        return contract.agreement.sale_subscription_line_ids.filtered("xpps_qty_from_devices")

    # Devices

    def _do_add(self, contract, by_hand=False):
        self.number += 1
        serial = f"LIFE-{self.number}"
        contract.devices[serial] = [None if by_hand else self.today, None]
        if by_hand:
            contract.lots[serial] = self._device(serial, contract.agreement)
            return
        values = {"subscription_id": contract.agreement.id, "product_id": self.printer.id, "serials": serial}
        self.env["xpps.device.add.wizard"].create(values).action_add()
        contract.lots[serial] = self.env["stock.lot"].search(
            [("name", "=", serial), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(contract.lots[serial].xpps_install_date, max(self.today, contract.start))
        contract.devices[serial][0] = max(self.today, contract.start)

    def _removable(self, contract):
        """The first device stays."""
        devices = list(contract.devices.items())[1:]
        return [serial for serial, (first, last) in devices if not last and (first or self.today) <= self.today]

    def _do_remove(self, contract):
        serial = self.random.choice(self._removable(contract))
        values = {"device_ids": contract.lots[serial].ids, "date": self.today}
        self.env["xpps.device.remove.wizard"].create(values).action_apply()
        contract.devices[serial][1] = self.today

    # Pages

    def _do_correction(self, contract):
        """Under the number of the invoice that it corrects."""
        month, row = self.random.choice(self._read_rows(contract))
        self._import_pages(month, [row], "correction")

    def _do_rest_of_the_file(self, _contract):
        """A second file of the same number."""
        month = self.random.choice([month for month, rows in self.held.items() if rows])
        self._import_pages(month, self.held.pop(month))

    def _do_overlap(self, contract):
        month, (_contract, device) = self.random.choice(self._read_rows(contract))
        self.number += 1
        first = date(2026, month, 15)
        last = Calendar("months", 1, first).start(1) - DAY
        invoice = {"InvoiceNumber": f"O-{self.number}", "PeriodStart": str(first), "PeriodEnd": str(last)}
        file = self._upload([record(device, BaseServiceFee=10, mono=(500, "0.004"))], **invoice)
        self.assertIn("period_duplicate", self._codes(file))
        with self.assertRaises(UserError), self.cr.savepoint():
            file.action_import()
        self.assertEqual(file.state, "draft")

    # Invoices

    def _pick(self, invoices):
        invoice = self.random.choice(invoices)
        self._say("invoice", invoice.total, *[(line.service.name, str(line.first)) for line in invoice.lines])
        return invoice

    def _drafts(self, contract):
        return [invoice for invoice in self._invoices(contract) if invoice.state == "draft"]

    def _do_delete(self, contract):
        invoice = self._pick(self._drafts(contract))
        invoice.move.unlink()
        contract.gone(invoice)

    def _do_cancel(self, contract):
        invoice = self._pick(self._invoices(contract))
        if invoice.state == "posted":
            self._also("cancel posted")
            invoice.move.button_draft()
        invoice.move.button_cancel()
        contract.gone(invoice)

    def _do_post(self, contract):
        invoice = self._pick(self._drafts(contract))
        invoice.move.action_post()
        invoice.state = "posted"

    def _do_credit(self, contract):
        invoice = self._pick([invoice for invoice in self._invoices(contract) if self._is_creditable(invoice)])
        context = {"active_model": "account.move", "active_ids": invoice.move.ids}
        wizard = self.env["account.move.reversal"].with_context(**context)
        wizard = wizard.create({"journal_id": invoice.move.journal_id.id, "date": self.today})
        wizard.reverse_moves()
        wizard.new_move_ids.action_post()
        invoice.credited = True

    def _do_again(self, contract):
        invoice = self._pick(self._credited(contract))
        invoice.move.action_xpps_bill_again()
        contract.bill_again(invoice)

    # Compare

    def _rows(self):
        """What all lines say that bill these agreements, credit notes among them, from the database alone.

        :return: [(sign, is base or change, values)]
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id, line.xpps_subscription_id AS agreement, line.quantity,
                       line.xpps_subscription_line_id AS service, line.xpps_base_adjustment AS is_change,
                       line.xpps_period_start AS first, line.xpps_period_end AS last, line.price_subtotal AS amount,
                       line.parent_state = 'cancel' AS gone, move.move_type = 'out_refund' AS refund,
                       line.product_id = %(pages)s AS is_pages, charged.device, charged.month
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
             LEFT JOIN LATERAL (
                        SELECT MIN(lot.name) AS device, MIN(EXTRACT(MONTH FROM charge.period_end))::int AS month
                          FROM (
                                SELECT charge_id FROM xpps_charge_invoice_line_rel WHERE invoice_line_id = line.id
                                 UNION
                                SELECT charge_id FROM xpps_charge_earlier_line_rel WHERE invoice_line_id = line.id
                                 UNION
                                SELECT charge_id FROM xpps_charge_credit_line_rel WHERE credit_line_id = line.id
                               ) rel
                          JOIN sale_subscription_charge charge ON charge.id = rel.charge_id
                          JOIN stock_lot lot ON lot.id = charge.device_id
                       ) charged ON TRUE
                 WHERE line.company_id = %(company)s AND line.display_type = 'product'
                   AND line.xpps_subscription_id = ANY(%(agreements)s)
              ORDER BY line.id
                """,
                pages=self.mono.id,
                company=self.company.id,
                agreements=[contract.agreement.id for contract in self.contracts],
            )
        )
        for row in rows:
            row["sign"] = -1 if row["refund"] else 1
            row["amount"] = row["sign"] * exact(row["amount"])
        return rows

    def _key(self, row):
        """:return: (number of the contract, name of the service or serial number, first day, last day, amount)"""
        contract = self.by_agreement[row["agreement"]]
        name = row["device"] if row["is_pages"] else self.services[row["service"]]
        return contract.number, name, row["first"], row["last"], row["amount"]

    def _know_services(self):
        self.by_agreement = {contract.agreement.id: contract for contract in self.contracts}
        self.services = {
            line.id: "base" if line.xpps_qty_from_devices else "coffee"
            for contract in self.contracts
            for line in contract.agreement.sale_subscription_line_ids
        }

    def _compare(self):
        """Day by day, to the cent, page by page; and when what is left is billed."""
        self._know_services()
        found = {contract: (defaultdict(int), defaultdict(Decimal), defaultdict(int)) for contract in self.contracts}
        for row in self._rows():
            if row["gone"]:
                continue
            days, amounts, pages = found[self.by_agreement[row["agreement"]]]
            if row["is_pages"]:
                amounts["pages"] += row["amount"]
                pages[row["device"], row["month"]] += row["sign"] * int(row["quantity"])
                continue
            name = self.services[row["service"]]
            amounts[name] += row["amount"]
            if not row["is_change"]:
                count = row["sign"] * (1 if row["quantity"] > 0 else -1)
                for day in days_between(row["first"], row["last"]):
                    days[name, day] += count
        for contract in self.contracts:
            agreement = contract.agreement
            sums = tuple({key: value for key, value in part.items() if value} for part in found[contract])
            for part, expected, what in zip(
                sums, contract.net(self.invoices), ("days", "amounts", "pages"), strict=True
            ):
                wrong = {
                    str(key): (part.get(key), expected.get(key))
                    for key in part.keys() | expected.keys()
                    if part.get(key) != expected.get(key)
                }
                self.assertFalse(wrong, f"Contract {contract.number}: {what}, and what was expected")
            self.assertLessEqual(set(sums[0].values()), {1})
            self.assertEqual(
                (agreement.recurring_next_date or None, agreement.stage_type == "in_progress", agreement.is_paused),
                (contract.next, contract.stage == "running", bool(contract.paused_on)),
                contract.number,
            )

    def _compare_made(self, made, known):
        """Each invoice of a night, line by line, with its taxes."""
        self._know_services()
        lines = defaultdict(list)
        for row in self._rows():
            if row["move_id"] not in known:
                lines[row["move_id"]].append(self._key(row))
        moves = defaultdict(list)
        for move_id, keys in lines.items():
            moves[tuple(sorted(keys))].append(move_id)
        for invoice in made:
            keys = [
                (line.service.contract.number, line.service.name, line.first, line.last, line.amount)
                for line in invoice.lines
            ]
            keys += [(each.contract.number, each.device, *month_of(each.month), each.amount) for each in invoice.pages]
            same = moves[tuple(sorted(keys))]
            self.assertTrue(same, (sorted(keys), dict(moves)))
            invoice.move = self.env["account.move"].browse(same.pop(0))
            self._compare_move(invoice)
        self.assertEqual([keys for keys, same in moves.items() if same], [])

    def _compare_move(self, invoice):
        move, sign = invoice.move, -1 if invoice.total < 0 else 1
        self.assertEqual(move.state, invoice.state)
        self.assertEqual(move.move_type, "out_refund" if sign < 0 else "out_invoice")
        tax = sum((cents(amount * invoice.rate / 100) for amount in invoice.amounts), Decimal(0))
        self.assertEqual(
            (exact(move.amount_untaxed), exact(move.amount_tax)), (sign * invoice.total, sign * tax), move.name
        )
        self.assertEqual(set(self._product_lines(move).tax_ids.mapped("amount")), {invoice.rate})
