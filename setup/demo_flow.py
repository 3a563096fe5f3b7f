# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A month of XPPS billing, as setup/demo shows it: run by Odoo's shell, which provides ``env``.

It imports the next billing file through the wizard, approves its charges, invoices the agreements and posts the
invoices, all as the administrator. Then it compares, line by line, what the file bills with what was invoiced.
Any difference ends it with exit status 1.
"""

import base64
import random
import textwrap
import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from odoo.tools.misc import file_open

SAMPLES = ("billing_2026_08.xml", "billing_2026_09.xml", "billing_2026_10.xml")
#: How the file names an output type, and how Odoo does.
OUTPUT_TYPES = {
    "Mono": "mono",
    "Color": "color",
    "MonoColor1": "mono_color1",
    "ClrLvl12": "clr_lvl12",
    "ClrLvl3": "clr_lvl3",
}
TAGS = {name: tag for tag, name in OUTPUT_TYPES.items()}
CENT = Decimal("0.01")
WIDTH = 118
NAME_WIDTH = 76


# The file to import


def read_sample(name):
    with file_open(f"xerox_xpps/demo/{name}", "rb") as sample:
        return sample.read()


def imported_files(env):
    return env["xpps.billing.file"].search([("state", "=", "imported")], order="period_end, id")


def next_file(env):
    """The first sample that is not imported yet; after the last one, a file of the following month."""
    imported = imported_files(env)
    for name in SAMPLES:
        data = read_sample(name)
        if ET.fromstring(data).findtext("Invoice/InvoiceNumber") not in imported.mapped("name"):
            return name, data
    return make_next_month(imported[-1].attachment_id.raw)


def make_next_month(data):
    """Xerox's file of the month after: every meter goes on where it stood, with about as many pages."""
    root = ET.fromstring(data)
    invoice = root.find("Invoice")
    start = date.fromisoformat(invoice.findtext("PeriodStart")) + relativedelta(months=1)
    end = start + relativedelta(months=1, days=-1)
    invoice_date = date.fromisoformat(invoice.findtext("InvoiceDate")) + relativedelta(months=1)
    invoice.find("InvoiceNumber").text = f"DEMO-{start:%Y-%m}"
    invoice.find("InvoiceDate").text = invoice_date.isoformat()
    invoice.find("PeriodStart").text = start.isoformat()
    invoice.find("PeriodEnd").text = end.isoformat()
    rng = random.Random(start.isoformat())
    total = Decimal(0)
    for device in root.findall("Device"):
        device.find("ReadDate").text = end.isoformat()
        device.find("ReadType").text = "Actual"
        for tag in device_types(device):
            turn_meter(device, tag, rng)
        device_total = base_cost(device) + sum(overage_cost(device, tag) for tag in device_types(device))
        device.find("DeviceTotal").text = str(device_total)
        total += device_total
    invoice.find("InvoiceTotal").text = str(total)
    return f"billing_{start:%Y_%m}.xml", ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def turn_meter(device, tag, rng):
    previous, current = number(device, f"{tag}Previous"), number(device, f"{tag}Current")
    pages = round((current - previous) * rng.uniform(0.93, 1.07))
    device.find(f"{tag}Previous").text = str(current)
    device.find(f"{tag}Current").text = str(current + pages)
    device.find(f"{tag}Over").text = str(max(0, pages - number(device, f"{tag}Included")))


def device_types(device):
    return [tag for tag in OUTPUT_TYPES if device.find(f"{tag}Over") is not None]


def number(device, tag):
    return int(device.findtext(tag))


def base_cost(device):
    fees = [device.findtext(tag) for tag in ("BaseServiceFee", "BaseSupplyFee", "MonthlyBasePrice")]
    return sum((Decimal(fee) for fee in fees if fee), Decimal(0))


def overage_cost(device, tag):
    return to_cent(number(device, f"{tag}Over") * Decimal(device.findtext(f"{tag}OverUnitCost")))


# From the file to posted invoices


