# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much of what they include agreements have used, by what was read: a fixed number of queries for any number."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo.tools import SQL

from ...importing import PRINTED
from ...rules import (
    ALLOWANCE,
    FORECAST,
    NO_READ,
    UNUSUAL,
    MeterUse,
    cycle_allowance,
    half_months,
    half_months_sql,
    projected_pages,
    says_where_meter_is_sql,
    used_pages_sql,
)

#: No cycle is longer.
CYCLE_DAYS = timedelta(days=367)


class Subject(NamedTuple):
    """What is told of: a page plan, one device of it, a meter of an agreement, or a device; and from which day on."""

    subscription_id: int
    page_plan_id: int | None
    device_id: int | None
    output_type: str | None
    cycle_start: date


class Figure(NamedTuple):
    """What a rule of its kind compares.

    ``value`` and ``compared`` as ``rules.is_reached`` takes them; ``cycle_end``, the last day that they are about, and
    ``read_until``, the last one that is known; ``projection`` is None where there is none; ``file_id`` is that of the
    newest billing file that they come from. ``is_new`` says whether an alert may begin by it.
    """

    kind: str
    subject: Subject
    cycle_end: date
    value: int
    compared: int
    projection: int | None = None
    read_until: date | None = None
    file_id: int | None = None
    is_new: bool = True


