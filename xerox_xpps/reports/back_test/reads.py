# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was read of agreements in some months, and what Xerox billed for it, a fixed number of queries for all."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo.tools import SQL

from ...billing_file import round_half_up, to_decimal
from ...common.rates import unrated_currencies
from ...importing import PRINTED
from ...rating import MonthRead, MonthUse
from ...rules import add_months, billed_fee_sql, days_in_common, free_spans, month_of, overlap_sql

DAY = timedelta(days=1)
#: How far beyond its month a period may end that is about it.
BEYOND = timedelta(days=16)


@dataclass(frozen=True, slots=True)
class AgreementRead:
    """A live read. ``month`` is the calendar month that its period is about, ``cycle`` the first and last day of the
    cycle that it counts towards, or None.

    ``unit_cost`` of ``read`` is in the agreement's currency.
    """

    subscription_id: int
    template_id: int
    read: MonthRead
    month: date
    period_end: date
    running_days: int
    days: int
    plan_id: int | None
    cycle: tuple[date, date] | None


class Stay(NamedTuple):
    """A device on an agreement; the days are None where nobody knows them."""

    device_id: int
    date_from: date | None
    date_to: date | None


class BackTestReads:
    """``reads`` are AgreementReads of the months, and of cycles that end in them; ``fees`` is {(sale.subscription id,
    month): what Xerox bills besides pages}, in the agreement's currency. ``counted`` are the (sale.subscription id,
    month) of which there is a billing file, ``unknown_fees`` those of them whose fees nobody can convert.

    :param agreements: sale.subscription of one company
    :param months: the first days of calendar months, one after the other
    """

    def __init__(self, agreements, months):
        self.env = agreements.env
        self.agreements = agreements
        self.company = agreements.company_id
        self._currency = agreements.currency_id
        self.months = months
        self.first, self.last = months[0], add_months(months[-1], 1) - DAY
        self._rates = {}
        self.counted, self.unknown_fees = set(), set()
        self.fees = self._read_fees()
        self.reads = self._read_reads()
        self._stays = self._read_stays()
        self._uses = {}

    def _in_window(self):
        return SQL("BETWEEN %s AND %s", self.first, self.last + BEYOND)

    def _read_fees(self):
        self.env["xpps.billing.file.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.subscription_id, line.billed_period_start, line.billed_period_end, file.currency_id,
                       COALESCE(file.invoice_date, line.billed_period_end), SUM(%s + %s)
                  FROM xpps_billing_file_line line
                  JOIN xpps_billing_file file ON file.id = line.billing_file_id
                 WHERE line.subscription_id = ANY(%s) AND line.billed_period_end %s
                   AND line.superseded_by_id IS NULL AND file.state = 'imported'
              GROUP BY 1, 2, 3, 4, 5
                """,
                billed_fee_sql("base_service"),
                billed_fee_sql("base_supply"),
                self.agreements.ids,
                self._in_window(),
            )
        )
        fees = defaultdict(Decimal)
        for agreement_id, first, last, currency_id, day, amount in rows:
            key = agreement_id, month_of(first, last)
            if key[1] not in self.months:
                continue
            self.counted.add(key)
            rate = self._rate(currency_id, day)
            if rate is None:
                self.unknown_fees.add(key)
            else:
                # What is converted is rounded as the currency is.
                amount = to_decimal(float(amount or 0))
                fees[key] += amount if rate == 1 else round_half_up(amount * rate, self._currency.decimal_places)
        return fees

    def _read_reads(self):
        self.env["xpps.meter.read"].flush_model()
        self.env["stock.lot"].flush_model(["product_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT read.subscription_id, product.product_tmpl_id, read.device_id, read.output_type, read.printed,
                       COALESCE(read.included, 0), COALESCE(read.overage, 0), read.unit_cost, read.cost_unknown,
                       read.currency_id, COALESCE(file.invoice_date, read.period_end), read.period_start,
                       read.period_end, read.page_plan_id, read.cycle_start, read.cycle_end
                  FROM (
                        SELECT *, %s AS printed
                          FROM xpps_meter_read
                         WHERE subscription_id = ANY(%s) AND superseded_by_id IS NULL AND origin = 'file'
                           AND (period_end %s OR cycle_end %s)
                       ) read
                  JOIN stock_lot device ON device.id = read.device_id
                  JOIN product_product product ON product.id = device.product_id
             LEFT JOIN xpps_billing_file file ON file.id = read.billing_file_id
              ORDER BY read.period_end, read.id
                """,
                PRINTED,
                self.agreements.ids,
                self._in_window(),
                self._in_window(),
            )
        )
        known = {}
        reads = []
        by_id = {agreement.id: agreement for agreement in self.agreements}
        for row in rows:
            agreement_id, template_id, device_id, output_type, printed, included, overage = row[:7]
            unit_cost, unknown, currency_id, day, first, last, plan_id, cycle_start, cycle_end = row[7:]
            month = month_of(first, last)
            running_first, running_last = by_id[agreement_id]._xpps_running_days(first, last)
            if month in self.months:
                self.counted.add((agreement_id, month))
            cost = None if unknown else self._unit_cost(unit_cost, currency_id, day)
            if not overage and not cost:
                # Nobody needs to state what pages cost that there are none of.
                cost = known.get((device_id, output_type))
            elif cost is not None:
                known[device_id, output_type] = cost
            reads.append(
                AgreementRead(
                    agreement_id,
                    template_id,
                    MonthRead(device_id, output_type, printed, included, overage, cost),
                    month,
                    last,
                    max((running_last - running_first).days + 1, 0),
                    (last - first).days + 1,
                    plan_id,
                    (cycle_start, cycle_end) if cycle_start else None,
                )
            )
        return reads

    def _read_stays(self):
        """:return: {sale.subscription id: [Stay]}"""
        rows = self.env.execute_query(
            SQL(
                "SELECT subscription_id, device_id, date_from, date_to FROM (%s) span "
                "WHERE subscription_id = ANY(%s) AND %s ORDER BY device_id, date_from",
                self.env["xpps.device.assignment"]._spans(),
                self.agreements.ids,
                overlap_sql(SQL("date_from"), SQL("date_to"), self.first, self.last),
            )
        )
        stays = defaultdict(list)
        for agreement_id, *stay in rows:
            stays[agreement_id].append(Stay(*stay))
        return stays

    # Currencies

    def _rate(self, currency_id, day):
        """What a unit of Xerox's currency was worth in the agreements', or None where nobody knows it."""
        currency = self.env["res.currency"].browse(currency_id) or self.company.currency_id
        if currency == self._currency:
            return 1
        if (currency, day) not in self._rates:
            rate = None
            if not unrated_currencies(currency | self._currency, self.company, day):
                rate = Decimal(repr(currency._get_conversion_rate(currency, self._currency, self.company, day)))
            self._rates[currency, day] = rate
        return self._rates[currency, day]

    def _unit_cost(self, unit_cost, currency_id, day):
        rate = self._rate(currency_id, day)
        if rate is None:
            return None
        cost = to_decimal(float(unit_cost or 0))
        return cost if rate == 1 else round_half_up(cost * rate, 6)

    # What other terms rate

    def uses(self, agreement, months):
        """What an agreement printed in months, those of the back-test or more.

        :return: [MonthUse]
        """
        if not self._uses:
            reads = defaultdict(list)
            for row in self.reads:
                reads[row.subscription_id, row.month].append(row.read)
            self._uses = {
                (one.id, month): self._use(one, month, reads) for one in self.agreements for month in self.months
            }
        return [self._uses.get((agreement.id, month)) or _no_use(month) for month in months]

    def _use(self, agreement, month, reads):
        if (agreement.id, month) not in self.counted:
            return _no_use(month)
        days = (add_months(month, 1) - month).days
        first, last = agreement._xpps_running_days(month, add_months(month, 1) - DAY)
        there = defaultdict(int)
        for stay in self._stays[agreement.id]:
            count = days_in_common(stay.date_from, stay.date_to, first, last)
            if count:
                there[stay.device_id] += count
        running = max((last - first).days + 1, 0)
        return MonthUse(days, running, there, reads[agreement.id, month])

    def billed_days(self, agreement, month, waived):
        """On how many days of a month base prices are billed.

        :param waived: [(first day, last day)] that no invoice bills
        """
        first, last = agreement._xpps_running_days(month, add_months(month, 1) - DAY)
        if first > last:
            return []
        return free_spans(sorted(waived), first, last)

    def devices_on(self, agreement, spans):
        """:return: how many days the devices of an agreement were there in spans, all together"""
        return sum(
            days_in_common(stay.date_from, stay.date_to, *span) for stay in self._stays[agreement.id] for span in spans
        )


def _no_use(month):
    return MonthUse((add_months(month, 1) - month).days, 0, {}, ())