def import_file(env, name, data):
    wizard = env["xpps.import.wizard"].create({"file_name": name, "file_data": base64.b64encode(data)})
    wizard.action_check()
    file = wizard.billing_file_id
    print_heading(f"Billing file {name}")
    print(
        f"Xerox invoice {file.name} of {file.invoice_date}, period {file.period_start} to {file.period_end}: "
        f"{file.device_count} devices, {file.amount_total:,.2f} {file.currency_id.name}\n"
    )
    print_issues(file.issue_ids)
    if file.error_count:
        raise SystemExit("The file has errors, so it is not imported.")
    wizard.action_import()
    return file


def prepare_taxes(company, agreements):
    """What an accountant sets up once the chart of accounts is there, which Odoo loads after the demo data."""
    for line in agreements.sale_subscription_line_ids:
        if not line.tax_ids:
            line.tax_ids = line.product_id.taxes_id.filtered_domain([("company_id", "=", company.id)])


def invoice_agreements(agreements, period_end):
    """Bill each agreement as its template says, and post what it left as a draft."""
    before = all_invoices(agreements)
    for agreement in agreements:
        agreement.generate_invoice()
    # The months of the demo may be ahead of today, for which overage of several months would wait.
    waiting = agreements.charge_ids.filtered(
        lambda charge: charge.invoice_status == "to_invoice" and charge.bill_after and charge.bill_after <= period_end
    )
    for agreement in waiting.subscription_id:
        agreement._create_xpps_invoices(due=agreements.browse())
    invoices = all_invoices(agreements) - before
    invoices.filtered(lambda invoice: invoice.state == "draft").action_post()
    return invoices.sorted(lambda invoice: (invoice.commercial_partner_id.name, invoice.id))


def all_invoices(agreements):
    return agreements.invoice_ids | agreements.sale_order_ids.invoice_ids


# What came of it


def to_cent(amount):
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def exact(amount):
    """The decimal that a stored price or amount stands for."""
    return Decimal(repr(amount)).quantize(Decimal("0.000001")).normalize()


def price(amount):
    """A price with all its decimals, and at least two."""
    digits = max(2, -exact(amount).as_tuple().exponent)
    return f"{exact(amount):,.{digits}f}"


def print_heading(text):
    print(f"\n{text}\n{'=' * len(text)}")


def print_issues(issues):
    """Errors and warnings, and of what is only worth knowing one of each kind."""
    for (severity, code), found in issues.grouped(lambda issue: (issue.severity, issue.code)).items():
        shown = found[:1] if severity == "info" else found
        for issue in shown:
            text = f"{severity:<8} {code:<18} {issue.message}"
            print(textwrap.fill(text, WIDTH, subsequent_indent=" " * 28, break_on_hyphens=False))
        if shown != found:
            print(f"{'':<28}… and {len(found) - 1} more like this")
    if not issues:
        print("No issues.")


def print_invoices(invoices):
    for customer, customer_invoices in invoices.grouped("commercial_partner_id").items():
        print_heading(customer.name)
        for invoice in customer_invoices:
            print(f"{invoice.name}  dated {invoice.invoice_date}  {invoice.invoice_origin}  {invoice.state}")
            for line in invoice.invoice_line_ids:
                print(
                    f"  {short_name(line):<{NAME_WIDTH}} {line.quantity:>8,.0f} × {price(line.price_unit):>10} "
                    f"= {line.price_subtotal:>12,.2f}"
                )
            print(
                f"  {'Untaxed':<{NAME_WIDTH + 24}}{invoice.amount_untaxed:>12,.2f}\n"
                f"  {'Total, ' + invoice.currency_id.name:<{NAME_WIDTH + 24}}{invoice.amount_total:>12,.2f}\n"
            )


def short_name(line):
    """What is billed, and of an overage line, whose."""
    charges = line.xpps_charge_ids
    if not charges:
        return textwrap.shorten(line.name.splitlines()[0], NAME_WIDTH, placeholder=" …")
    devices = charges.device_id or charges.page_rating_id.line_ids.device_id
    whose = devices._xpps_label() if len(devices) == 1 else f"{len(devices)} devices"
    return textwrap.shorten(f"{line.product_id.name}, {whose}", NAME_WIDTH, placeholder=" …")


