# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What page plans are rated by: the devices under them, what these printed, and what Xerox bills for it."""

from collections import defaultdict
from typing import Any, NamedTuple

from odoo.tools import SQL

from ..billing_file import OUTPUT_TYPES

#: Pages of a read; NULL where neither counters nor Xerox tell how many there are.
PRINTED = SQL(
    "CASE WHEN previous_read IS NOT NULL AND current_read IS NOT NULL THEN pages "
    "WHEN overage <> 0 THEN included + overage END"
)


class PlanRead(NamedTuple):
    """What a device printed in a period: {output type: pages}; ``is_unknown`` where of one of them nobody knows.

    ``last_id`` is that of the newest xpps.meter.read.
    """

    device_id: int
    subscription_id: int
    period: tuple
    pages: dict
    is_unknown: bool
    last_id: int
    file_id: int


class Stay(NamedTuple):
    """A device on an agreement that runs; the days are None where nobody knows them."""

    device_id: int
    date_from: Any
    date_to: Any


class PlanReads:
    """Reads at once for all plans, from a day on.

    ``by_plan`` is {plan id: [PlanRead]}; ``read_in`` is {device id: {(first, last day) of each period that it was read
    in}}; ``stays`` is {agreement id: [Stay]}; ``costs`` is {plan id: [(device id, last day of the period, what
    Xerox bills in the agreement's currency)]}; ``devices`` is {id: stock.lot}.
    """

    def __init__(self, env, plan_ids, agreement_ids, since):
        self.env = env
        self.by_plan = self._reads(plan_ids, since)
        self.stays = self._stays(agreement_ids, since)
        device_ids = {stay.device_id for stays in self.stays.values() for stay in stays}
        device_ids |= {read.device_id for reads in self.by_plan.values() for read in reads}
        self.read_in = self._read_in(list(device_ids), since)
        self.costs = self._costs(plan_ids, since)
        self.devices = {device.id: device for device in env["stock.lot"].browse(sorted(device_ids))}

    def _reads(self, plan_ids, since):
        self.env["xpps.meter.read"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT page_plan_id, device_id, subscription_id, period_start, period_end, BOOL_OR(%(printed)s IS NULL),
                       MAX(id), (ARRAY_AGG(billing_file_id ORDER BY id DESC))[1], %(pages)s
                  FROM xpps_meter_read
                 WHERE page_plan_id = ANY(%(plans)s) AND period_end >= %(since)s AND superseded_by_id IS NULL
              GROUP BY page_plan_id, device_id, subscription_id, period_start, period_end
              ORDER BY period_end, device_id
                """,
                printed=PRINTED,
                pages=SQL(", ").join(
                    SQL("COALESCE(SUM(%s) FILTER (WHERE output_type = %s), 0)::int", PRINTED, output_type)
                    for output_type in OUTPUT_TYPES
                ),
                plans=plan_ids,
                since=since,
            )
        )
        reads = defaultdict(list)
        for plan_id, device_id, agreement_id, first, last, is_unknown, last_id, file_id, *pages in rows:
            by_type = {output_type: count for output_type, count in zip(OUTPUT_TYPES, pages, strict=True) if count}
            reads[plan_id].append(
                PlanRead(device_id, agreement_id, (first, last), by_type, is_unknown, last_id, file_id)
            )
        return reads

    def _stays(self, agreement_ids, since):
        self.env["sale.subscription"].flush_model(["date_start", "date", "xpps_closed_on"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT subscription_id, device_id, first_day, last_day
                  FROM (SELECT span.subscription_id, span.device_id,
                               GREATEST(span.date_from, agreement.date_start) AS first_day,
                               LEAST(span.date_to, agreement.date, agreement.xpps_closed_on) AS last_day
                          FROM (%s) span
                          JOIN sale_subscription agreement ON agreement.id = span.subscription_id
                         WHERE span.subscription_id = ANY(%s)) stay
                 WHERE last_day IS NULL OR (last_day >= %s AND (first_day IS NULL OR first_day <= last_day))
              ORDER BY device_id, first_day
                """,
                self.env["xpps.device.assignment"]._spans(),
                agreement_ids,
                since,
            )
        )
        stays = defaultdict(list)
        for agreement_id, *stay in rows:
            stays[agreement_id].append(Stay(*stay))
        return stays

    def _read_in(self, device_ids, since):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT device_id, period_start, period_end
                  FROM xpps_meter_read
                 WHERE device_id = ANY(%s) AND period_end >= %s AND superseded_by_id IS NULL AND origin = 'file'
                """,
                device_ids,
                since,
            )
        )
        read_in = defaultdict(set)
        for device_id, first, last in rows:
            read_in[device_id].add((first, last))
        return read_in

    def _costs(self, plan_ids, since):
        self.env["sale.subscription.charge"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT page_plan_id, device_id, period_end, SUM(cost_subtotal)
                  FROM sale_subscription_charge
                 WHERE page_plan_id = ANY(%s) AND period_end >= %s
              GROUP BY page_plan_id, device_id, period_end
                """,
                plan_ids,
                since,
            )
        )
        costs = defaultdict(list)
        for plan_id, device_id, last, cost in rows:
            costs[plan_id].append((device_id, last, cost))
        return costs