class UsageFigures:
    """Figures of agreements of one company.

    :param agreements: sale.subscription
    :param since: cycles and months that ended before are left out
    :param today: date of the company
    """

    def __init__(self, agreements, since, today):
        # Who made an import need not see all that its figures come from.
        self.env = agreements.env(su=True)
        self.ids = agreements.ids
        self.since = since
        self.today = today
        for model in ("xpps.meter.read", "xpps.page.rating", "stock.lot", "sale.subscription"):
            self.env[model].flush_model()

    def of_kinds(self, kinds):
        """:return: [Figure] of the kinds"""
        found = []
        if not kinds.isdisjoint({ALLOWANCE, FORECAST}):
            spans = self._spans()
            found += self._of_meters(spans) + self._of_plans(spans)
        if NO_READ in kinds:
            found += self._of_unread()
        if UNUSUAL in kinds:
            found += self._of_months()
        return [figure for figure in found if figure.kind in kinds]

    def _spans(self):
        """:return: {(agreement id, device id): [(first day, last day)]} of where devices are, None where open"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT span.subscription_id, span.device_id, GREATEST(span.date_from, agreement.date_start),
                       LEAST(span.date_to, agreement.date, agreement.xpps_closed_on)
                  FROM (%s) span
                  JOIN sale_subscription agreement ON agreement.id = span.subscription_id
                 WHERE agreement.company_id IN (SELECT company_id FROM sale_subscription WHERE id = ANY(%s))
                   AND (span.date_to IS NULL OR span.date_to >= %s)
                """,
                self.env["xpps.device.assignment"]._spans(),
                self.ids,
                self.since - CYCLE_DAYS,
            )
        )
        spans = defaultdict(list)
        for agreement_id, device_id, *span in rows:
            spans[agreement_id, device_id].append(span)
        return spans

    def _there(self, spans, key, first, last, read_first, read_halves):
        """Half months of a cycle in which a device is there: those in which it was read, and where it is entered.

        :param key: (agreement id, device id)
        """
        known = [
            (max(start or first, first), min(end or last, last))
            for start, end in spans.get(key, ())
            if (start or first) <= last and (end or last) >= first
        ]
        if not known:
            return read_halves
        begin = min(max(read_first, first), min(start for start, _end in known))
        return max(half_months(begin, max(end for _start, end in known)), read_halves)

    # What Xerox includes: each meter by itself

    def _of_meters(self, spans):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT subscription_id, device_id, output_type, first_day, last_day,
                       COALESCE(SUM(used), 0)::int, COALESCE(SUM(halves) FILTER (WHERE used IS NOT NULL), 0)::int,
                       SUM(allowed) FILTER (WHERE stated)::int, SUM(halves) FILTER (WHERE stated)::int,
                       (ARRAY_AGG(included ORDER BY period_end DESC) FILTER (WHERE stated))[1],
                       (ARRAY_AGG(halves ORDER BY period_end DESC) FILTER (WHERE stated))[1],
                       MIN(period_start), MAX(period_end), MAX(billing_file_id)
                  FROM (SELECT read.*, COALESCE(cycle_start, period_start) AS first_day,
                               COALESCE(cycle_end, period_end) AS last_day, %(used)s AS used, %(halves)s AS halves,
                               included > 0 OR included_stated IS TRUE AS stated,
                               CASE WHEN cycle_start IS NOT NULL AND %(used)s IS NOT NULL AND cycle_balance IS NOT NULL
                                    THEN %(used)s - cycle_balance ELSE included END AS allowed
                          FROM xpps_meter_read read
                         WHERE subscription_id = ANY(%(ids)s) AND period_end >= %(since)s::date - %(cycle)s
                           AND superseded_by_id IS NULL AND origin = 'file' AND page_plan_id IS NULL) read
                 WHERE last_day >= %(since)s
              GROUP BY subscription_id, device_id, output_type, first_day, last_day
                HAVING SUM(allowed) FILTER (WHERE stated) > 0
              ORDER BY subscription_id, device_id, output_type, first_day
                """,
                used=used_pages_sql("read"),
                halves=half_months_sql(SQL("period_start"), SQL("period_end")),
                ids=self.ids,
                since=self.since,
                cycle=CYCLE_DAYS.days,
            )
        )
        found = []
        for agreement_id, device_id, output_type, first, last, used, read, *terms, read_first, until, file_id in rows:
            there = self._there(spans, (agreement_id, device_id), first, last, read_first, read)
            included = cycle_allowance(*terms, there)
            meter = MeterUse(Decimal(used), read, there)
            subject = Subject(agreement_id, None, device_id, output_type, first)
            found += self._shares(subject, last, used, included, [meter], until, file_id)
        return found

    def _shares(self, subject, last, used, included, meters, until, file_id):
        """:return: [Figure], of what is used and of what the cycle will come to"""
        is_over = until is not None and until >= last
        projection = None if is_over else projected_pages(meters, half_months(subject.cycle_start, last))
        figures = [Figure(ALLOWANCE, subject, last, used, included, projection, until, file_id)]
        if is_over or projection is not None:
            # What it came to is no forecast any more, but may bear one out.
            value = used if is_over else projection
            figures.append(Figure(FORECAST, subject, last, value, included, projection, until, file_id, not is_over))
        return figures

    # What page plans include

    def _of_plans(self, spans):
        ratings = self.env["xpps.page.rating"].search_fetch(
            [("subscription_id", "in", self.ids), ("cycle_end", ">=", self.since)],
            [
                "plan_id",
                "device_id",
                "subscription_id",
                "cycle_start",
                "cycle_end",
                "weighted",
                "included",
                "rolled_in",
            ],
            order="id",
        )
        meters = self._plan_meters(ratings)
        found = []
        for rating in ratings:
            included = rating.included + rating.rolled_in
            rows = meters.get(rating.id, ())
            if not included or not rows:
                continue
            first, last = rating.cycle_start, rating.cycle_end
            weights = rating.plan_id.group_id._weights()
            uses = [
                MeterUse(
                    row.pages * weights.get(row.output_type, Decimal(0)),
                    row.halves,
                    self._there(spans, (row.subscription_id, row.device_id), first, last, row.first, row.halves),
                )
                for row in rows
            ]
            subject = Subject(rating.subscription_id.id, rating.plan_id.id, rating.device_id.id or None, None, first)
            until, file_id = max(row.until for row in rows), max(row.file_id for row in rows)
            found += self._shares(subject, last, rating.weighted, included, uses, until, file_id)
        return found

    def _plan_meters(self, ratings):
        """:return: {xpps.page.rating id: [_PlanMeter]} of the months that were read"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rating.id, read.subscription_id, read.device_id, read.output_type, SUM(read.printed)::int,
                       SUM(read.halves)::int, MIN(read.period_start), MAX(read.period_end), MAX(read.billing_file_id)
                  FROM xpps_page_rating rating
                  JOIN (SELECT *, %(printed)s AS printed, %(halves)s AS halves
                          FROM xpps_meter_read
                         WHERE page_plan_id = ANY(%(plans)s) AND period_end >= %(since)s
                           AND superseded_by_id IS NULL) read
                    ON read.page_plan_id = rating.plan_id AND read.printed IS NOT NULL
                   AND read.period_end BETWEEN rating.cycle_start AND rating.cycle_end
                   AND (rating.device_id IS NULL OR rating.device_id = read.device_id)
                 WHERE rating.id = ANY(%(ids)s)
              GROUP BY rating.id, read.subscription_id, read.device_id, read.output_type
              ORDER BY rating.id, read.device_id, read.output_type
                """,
                printed=PRINTED,
                halves=half_months_sql(SQL("period_start"), SQL("period_end")),
                plans=ratings.plan_id.ids,
                since=min(ratings.mapped("cycle_start"), default=self.today),
                ids=ratings.ids,
            )
        )
        meters = defaultdict(list)
        for rating_id, *row in rows:
            meters[rating_id].append(_PlanMeter(*row))
        return meters

    # Devices

    def _of_unread(self):
        """Active devices, by the day of the last read that Xerox did not estimate; else, since when they are there."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT device.xpps_subscription_id, device.id,
                       COALESCE(MAX(COALESCE(read.read_date, read.period_end)) FILTER (WHERE estimated IS NOT TRUE),
                                device.xpps_install_date, device.create_date::date),
                       MAX(read.billing_file_id) FILTER (WHERE estimated IS NOT TRUE)
                  FROM stock_lot device
             LEFT JOIN xpps_meter_read read
                    ON read.device_id = device.id AND read.superseded_by_id IS NULL AND %(counts)s
                 WHERE device.xpps_subscription_id = ANY(%(ids)s) AND device.is_xpps_device
                   AND device.xpps_state = 'active'
              GROUP BY device.id
              ORDER BY device.id
                """,
                counts=says_where_meter_is_sql(SQL("read.origin")),
                ids=self.ids,
            )
        )
        return [
            Figure(
                NO_READ,
                Subject(agreement_id, None, device_id, None, day),
                self.today,
                max((self.today - day).days, 0),
                0,
                read_until=day,
                file_id=file_id,
            )
            for agreement_id, device_id, day, file_id in rows
        ]

    def _of_months(self):
        """What devices printed in a period, compared with the mean of the three months before."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT subscription_id, device_id, period_start, period_end, SUM(%(printed)s)::int, MAX(billing_file_id)
                  FROM xpps_meter_read
                 WHERE subscription_id = ANY(%(ids)s) AND period_end >= %(since)s AND superseded_by_id IS NULL
                   AND origin = 'file' AND %(printed)s IS NOT NULL
              GROUP BY subscription_id, device_id, period_start, period_end
              ORDER BY device_id, period_start
                """,
                printed=PRINTED,
                ids=self.ids,
                since=self.since,
            )
        )
        by_start = defaultdict(set)
        for _agreement_id, device_id, first, *_rest in rows:
            by_start[first].add(device_id)
        # Files have one period each, so there are a few days for any number of devices.
        devices = self.env["stock.lot"]
        means = {first: devices._xpps_mean_pages(ids, before=first) for first, ids in by_start.items()}
        return [
            Figure(
                UNUSUAL,
                Subject(agreement_id, None, device_id, None, first),
                last,
                pages,
                round(mean),
                read_until=last,
                file_id=file_id,
            )
            for agreement_id, device_id, first, last, pages, file_id in rows
            if (mean := means[first].get(device_id))
        ]


class _PlanMeter(NamedTuple):
    """The pages of a meter of a device in a cycle of a plan, and how long the months with a read of it are."""

    subscription_id: int
    device_id: int
    output_type: str
    pages: int
    halves: int
    first: date
    until: date
    file_id: int