def check_overage(data, file, invoices):
    """Compare each overage of the file with its invoice line, printing one row an overage.

    :return: [what is wrong]
    """
    wrong = []
    billed = defaultdict(Decimal)
    pages = defaultdict(int)
    of_cycles = file.charge_ids.filtered(lambda charge: charge.kind == "cycle")
    of_plans = file.charge_ids.filtered("page_rating_id")
    single = file.charge_ids - of_cycles - of_plans
    charges = {(charge.device_id.name, charge.output_type): charge for charge in single}
    print_heading("Overage: the file × the price, against the invoice line")
    print(f"{'Device':<11}{'Type':<15}{'Pages':>8}{'Price':>11}{'Pages × price':>16}  {'Invoice':<18}{'Invoiced':>12}")
    for device in ET.fromstring(data).findall("Device"):
        serial = device.findtext("SerialNumber")
        for tag in device_types(device):
            quantity = number(device, f"{tag}Over")
            charge = charges.pop((serial, OUTPUT_TYPES[tag]), None)
            if not quantity and not charge:
                continue
            if not charge or charge.quantity != quantity:
                wrong.append(f"{serial} {tag}: the file has {quantity} pages, no charge has as many.")
                continue
            lines = charge.invoice_line_ids
            amount = quantity * exact(charge.unit_price)
            row = f"{serial:<11}{tag:<15}{quantity:>8,}{price(charge.unit_price):>11}"
            if charge.is_provisional:
                print(f"{row}{'':>16}  {charge.cycle_note}")
                if lines:
                    wrong.append(f"{serial} {tag}: counts towards a cycle, but is invoiced by itself.")
                continue
            if not charge.billable:
                why = (
                    f"covered by {charge.page_plan_id.name}"
                    if charge.page_plan_id
                    else "not billed, as the agreement says"
                )
                print(f"{row}{'':>16}  {why}")
                if lines:
                    wrong.append(f"{serial} {tag}: not billable, but invoiced.")
                continue
            if len(lines) != 1 or lines.move_id not in invoices or lines.move_id.state != "posted":
                wrong.append(f"{serial} {tag}: on {len(lines)} invoice lines instead of one posted one.")
                continue
            billed[lines] += amount
            pages[lines] += quantity
            shown = f"{lines.price_subtotal:>12,.2f}" if len(lines.xpps_charge_ids) == 1 else "    in a sum"
            print(f"{row}{amount:>16,.6f}  {lines.move_id.name:<18}{shown}")
            if exact(lines.price_unit) != exact(charge.unit_price):
                wrong.append(f"{serial} {tag}: invoiced at {lines.price_unit} instead of {charge.unit_price}.")
    wrong += [f"{serial} {output_type}: charged, but not in the file." for serial, output_type in charges]
    wrong += check_cycles(file, of_cycles, billed, pages)
    wrong += check_plans(data, file, of_plans, billed, pages)
    print_sums(billed, pages)
    for line, amount in billed.items():
        if exact(line.quantity) != pages[line] or exact(line.price_subtotal) != to_cent(amount):
            wrong.append(
                f"{line.move_id.name}: {line.quantity} pages for {line.price_subtotal}, "
                f"but the file has {pages[line]} for {amount}."
            )
    return wrong + check_sums(billed, invoices)


