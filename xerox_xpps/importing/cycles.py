# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Cycles that are rated as a whole: what their months come to, once the last of them is there.

The months of such a cycle have provisional charges, which keep what Xerox bills and are never invoiced. What the
customer pays is a charge of the cycle. Nothing of it is overwritten: what a late file or a correction changes of a
cycle that was charged is the difference, a charge of its own.
"""

from collections import defaultdict
from typing import NamedTuple

from odoo.tools import SQL

from ..common.plural import plural
from ..rating import cycle_pages
from .difference import CYCLE
from .snapshots import agreement_snapshots

#: For how long the charge of a cycle is made up for whose last month never came.
LEFT_OVER = SQL("INTERVAL '1 year'")


class CycleKey(NamedTuple):
    """Pages of one output type of a device on an agreement, in the cycle that begins on a day."""

    subscription_id: int
    device_id: int
    output_type: str
    start: object

    @property
    def id(self):
        """That of the device, which stands for it where a charge is made."""
        return self.device_id


class CycleRow(NamedTuple):
    """A live read of a cycle: how many pages it is above what it includes, or below 0."""

    read_id: int
    balance: int
    period_end: object
    cycle_end: object
    file_id: int | None


class CycleLedger:
    """The reads and charges of cycles, read at once for all keys.

    :param keys: [CycleKey]
    """

    def __init__(self, env, keys):
        self.env = env
        agreement_ids = list({key.subscription_id for key in keys})
        starts = list({key.start for key in keys})
        self.rows = self._rows(agreement_ids, starts, list({key.device_id for key in keys}))
        self.charges = self._charges(agreement_ids, starts)

    def _rows(self, agreement_ids, starts, device_ids):
        """:return: {CycleKey: [CycleRow]}, the last month last"""
        self.env["xpps.meter.read"].flush_model()
        found = self.env.execute_query(
            SQL(
                """
                SELECT subscription_id, device_id, output_type, cycle_start,
                       id, cycle_balance, period_end, cycle_end, billing_file_id
                  FROM xpps_meter_read
                 WHERE subscription_id = ANY(%s) AND period_end >= %s AND cycle_start = ANY(%s)
                   AND device_id = ANY(%s) AND superseded_by_id IS NULL
              ORDER BY period_end, id
                """,
                agreement_ids,
                min(starts),
                starts,
                device_ids,
            )
        )
        rows = defaultdict(list)
        for values in found:
            rows[CycleKey(*values[:4])].append(CycleRow(*values[4:]))
        return rows

    def _charges(self, agreement_ids, starts):
        """:return: {CycleKey: sale.subscription.charge}, the oldest first, by where their pages were read"""
        charges = self.env["sale.subscription.charge"].search(
            [("cycle_start", "in", starts), ("meter_read_id.subscription_id", "in", agreement_ids)], order="id"
        )
        return charges.grouped(
            lambda charge: CycleKey(
                charge.meter_read_id.subscription_id.id, charge.device_id.id, charge.output_type, charge.cycle_start
            )
        )

    def of_cycle(self, key):
        """:return: the charges of the cycle itself"""
        return self._of(key).filtered(lambda charge: charge.kind == CYCLE)

    def priced_by(self, key):
        """:return: the provisional charge of the last month that has one"""
        months = self._of(key).filtered("is_provisional")
        return months.sorted(lambda charge: (charge.period_end, charge.id))[-1:]

    def _of(self, key):
        return self.charges.get(key, self.env["sale.subscription.charge"])

    def difference(self, key, planned=()):
        """The pages that are still to be charged of a cycle.

        What was rejected or changed by hand stays so, as long as the months come to as many pages as before.

        :param planned: PlannedReads that an import adds
        """
        rows = self.rows.get(key, ())
        replaced = {read.supersedes for read in planned}
        before = cycle_pages(row.balance for row in rows)
        now = cycle_pages(
            [row.balance for row in rows if row.read_id not in replaced] + [read.cycle_balance for read in planned]
        )
        charged = self.of_cycle(key)
        if not charged:
            return now
        return now - self.standing(key) if now != before else 0

    def standing(self, key):
        """The pages of a cycle that are charged."""
        return sum(charge.quantity for charge in self.of_cycle(key) if charge.state != "rejected")

    def prepare_charge(self, key, last_day, planned=()):
        """What is still to be charged of a cycle, as values of ``sale.subscription.charge``.

        :param last_day: of the cycle, which may be closed early
        :param planned: PlannedReads that an import adds
        :return: None where nothing of it is billed
        """
        pages = self.difference(key, planned)
        priced = self._priced(key, planned) if pages else None
        if not priced:
            return None
        agreement_id, product_id, price = priced
        return {
            "subscription_id": agreement_id,
            "product_id": product_id,
            "device_id": key.device_id,
            "output_type": key.output_type,
            "kind": CYCLE,
            "name": self._name(key, agreement_id, product_id, pages),
            "quantity": pages,
            "unit_price": price,
            "billable": True,
            "period_start": key.start,
            "period_end": last_day,
            "cycle_start": key.start,
            "bill_after": last_day,
        }

    def _priced(self, key, planned):
        """:return: (sale.subscription id, product.product id, price), those that the cycle was charged at if it was,
        else those of its last month; None where nothing of it is billed
        """
        months = [charge for read in planned for charge in read.charges if charge.get("is_provisional")]
        charge = self.of_cycle(key)[-1:]
        if not charge and months:
            return months[-1]["subscription_id"], months[-1]["product_id"], months[-1]["unit_price"]
        charge = charge or self.priced_by(key)
        return (charge.subscription_id.id, charge.product_id.id, charge.unit_price) if charge else None

    def _name(self, key, agreement_id, product_id, pages):
        """The material code as the customer reads it, and what is corrected of a cycle that was charged."""
        lang = self.env["sale.subscription"].browse(agreement_id).partner_id.lang
        material = self.env["product.product"].browse(product_id).with_context(lang=lang).display_name
        if not self.of_cycle(key):
            return material
        env, old = self.env(context={**self.env.context, "lang": lang or self.env.lang}), self.standing(key)
        values = {"material": material, "new": old + pages, "old": old}
        return plural(
            old,
            env._("%(material)s – correction: %(new)s instead of 1 page", **values),
            env._("%(material)s – correction: %(new)s instead of %(old)s pages", **values),
        )


def uncharged_cycles(env, condition):
    """Cycles with more pages than they include, of which nothing was charged yet.

    :param SQL condition: on the tables ``read`` and ``device``
    :return: [CycleKey]
    """
    for model in ("xpps.meter.read", "sale.subscription.charge", "stock.lot"):
        env[model].flush_model()
    rows = env.execute_query(
        SQL(
            """
            SELECT read.subscription_id, read.device_id, read.output_type, read.cycle_start
              FROM xpps_meter_read read
              JOIN stock_lot device ON device.id = read.device_id
             WHERE read.cycle_start IS NOT NULL AND read.superseded_by_id IS NULL AND %(condition)s
          GROUP BY read.subscription_id, read.device_id, read.output_type, read.cycle_start
            HAVING SUM(read.cycle_balance) > 0 AND NOT EXISTS (
                SELECT
                  FROM sale_subscription_charge charge
                  JOIN xpps_meter_read own ON own.id = charge.meter_read_id
                 WHERE charge.kind = %(kind)s AND charge.device_id = read.device_id
                   AND charge.output_type = read.output_type AND charge.cycle_start = read.cycle_start
                   AND own.subscription_id = read.subscription_id
            )
          ORDER BY 1, 2, 3, 4
            """,
            condition=condition,
            kind=CYCLE,
        )
    )
    return [CycleKey(*row) for row in rows]


class CyclePlan:
    """What the import of a file charges of cycles; ``plan`` is a ``charges.ChargePlan``.

    After ``run``, ``agreement_ids`` are those whose cycles the file adds pages to, or charges.
    """

    def __init__(self, context, plan):
        self.agreement_ids = set()
        self.context = context
        self.env = context.env
        self.plan = plan
        self.agreements = context.lookups.agreements

    def run(self, reads):
        """Charge the cycles that end with reads of the file, which get the charges.

        :param reads: PlannedReads of the sound records
        :return: [values of sale.subscription.charge] of cycles whose last month never came
        """
        planned = defaultdict(list)
        for read in reads:
            if read.base["cycle_start"]:
                planned[_key(read)].append(read)
        left_over = set(self._left_over()) - planned.keys()
        if not planned and not left_over:
            return []
        self.agreement_ids = {key.subscription_id for key in (*planned, *left_over)}
        ledger = CycleLedger(self.env, [*planned, *left_over])
        self._look_up(left_over, ledger)
        for key, same in planned.items():
            if ledger.of_cycle(key) or self._closes(key, same, ledger.rows.get(key, ())):
                if values := self._charge(ledger, key, same):
                    same[-1].charges += (values,)
        return [values for key in sorted(left_over) if (values := self._late_charge(ledger, key))]

    def _closes(self, key, planned, rows):
        """Whether the last month of a cycle is there."""
        last = max([read.base["period_end"] for read in planned] + [row.period_end for row in rows])
        terms = self.agreements[key.subscription_id].terms
        if terms and (cycle := terms.cycle(last)) and cycle[0] == key.start:
            return terms.closes(last)
        return last >= max([read.base["cycle_end"] for read in planned] + [row.cycle_end for row in rows])

    def _left_over(self):
        """Cycles of which no month is to come: they ended before the file's period, or the device went meanwhile.

        :return: [CycleKey]
        """
        context = self.context
        # Whoever imports follows the company's settings without a right to read them.
        if context.is_correction or not context.company.sudo().xpps_overage_cycles:
            return []
        return uncharged_cycles(
            self.env,
            SQL(
                "read.company_id = %(company)s AND read.cycle_end BETWEEN %(first)s::date - %(left_over)s AND %(last)s "
                "AND (read.cycle_end < %(first)s OR device.xpps_state = 'removed' "
                "OR device.xpps_subscription_id IS DISTINCT FROM read.subscription_id)",
                company=context.company.id,
                first=context.period_start,
                last=context.period_end,
                left_over=LEFT_OVER,
            ),
        )

    def _charge(self, ledger, key, planned=()):
        """:return: values of the charge of what is still to be charged of a cycle, or None"""
        last_day = planned[-1].base["cycle_end"] if planned else ledger.rows[key][-1].cycle_end
        values = ledger.prepare_charge(key, last_day, planned)
        if not values:
            return None
        agreement = self.agreements[values["subscription_id"]]
        product = self.env["product.product"].browse(values["product_id"])
        asked = {name: values[name] for name in ("kind", "name", "quantity", "unit_price", "billable")}
        return self.plan.prepare_charge(key, agreement, product, key, self.plan.no_cost(), **asked) | values

    def _late_charge(self, ledger, key):
        values = self._charge(ledger, key)
        return values and values | {"meter_read_id": ledger.rows[key][-1].read_id}

    def _look_up(self, left_over, ledger):
        """Know agreements, too, that no device of the file is on."""
        charges = self.env["sale.subscription.charge"].union(*ledger.charges.values())
        asked = {key.subscription_id for key in left_over} | set(charges.subscription_id.ids)
        records = self.env["sale.subscription"].browse(asked - self.agreements.keys())
        self.agreements |= agreement_snapshots(records, self.context.period_start, self.context.period_end)


def _key(read):
    base = read.base
    return CycleKey(base["subscription_id"], base["device_id"], read.output_type, base["cycle_start"])
