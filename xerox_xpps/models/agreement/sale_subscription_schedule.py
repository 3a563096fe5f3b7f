# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date, plaintext2html

from ...billing_run import amount_to_bill
from ...common.constants import BASE_TIMING_SELECTION, USER_GROUP
from ...common.today import company_today
from ...invoicing import BaseBill, BaseChange
from ...rules import (
    STARTED_STAGES,
    Cycle,
    bills_days_sql,
    first_free,
    free_spans,
    order_bills_days_sql,
    pieces,
    running_days,
)
from .xpps_base_waiver import SILENT_KINDS

DAY = timedelta(days=1)
#: What moves the schedule of an agreement when it is written.
SCHEDULE_FIELDS = {"recurring_next_date", "template_id", "stage_id", "is_xpps", "is_paused"}


class _Closing:
    """In the context while upstream closes an agreement: no client can send an instance of it."""


CLOSING = _Closing()


class SaleSubscription(models.Model):
    """When the base prices of XPPS agreements are billed.

    The next invoice date follows from what is billed: it is that of the first day which no invoice bills. Only who
    writes it moves it, and the reason stands in the chatter: days that are left out by that are *waived*
    (``xpps.base.waiver``), as are those of a pause. What else upstream would do with the date, such as moving it when
    another template is chosen, it does not do with agreements of ours.
    """

    _inherit = "sale.subscription"

    xpps_base_timing = fields.Selection(
        BASE_TIMING_SELECTION,
        string="Base Price Timing",
        compute="_compute_xpps_base_timing",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="In arrears, an invoice bills the period that ends before the next invoice date. In advance, it bills the "
        "period that starts on this date; devices that come or go during that period are made up for on the next "
        "invoice if the company bills parts of months.",
    )
    xpps_period_anchor = fields.Date(
        string="Periods Counted From",
        readonly=True,
        copy=False,
        help="The day that base price periods are counted from. Where a month has no such day, it is its last one.",
    )
    xpps_paused_on = fields.Date(
        string="Paused On", readonly=True, copy=False, help="The day on which the agreement was paused."
    )
    xpps_base_waiver_ids = fields.One2many(
        "xpps.base.waiver",
        "subscription_id",
        string="Days Not Billed",
        readonly=True,
        groups=USER_GROUP,
        domain=[("kind", "not in", SILENT_KINDS)],
        help="Days on which the agreement ran, and whose base prices no invoice bills.",
    )
    xpps_next_date_reason = fields.Char(
        string="Reason for the Next Invoice Date",
        store=False,
        help="Why the next invoice date is changed. The reason is kept in the chatter.",
    )
    xpps_next_date_changed = fields.Boolean(compute="_compute_xpps_next_date_changed")

    @api.depends("company_id")
    def _compute_xpps_base_timing(self):
        for agreement in self:
            # Whoever makes the agreement need not see the company's settings.
            default = agreement.company_id.sudo().xpps_base_timing
            agreement.xpps_base_timing = agreement.xpps_base_timing or default or "arrears"

    @api.depends("recurring_next_date")
    def _compute_xpps_next_date_changed(self):
        for agreement in self:
            saved = agreement._origin
            changed = saved and saved.recurring_next_date != agreement.recurring_next_date
            agreement.xpps_next_date_changed = bool(changed) and agreement._xpps_is_scheduled()

    @api.depends("template_id", "date_start", "is_xpps")
    def _compute_rule_boundary(self):
        """Upstream's end of a fixed term is the day after it; everywhere else the end is the last day.

        A closed agreement ended when it did, whatever its template says: it is billed until then.
        """
        ended = {one: one.date for one in self if one._origin and one.is_xpps and one.stage_type == "post"}
        result = super()._compute_rule_boundary()
        for agreement in self:
            if agreement in ended:
                agreement.date = ended[agreement]
            elif agreement.is_xpps and agreement.date and not agreement.recurring_rule_boundary:
                agreement.date -= DAY
        return result

    @api.model
    def default_get(self, fields_list):
        """Upstream's default is the day on which the server was started.

        What is none of ours begins on the server's day, by which upstream's loop bills it.
        """
        result = super().default_get(fields_list)
        ours = self.env.context.get("default_is_xpps") or self.env.context.get("xpps_begins_as_ours")
        today = company_today(self.env.company) if ours else fields.Date.today()
        for name in ("date_start", "recurring_next_date"):
            if name in result and result[name] == self._fields[name].default(self):
                result[name] = today
        return result

    # What the schedule is

    def _xpps_is_scheduled(self):
        """Whether the agreement is one of ours that runs, with a date on which it is billed."""
        self.ensure_one()
        return bool(self.is_xpps and self.stage_type == "in_progress" and self.recurring_next_date)

    def _xpps_is_started(self):
        """Whether the agreement is one of ours that runs, or ran and was closed."""
        self.ensure_one()
        return bool(self.is_xpps and self.stage_type in STARTED_STAGES)

    def _xpps_cycle(self):
        """:return: rules.Cycle"""
        self.ensure_one()
        template = self.template_id
        anchor = self.xpps_period_anchor or self.recurring_next_date or self.date_start
        return Cycle(
            template.recurring_rule_type or "months",
            max(template.recurring_interval, 1),
            anchor or company_today(self.company_id),
        )

    def _xpps_recurring_period(self):
        """The period whose base prices are billed next, if none is left from before.

        :return: (first day, last day), both False when nothing is scheduled
        """
        self.ensure_one()
        if not self.recurring_next_date:
            return False, False
        return self._xpps_cycle().billed_period(self.xpps_base_timing, self.recurring_next_date)

    def _xpps_period_before(self):
        """The period that ends before the next invoice date, whose pages are billed with it."""
        self.ensure_one()
        return self._xpps_cycle().period(self.recurring_next_date - DAY)

    def _xpps_last_day(self):
        """The last day that is billed, False without any.

        The end is settled when an agreement is closed, and may be put off afterwards.
        """
        self.ensure_one()
        return self.date or (self.stage_type == "post" and self.xpps_closed_on) or False

    def _xpps_running_days(self, first, last):
        """The days of a period on which the agreement runs; the last is before the first if there are none."""
        self.ensure_one()
        return running_days(self.date_start, self._xpps_last_day(), None, first, last)

    def _xpps_pieces(self, covered):
        """What the next invoice bills of a service.

        :param covered: [(first day, last day)] that are billed, or are not to be
        :return: [(rules.Piece, (first day, last day) of it on which the agreement runs)]
        """
        self.ensure_one()
        cycle = self._xpps_cycle()
        start = self.date_start or self._xpps_recurring_period()[0]
        horizon = cycle.horizon(self.xpps_base_timing, self.recurring_next_date)
        # In a period in which the agreement begins, the days before that are nobody's.
        spans = free_spans(covered, cycle.period(start)[0], horizon)
        found = [(piece, self._xpps_running_days(piece.first, piece.last)) for piece in pieces(cycle, spans)]
        return [(piece, days) for piece, days in found if days[0] <= days[1]]

    def _xpps_billed_until(self):
        """How far lines of invoices and orders bill recurring services, with one query.

        :return: {sale.subscription id: day}
        """
        return {agreement_id: last for agreement_id, _first, last in self._xpps_last_bills()}

    def _xpps_last_bills(self):
        """The latest days on which periods that are billed begin and end, with one query.

        :return: [(sale.subscription id, first day, last day)]
        """
        self.env["sale.subscription.line"]._xpps_flush_covering()
        return self.env.execute_query(
            SQL(
                """
                SELECT agreement_id, MAX(first_day), MAX(last_day)
                  FROM (
                        SELECT service.sale_subscription_id AS agreement_id, line.xpps_period_start AS first_day,
                               line.xpps_period_end AS last_day
                          FROM sale_subscription_line service
                          JOIN account_move_line line ON line.xpps_subscription_line_id = service.id
                          JOIN account_move move ON move.id = line.move_id
                         WHERE service.sale_subscription_id = ANY(%(ids)s) AND %(billing)s
                     UNION ALL
                        SELECT service.sale_subscription_id, line.xpps_period_start, line.xpps_period_end
                          FROM sale_subscription_line service
                          JOIN sale_order_line line ON line.xpps_subscription_line_id = service.id
                          JOIN sale_order sale ON sale.id = line.order_id
                         WHERE service.sale_subscription_id = ANY(%(ids)s) AND %(ordering)s
                       ) billed
              GROUP BY agreement_id
                """,
                ids=self.ids,
                billing=bills_days_sql(),
                ordering=order_bills_days_sql(),
            )
        )

    # What moves it

    def _xpps_write_schedule(self, values):
        """Write dates as the program, which no chatter tells of."""
        return super().write(values)

    def _xpps_set_schedule(self, values):
        # The program says when agreements are billed, whoever starts, bills or changes them.
        self.sudo()._xpps_write_schedule(values)

    @api.model_create_multi
    def create(self, vals_list):
        values_list = []
        ours = self.env.context.get("default_is_xpps")
        for values in vals_list:
            if values.get("is_xpps", ours):
                # Upstream would reckon the end of a fixed term from it, a day too late.
                values = {name: value for name, value in values.items() if name != "recurring_rule_boundary"}
            values_list.append({name: value for name, value in values.items() if name != "xpps_next_date_reason"})
        # Where the web client did not say so, the values do.
        begins_as_ours = any(values.get("is_xpps", ours) for values in vals_list)
        created = super(SaleSubscription, self.with_context(xpps_begins_as_ours=begins_as_ours)).create(values_list)
        return created.with_env(self.env)

    def write(self, values):
        reason = values.get("xpps_next_date_reason")
        values = {name: value for name, value in values.items() if name != "xpps_next_date_reason"}
        if SCHEDULE_FIELDS.isdisjoint(values):
            return super().write(values)
        ours = self._xpps_ours()
        started = ours.filtered(lambda agreement: agreement._xpps_is_started())
        running = started.filtered(lambda agreement: agreement.stage_type == "in_progress")
        dates = {agreement: agreement.recurring_next_date for agreement in started}
        cycles = {agreement: agreement._xpps_cycle() for agreement in started}
        closed_on = {agreement: agreement.xpps_closed_on for agreement in started - running}
        paused = running.filtered("is_paused")
        result = super().write(values)
        if "recurring_next_date" in values and self.env.context.get("xpps_closing") is not CLOSING:
            started._xpps_note_next_dates(dates, reason)
        if "template_id" in values:
            started._xpps_keep_next_dates(dates, cycles)
        if not {"stage_id", "is_xpps"}.isdisjoint(values):
            now_running = self._xpps_ours().filtered(lambda agreement: agreement.stage_type == "in_progress")
            known = now_running - running
            # One that ran before it became ours was billed until now.
            (known.filtered("recurring_next_date") if "is_xpps" in values else known.browse())._xpps_take_over()
            if "stage_id" in values:
                known._xpps_start_schedule(closed_on)
                if values.get("recurring_next_date"):
                    dates = {agreement: agreement.recurring_next_date for agreement in known}
                    known._xpps_set_schedule({"recurring_next_date": values["recurring_next_date"]})
                    known._xpps_note_next_dates(dates, reason)
        if "is_paused" in values:
            ours.filtered(lambda agreement: agreement.is_paused and not agreement.xpps_paused_on)._xpps_note_pause()
            paused.filtered(lambda agreement: not agreement.is_paused)._xpps_resume()
        return result

    def _xpps_note_next_dates(self, before, reason):
        """Somebody wrote another next invoice date: it stands, and what it leaves out is not billed.

        :param before: {sale.subscription: date}
        """
        reason = (str(reason).strip() if reason else "") or self.env._("No reason was given.")
        changed = self.filtered(lambda agreement: agreement.recurring_next_date != before[agreement])
        bodies, firsts = {}, {}
        for agreement in changed:
            date_ = agreement.recurring_next_date
            bodies[agreement.id] = plaintext2html(
                self.env._(
                    "Next invoice date changed from %(old)s to %(new)s: %(reason)s",
                    old=format_date(self.env, before[agreement]) or "–",
                    new=format_date(self.env, date_) or "–",
                    reason=reason,
                )
            )
            if date_:
                if not agreement.xpps_period_anchor or agreement._xpps_cycle().period(date_)[0] != date_:
                    agreement._xpps_set_schedule({"xpps_period_anchor": date_})
                firsts[agreement] = agreement._xpps_recurring_period()[0]
        waivers = changed._xpps_waivers()
        # What was not to be billed of the end of a closed agreement stays so, whenever that is billed.
        kept = waivers.filtered(lambda waiver: waiver._is_open() and not waiver.subscription_line_id._xpps_is_base())
        for waiver in kept.filtered(lambda waiver: waiver.subscription_id in firsts):
            waiver.date_from = min(waiver.date_from, firsts[waiver.subscription_id])
        (waivers - kept)._drop_from(dict.fromkeys(changed, date.max) | firsts)
        self._xpps_waive(
            [
                {"subscription_id": agreement.id, "kind": "date", "date_to": first - DAY, "reason": reason}
                for agreement, first in firsts.items()
                if not agreement.date_start or agreement.date_start < first
            ]
        )
        if bodies:
            changed._message_log_batch(bodies=bodies)

    def _xpps_keep_next_dates(self, before, cycles):
        """Another template does not move the next invoice date: what is billed then is billed then.

        Periods of another length are counted from it on. What is free before it is billed in such periods.

        :param before: {sale.subscription: date}; ``cycles``: {sale.subscription: rules.Cycle}
        """
        for agreement in self:
            date_, old, new = agreement.recurring_next_date, cycles[agreement], agreement._xpps_cycle()
            if before[agreement] and not date_:
                agreement._xpps_set_schedule({"recurring_next_date": before[agreement]})
            elif date_ and (old.unit, old.count) != (new.unit, new.count):
                anchor = old.continued(new.unit, new.count, date_).anchor
                agreement._xpps_set_schedule({"xpps_period_anchor": anchor})
                # Who wrote the date before anything was billed said when the first period of this length ends.
                first = old.billed_period(agreement.xpps_base_timing, date_)[0]
                written = agreement._xpps_waivers().filtered(
                    lambda waiver, last=first - DAY: waiver.kind == "date" and waiver.date_to == last
                )
                new_first = agreement._xpps_recurring_period()[0]
                if new_first < first:
                    written.date_to = new_first - DAY

    def calculate_recurring_next_date(self, start_date):
        """What is billed tells the next invoice date of an agreement that was started, and nothing else."""
        if self._xpps_ours() and self.stage_type in STARTED_STAGES:
            self.check_access("write")
            return None
        return super().calculate_recurring_next_date(start_date)

    def _xpps_take_over(self):
        """Agreements that were billed otherwise until now go on from their next invoice dates."""
        values_list = []
        for agreement in self:
            if not agreement.xpps_period_anchor:
                agreement._xpps_set_schedule({"xpps_period_anchor": agreement.recurring_next_date})
            first = agreement._xpps_recurring_period()[0]
            if not agreement.date_start or agreement.date_start < first:
                values_list.append({"subscription_id": agreement.id, "kind": "before", "date_to": first - DAY})
        self._xpps_waive(values_list)

    def _xpps_start_schedule(self, closed_on):
        """Agreements were started, or started again: they are billed from the first day that is not billed yet.

        :param closed_on: {sale.subscription: the day on which it was closed}
        """
        waivers = self._xpps_waivers()
        closing = waivers.filtered(lambda waiver: waiver._is_open())
        kept = (waivers - closing).subscription_id
        closing.unlink()
        billed = self._xpps_billed_until()
        for agreement in self:
            fresh = agreement.id not in billed and agreement not in kept
            if fresh or not agreement.xpps_period_anchor:
                anchor = agreement.date_start or company_today(agreement.company_id)
                agreement._xpps_set_schedule({"xpps_period_anchor": anchor})
            if closed_on.get(agreement):
                days = agreement._xpps_standstill(closed_on[agreement] + DAY)
                agreement._xpps_waive_standstill(*days, "closing", self.env._("It was closed."))
        self._xpps_reschedule()

    def _xpps_reschedule(self):
        """Set the next invoice dates to those of the first days that are not billed yet.

        A running agreement without such days, as without services, goes on to its next period. A closed one has no
        next invoice date then.
        """
        covered = self.sale_subscription_line_ids._xpps_covered()
        by_date = {}
        for agreement in self:
            cycle, timing = agreement._xpps_cycle(), agreement.xpps_base_timing
            start = agreement.date_start or agreement._xpps_recurring_period()[0] or company_today(agreement.company_id)
            last = agreement._xpps_last_day() or date.max
            free = [
                first_free(covered[line.id], start, last) if start <= last else None
                for line in agreement.sale_subscription_line_ids
            ]
            dates = [cycle.due(timing, day) for day in free if day]
            if dates:
                next_date = min(dates)
            elif agreement.stage_type == "post":
                next_date = False
            else:
                next_date = cycle.period(agreement.recurring_next_date or start)[1] + DAY
            by_date.setdefault(next_date, self.browse())
            by_date[next_date] |= agreement
        for next_date, same in by_date.items():
            moved = same.filtered(lambda agreement, day=next_date: agreement.recurring_next_date != day)
            if moved:
                moved._xpps_set_schedule({"recurring_next_date": next_date})

    def _xpps_go_back_to(self, date_):
        """Days are free again that are billed on a date."""
        self.ensure_one()
        values = {}
        if not self.recurring_next_date or date_ < self.recurring_next_date:
            values["recurring_next_date"] = date_
        if self.stage_type == "post" and not self.date:
            # Without an end, nobody looks after a closed agreement.
            values["date"] = self.xpps_closed_on or company_today(self.company_id)
        if values:
            self._xpps_set_schedule(values)

    def _set_next_invoice_date_after_invoice(self, invoice_date=None):
        """The next invoice date follows from what is billed."""
        if not self._xpps_ours():
            return super()._set_next_invoice_date_after_invoice(invoice_date)
        self._xpps_settle_billing()
        return None

    def _xpps_settle_billing(self):
        """The recurring services of these agreements were billed: what came to nothing is settled, too.

        An invoice that comes to 0 is not made: then services wait together with what makes up for them, or with the
        pages of their agreement.

        :return: the agreements of which no service waits
        """
        bills = self.sale_subscription_line_ids._xpps_base_bills()
        left = {agreement: agreement._xpps_amounts_left(bills) for agreement in self}
        settled = self.filtered(lambda agreement: not any(left[agreement]))
        self._xpps_waive(
            [
                {
                    "subscription_id": line.sale_subscription_id.id,
                    "subscription_line_id": line.id,
                    "kind": "nothing",
                    "date_from": bill.first,
                    "date_to": bill.last,
                }
                for line in settled.sale_subscription_line_ids
                for bill in bills[line.id]
                if isinstance(bill, BaseBill)
            ]
        )
        settled._xpps_reschedule()
        (self - settled).filtered(
            lambda agreement: agreement.currency_id.is_zero(sum(left[agreement]))
        )._xpps_wait_for_next_period()
        return settled

    def _xpps_wait_for_next_period(self):
        """Their services come to 0 by themselves, for good: once the next period is due, they are billed with it."""
        for agreement in self.filtered("recurring_next_date"):
            following = agreement._xpps_cycle().period(agreement.recurring_next_date)[1] + DAY
            if following <= company_today(agreement.company_id):
                agreement._xpps_set_schedule({"recurring_next_date": following})

    def _xpps_amounts_left(self, bills):
        """What is left of the services that is worth an invoice: of periods, and of changes in them.

        :param bills: {line id: [BaseBill or BaseChange]}
        :return: a list of the two amounts, 0 where they are
        """
        self.ensure_one()
        amounts = {BaseBill: 0.0, BaseChange: 0.0}
        # Whoever bills the agreement need not see taxes.
        for line in self.sudo().sale_subscription_line_ids:
            for bill in line._xpps_filled_bills(bills):
                amounts[type(bill)] += amount_to_bill(line, bill)
        return [self.currency_id.round(amount) for amount in amounts.values()]

    def _xpps_take_back(self, date_):
        """A billing is undone that was due on a date: periods that came to nothing are free again."""
        firsts = {
            agreement: agreement._xpps_cycle().billed_period(agreement.xpps_base_timing, date_)[0] for agreement in self
        }
        self._xpps_waivers().filtered(lambda waiver: waiver.kind == "nothing")._drop_from(firsts)
        self._xpps_set_schedule({"recurring_next_date": date_})