def check_cycles(file, of_cycles, billed, pages):
    """Compare what ends with the file's month with the pages of all files of the cycle, less those that they include.

    :return: [what is wrong]
    """
    env = file.env
    reads = env["xpps.meter.read"].search([("billing_file_id", "=", file.id), ("cycle_end", "=", file.period_end)])
    counted = pages_of_cycles(env, reads) if reads else {}
    charges = {(charge.device_id.name, charge.output_type): charge for charge in of_cycles}
    wrong = []
    if reads:
        print("\nOf several months, rated together:")
    for read in reads.sorted(lambda read: (read.device_id.name, read.output_type)):
        serial, output_type = key = read.device_id.name, read.output_type
        charge = charges.pop(key, None)
        quantity = max(counted[key], 0)
        row = f"{serial:<11}{TAGS[output_type]:<15}{quantity:>8,}"
        if not quantity:
            print(f"{row}{'':>27}  within the included pages")
            if charge:
                wrong.append(f"{serial} {output_type}: charged, but its months include all pages.")
            continue
        lines = charge.invoice_line_ids if charge else ()
        if len(lines) != 1 or charge.quantity != quantity:
            wrong.append(f"{serial} {output_type}: the files have {quantity} pages, which are not on one invoice line.")
            continue
        amount = quantity * exact(charge.unit_price)
        billed[lines] += amount
        pages[lines] += quantity
        print(
            f"{row}{price(charge.unit_price):>11}{amount:>16,.6f}  {lines.move_id.name:<18}"
            f"{lines.price_subtotal:>12,.2f}"
        )
    return wrong + [f"{serial} {output_type}: a cycle is charged that is not over." for serial, output_type in charges]


def pages_of_cycles(env, reads):
    """:return: {(serial number, output type): pages above those that the months of its cycle include}"""
    counted = defaultdict(int)
    for file in imported_files(env).filtered(lambda file: file.period_end >= min(reads.mapped("cycle_start"))):
        for device in ET.fromstring(file.attachment_id.raw).findall("Device"):
            for tag in device_types(device):
                printed = number(device, f"{tag}Current") - number(device, f"{tag}Previous")
                counted[device.findtext("SerialNumber"), OUTPUT_TYPES[tag]] += printed - number(
                    device, f"{tag}Included"
                )
    return counted


def check_plans(data, file, of_plans, billed, pages):
    """Compare what page plans of one price charge with the pages of their devices, less those that they include.

    :return: [what is wrong]
    """
    wrong = []
    plans = file.env["xpps.page.plan"].search([("is_master", "=", False)])
    plans = plans.filtered(lambda plan: not plan.date_from or plan.date_from <= file.period_end)
    if plans:
        print("\nBy page plans:")
    for plan in plans:
        serials = set(plan.subscription_id.xpps_device_ids.mapped("name"))
        printed = sum(
            number(device, f"{tag}Current") - number(device, f"{tag}Previous")
            for device in ET.fromstring(data).findall("Device")
            for tag in device_types(device)
            if device.findtext("SerialNumber") in serials and plan.group_id[f"{OUTPUT_TYPES[tag]}_weight"]
        )
        quantity = max(printed - plan.included_pages, 0)
        charge = of_plans.filtered(lambda charge, plan=plan: charge.page_rating_id.plan_id == plan)
        row = f"{plan.name:<26}{quantity:>8,}"
        if sum(charge.mapped("quantity")) != quantity:
            wrong.append(f"{plan.name}: the file has {quantity} pages above the plan's, no charge has as many.")
        elif not quantity:
            print(f"{row}{'':>27}  within the included pages")
        elif len(charge.invoice_line_ids) != 1:
            wrong.append(f"{plan.name}: {quantity} pages are not on one invoice line.")
        else:
            line = charge.invoice_line_ids
            amount = quantity * exact(charge.unit_price)
            billed[line] += amount
            pages[line] += quantity
            print(
                f"{row}{price(charge.unit_price):>11}{amount:>16,.6f}  {line.move_id.name:<18}"
                f"{line.price_subtotal:>12,.2f}"
            )
    return wrong


def print_sums(billed, pages):
    """The invoice lines that bill a material code of several devices: their sum is rounded once."""
    sums = [line for line in billed if len(line.xpps_charge_ids) > 1]
    if not sums:
        return
    print("\nOf several devices, rounded once:")
    for line in sums:
        text = f"{line.product_id.default_code}, {len(line.xpps_charge_ids)} devices"
        print(
            f"{text:<26}{pages[line]:>8,}{price(line.price_unit):>11}{billed[line]:>16,.6f}  "
            f"{line.move_id.name:<18}{line.price_subtotal:>12,.2f}"
        )


