# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Work goes on where upgrade_states.py left it, after the update: what waits is billed once, what is undone is free."""

import json
from collections import Counter
from decimal import Decimal

from odoo import Command
from odoo.tools import SQL


def figures(env):
    """Reports of what the release before had billed, as upgrade_states.py kept them."""
    return json.loads(env["ir.config_parameter"].get_param("xpps_upgrade_figures"))


def reported(env, old):
    """The same figures now."""
    found = {}
    for name, fields in old.items():
        file = env["xpps.billing.file"].search([("name", "=", name), ("state", "=", "imported")])
        rows = env["xpps.vendor.report"].search([("billing_file_id", "=", file.id)])
        found[name] = {field: round(sum(rows.mapped(field)), 2) for field in fields}
    return found


def live_lines(charge):
    return charge.invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")


def check_billed_once(env):
    """No charge is on two live lines, and lines that bill charges bill as many pages as these say."""
    charges = env["sale.subscription.charge"].search([])
    for charge in charges:
        assert len(live_lines(charge)) <= 1, (charge.name, charge.invoice_line_ids)
    for line in charges.invoice_line_ids.filtered(lambda line: line.parent_state != "cancel"):
        billed = line.xpps_charge_ids
        assert line.quantity == sum(billed.mapped("quantity")), (line.name, line.quantity, billed.mapped("quantity"))
    return charges


def check_disputes(env):
    disputes = env["xpps.dispute"].search([])
    assert Counter(disputes.mapped("state")) == Counter(["draft", "sent", "partly_credited"]), disputes.mapped("state")
    for dispute in disputes:
        line = dispute.line_ids
        row = env["xpps.vendor.report"].search(
            [
                ("billing_file_id", "=", line.billing_file_id.id),
                ("serial", "=", line.serial),
                ("component", "=", line.component),
            ]
        )
        assert line.device_id and row.device_id == line.device_id, line
        open_one = dispute if dispute.state in ("draft", "sent") else row.dispute_id.browse()
        assert row.dispute_id == open_one, (dispute.name, row.dispute_id)
        credit = dispute.credited_amount if dispute.state == "partly_credited" else 0
        assert round(line.credited_amount - credit, 2) == 0, (line.credited_amount, credit)


def check_allowances(september, correction):
    """One record of September states no included pages. What a correction does not state, the record before did."""
    unstated = september.meter_read_ids.filtered(lambda read: not read.included_stated)
    lines = september.line_ids.filtered(
        lambda line: line.device_id and (line.meter_values.get("mono") or {"included": 0})["included"] is None
    )
    assert len(lines) == 1 and unstated.device_id == lines.device_id and unstated.output_type == "mono", unstated
    assert 0 in september.meter_read_ids.filtered("included_stated").mapped("included")
    assert len(correction.meter_read_ids) >= 3 and all(correction.meter_read_ids.mapped("included_stated"))


def check_last_allowances(september, october):
    """What September states is what October is compared with, 0 included pages as well."""
    stated = {(read.device_id, read.output_type): read for read in september.meter_read_ids}
    rows = october.env.execute_query(
        SQL("SELECT id, last_included FROM xpps_meter_read WHERE billing_file_id = %s", october.id)
    )
    last = {october.meter_read_ids.browse(read_id): included for read_id, included in rows}
    assert 0 in last.values() and None in last.values(), last
    for read, included in last.items():
        before = stated.get((read.device_id, read.output_type))
        if before:
            assert included == (before.included if before.included_stated else None), (read, included)


def preview(file):
    return {summary.subscription_id: summary.base_cost for summary in file.summary_ids}


def main(env):
    env = env(user=env.ref("base.user_admin"))
    files = env["xpps.billing.file"].search([]).grouped("file_name")
    september, correction = files["billing_2026_09.xml"], files["billing_2026_08_correction.xml"]
    october, november = files["billing_2026_10.xml"], files["billing_2026_11.xml"]
    old = figures(env)
    assert reported(env, old) == old, (reported(env, old), old)
    check_disputes(env)
    check_allowances(september, correction)
    fees = preview(november)
    november.action_check()
    assert november.state == "draft" and fees and fees == preview(november), (fees, preview(november))

    # What waited in the queue is imported.
    env["xpps.billing.file"].with_user(1)._cron_import()
    assert october.state == "imported", [october.state, october.issue_ids.mapped("message")]
    check_last_allowances(september, october)

    # What was imported by the release before is undone, and imported again.
    before = correction.charge_ids.mapped("quantity")
    corrected = env["xpps.meter.read"].search([("superseded_by_id.billing_file_id", "=", correction.id)])
    assert corrected and before
    correction.action_cancel()
    assert not corrected.superseded_by_id and not correction.charge_ids.exists()
    correction.action_draft()
    correction.action_import()
    assert sorted(correction.charge_ids.mapped("quantity")) == sorted(before)

    # A run of the release before is undone, and bills the same again.
    charges = check_billed_once(env)
    run, waiting = env["xpps.billing.run"].search([], order="id")
    moves = run.move_ids
    totals = sorted(move.amount_total for move in moves)
    moves.filtered(lambda move: move.state == "posted").button_draft()
    run.action_undo()
    assert not moves.exists()
    run.action_prepare()
    run.action_create_drafts()
    assert sorted(run.move_ids.mapped("amount_total")) == totals, (run.move_ids.mapped("amount_total"), totals)

    # All that is left is billed by the next run, once.
    env["xpps.billing.file"].search([("state", "=", "imported")]).action_approve_charges()
    held = september.line_ids.filtered(lambda line: line.state == "held")
    held.action_leave_out()
    waiting.action_prepare()
    release = env["xpps.billing.run.release"].create(
        {"line_ids": [Command.set(waiting.line_ids.filtered(lambda line: line.state == "held").ids)], "reason": "Known"}
    )
    release.action_release()
    waiting.action_create_drafts()
    waiting.action_post()
    left = check_billed_once(env).filtered(
        lambda charge: charge.billable and charge.state == "approved" and charge.invoice_status != "invoiced"
    )
    ended = left.filtered(lambda charge: charge.period_end <= waiting.period_end)
    assert not ended, ended.mapped(lambda charge: (charge.subscription_id.name, charge.name, charge.credit_state))
    for line in waiting.move_ids.invoice_line_ids.filtered("xpps_charge_ids"):
        exact = sum(
            (Decimal(charge.quantity) * Decimal(str(charge.unit_price)) for charge in line.xpps_charge_ids), Decimal(0)
        )
        assert abs(Decimal(str(line.price_subtotal)) - exact) <= Decimal("0.005"), (line.name, line.price_subtotal)
    print(len(charges), "charges")
    env.cr.commit()


main(env)
