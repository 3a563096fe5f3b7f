# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, models
from odoo.tools import format_date

from ...billing_file import to_decimal
from ...common.today import company_today
from ...common.window_actions import open_records
from ...rules import increased, possible_increase, price_after, raised_price

DAY = timedelta(days=1)
#: How long before the customer has to be notified an increase is proposed.
LEAD = timedelta(days=30)
#: States of increases that are still to be decided.
OPEN = ("proposed", "notified")


class XppsPriceRule(models.Model):
    """Which increases are due, and what they come to. The number of queries does not depend on that of agreements."""

    _inherit = "xpps.price.rule"

    @api.model
    def _cron_propose(self):
        """Every day, in companies with escalators."""
        for company in self.env["res.company"].search([("xpps_escalators", "=", True)]):
            self.search([("company_id", "=", company.id)])._propose()

    def _propose(self, until=None):
        """Propose the increases that are due: an agreement that has an open one gets no other.

        Called as superuser.

        :param until: the last day of increases that are proposed; by default, those are whose notice ends soon
        :return: xpps.price.change
        """
        due = self._due(until)
        earliest = due.subscription_id._xpps_first_unbilled_days()
        starts = {}
        for rule in due:
            notice_ends = company_today(rule.company_id) + timedelta(days=rule.notice_days)
            starts[rule] = rule._start(rule.next_date, notice_ends, earliest.get(rule.subscription_id))
        running = due.filtered(
            lambda rule: not rule.subscription_id.date or starts[rule][0] <= rule.subscription_id.date
        )
        lines = running._prepare_lines({rule: starts[rule][0] for rule in running})
        changes = self.env["xpps.price.change"]
        return changes._quietly().create(
            [
                {
                    "rule_id": rule.id,
                    "subscription_id": rule.subscription_id.id,
                    "currency_id": rule.subscription_id.currency_id.id,
                    "date_due": rule.next_date,
                    "date_effective": starts[rule][0],
                    "delay_note": starts[rule][1],
                    "index_text": rule.index_text,
                    "line_ids": [Command.create(values) for values in lines[rule]],
                }
                for rule in running
            ]
        )

    def _due(self, until):
        """Those of running agreements in companies with escalators."""
        open_changes = self.env["xpps.price.change"]._read_group(
            [("subscription_id", "in", self.subscription_id.ids), ("state", "in", OPEN)], ["subscription_id"]
        )
        waiting = {agreement.id for (agreement,) in open_changes}
        last = {
            company: until or company_today(company) + LEAD for company in self.company_id if company.xpps_escalators
        }

        def is_due(rule):
            agreement = rule.subscription_id
            if rule.company_id not in last or not rule.active or not rule.next_date or agreement.id in waiting:
                return False
            notice = timedelta(0) if until else timedelta(days=rule.notice_days)
            runs = agreement.is_xpps and not agreement.is_xpps_master and agreement.stage_type == "in_progress"
            return runs and rule.next_date <= last[rule.company_id] + notice

        return self.filtered(is_due)

    def _start(self, due, notice_ends, unbilled):
        """When an increase takes effect that is due on a day.

        :param notice_ends: the first day for which the customer is notified in time
        :param unbilled: the first day that is not billed yet, or None
        :return: (day, sentence that says why it is later than due, or False)
        """
        day = possible_increase(due, max(notice_ends, unbilled or notice_ends))
        if day == due:
            return day, False
        values = {"due": format_date(self.env, due), "day": format_date(self.env, day)}
        if notice_ends <= due or (unbilled and unbilled > notice_ends):
            return day, self.env._(
                "Due on %(due)s. As the agreement is billed until %(last)s, prices rise on %(day)s.",
                last=format_date(self.env, unbilled - DAY),
                **values,
            )
        return day, self.env._(
            "Due on %(due)s. As the customer has to be notified %(notice)s days before, prices rise on %(day)s.",
            notice=self.notice_days,
            **values,
        )

    def _prepare_lines(self, days):
        """What the prices of agreements come to.

        :param days: {xpps.price.rule: the day of its increase}
        :return: {xpps.price.rule: [values of xpps.price.change.line]}
        """
        history = self.env["xpps.price.version"]._history(self.subscription_id)
        found = {}
        for day, rules in self.grouped(days.get).items():
            items = rules.subscription_id._xpps_priced_items(day)
            for rule in rules:
                found[rule] = [
                    rule._prepare_line(item, day, history.get((rule.subscription_id.id, item.key), ()))
                    for item in items[rule.subscription_id]
                    if rule._percent(rule.subscription_id._xpps_priced_kind(item.kind).follows)
                ]
        return found

    def _prepare_line(self, item, day, steps):
        """:param steps: [(first day of a price, price until then)]"""
        new, left_out = item.price, item.left_out
        if not left_out:
            follows = self.subscription_id._xpps_priced_kind(item.kind).follows
            limits = [
                increased(to_decimal(price_after(steps, reference, float(item.price))), to_decimal(percent))
                for reference, percent in self._caps(day)
            ]
            new = raised_price(
                item.price,
                to_decimal(self._percent(follows)),
                Decimal(self._rounding(follows)),
                self.round_up,
                min(limits, default=None),
            )
            left_out = "capped" if new == item.price else None
        return item.values() | {
            "old_price": float(item.price),
            "new_price": float(new),
            "left_out": left_out,
        }

    def action_open_changes(self):
        """What the escalator has proposed, and what became of it."""
        self.ensure_one()
        return open_records(self, "xerox_xpps.action_xpps_price_change", [("rule_id", "=", self.id)])