def check_sums(billed, invoices):
    wrong = []
    overage_lines = invoices.invoice_line_ids.filtered("xpps_charge_ids")
    for line in overage_lines:
        if line not in billed:
            wrong.append(f"{line.move_id.name}: “{short_name(line)}” is not in the file.")
    expected = sum((to_cent(amount) for amount in billed.values()), Decimal(0))
    invoiced = sum((exact(line.price_subtotal) for line in overage_lines), Decimal(0))
    print(f"\n{'Sum of the file':<62}{expected:>12,.2f}\n{'Sum of the invoice lines':<62}{invoiced:>12,.2f}")
    if expected != invoiced:
        wrong.append(f"The overage comes to {expected}, but {invoiced} is invoiced.")
    for invoice in invoices:
        lines = sum((exact(line.price_subtotal) for line in invoice.invoice_line_ids), Decimal(0))
        if exact(invoice.amount_untaxed) != lines:
            wrong.append(f"{invoice.name}: its lines add up to {lines}, it says {invoice.amount_untaxed}.")
    return wrong


def audit(data, file, invoices):
    """What Xerox bills, and what is left of what the customers pay.

    :return: [what is wrong]
    """
    root = ET.fromstring(data)
    xerox_total = Decimal(root.findtext("Invoice/InvoiceTotal"))
    base = sum((base_cost(device) for device in root.findall("Device")), Decimal(0))
    overage = sum((exact(cost) for cost in file.line_ids.mapped("overage_cost")), Decimal(0))
    recorded = sum((exact(cost) for cost in file.line_ids.mapped("cost_total")), Decimal(0))
    lines = invoices.invoice_line_ids
    overage_revenue = sum((exact(line.price_subtotal) for line in lines if line.xpps_charge_ids), Decimal(0))
    base_lines = lines.filtered(lambda line: line.product_id.xpps_role and not line.xpps_charge_ids)
    base_revenue = sum((exact(line.price_subtotal) for line in base_lines), Decimal(0))
    print_heading("Audit")
    print(f"Xerox's total {xerox_total:,.2f}, its device records {recorded:,.2f}\n")
    print(f"{'':<12}{'Invoiced':>12}{'Xerox':>12}{'Margin':>12}")
    rows = (
        ("Base prices", base_revenue, base),
        ("Overage", overage_revenue, overage),
        ("Together", base_revenue + overage_revenue, base + overage),
    )
    for name, revenue, cost in rows:
        share = f"{100 * (revenue - cost) / revenue:>8.1f} %" if revenue else ""
        print(f"{name:<12}{revenue:>12,.2f}{cost:>12,.2f}{revenue - cost:>12,.2f}{share}")
    wrong = []
    if not xerox_total == recorded == base + overage:
        wrong.append(f"Xerox's total is {xerox_total}, its device records add up to {recorded}.")
    return wrong


def main(env):
    started = time.monotonic()
    env = env(user=env.ref("base.user_admin"))
    name, data = next_file(env)
    file = import_file(env, name, data)
    file.action_approve_charges()
    imported = time.monotonic()
    agreements = file.line_ids.subscription_id
    prepare_taxes(file.company_id, agreements)
    invoices = invoice_agreements(agreements, file.period_end)
    env.cr.commit()
    invoiced = time.monotonic()
    print_invoices(invoices)
    wrong = check_overage(data, file, invoices) + audit(data, file, invoices)
    print(
        f"\n{len(file.charge_ids)} charges imported and approved in {imported - started:.1f} s, "
        f"{len(invoices)} invoices posted in {invoiced - imported:.1f} s."
    )
    if wrong:
        print_heading("These are wrong")
        print("\n".join(wrong))
        raise SystemExit(1)
    print("Every overage that is due is invoiced once, to the cent.")


main(env)
