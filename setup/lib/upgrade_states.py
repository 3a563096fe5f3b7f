# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Months of XPPS billing in every state there is, on top of the one that setup/demo_flow.py bills.

Run by the shell of the release that is to be updated: nothing may be named here that it does not have.
"""

import base64
import json
import xml.etree.ElementTree as ET
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from odoo.tools.misc import file_open

TAGS = ("Mono", "Color", "MonoColor1", "ClrLvl12", "ClrLvl3")
#: Of the vendor report.
FIGURES = ("xerox_cost", "expected_cost", "difference", "charged_amount", "invoiced_amount")
FEES = ("BaseServiceFee", "BaseSupplyFee", "MonthlyBasePrice")


def sample(name):
    with file_open(f"xerox_xpps/demo/{name}", "rb") as file:
        return ET.fromstring(file.read())


def number(element, tag):
    return Decimal(element.findtext(tag) or 0)


def device_of(root, serial):
    return next(device for device in root.findall("Device") if device.findtext("SerialNumber") == serial)


def put(device, **values):
    """Change elements of a record; None takes one away."""
    for tag, value in values.items():
        element = device.find(tag)
        if value is None:
            device.remove(element)
        else:
            element.text = str(value)


def add_up(root):
    """Xerox's totals, after records were changed."""
    cent, total = Decimal("0.01"), Decimal(0)
    for device in root.findall("Device"):
        overages = [number(device, f"{tag}Over") * number(device, f"{tag}OverUnitCost") for tag in TAGS]
        amounts = [*overages, *(number(device, fee) for fee in FEES)]
        device_total = sum(amount.quantize(cent, ROUND_HALF_UP) for amount in amounts)
        put(device, DeviceTotal=device_total)
        total += device_total
    put(root.find("Invoice"), InvoiceTotal=total, DeviceCount=len(root.findall("Device")))


def month_after(root, name):
    """The file of the month after, with the same records, whose meters went on as before."""
    invoice = root.find("Invoice")
    start = date.fromisoformat(invoice.findtext("PeriodStart")) + relativedelta(months=1)
    end = start + relativedelta(months=1, days=-1)
    put(invoice, InvoiceNumber=name, PeriodStart=start, PeriodEnd=end, InvoiceDate=end + relativedelta(days=2))
    for device in root.findall("Device"):
        put(device, ReadDate=end)
        for tag in TAGS:
            if device.find(f"{tag}Current") is not None:
                previous, current = number(device, f"{tag}Previous"), number(device, f"{tag}Current")
                put(device, **{f"{tag}Previous": current, f"{tag}Current": 2 * current - previous})


def checked(env, root, name, kind="regular"):
    add_up(root)
    wizard = env["xpps.import.wizard"].create(
        {"file_name": name, "file_data": base64.b64encode(ET.tostring(root)), "kind": kind}
    )
    wizard.action_check()
    return wizard.billing_file_id


def imported(env, *args):
    file = checked(env, *args)
    file.action_import()
    assert file.state == "imported", [issue.message for issue in file.issue_ids]
    return file


def charges_of(file, *agreements):
    return file.charge_ids.filtered(lambda charge: charge.subscription_id in agreements)


