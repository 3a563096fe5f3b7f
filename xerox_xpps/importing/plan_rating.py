# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rate the cycles of page plans by what is read, and charge what they come to.

A cycle that was rated is rated again when its reads change. What it charged stands; the difference is a charge.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from odoo.tools import SQL

from ..billing_file import OUTPUT_TYPES, to_decimal
from ..common.bulk import bulk_create, bulk_delete, next_ids
from ..common.formats import month_text, period_text
from ..common.listing import bullets
from ..common.locking import claim
from ..common.today import company_today
from ..rating import (
    PLAN_AMOUNT,
    UNDERS,
    Carried,
    PlanLine,
    PlanPages,
    Settled,
    device_shares,
    plan_allowance,
    plan_differences,
    plan_lines,
    settle,
    weighted_pages,
)
from ..rules import days_in_common, free_spans, overlap, round_amount
from .plan_reads import PlanReads, Stay

DAY = timedelta(days=1)
EVER = (date.min, date.max)
#: For how long after its end a cycle's last file is waited for before it counts as missing.
LATE = timedelta(days=45)
#: How many missing reads a rating names.
MAX_LISTED = 20
#: How a cycle without a rating begins.
NO_SETTLED = Settled(0, 0, 0, 0, 0, ())


@dataclass
class RatedCycle:
    """A cycle of a plan, or of one device where the plan rates each by itself, on its way through the rating.

    - ``rating``: the xpps.page.rating that there was, or empty
    - ``pages``: {device id: {output type: pages}}; ``unknown``: {(device id, period) of which nobody knows them}
    - ``active``: {device id: days of the cycle}; ``agreements``: {device id: sale.subscription id}
    - ``periods``: {(first, last day)} of the files; ``unread``: ids of active devices that none of them has
    - ``stays``: [(device id, Stay)] of its days
    - ``missing``: what it waits for, (device id, last day) or a sentence; ``missing_ids``: of these devices
    - ``read_id``: the newest xpps.meter.read; ``file_id``: the xpps.billing.file that it is of
    - ``waived``: whether it is rated without what is missing
    - ``costs``: {device id: what Xerox bills for the pages}
    """

    plan: Any
    member: int | None
    first: date
    last: date
    rating: Any
    pages: dict[int, dict[str, int]] = field(default_factory=dict)
    active: dict[int, int] = field(default_factory=dict)
    agreements: dict[int, int] = field(default_factory=dict)
    unknown: set = field(default_factory=set)
    periods: set = field(default_factory=set)
    missing: list = field(default_factory=list)
    missing_ids: set = field(default_factory=set)
    unread: set = field(default_factory=set)
    stays: list = field(default_factory=list)
    read_id: int = 0
    file_id: int | None = None
    waived: bool = False
    state: str = "open"
    weighted: int = 0
    included: int = 0
    minimum: int = 0
    settled: Settled = NO_SETTLED
    lines: list = field(default_factory=list)
    amount: Decimal = Decimal(0)
    costs: dict[int, Decimal] = field(default_factory=dict)

    @property
    def span(self):
        return self.first, self.last

    @property
    def days(self):
        return (self.last - self.first).days + 1

    def device_ids(self):
        """Devices that the plan is about: those with pages, and those that nobody read."""
        return sorted(self.pages.keys() | self.unread)

    def is_there(self, first, last):
        """Whether a device is there on one of these days."""
        return any(overlap(stay.date_from, stay.date_to, first, last) for _device_id, stay in self.stays)

    def totals(self):
        """:return: {output type: pages} of all devices"""
        totals = dict.fromkeys(OUTPUT_TYPES, 0)
        for pages in self.pages.values():
            for output_type, count in pages.items():
                totals[output_type] += count
        return totals

    def outcome(self):
        """What is charged; while it is the same, nothing is."""
        return self.settled.billable, self.settled.unders, self.amount


