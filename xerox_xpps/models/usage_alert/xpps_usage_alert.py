# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, formatLang

from ...common.constants import BILLING_GROUP, OUTPUT_TYPE_SELECTION
from ...common.formats import months_text, percent_text
from ...common.plural import plural
from ...common.today import company_today
from ...common.window_actions import open_form
from ...rules import (
    ALLOWANCE,
    FORECAST,
    NO_READ,
    REACHED,
    UNUSUAL,
    is_reached,
    next_state,
    percent_of,
    runs_in_period_sql,
)
from .usage_figures import Subject, UsageFigures
from .xpps_usage_alert_rule import KIND_SELECTION

_logger = logging.getLogger(__name__)

#: For how long after its end a cycle, or a month, may still be told of: its last file comes after it.
LATE = timedelta(days=45)
#: For how long corrections may change what was told.
KEPT = timedelta(days=400)
#: Agreements that are looked at together.
BATCH = 500


class XppsUsageAlert(models.Model):
    """What a rule tells of: once for each page plan, meter or device, cycle and threshold.

    Only the program writes these records, when it has looked at what imports, corrections and undos have changed. In
    the same transaction it writes the letters; mail servers get them afterwards, so nothing is lost or told twice.
    """

    _name = "xpps.usage.alert"
    _description = "XPPS Usage Alert"
    _inherit = ["xpps.guard"]
    _order = "reached_on desc, id desc"
    _check_company_auto = True

    rule_id = fields.Many2one("xpps.usage.alert.rule", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    kind = fields.Selection(KIND_SELECTION, required=True, readonly=True)
    threshold = fields.Integer(required=True, readonly=True, aggregator=False)
    state = fields.Selection(
        [("reached", "Reached"), ("below", "Below Again"), ("withdrawn", "Withdrawn")],
        required=True,
        readonly=True,
        default="reached",
        help="Below again: a correction or a read says otherwise by now. If it is reached once more, it is told once "
        "more.\nWithdrawn: the file by which it was reached was undone. If another import says the same, it is not "
        "told again.",
    )
    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    page_plan_id = fields.Many2one("xpps.page.plan", readonly=True, index="btree_not_null", ondelete="cascade")
    device_id = fields.Many2one("stock.lot", readonly=True, index="btree_not_null", ondelete="cascade")
    output_type = fields.Selection(OUTPUT_TYPE_SELECTION, readonly=True)
    cycle_start = fields.Date(string="From", required=True, readonly=True, help="Of the cycle, month, or days.")
    cycle_end = fields.Date(string="Until", required=True, readonly=True)
    read_until = fields.Date(readonly=True, help="The last day that is known by a read.")
    value = fields.Integer(
        string="Pages or Days", readonly=True, aggregator=False, help="Pages used, expected or printed; days not read."
    )
    compared = fields.Integer(
        string="Compared With", readonly=True, aggregator=False, help="Included pages, or the average."
    )
    percent = fields.Float(digits=(16, 1), readonly=True, aggregator=False)
    projection = fields.Integer(
        string="Forecast",
        readonly=True,
        aggregator=False,
        help="What the cycle will come to, by the months that were read. 0 where there is no forecast.",
    )
    reached_on = fields.Date(readonly=True)
    changed_on = fields.Date(string="State Since", readonly=True)
    told_count = fields.Integer(string="Times Told", readonly=True, aggregator=False)
    is_handled = fields.Boolean(string="Handled", readonly=True)
    handled_by_id = fields.Many2one("res.users", readonly=True)
    # It shows Xerox's invoice number, which those without a right to cost do not know.
    billing_file_id = fields.Many2one(
        "xpps.billing.file",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=BILLING_GROUP,
        help="The file that brought about the state.",
    )
    notice_ids = fields.Many2many("xpps.usage.notice", string="E-mails", readonly=True)
    explanation = fields.Text(compute="_compute_explanation")

    _told_uniq = models.UniqueIndex(
        "(rule_id, subscription_id, COALESCE(page_plan_id, 0), COALESCE(device_id, 0), COALESCE(output_type, ''), "
        "cycle_start, threshold)",
        "This was told already.",
    )

    @api.depends("kind", "threshold", "subscription_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for alert in self:
            alert.display_name = f"{labels.get(alert.kind, '')} – {alert._what()}"

    # What they say

    def _what(self):
        """What it is about, as the customer knows it."""
        self.ensure_one()
        # Whoever sees the alert sees the name.
        alert = self.sudo()
        parts = [alert.page_plan_id.name, alert.device_id and alert.device_id._xpps_label()]
        if alert.output_type:
            labels = dict(self._fields["output_type"]._description_selection(self.env))
            parts.append(labels[alert.output_type])
        return ", ".join(filter(None, parts)) or alert.subscription_id.name or ""

    @api.depends(
        "kind", "value", "compared", "percent", "projection", "read_until", "cycle_start", "cycle_end", "device_id"
    )
    def _compute_explanation(self):
        for alert in self:
            alert.explanation = alert._sentence()

    def _sentence(self):
        """What a customer may be told: no price, and nothing of what Xerox bills."""
        self.ensure_one()
        until, pages, compared = (
            format_date(self.env, self.read_until),
            self._number(self.value),
            self._number(self.compared),
        )
        if self.kind == NO_READ:
            return plural(
                self.value,
                self.env._("Last read on %(date)s, 1 day ago.", date=until),
                self.env._("Last read on %(date)s, %(days)s days ago.", date=until, days=self.value),
            )
        cycle = months_text(self.env, self.cycle_start, self.cycle_end)
        percent = percent_text(self.env, self.percent)
        if self.kind == UNUSUAL:
            return self.env._(
                "%(pages)s pages in %(month)s, %(percent)s more than the average of the months before (%(mean)s).",
                pages=pages,
                month=cycle,
                percent=percent,
                mean=compared,
            )
        if self.kind == FORECAST:
            return self.env._(
                "At the present rate, %(pages)s pages in %(cycle)s: %(percent)s of the %(included)s that are included.",
                pages=pages,
                cycle=cycle,
                percent=percent,
                included=compared,
            )
        used = self.env._(
            "%(pages)s pages used until %(date)s: %(percent)s of the %(included)s that are included in %(cycle)s.",
            pages=pages,
            date=until,
            percent=percent,
            included=compared,
            cycle=cycle,
        )
        if self.projection <= self.compared:
            return used
        ahead = self.env._("At the present rate, it will be %s pages.", self._number(self.projection))
        return f"{used} {ahead}"

    def _number(self, value):
        return formatLang(self.env, value, digits=0)

    def _rows(self):
        """What is told of alerts together: each plan, meter or device once, the share before its forecast.

        :return: [(what, sentence)]
        """
        rows = {}
        for alert in self.sorted(lambda alert: (alert.kind, alert._what(), -alert.threshold)):
            kind = ALLOWANCE if alert.kind == FORECAST else alert.kind
            rows.setdefault((kind, alert._subject()), (alert._what(), alert._sentence()))
        return list(rows.values())

    def _subject(self):
        return Subject(
            self.subscription_id.id,
            self.page_plan_id.id or None,
            self.device_id.id or None,
            self.output_type or None,
            self.cycle_start,
        )

    # Looking for what is reached

    @api.model
    def _cron_look(self):
        """Look at all agreements that rules hold for, some of them a transaction."""
        cron = self.env["ir.cron"]
        companies = self.env["xpps.usage.alert.rule"].search([]).company_id
        batches = [batch for company in companies.sorted("id") for batch in self._batches(company)]
        # A new transaction sees what was committed until now.
        cron._commit_progress(remaining=len(batches))
        for batch in batches:
            try:
                with self.env.cr.savepoint():
                    self._look_at(batch)
            except OperationalError:
                # Somebody else is at the same records: the next time finds what this one would have.
                _logger.info("Usage alerts of company %s wait for their next turn", batch.company_id.id)
            if not cron._commit_progress(1):
                break
        self.env["xpps.usage.notice"].search([("stage", "=", "waiting")])._write_letters()

    @api.model
    def _batches(self, company):
        """:return: [sale.subscription], of those that run today, and those that were told of"""
        today = company_today(company)
        self.env["sale.subscription"].flush_model()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT agreement.id FROM sale_subscription agreement
                  JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
                 WHERE agreement.company_id = %(company)s AND agreement.is_xpps AND agreement.is_xpps_master IS NOT TRUE
                   AND (%(runs)s OR EXISTS (SELECT FROM xpps_usage_alert alert
                                             WHERE alert.subscription_id = agreement.id
                                               AND alert.cycle_end >= %(kept)s))
              ORDER BY agreement.id
                """,
                company=company.id,
                runs=runs_in_period_sql(today, today),
                kept=today - KEPT,
            )
        )
        ids = [agreement_id for (agreement_id,) in rows]
        agreements = self.env["sale.subscription"].with_company(company)
        return [agreements.browse(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]

    @api.model
    def _look_at(self, agreements):
        """Bring the alerts of agreements up to date, and write what is to be told.

        Two workers are never at the same company: who comes second leaves it, as the first one finds the same.

        :param agreements: of one company
        :return: the alerts that are told
        """
        rules = self.env["xpps.usage.alert.rule"].search([("company_id", "in", agreements.company_id.ids)])
        if not rules or rules.try_lock_for_update(allow_referencing=True) != rules:
            return self.browse()
        rules.checked_at = fields.Datetime.now()
        company = agreements.company_id
        today = company_today(company)
        by_agreement = rules._of(agreements)
        agreements = agreements.browse(agreement.id for agreement in by_agreement)
        alerts = self.search([("subscription_id", "in", agreements.ids), ("cycle_end", ">=", today - KEPT)], order="id")
        since = min([today - LATE, *(alert.cycle_end for alert in alerts if alert.kind != NO_READ)])
        kinds = {kind for same in by_agreement.values() for kind in same}
        figures = UsageFigures(agreements, since, today).of_kinds(kinds)
        running = self._running(agreements, today)
        return self._bring_up_to_date(by_agreement, alerts, figures, running, today)._tell()

    def _running(self, agreements, today):
        """:return: ids of those that run today"""
        rows = self.env.execute_query(
            SQL(
                "SELECT agreement.id FROM sale_subscription agreement "
                "JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id "
                "WHERE agreement.id = ANY(%s) AND %s",
                agreements.ids,
                runs_in_period_sql(today, today),
            )
        )
        return {agreement_id for (agreement_id,) in rows}

    def _bring_up_to_date(self, by_agreement, alerts, figures, running, today):
        """:return: the alerts that are to be told"""
        standing = {(alert.rule_id.id, alert._subject()): alert for alert in alerts if alert._counts(by_agreement)}
        rules = {agreement.id: kinds for agreement, kinds in by_agreement.items()}
        undone = self._undone(alerts)
        new, told, fallen = [], self.browse(), self.browse()
        seen = set()
        for figure in figures:
            for rule in rules[figure.subject.subscription_id].get(figure.kind, ()):
                key = (rule.id, figure.subject)
                alert = standing.get(key)
                seen.add(key)
                reached = is_reached(figure.kind, figure.value, figure.compared, rule.threshold)
                if not alert:
                    is_late = figure.cycle_end < today - LATE
                    if reached and figure.is_new and not is_late and figure.subject.subscription_id in running:
                        new.append(self._prepare(rule, figure, today))
                    continue
                state, tells = next_state(alert.state, reached, alert.id in undone)
                values = self._figures(figure)
                if state != alert.state:
                    values |= {"state": state, "changed_on": today, "billing_file_id": figure.file_id}
                    if state == REACHED:
                        values |= {"reached_on": today}
                    else:
                        fallen |= alert
                if tells:
                    values |= {"is_handled": False, "handled_by_id": False}
                    told |= alert
                alert._write_changed(values)
        for key, alert in standing.items():
            if key not in seen and alert.state == REACHED:
                state, _tells = next_state(alert.state, False, alert.id in undone)
                alert.write({"state": state, "changed_on": today})
                fallen |= alert
        fallen._take_back()
        return told.exists() | self.create(new)

    def _counts(self, by_agreement):
        """Whether the rule still holds by which it was told."""
        rules = by_agreement.get(self.subscription_id, {}).get(self.kind, self.rule_id.browse())
        return self.rule_id in rules and self.threshold == self.rule_id.threshold

    @api.model
    def _undone(self, alerts):
        """:return: ids of the alerts whose file is not imported any more, a set"""
        gone = alerts.billing_file_id.filtered(lambda file: file.state != "imported")
        return set(alerts.filtered(lambda alert: alert.billing_file_id in gone).ids)

    @api.model
    def _prepare(self, rule, figure, today):
        agreement = self.env["sale.subscription"].browse(figure.subject.subscription_id)
        return {
            **figure.subject._asdict(),
            **self._figures(figure),
            "rule_id": rule.id,
            "company_id": rule.company_id.id,
            "partner_id": agreement.partner_id.id,
            "kind": figure.kind,
            "threshold": rule.threshold,
            "reached_on": today,
            "changed_on": today,
            "billing_file_id": figure.file_id,
        }

    @api.model
    def _figures(self, figure):
        value, compared = figure.value, figure.compared
        percent = 0.0
        if compared:
            percent = float(percent_of(value - compared if figure.kind == UNUSUAL else value, compared))
        return {
            "cycle_end": figure.cycle_end,
            "read_until": figure.read_until,
            "value": value,
            "compared": compared,
            "percent": percent,
            "projection": figure.projection or 0,
        }

    def _write_changed(self, values):
        """Write what differs: most alerts stay as they are."""
        record = self._read_format(values.keys(), load=None)[0]
        changed = {name: value for name, value in values.items() if (record[name] or False) != (value or False)}
        if changed:
            self.write(changed)

    # Buttons

    def action_mark_handled(self):
        """Say that somebody has looked after it."""
        self.env["sale.subscription.charge"].check_access("create")
        self.check_access("read")
        # Nobody writes alerts but the program; the right to do this was asked for.
        self.sudo().write({"is_handled": True, "handled_by_id": self.env.uid})
        self._drop_activities()
        return True

    def action_open_subject(self):
        """Open the page plan, the device or the agreement that it is about."""
        self.ensure_one()
        self.check_access("read")
        if self.page_plan_id:
            return open_form(self.page_plan_id)
        if self.device_id:
            return self.device_id._xpps_form_action()
        return open_form(self.subscription_id)

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("Usage alerts cannot be duplicated. They come by reads."))
