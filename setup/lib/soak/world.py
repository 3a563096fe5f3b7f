# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The reseller that the clerks work for: made by Odoo's shell, before anybody is at work."""

import json
import random
import secrets
from datetime import date
from pathlib import Path

from spare_companies import make_company

from odoo import Command, fields

from .files import Month, build_file, serial

COMPANY = "Soak Reseller"
#: More than a billing run works on while its user waits.
AGREEMENTS = 64
DEVICES = 2
#: A file of more devices is worked on in the background.
THRESHOLD = 25
START = date(2025, 1, 1)
FIRST_DUE = date(2025, 2, 1)
CLERKS = ("anna", "ben", "carla")
#: Of a clerk who works through the API.
API_CLERK = "dora"
MANAGER = "emil"


def make_world(env, path):
    """Make it, and write to ``path`` what clerks have to know: ids, and the secrets of this run."""
    company = make_company(env, COMPANY, env.ref("base.USD"))
    env["stock.warehouse"].search([("company_id", "=", company.id)]) or env["stock.warehouse"].create(
        {"company_id": company.id}
    )
    company.write({"xpps_background_threshold": THRESHOLD, "xpps_quarantine": True})
    env.cr.commit()
    env = env(context=dict(env.context, allowed_company_ids=company.ids, tracking_disable=True))
    products = _make_products(env, company)
    agreements = _make_agreements(env, company, products)
    devices = _make_devices(env, company, agreements, products["printer"])
    users = _make_users(env, company)
    _import_first_month(env, company, devices)
    known = {
        "company": company.id,
        "printer": products["printer"].id,
        "devices": devices,
        "users": users,
        "journal": env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", company.id)], limit=1).id,
    }
    Path(path).touch(mode=0o600)
    Path(path).write_text(json.dumps(known))
    env.cr.commit()


def _make_products(env, company):
    def service(name, role, price):
        return env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "xpps_role": role,
                "list_price": price,
                "taxes_id": False,
                "invoice_policy": "order",
                "company_id": company.id,
                "property_account_income_id": company.income_account_id.id,
            }
        )

    products = {"base": service("Base Price", "base_price", 31.4), "mono": service("Mono", "material_code", 0.0125)}
    products["color"] = service("Color", "material_code", 0.083333)
    products["printer"] = env["product.product"].create(
        {
            "name": "Soak Printer",
            "type": "consu",
            "is_storable": True,
            "tracking": "serial",
            "is_xpps_printer": True,
            "company_id": company.id,
        }
    )
    env["xpps.material.mapping"].create(
        {
            "company_id": company.id,
            "product_tmpl_id": products["printer"].product_tmpl_id.id,
            "mono_product_id": products["mono"].id,
            "color_product_id": products["color"].id,
        }
    )
    return products


def _make_agreements(env, company, products):
    pricelist = env["product.pricelist"].create(
        {"name": "Soak Prices", "currency_id": company.currency_id.id, "company_id": company.id}
    )
    templates = [
        env["sale.subscription.template"].create({"name": f"Soak {mode}", "code": mode, "invoicing_mode": mode})
        for mode in ("draft", "sale_and_invoice")
    ]
    customers = env["res.partner"].create(
        [
            {
                "name": f"Customer {number:02d}",
                "email": f"customer-{number:02d}@example.com",
                "company_id": company.id,
            }
            for number in range(AGREEMENTS)
        ]
    )
    agreements = env["sale.subscription"].create(
        [
            {
                "is_xpps": True,
                # Two of them are a customer's, who gets one invoice for both.
                "partner_id": customers[number - number % 8 % 2].id,
                "company_id": company.id,
                "template_id": templates[number % 7 == 0].id,
                "pricelist_id": pricelist.id,
                "date_start": START,
                "xpps_invoice_mode": "separate" if number % 5 == 0 else "combined",
                "xpps_invoice_detail": "material" if number % 3 else "device",
                "sale_subscription_line_ids": [
                    Command.create({"product_id": products["base"].id, "xpps_qty_from_devices": True})
                ],
            }
            for number in range(AGREEMENTS)
        ]
    )
    for agreement in agreements:
        agreement.action_start_subscription()
    agreements.recurring_next_date = FIRST_DUE
    return agreements


def _make_devices(env, company, agreements, printer):
    """:return: [serial number]"""
    places = [agreement for agreement in agreements for _device in range(DEVICES)]
    devices = env["stock.lot"].create(
        [
            {
                "name": serial(number),
                "product_id": printer.id,
                "company_id": company.id,
                "is_xpps_device": True,
                "xpps_partner_id": agreement.partner_id.id,
                "xpps_subscription_id": agreement.id,
                "xpps_subscription_line_id": agreement.sale_subscription_line_ids.id,
                "xpps_install_date": START,
            }
            for number, agreement in enumerate(places)
        ]
    )
    return devices.mapped("name")


def _import_first_month(env, company, serials):
    """So that there is something to bill from the first minute on."""
    data = build_file("FIRST", Month(0), serials, random.Random(0))
    file = env["xpps.billing.file"]._create_from_upload(data, "first.xml", company)
    file._import()
    file.charge_ids.action_approve()


def _make_users(env, company):
    """:return: {login: password, or key of the API}"""
    found = {}
    for login in (*CLERKS, API_CLERK, MANAGER):
        # Odoo's administrators of XPPS sell, and keep the stock of devices.
        groups = env.ref("xerox_xpps.group_xpps_billing") | env.ref("stock.group_stock_user")
        if login == MANAGER:
            groups |= env.ref("xerox_xpps.group_xpps_manager") | env.ref("base.group_system")
        password = secrets.token_urlsafe(16)
        user = env["res.users"].create(
            {
                "name": login.capitalize(),
                "login": login,
                "password": password,
                "email": f"{login}@example.com",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set((env.ref("base.group_user") | groups).ids)],
            }
        )
        found[login] = password
        if login == API_CLERK:
            expiry = fields.Datetime.add(fields.Datetime.now(), days=90)
            found[login] = env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "soak", expiry)
    return found