def main(env):
    env = env(user=env.ref("base.user_admin"))
    company = env.ref("base.main_company")
    company.xpps_quarantine = True
    august = env["xpps.billing.file"].search([("state", "=", "imported")])
    harbor, office, calloway, granite, tidewater = (
        env.ref(f"xerox_xpps.agreement_{name}")
        for name in ("harbor", "northfield_office", "calloway", "granite", "tidewater")
    )

    # A credit note for what was invoiced: some of it is billed again, some is not.
    invoice = calloway.invoice_ids.filtered(lambda move: move.state == "posted")[:1]
    reversal = env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
    reversal.create({"journal_id": invoice.journal_id.id, "reason": "Wrong"}).refund_moves()
    invoice.reversal_move_ids.action_post()
    credited = charges_of(august, calloway).filtered("credit_line_ids")
    credited[:2].action_rebill()

    # September: differs from what was expected, holds a record, and does not state all that it could.
    root = sample("billing_2026_09.xml")
    harbor_serials = sorted(harbor.xpps_device_ids.mapped("name"))
    office_serials = sorted(office.xpps_device_ids.mapped("name"))
    first = device_of(root, harbor_serials[0])
    put(first, MonoOverUnitCost="0.0075", MonoOver=number(first, "MonoOver") + 100)
    second = device_of(root, harbor_serials[1])
    put(second, BaseServiceFee=number(second, "BaseServiceFee") + 2, MonoIncluded=None)
    third = device_of(root, harbor_serials[2])
    pages = number(third, "MonoCurrent") - number(third, "MonoPrevious")
    put(third, MonoIncluded=0, MonoOver=pages)
    put(device_of(root, office_serials[0]), SerialNumber="NOBODY-KNOWS-1")
    september = imported(env, root, "billing_2026_09.xml")
    assert september.line_ids.filtered(lambda line: line.state == "held"), "no record is held"
    fresh = charges_of(september, tidewater)
    (september.charge_ids - fresh).action_approve()
    charges_of(september, granite)[:1].action_reset()
    charges_of(september, granite)[:1].action_reject(reason="Promised")
    changed = charges_of(september, granite)[1:2]
    changed.action_reset()
    changed.write({"unit_price": changed.unit_price + 0.001, "reason": "Agreed"})
    september.action_create_vendor_bill()

    # A draft, and what a run posted; the run holds an agreement.
    harbor.manual_invoice()
    run = env["xpps.billing.run"].create(
        {"period_start": september.period_start, "period_end": september.period_end, "invoice_date": date(2026, 10, 5)}
    )
    run.action_prepare()
    assert {"ready", "held"} <= set(run.line_ids.mapped("state")), run.line_ids.mapped("state")
    run.action_create_drafts()
    run.move_ids[:1].action_post()

    # Corrections of what was invoiced: more pages, another cost, and included pages that were not stated.
    correction = sample("billing_2026_08.xml")
    put(correction.find("Invoice"), InvoiceNumber="702318844C", InvoiceDate="2026-10-06")
    wanted = {*harbor_serials[:1], *office_serials[1:3]}
    for device in correction.findall("Device"):
        if device.findtext("SerialNumber") not in wanted:
            correction.remove(device)
    more, dearer = device_of(correction, harbor_serials[0]), device_of(correction, office_serials[1])
    for device, pages in ((more, 40), (device_of(correction, office_serials[2]), 30)):
        put(device, MonoCurrent=number(device, "MonoCurrent") + pages, MonoOver=number(device, "MonoOver") + pages)
        put(device, MonoIncluded=None)
    put(dearer, MonoOverUnitCost=number(dearer, "MonoOverUnitCost") + Decimal("0.001"))
    imported(env, correction, "billing_2026_08_correction.xml", "correction")

    # What Xerox is asked to take back.
    rows = env["xpps.vendor.report"].search([("billing_file_id", "=", september.id), ("difference", "!=", 0)])
    assert len(rows) >= 3, rows
    for state, row in zip(("draft", "sent", "partly_credited"), rows[:3], strict=True):
        row.action_dispute()
        dispute = env["xpps.dispute"].search([], limit=1)
        if state != "draft":
            dispute.action_mark_sent()
        if state == "partly_credited":
            dispute.credited_amount = dispute.amount / 2
            dispute.action_credit()
        assert dispute.state == state, dispute.state

    # October waits for the background, November cannot be imported yet; and a run waits for both.
    october = checked(env, sample("billing_2026_10.xml"), "billing_2026_10.xml")
    root = sample("billing_2026_10.xml")
    month_after(root, "DEMO-NOVEMBER")
    put(root.findall("Device")[0], SerialNumber="NOBODY-KNOWS-2")
    november = checked(env, root, "billing_2026_11.xml")
    assert november.state == "draft" and november.error_count, november.state
    company.xpps_background_threshold = 5
    october.action_import()
    assert october.state == "queued", october.state
    env["xpps.billing.run"].create({"period_start": october.period_start, "period_end": october.period_end})

    # What the reports say.
    figures = {}
    for file in env["xpps.billing.file"].search([("state", "=", "imported")]):
        rows = env["xpps.vendor.report"].search([("billing_file_id", "=", file.id)])
        figures[file.name] = {field: round(sum(rows.mapped(field)), 2) for field in FIGURES}
    env["ir.config_parameter"].set_param("xpps_upgrade_figures", json.dumps(figures))
    env.cr.commit()


main(env)
