# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random years of agreements that bill overage for several months together: after every step, what must stand does."""

import logging
import os
from collections import Counter, defaultdict
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from freezegun import freeze_time

from ..support.common import printed_record
from ..support.cycle_life import Contract, Printed, Terms, first_of, last_of
from ..support.importing import ImportCase

_logger = logging.getLogger(__name__)

#: How many histories, from which seed on: a history is a year of some agreements.
HISTORIES = int(os.environ.get("XPPS_CYCLE_HISTORIES", 2))
FIRST_SEED = int(os.environ.get("XPPS_CYCLE_HISTORIES_FROM", 0))
TOGETHER = 4
MONTHS = 14
OUTPUT_TYPES = ("mono", "color")
PRICES = {"mono": Decimal("0.0125"), "color": Decimal("0.081575")}
#: All of it has to happen.
EVENTS = {"late", "correction", "undo", "terms", "end", "remove", "charged", "difference", "billed"}


def exact(amount):
    """The decimal that a stored amount stands for."""
    return Decimal(repr(round(float(amount), 2)))


class TestCycleOracle(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_overage_cycles = True
        cls.mono.list_price, cls.color.list_price = map(float, PRICES.values())

    def test_random_years(self):
        self.done = Counter()
        for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._live(seed)
                savepoint.rollback()
                self.env.invalidate_all()
        _logger.info("%s histories from seed %s: %s", HISTORIES, FIRST_SEED, self.done)
        # Histories in which nothing happens prove nothing.
        self.assertEqual(EVENTS - set(self.done), set())

    # Live

    def _live(self, seed):
        self.random = Random(seed)
        self.log = []
        self.number = 0
        self.held = defaultdict(dict)  # month -> {(contract, serial number): rows} that its first file has not
        try:
            self.contracts = [self._contract_of(seed, number) for number in range(TOGETHER)]
            for month in range(MONTHS):
                self._month(month)
        except Exception:
            _logger.error("Seed %s: %s", seed, "\n".join(self.log))
            raise

    def _say(self, *values):
        self.log.append(" ".join(map(str, values)))

    def _terms(self):
        random = self.random
        months = random.choice((1, 2, 3, 3, 6, 12))
        anchors = (None, None, date(2025, random.randint(1, 12), 1), date(2026, random.randint(1, 12), 15))
        return Terms(months, random.choice(anchors), months > 1 and random.random() < 0.7)

    @staticmethod
    def _values(terms):
        return {
            "xpps_overage_cycle": str(terms.months),
            "xpps_cycle_anchor": terms.anchor,
            "xpps_cycle_reconcile": terms.reconciled,
        }

    def _contract_of(self, seed, number):
        terms = self._terms()
        start = date(2026, 1, self.random.randint(1, 20))
        agreement = self._agreement(date_start=start, **self._values(terms))
        serials = [f"CYCLE-{seed}-{number}-{device}" for device in range(self.random.randint(1, 2))]
        meters = [(serial, output_type) for serial in serials for output_type in OUTPUT_TYPES]
        contract = Contract(number, terms, start, meters)
        contract.agreement = agreement
        contract.lots = {serial: self._device(serial, agreement) for serial in serials}
        self._say("start", number, start, terms, serials)
        return contract

    def _month(self, month):
        """Its file, what comes late, and what else happens; then a night bills."""
        for contract in self.contracts:
            self._happen(contract, month)
        rows = {
            (contract.number, serial): self._printed()
            for contract in self.contracts
            for serial in contract.lots
            if contract.runs_in(month) and serial not in contract.removed
        }
        late = [row for row in rows if self.random.random() < 0.15]
        self.held[month] = {row: rows.pop(row) for row in late}
        self._file(month, rows)
        for other in [other for other, held in self.held.items() if held and other < month]:
            if self.random.random() < 0.4:
                self.done["late"] += 1
                self._file(other, self.held.pop(other))
        if self.random.random() < 0.6:
            self._correct(month)
        self._night(month)

    def _happen(self, contract, month):
        random = self.random
        if month and random.random() < 0.08:
            self._change_terms(contract)
        if month > 2 and not contract.end and random.random() < 0.04:
            self.done["end"] += 1
            contract.end_day = first_of(month) + timedelta(days=random.randrange(70))
            self._say("end", contract.number, contract.end_day)
            contract.agreement.date = contract.end_day
            contract.finish(contract.end_day)
            self._compare()
        there = [serial for serial in contract.lots if serial not in contract.removed]
        if month and len(there) > 1 and random.random() < 0.06:
            self.done["remove"] += 1
            contract.removed.add(there[0])
            self._say("remove", there[0])
            contract.lots[there[0]].write({"xpps_removal_date": first_of(month), "xpps_state": "removed"})

    def _change_terms(self, contract):
        self.done["terms"] += 1
        terms = self._terms()
        self._say("terms", contract.number, terms)
        contract.agreement.write(self._values(terms))
        contract.change(terms)
        self._compare()

    # Files

    def _printed(self):
        """What a device printed: {output type: Printed}."""
        random = self.random
        rows = {}
        for output_type in OUTPUT_TYPES:
            included = random.choice((0, 500, 1000))
            pages = random.choice((0, included, included + 1, random.randrange(2000), random.randrange(2000)))
            rows[output_type] = Printed(pages, included, random.random() < 0.85)
        return rows

    def _file(self, month, rows, kind="regular"):
        """:param rows: {(number of a contract, serial number): {output type: Printed}}"""
        if not rows:
            return
        self.number += 1
        self._say(kind, month, rows)
        records = [printed_record(serial, month, printed, "0.004") for (_number, serial), printed in rows.items()]
        file = self._load(
            records,
            kind,
            InvoiceNumber=f"C-{self.number}",
            InvoiceDate=last_of(month) + timedelta(days=3),
            PeriodStart=first_of(month),
            PeriodEnd=last_of(month),
        )
        before = self._states()
        self._read(month, rows, kind)
        self._compare()
        if self.random.random() < 0.15:
            self._undo(file, before, lambda: self._read(month, rows, kind))

    def _undo(self, file, before, read):
        """Take the file back, and import it once more."""
        self.done["undo"] += 1
        self._say("undo")
        file.action_cancel()
        for contract, (reads, charges) in zip(self.contracts, before, strict=True):
            contract.reads, contract.charges = reads, charges
        self._compare()
        file.action_draft()
        file.action_import()
        read()
        self._compare()

    def _states(self):
        return [deepcopy((contract.reads, contract.charges)) for contract in self.contracts]

    def _read(self, month, rows, kind):
        planned = {}
        for contract in self.contracts:
            mine = {
                (serial, output_type): printed
                for (number, serial), meters in rows.items()
                if number == contract.number
                for output_type, printed in meters.items()
            }
            planned[contract.number] = contract.read(mine, month)
        if kind == "regular":
            for contract in self.contracts:
                contract.left_over(month, planned[contract.number])

    def _correct(self, month):
        """Some devices of a month that was imported."""
        other = self.random.randrange(max(month - 4, 0), month + 1)
        known = [
            (contract.number, serial)
            for contract in self.contracts
            for serial in contract.lots
            if ((serial, "mono"), other) in contract.reads
        ]
        if not known:
            return
        self.done["correction"] += 1
        rows = {}
        for number, serial in self.random.sample(known, min(2, len(known))):
            reads = self.contracts[number].reads
            # As many counters as before: what a correction does not state is as it was.
            rows[number, serial] = {
                output_type: Printed(
                    printed.pages, printed.included, reads[(serial, output_type), other].printed.counted
                )
                for output_type, printed in self._printed().items()
            }
        self._file(other, rows, "correction")

    def _night(self, month):
        charges = self.env["sale.subscription.charge"].search(
            [("subscription_id", "in", self._agreements().ids), ("state", "=", "draft")]
        )
        charges.action_approve()
        day = last_of(month) + timedelta(days=self.random.randint(3, 27))
        self._say("night", day)
        with freeze_time(f"{day} 12:00:00"):
            self.env["sale.subscription"].cron_subscription_management()
        for contract in self.contracts:
            contract.bill(day)
        self._compare()
        self._compare_invoices()

    # Compare

    def _agreements(self):
        return self.env["sale.subscription"].union(*(contract.agreement for contract in self.contracts))

    def _compare(self):
        self.env.flush_all()
        self.env.invalidate_all()
        charges = self.env["sale.subscription.charge"].search([("subscription_id", "in", self._agreements().ids)])
        found = defaultdict(list)
        for charge in charges.filtered("quantity"):
            end = charge.period_end
            found[charge.subscription_id].append(
                (
                    charge.device_id.name,
                    charge.output_type,
                    None if charge.kind == "cycle" else (end.year - 2026) * 12 + end.month - 1,
                    charge.cycle_start or None,
                    charge.quantity,
                    exact(charge.price_subtotal),
                    charge.bill_after or None,
                    charge.invoice_status == "invoiced",
                )
            )
        for contract in self.contracts:
            expected, rows = (Counter(each) for each in (contract.rows(PRICES), found[contract.agreement]))
            self.assertEqual(
                (sorted(map(str, rows - expected)), sorted(map(str, expected - rows))), ([], []), contract.number
            )
            self.done["charged"] += any(charge.month is None for charge in contract.charges)
            keys = Counter((charge.meter, charge.first) for charge in contract.charges if charge.month is None)
            self.done["difference"] += any(count > 1 for count in keys.values())

    def _compare_invoices(self):
        for contract in self.contracts:
            moves = self._moves(contract.agreement)
            amount = sum(
                (
                    (-1 if line.move_id.move_type == "out_refund" else 1) * exact(line.price_subtotal)
                    for line in self._product_lines(moves).filtered("xpps_charge_ids")
                ),
                Decimal(0),
            )
            self.assertEqual(amount, contract.billed(PRICES), contract.number)
            self.done["billed"] += bool(amount)
