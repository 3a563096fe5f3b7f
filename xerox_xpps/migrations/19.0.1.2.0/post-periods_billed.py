# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Say of what is there which days of recurring services are billed, so that the next invoice dates follow from it.

Invoice lines say the service and the period that they bill, if they do not say so. What an agreement did not bill until
its next invoice date stays so: before its first invoice, or as a gap, which its form shows and offers to bill.

Odoo runs scripts in the order of their names: the days on which agreements were closed are known by then.
"""

from collections import defaultdict
from datetime import date, timedelta

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.xerox_xpps.rules import Cycle, free_spans

DAY = timedelta(days=1)
#: An agreement that began longer before it was entered was billed elsewhere.
ENTERED_LATE = timedelta(days=183)


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False, "tracking_disable": True})
    agreements = env["sale.subscription"].search(
        [("is_xpps", "=", True), ("stage_id.type", "in", ("in_progress", "post"))]
    )
    _end_terms_on_their_last_day(env)
    _find_anchors(agreements.filtered("recurring_next_date"))
    _say_services(cr)
    env.invalidate_all()
    _say_periods(env, agreements)
    _settle(env, agreements)


def _end_terms_on_their_last_day(env):
    """The end of a fixed term was the day after it, and was used as the last one."""
    terms = env["sale.subscription"].search(
        [("is_xpps", "=", True), ("template_id.recurring_rule_boundary", "=", "limited"), ("date", "!=", False)]
    )
    for agreement in terms:
        if agreement.date_start and agreement.date == agreement.template_id._get_date(agreement.date_start):
            agreement._xpps_set_schedule({"date": agreement.date - DAY})


def _find_anchors(agreements):
    """Periods are counted from the start, if the next invoice date is one of theirs, else from this date."""
    for agreement in agreements.filtered(lambda agreement: not agreement.xpps_period_anchor):
        next_date, start = agreement.recurring_next_date, agreement.date_start
        cycle = agreement._xpps_cycle()
        fits = start and Cycle(cycle.unit, cycle.count, start).period(next_date)[0] == next_date
        agreement._xpps_set_schedule({"xpps_period_anchor": start if fits else next_date})


def _say_services(cr):
    """Lines of invoices of one agreement bill the only service of it that has their product."""
    cr.execute(
        SQL(
            """
            UPDATE account_move_line line
               SET xpps_subscription_line_id = service.id, xpps_subscription_id = service.agreement_id
              FROM (
                    SELECT sale_subscription_id AS agreement_id, product_id, MIN(id) AS id
                      FROM sale_subscription_line
                  GROUP BY sale_subscription_id, product_id
                    HAVING COUNT(*) = 1
                   ) service, account_move move, sale_subscription agreement
             WHERE move.id = line.move_id AND line.display_type = 'product' AND line.product_id = service.product_id
               AND service.agreement_id = COALESCE(line.xpps_subscription_id, move.subscription_id)
               AND agreement.id = service.agreement_id AND agreement.is_xpps
               AND line.xpps_subscription_line_id IS NULL
               AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND NOT EXISTS (SELECT FROM xpps_charge_invoice_line_rel link WHERE link.invoice_line_id = line.id)
               AND NOT EXISTS (SELECT FROM xpps_charge_earlier_line_rel link WHERE link.invoice_line_id = line.id)
               AND NOT EXISTS (SELECT FROM xpps_charge_credit_line_rel link WHERE link.credit_line_id = line.id)
            """
        )
    )


def _say_periods(env, agreements):
    """What other lines of the same invoice say, else the last period that was over on its date."""
    for model, day in (("account.move.line", "invoice_date"), ("sale.order.line", "date_order")):
        parent = "move_id" if model == "account.move.line" else "order_id"
        lines = env[model].search(
            [
                ("xpps_subscription_line_id.sale_subscription_id", "in", agreements.ids),
                "|",
                ("xpps_period_start", "=", False),
                ("xpps_period_end", "=", False),
            ]
        )
        groups = defaultdict(env[model].browse)
        for line in lines:
            agreement = line.xpps_subscription_line_id.sale_subscription_id
            groups[line[parent], agreement] |= line
        for (document, agreement), same in groups.items():
            billed_on = document[day] or document.create_date
            first, last = _period_of(agreement, document, parent, env[model], billed_on)
            same._xpps_write_plainly({"xpps_period_start": first, "xpps_period_end": last})


def _period_of(agreement, document, parent, lines, billed_on):
    said = lines.search(
        [
            (parent, "=", document.id),
            ("xpps_subscription_line_id.sale_subscription_id", "=", agreement.id),
            ("xpps_period_start", "!=", False),
            ("xpps_period_end", "!=", False),
        ],
        limit=1,
    )
    if said:
        return said.xpps_period_start, said.xpps_period_end
    cycle = agreement._xpps_cycle()
    # Orders say the time, too.
    billed_on = date(billed_on.year, billed_on.month, billed_on.day)
    return cycle.period(cycle.period(billed_on)[0] - DAY)


def _settle(env, agreements):
    lines = agreements.sale_subscription_line_ids
    covered = lines._xpps_covered()
    billed = agreements._xpps_billed_until() if agreements else {}
    values_list = []
    for agreement in agreements:
        until = _settled_until(agreement)
        for line in agreement.sale_subscription_line_ids:
            spans, last = covered[line.id], until
            values = {"subscription_id": agreement.id, "subscription_line_id": line.id}
            if spans and not agreement.recurring_next_date:
                last = spans[-1][1]
                values_list.append({**values, "kind": "closing", "date_from": last + DAY})
            first = spans[0][0] if spans else _first_day_to_explain(agreement, billed, last)
            before = min(first - DAY, last)
            values_list.append({**values, "kind": "before", "date_to": before})
            values_list += [
                {**values, "kind": "gap", "date_from": start, "date_to": end}
                for start, end in free_spans([*spans, (date.min, before)], before + DAY, last)
            ]
    env["xpps.base.waiver"].create(values_list)


def _settled_until(agreement):
    """The last day that is not to be billed any more: before what the next invoice bills, or the end."""
    first = agreement._xpps_recurring_period()[0]
    if first:
        return first - DAY
    return agreement._xpps_last_day() or agreement.write_date.date()


def _first_day_to_explain(agreement, billed, last):
    """Of a service that no invoice bills: all days since it began, if nothing else was billed, and it was new."""
    start, entered = agreement.date_start, agreement.create_date.date()
    if agreement.id in billed or not agreement.recurring_next_date or not start or start < entered - ENTERED_LATE:
        return last + DAY
    return start
