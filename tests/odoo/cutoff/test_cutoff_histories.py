# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random months of some agreements: at the end of each day, report, ledger and cut-off agree to the cent."""

import logging
import os
from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

from freezegun import freeze_time

from ..support.base_periods import BasePeriodCase
from ..support.common import record
from ..support.cutoffs import DAY, Cutoffs, cents
from ..support.importing import ImportCase
from ..support.plans import MONTHS

_logger = logging.getLogger(__name__)

#: How many histories, from which seed on.
HISTORIES = int(os.environ.get("XPPS_CUTOFF_HISTORIES", 3))
FIRST_SEED = int(os.environ.get("XPPS_CUTOFF_HISTORIES_FROM", 0))
LENGTHS = (("months", 1), ("months", 3), ("years", 1))
LAST_MONTH = 6
ENDS = [date.fromisoformat(MONTHS[month]["PeriodEnd"]) for month in range(1, LAST_MONTH + 1)]


class TestCutoffHistories(Cutoffs, BasePeriodCase, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_cutoff_accounts()
        cls.lengths = {
            length: cls._template("draft", recurring_rule_type=length[0], recurring_interval=length[1])
            for length in LENGTHS
        }
        # It is there besides.
        cls.base_line.price_unit = 0

    def test_random_histories(self):
        self.done = Counter()
        for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._live(seed)
                savepoint.rollback()
                self.env.invalidate_all()
        _logger.info("%s histories from seed %s: %s", HISTORIES, FIRST_SEED, self.done)
        # Histories in which nothing happens prove nothing.
        happened = {"post", "draft", "credit", "bill", "come", "unbilled_base", "deferred_revenue"}
        self.assertEqual(happened - set(self.done), set())

    def _live(self, seed):
        self.random = Random(seed)
        self.log = []
        self.by_day = seed % 3 < 2
        self.company.xpps_proration = "day" if self.by_day else "full"
        self.simple = seed % 3 == 0
        self.earned = {}
        self.counters = {}
        self.files = self.env["xpps.billing.file"]
        try:
            with freeze_time("2026-01-01 10:00:00"):
                self.living = [self._begin(number) for number in range(3)]
            for month in range(1, LAST_MONTH + 1):
                self._month(month)
            if self.simple and self.by_day:
                self._bill_it_all()
        except BaseException:
            _logger.error("Seed %s: %s", seed, "\n".join(self.log))
            raise

    def _say(self, *values):
        self.log.append(" ".join(map(str, values)))

    def _chance(self, share):
        return self.random.random() < share

    def _begin(self, number):
        """In simple histories periods are those of the calendar, and nothing is credited."""
        random = self.random
        length, timing = random.choice(LENGTHS), random.choice(("arrears", "advance"))
        start = date(2026, 1, 1) if self.simple else date(2026, 1, random.randint(1, 20))
        agreement = self._draft(
            str(start),
            partner_id=self._partner(f"Customer {number}").id,
            template_id=self.lengths[length].id,
            xpps_base_timing=timing,
            xpps_invoice_detail=random.choice(("device", "material")),
            devices=random.randint(1, 2),
        )
        agreement.sale_subscription_line_ids.price_unit = random.choice((29.99, 31, 100))
        agreement.action_start_subscription()
        self._say("start", number, start, *length, timing, agreement.xpps_device_ids.mapped("name"))
        return agreement

    def _month(self, month):
        end = ENDS[month - 1]
        today = end + DAY * self.random.randint(1, 10)
        with freeze_time(f"{today} 10:00:00"):
            self._say(today)
            if self._chance(0.7):
                self._come(end)
            self._import(month, end)
            for agreement in self.living:
                if self._chance(0.8):
                    self._bill(agreement, today)
            if not self.simple and self._chance(0.6):
                self._credit(today)
            for file in self.files.filtered(lambda file: not file.vendor_bill_id):
                if self._chance(0.6):
                    day = self.random.choice((end, today))
                    self._say("Xerox's bill", file.name, day)
                    self._pay_xerox(file, day)
                    self.done["bill"] += 1
            for day in ENDS[max(month - 2, 0) : month]:
                self._check(day)
            self._check(end - DAY * self.random.randint(1, 25))

    def _check(self, day):
        cutoff = self.assertCutoffAgrees(day)
        self.done.update(self._amounts(cutoff).keys())
        result = sum(cutoff.line_ids.filtered(lambda line: line.kind != "accrued_cost").mapped("result"))
        # Of pages, and of the number of the lines that are rounded.
        pages = sum(
            (cents(charge.price_subtotal) for charge in self.files.charge_ids if charge.period_end <= day), Decimal(0)
        )
        self.earned[day] = self._ledger(day)[0] + cents(result) - pages, len(cutoff.line_ids)

    def _come(self, day):
        agreement = self.random.choice(self.living)
        lot = self._printer_on(agreement, xpps_install_date=str(day - DAY * self.random.randint(0, 20)))
        self._say("come", lot.name, lot.xpps_install_date)
        self.done["come"] += 1

    def _import(self, month, end):
        lots = [
            lot
            for agreement in self.living
            for lot in agreement.xpps_device_ids
            if not lot.xpps_install_date or lot.xpps_install_date <= end
        ]
        lots = [lot for lot in lots if not self._chance(0.1)]
        if not lots:
            return
        rows = [
            record(
                lot.name, mono=(self.random.randint(0, 3000), "0.0042"), BaseServiceFee=self.random.choice(("12.35", 8))
            )
            for lot in lots
        ]
        file = self._load(rows, **MONTHS[month])
        self.files |= file
        for charge in file.charge_ids:
            if self.simple or self._chance(0.8):
                charge.action_approve()
        self._say("file", file.name, len(rows))

    def _bill(self, agreement, today):
        before = self._moves(agreement)
        for _time in range(12):
            if agreement.recurring_next_date > today:
                break
            agreement.generate_invoice()
        moves = self._moves(agreement) - before
        for move in moves:
            self._say("invoice", move.invoice_date, move.amount_untaxed)
            if self.simple or self._chance(0.7):
                move.action_post()
                self.done["post"] += 1
            else:
                self.done["draft"] += 1

    def _credit(self, today):
        posted = self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("reversal_move_ids", "=", False),
            ]
        )
        if not posted:
            return
        move = self.random.choice(posted)
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        wizard.create({"journal_id": move.journal_id.id, "date": today}).refund_moves()
        self._say("credit", move.name)
        self.done["credit"] += 1
        if self._chance(0.7):
            move.reversal_move_ids.action_post()

    def _bill_it_all(self):
        """What was earned by the end of a month stays when it is billed later, but for the rounding of its lines.

        Within a month the report does not ask on which days of it a device was there.
        """
        earned = {day: self.earned[day] for day in ENDS}
        with freeze_time("2027-03-01 10:00:00"):
            for agreement in self.living:
                self._bill(agreement, date(2027, 3, 1))
            for day, (amount, lines) in earned.items():
                self._check(day)
                self.assertLessEqual(
                    abs(self.earned[day][0] - amount), Decimal("0.01") * (lines + self.earned[day][1]), day
                )