class PlanRater:
    """Rates page plans from a day on.

    :param first: {xpps.page.plan: day}; the cycle that the day is in, and those after it, are rated
    :param file: xpps.billing.file whose import it is, or empty
    :param lost: of an undo: ids of the xpps.page.rating of which it took charges along. What is rated stays so, but
        not what is undone, and it charges no more than what these still come to
    """

    def __init__(self, env, first, file=None, lost=None):
        # Ratings are evidence: nobody has the right to write them, only imports and what follows them do.
        self.env = env(su=True)
        self.ratings = self.env["xpps.page.rating"]
        self.charges = self.env["sale.subscription.charge"]
        # As above.
        self.first = {plan.sudo(): day for plan, day in first.items()}
        self.file = file
        self.undoing = lost is not None
        self.lost = set(lost or ())
        self._cycles = {}
        self._gone = self.ratings

    def run(self):
        """Rate, and charge.

        :return: the new charges
        """
        if not self.first:
            return self.charges
        self.load(lock=True)
        return self._write(self.rate())

    def load(self, lock=False):
        """Read what the plans are rated by.

        :param lock: whether what is rated is written afterwards
        """
        self._same = self._chains()
        plans = self.env["xpps.page.plan"].union(*self._same.values())
        if lock:
            claim(plans)
        self.terms = {plan: plan._terms() for plan in plans}
        self._starts = {
            key: min(self._cycle(plan, self.first[plan])[0] for plan in same if plan in self.first)
            for key, same in self._same.items()
        }
        self._look_back(self._same, self._starts)
        self.own_spans = plans._own_spans()
        self._agreements = plans._agreements()
        every = self.env["sale.subscription"].union(*self._agreements.values())
        self.reads = PlanReads(self.env, plans.ids, every.ids, min(self._starts.values()))
        self._before = self._ratings(plans, min(self._starts.values()))

    def rate(self, change=None):
        """Rate what was loaded, and write nothing.

        :param change: what becomes of a PlanRead: another one, or None where it is not to count
        :return: [RatedCycle]
        """
        self._change = change or (lambda read: read)
        rated = []
        for key, same in self._same.items():
            rated += self._rate_chain(same, self._starts[key], self._agreements, self._before)
        return rated

    def _chains(self):
        """Versions of one plan follow each other: what one leaves, the next may use.

        :return: {key: the xpps.page.plan versions, the first one first}
        """
        asked = self.env["xpps.page.plan"].union(*self.first)
        versions = asked.with_context(active_test=False).search(
            [("subscription_id", "in", asked.subscription_id.ids), ("group_id", "in", asked.group_id.ids)]
        )
        keys = {_chain_key(plan) for plan in asked}
        chains = (asked | versions).sorted(lambda plan: (plan.date_from or date.min, plan.id)).grouped(_chain_key)
        return {key: same for key, same in chains.items() if key in keys}

    def _look_back(self, chains, starts):
        """Begin right after what was rated last, so that no cycle is left out between.

        :param starts: {key of a chain: first day}; it is changed
        """
        keys = {plan: key for key, same in chains.items() for plan in same}
        groups = self.ratings._read_group(
            [("plan_id", "in", [plan.id for plan in keys]), ("cycle_end", "<", max(starts.values()))],
            ["plan_id", "cycle_end:day"],
        )
        last = {}
        for plan, day in groups:
            key = keys[plan]
            if day < starts[key]:
                last[key] = max(last.get(key, day), day)
        for key, day in last.items():
            starts[key] = min(starts[key], day + DAY)

    def _cycle(self, plan, day):
        """The cycle that a period counts towards, by its last day. The agreement's last month ends with it."""
        if (plan, day) not in self._cycles:
            self._cycles[plan, day] = self.terms[plan].last_cycle(day) or (day, day)
        return self._cycles[plan, day]

    def _ratings(self, plans, since):
        """:return: {(plan id, device id or None, first day): xpps.page.rating}, those that end before included"""
        found = self.ratings.search([("plan_id", "in", plans.ids), ("cycle_end", ">=", since - DAY)])
        self.standing = defaultdict(list)
        self.charged = set()
        for charge in self.charges.search([("page_rating_id", "in", found.ids)]):
            self.charged.add(charge.page_rating_id.id)
            if charge.state != "rejected":
                line = PlanLine(charge.kind, charge.quantity, to_decimal(charge.unit_price))
                self.standing[charge.page_rating_id.id].append(line)
        return {(rating.plan_id.id, rating.device_id.id or None, rating.cycle_start): rating for rating in found}

    # Cycles

    def _rate_chain(self, plans, since, agreements, before):
        """:return: [RatedCycle] of the versions of a plan, from a day on"""
        cycles = {}
        for plan in plans:
            self._collect(cycles, plan, since, agreements[plan], before)
        by_member = defaultdict(list)
        for (member, _first), cycle in sorted(cycles.items(), key=lambda item: (item[0][0] or 0, item[0][1])):
            by_member[member].append(cycle)
        for member, same in by_member.items():
            self._settle(same, self._last_before(plans, member, same[0], before))
        return list(cycles.values())

    def _collect(self, cycles, plan, since, agreements, before):
        """Find the cycles of a plan, and give them their reads and devices.

        :param cycles: {(device id or None, first day): RatedCycle}; those of the plan are added
        """
        each = plan.scope == "device"
        own = {}

        def cycle_of(member, day):
            first, last = self._cycle(plan, day)
            key = (member if each else None, first)
            if key not in own:
                rating = before.get((plan.id, key[0], first), self.ratings)
                own[key] = RatedCycle(plan, key[0], first, last, rating, waived=rating.waived)
            return own[key]

        for read in filter(None, map(self._change, self.reads.by_plan.get(plan.id, ()))):
            if self._cycle(plan, read.period[1])[0] >= since:
                self._add_read(cycle_of(read.device_id, read.period[1]), read)
        stays = self._stays(plan, agreements)
        for span in {cycle.span for cycle in own.values()} if each else ():
            for device_id, spans in stays.items():
                if any(overlap(stay.date_from, stay.date_to, *span) for _id, stay in spans):
                    cycle_of(device_id, span[1])
        self._fill_gaps(plan, since, list(own.values()), before, cycle_of)
        found = set(own)
        for (plan_id, member, first), _rating in before.items():
            if plan_id == plan.id and first >= since:
                cycle_of(member, first)
        self._find_devices(plan, list(own.values()), stays)
        for key, cycle in own.items():
            # A device that is read elsewhere, or has no such meter, has no cycle; nor is there one that is undone.
            if key in found and (not each or cycle.device_ids()) or cycle.rating.id in self.charged:
                cycles[key] = cycle
            else:
                self._gone |= cycle.rating

    def _add_read(self, cycle, read):
        if read.last_id > cycle.read_id:
            cycle.read_id, cycle.file_id = read.last_id, read.file_id
        cycle.agreements[read.device_id] = read.subscription_id
        pages = cycle.pages.setdefault(read.device_id, {})
        for output_type, count in read.pages.items():
            pages[output_type] = pages.get(output_type, 0) + count
        if read.is_unknown:
            cycle.unknown.add((read.device_id, read.period))

    def _stays(self, plan, agreements):
        """:return: {stock.lot id: [(sale.subscription id, Stay)]} of the days on which devices are under the plan"""
        stays = defaultdict(list)
        output_types = plan.group_id._weights()
        for agreement in agreements:
            own = self.own_spans.get(agreement.id) if plan.scope == "customer" else None
            free = [span for name in output_types for span in free_spans(own[name], *EVER)] if own else [EVER]
            taken = free_spans(free, *EVER)
            for stay in self.reads.stays.get(agreement.id, ()):
                for first, last in free_spans(taken, stay.date_from or date.min, stay.date_to or date.max):
                    stays[stay.device_id].append((agreement.id, Stay(stay.device_id, first, last)))
        return stays

    def _fill_gaps(self, plan, since, own, before, cycle_of):
        """A cycle without a file keeps the order of those around it."""
        rated_before = {
            member
            for (plan_id, member, _first), rating in before.items()
            if plan_id == plan.id and rating.cycle_end == since - DAY
        }
        members = defaultdict(list)
        for cycle in own:
            members[cycle.member].append(cycle)
        for member, same in members.items():
            day = since if member in rated_before else min(cycle.first for cycle in same)
            last = max(cycle.last for cycle in same)
            while day < last:
                day = cycle_of(member, day).last + DAY

    def _find_devices(self, plan, own, stays):
        """Who was there in the cycles, on how many days, and who was not read.

        :param own: RatedCycles of the plan
        :param stays: as ``_stays`` gives them
        """
        known = defaultdict(set)
        for first, last in {cycle.span for cycle in own}:
            for device_id, spans in stays.items():
                if any(overlap(stay.date_from, stay.date_to, first, last) for _id, stay in spans):
                    known[first, last].add(device_id)
        for cycle in own:
            known[cycle.span] |= cycle.pages.keys()
            there = stays if cycle.member is None else {cycle.member: stays.get(cycle.member, ())}
            for device_id, spans in there.items():
                for agreement_id, stay in spans:
                    days = days_in_common(stay.date_from, stay.date_to, *cycle.span)
                    if days > 0:
                        cycle.active[device_id] = cycle.active.get(device_id, 0) + days
                        cycle.agreements.setdefault(device_id, agreement_id)
                        cycle.stays.append((device_id, stay))
        periods = {
            span: {
                period
                for device_id in device_ids
                for period in self.reads.read_in.get(device_id, ())
                # What comes after the plan's end counts towards nothing.
                if period[0] <= span[1] and self._cycle(plan, period[1]) == span
            }
            for span, device_ids in known.items()
        }
        for cycle in own:
            # A file that has other devices of the plan is there for this one, too.
            cycle.periods = periods[cycle.span]
            self._find_missing(cycle, stays)

    def _find_missing(self, cycle, stays):
        """Note the periods of which there is no file, and the devices that a file does not have.

        :param stays: as ``_stays`` gives them
        """
        periods = sorted(cycle.periods, key=lambda period: period[1])
        day = min((max(stay.date_from, cycle.first) for _id, stay in cycle.stays), default=cycle.first)
        for first, last in periods:
            if first > day and cycle.is_there(day, first - DAY):
                cycle.missing.append(self._say_gap(day, first - DAY))
            day = max(day, last + DAY)
        # A device that is read but has no such meter is none of the plan's.
        cycle.unread = {
            device_id for device_id in cycle.active if not self.reads.read_in.get(device_id, set()) & cycle.periods
        }
        for device_id in cycle.active:
            for period in periods:
                if not any(overlap(stay.date_from, stay.date_to, *period) for _id, stay in stays[device_id]):
                    continue
                if period not in self.reads.read_in.get(device_id, ()) or (device_id, period) in cycle.unknown:
                    cycle.missing_ids.add(device_id)
                    cycle.missing.append((device_id, period[1]))

    def _say_gap(self, first, last):
        return self.env._("No billing file of %s", period_text(self.env, first, last))

    def _last_before(self, plans, member, cycle, before):
        """:return: the xpps.page.rating of the cycle right before, or empty"""
        for (plan_id, other, _first), rating in before.items():
            ours = plan_id in plans.ids and other == member and rating not in self._gone
            if ours and rating.cycle_end == cycle.first - DAY:
                return rating
        return self.ratings

    # Rating

    def _settle(self, cycles, last):
        """Rate the cycles of one member, one after the other.

        :param last: the xpps.page.rating of the cycle before them
        """
        carried = tuple(Carried(*part) for part in last.carried or ())
        ready = not last or last.state == "rated"
        end = cycles[0].first - DAY
        for cycle in cycles:
            plan, rollover = cycle.plan, cycle.plan._rollover()
            if cycle.first != end + DAY:
                # What a device left before it was elsewhere has expired.
                carried, ready = (), True
            end = cycle.last
            weights = plan.group_id._weights()
            cycle.weighted = weighted_pages(cycle.totals(), weights)
            cycle.included = self._included(cycle)
            cycle.minimum = self._by_days(cycle, plan.minimum_pages)
            ready = ready or not (rollover.cycles or carried)
            cycle.settled = settle(PlanPages(cycle.weighted, cycle.included, cycle.minimum), carried, rollover)
            currency = plan.currency_id

            def rounded(amount, currency=currency):
                return round_amount(amount, currency.decimal_places, currency.rounding)

            cycle.lines = plan_lines(cycle.settled, plan._prices(cycle.last), rounded)
            cycle.amount = sum((rounded(line.pages * line.unit_price) for line in cycle.lines), Decimal(0))
            cycle.state = self._state(cycle, ready)
            carried, ready = cycle.settled.carried, cycle.state == "rated"

    def _state(self, cycle, ready):
        if cycle.rating.id in self.lost and self._open_lines(cycle):
            # Who waived what was missing then did not waive what was taken back now.
            cycle.waived = False
        if cycle.waived or (cycle.rating.state == "rated" and not self.undoing):
            return "rated"
        last = max((period[1] for period in cycle.periods), default=None)
        terms = self.terms[cycle.plan]
        over = last and (terms.closes(last) or last >= cycle.last)
        if not over:
            today = company_today(cycle.plan.company_id)
            if cycle.last + LATE >= today:
                return "open"
            day = last + DAY if last else cycle.first
            if cycle.is_there(day, cycle.last):
                cycle.missing.append(self._say_gap(day, cycle.last))
        if not ready:
            cycle.missing.append(self.env._("The cycle before is not rated yet."))
        return "waiting" if cycle.missing else "rated"

    def _included(self, cycle):
        plan = cycle.plan
        if plan.included_method == "fixed":
            return self._by_days(cycle, plan.included_pages)
        by_model = plan._included_by_model()
        whole = self._whole_days(cycle)
        parts = []
        for device_id, days in cycle.active.items():
            if device_id not in cycle.pages and device_id not in cycle.unread:
                continue
            included = plan.included_pages
            if by_model:
                included = by_model.get(self.reads.devices[device_id].product_id.product_tmpl_id.id, included)
            parts.append((included, days if plan.prorate else whole))
        return plan_allowance(parts, whole)

    def _by_days(self, cycle, pages):
        """Pages of a cycle, by the days of it on which the plan runs, or the device that it is about is there."""
        if not cycle.plan.prorate:
            return pages
        days = cycle.days if cycle.member is None else cycle.active.get(cycle.member, cycle.days)
        return plan_allowance([(pages, days)], self._whole_days(cycle))

    def _whole_days(self, cycle):
        first, last = self.terms[cycle.plan].whole(cycle.first)
        return (last - first).days + 1

    # Writing

    def _write(self, rated):
        self._gone.unlink()
        differences = {id(cycle): self._differences(cycle) for cycle in rated}
        self._save(rated)
        charges = self.charges.create(
            [self._prepare_charge(cycle, line) for cycle in rated for line in differences[id(cycle)]]
        )
        self._save_devices(rated)
        return charges

    def _differences(self, cycle):
        """:return: [PlanLine] that are still to be charged"""
        if cycle.state != "rated":
            return []
        rating = cycle.rating
        if rating.state == "rated" and (rating.id not in self.lost if self.undoing else self._is_as_before(cycle)):
            return []
        return self._open_lines(cycle)

    def _is_as_before(self, cycle):
        """What was rejected or changed by hand stays so as long as a cycle comes to as much as before."""
        rating = cycle.rating
        return cycle.outcome() == (rating.billable, rating.unders, to_decimal(rating.amount))

    def _open_lines(self, cycle):
        return plan_differences(cycle.lines, self.standing.get(cycle.rating.id, ()))

    def _save(self, rated):
        """Write the ratings."""
        for cycle in rated:
            cycle.costs = self._costs(cycle)
        new = [cycle for cycle in rated if not cycle.rating]
        for cycle in rated:
            if cycle.rating:
                values = self._prepare_rating(cycle) | {"carried": self._prepare_carried(cycle)}
                cycle.rating.write(
                    {name: value for name, value in values.items() if (cycle.rating[name] or None) != (value or None)}
                )
        ids = next_ids(self.ratings, len(new))
        bulk_create(
            self.ratings,
            [
                {"id": id_}
                | self._prepare_rating(cycle)
                | {
                    "plan_id": cycle.plan.id,
                    "company_id": cycle.plan.company_id.id,
                    "subscription_id": cycle.plan.subscription_id.id,
                    "partner_id": cycle.plan.partner_id.id,
                    "currency_id": cycle.plan.currency_id.id,
                    "device_id": cycle.member,
                    "cycle_start": cycle.first,
                    "carried": json.dumps(self._prepare_carried(cycle)),
                }
                for cycle, id_ in zip(new, ids, strict=True)
            ],
        )
        for cycle, id_ in zip(new, ids, strict=True):
            cycle.rating = self.ratings.browse(id_).with_prefetch(ids)

    def _prepare_carried(self, cycle):
        return [list(part) for part in cycle.settled.carried]

    def _prepare_rating(self, cycle):
        settled = cycle.settled
        return {
            "cycle_end": cycle.last,
            "state": cycle.state,
            "waived": cycle.waived,
            "waive_reason": cycle.rating.waive_reason if cycle.waived else None,
            **{f"{output_type}_pages": count for output_type, count in cycle.totals().items()},
            "weighted": cycle.weighted,
            "included": cycle.included,
            "minimum": cycle.minimum,
            "rolled_in": settled.rolled_in,
            "rolled_out": settled.rolled_out,
            "expired": settled.expired,
            "billable": settled.billable,
            "unders": settled.unders,
            "amount": float(cycle.amount),
            "device_count": len(cycle.device_ids()),
            "missing_count": len(cycle.missing_ids),
            "missing": self._say_missing(cycle) or None,
            "xerox_cost": float(sum(cycle.costs.values(), Decimal(0))),
        }

    def _say_missing(self, cycle):
        if not cycle.missing:
            return False
        said = [
            part if isinstance(part, str) else f"{self.reads.devices[part[0]].name}: {month_text(self.env, part[1])}"
            for part in cycle.missing[:MAX_LISTED]
        ]
        return bullets(self.env, said, MAX_LISTED, len(cycle.missing))

    def _prepare_charge(self, cycle, line):
        plan = cycle.plan
        return {
            "subscription_id": plan.subscription_id.id,
            "product_id": plan.product_id.id,
            "device_id": cycle.member,
            "kind": line.kind,
            "page_rating_id": cycle.rating.id,
            # The import of the last read takes it along when it is undone.
            "billing_file_id": self.file.id if self.file else cycle.file_id,
            "period_start": cycle.first,
            "period_end": cycle.last,
            "name": self._name(cycle, line),
            "quantity": line.pages,
            "unit_price": float(line.unit_price),
        }

    def _name(self, cycle, line):
        """What the customer reads of a charge, in his language."""
        plan = cycle.plan
        env = self.env(context={**self.env.context, "lang": plan.subscription_id.partner_id.lang or self.env.lang})
        standing = [known for known in self.standing.get(cycle.rating.id, ()) if known.kind == line.kind]
        values = {"material": plan.product_id.with_env(env).display_name}
        if line.kind == PLAN_AMOUNT:
            if line.pages > 0:
                return env._("%(material)s – minimum amount", **values)
            return env._("%(material)s – maximum amount", **values)
        values["minimum"] = cycle.minimum
        if line.kind == UNDERS:
            name = env._("%(material)s – pages lacking to the minimum of %(minimum)s", **values)
        else:
            name = values["material"]
        if not standing:
            return name
        return env._(
            "%(name)s – correction: %(new)s instead of %(old)s pages",
            name=name,
            new=sum(known.pages for known in cycle.lines if known.kind == line.kind),
            old=sum(known.pages for known in standing),
        )

    def _save_devices(self, rated):
        """Write the devices of the cycles, with what each has of the charges, and the sums of the ratings."""
        model = self.env["xpps.page.rating.device"]
        ratings = self.ratings.browse(cycle.rating.id for cycle in rated)
        charged = ratings._charged()
        bulk_delete(model, SQL("rating_id = ANY(%s)", ratings.ids))
        rows = []
        for cycle in rated:
            rows += self._device_rows(cycle, charged.get(cycle.rating.id, Decimal(0)))
        bulk_create(model, rows)
        ratings._write_charged(charged)

    def _costs(self, cycle):
        """:return: {device id: Decimal}, what Xerox bills for the pages of the cycle"""
        costs = defaultdict(Decimal)
        for device_id, last, cost in self.reads.costs.get(cycle.plan.id, ()):
            if cycle.member in (None, device_id) and self._cycle(cycle.plan, last)[0] == cycle.first:
                costs[device_id] += to_decimal(float(cost))
        return costs

    def _device_rows(self, cycle, total):
        """:return: [values of xpps.page.rating.device]"""
        weights = cycle.plan.group_id._weights()
        device_ids = cycle.device_ids()
        weighted = [
            sum(
                (count * weights.get(name, Decimal(0)) for name, count in cycle.pages.get(device_id, {}).items()),
                Decimal(0),
            )
            for device_id in device_ids
        ]
        shares = device_shares(total, weighted, to_decimal(cycle.plan.currency_id.rounding))
        return [
            {
                "rating_id": cycle.rating.id,
                "company_id": cycle.plan.company_id.id,
                "plan_id": cycle.plan.id,
                "device_id": device_id,
                "subscription_id": cycle.agreements.get(device_id),
                "cycle_end": cycle.last,
                **{f"{name}_pages": cycle.pages.get(device_id, {}).get(name, 0) for name in OUTPUT_TYPES},
                "weighted": float(count),
                "is_missing": device_id in cycle.missing_ids,
                "share": float(share),
                "xerox_cost": float(cycle.costs.get(device_id, 0)),
            }
            for device_id, count, share in zip(device_ids, weighted, shares, strict=True)
        ]


def _chain_key(plan):
    return plan.subscription_id.id, plan.group_id.id, plan.scope
