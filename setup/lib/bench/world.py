# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A reseller of any size: a clerk, agreements that run, devices on them and, imported, the month before.

A second, tiny company is there to do everything once that is then measured in the first one.
"""

from datetime import date

from odoo.fields import Command

from . import billing_xml

COMPANY = "Bench Reseller"
WARM_UP_COMPANY = "Bench Warm-up"
CLERK = "bench"
AGREEMENTS = 100
WARM_UP_DEVICES = 20
#: Sales price of a page by output type, above Xerox's.
PRICES = {"mono": 0.01, "color": 0.08, "mono_color1": 0.012, "clr_lvl12": 0.05, "clr_lvl3": 0.11}
BATCH = 5000


def make_world(env, devices, agreements=AGREEMENTS):
    """Make both companies with the clerk of both, and import the month before the measured one."""
    company = _make_company(env, COMPANY, agreements, devices)
    tiny = _make_company(env, WARM_UP_COMPANY, 1, WARM_UP_DEVICES)
    groups = env.ref("base.group_user") | env.ref("xerox_xpps.group_xpps_billing")
    env["res.users"].create(
        {
            "name": "Billing Clerk",
            "login": CLERK,
            "company_id": company.id,
            "company_ids": [Command.set((company | tiny).ids)],
            "group_ids": [Command.set(groups.ids)],
        }
    )


def _make_company(env, name, agreements, devices):
    usd = env.ref("base.USD")
    company = env["res.company"].create({"name": name, "currency_id": usd.id, "country_id": env.ref("base.us").id})
    env = env(context=dict(env.context, allowed_company_ids=company.ids, tracking_disable=True))
    places = _make_agreements(env, company, agreements)
    _make_devices(env, company, places, _make_printer(env, company), devices)
    _import_past(env, company, devices)
    return company


def _service(env, name, role, price):
    return env["product.product"].create(
        {
            "name": name,
            "type": "service",
            "xpps_role": role,
            "list_price": price,
            "taxes_id": False,
            "company_id": env.company.id,
        }
    )


def _make_printer(env, company):
    level = env["xpps.price.level"].create({"name": "Bench Level", "company_id": company.id})
    materials = {
        f"{output_type}_product_id": _service(env, f"{company.name} {output_type}", "material_code", price).id
        for output_type, price in PRICES.items()
    }
    env["xpps.material.mapping"].create({"company_id": company.id, "price_level_id": level.id, **materials})
    return env["product.product"].create(
        {
            "name": billing_xml.MODEL,
            "company_id": company.id,
            "type": "consu",
            "is_storable": True,
            "tracking": "serial",
            "is_xpps_printer": True,
            "xpps_model_number": billing_xml.MODEL_NUMBER,
            "xpps_price_level_id": level.id,
        }
    )


def _make_agreements(env, company, count):
    pricelist = env["product.pricelist"].create(
        {"name": "Bench Prices", "currency_id": company.currency_id.id, "company_id": company.id}
    )
    template = env["sale.subscription.template"].create(
        {"name": "Bench", "code": company.name, "invoicing_mode": "draft"}
    )
    base = _service(env, "Bench Base Price", "base_price", 30)
    customers = env["res.partner"].create([{"name": f"{company.name} Customer {number}"} for number in range(count)])
    agreements = env["sale.subscription"].create(
        [
            {
                "is_xpps": True,
                "code": f"{number:03d}",
                "partner_id": customer.id,
                "company_id": company.id,
                "template_id": template.id,
                "pricelist_id": pricelist.id,
                "date_start": date(2025, 1, 1),
                "sale_subscription_line_ids": [Command.create({"product_id": base.id})],
            }
            for number, customer in enumerate(customers)
        ]
    )
    for agreement in agreements:
        agreement.action_start_subscription()
    return agreements


def _make_devices(env, company, agreements, printer, count):
    places = [
        {
            "product_id": printer.id,
            "company_id": company.id,
            "is_xpps_device": True,
            "xpps_partner_id": agreement.partner_id.id,
            "xpps_subscription_id": agreement.id,
            "xpps_subscription_line_id": agreement.sale_subscription_line_ids.id,
            "xpps_install_date": date(2025, 1, 1),
        }
        for agreement in agreements
    ]
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        env["stock.lot"].create(
            [{"name": billing_xml.serial(number), **places[number % len(places)]} for number in numbers]
        )
        env.flush_all()
        env.invalidate_all()


def _import_past(env, company, devices):
    data = billing_xml.build_file(devices, billing_xml.PAST)
    file = env["xpps.billing.file"]._create_from_upload(data, "past.xml", company)
    file._import()
    file.charge_ids.action_approve()
