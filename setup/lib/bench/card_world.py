# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The reseller with a rate card that says what Xerox bills: by model, by agreement, and for each tenth device."""

from odoo import Command

from . import billing_xml
from .world import COMPANY, WARM_UP_COMPANY, make_world

#: Each tenth device has a rate of its own.
OWN = 10


def make_card_world(env, devices):
    make_world(env, devices)
    for company in env["res.company"].search([("name", "in", (COMPANY, WARM_UP_COMPANY))]):
        _make_card(env(context=dict(env.context, allowed_company_ids=company.ids, tracking_disable=True)), company)


def _make_card(env, company):
    devices = env["stock.lot"].search([("company_id", "=", company.id)], order="name")
    model = {"scope": "model", "product_tmpl_id": devices[:1].product_id.product_tmpl_id.id}
    unit_costs = dict(zip(billing_xml.COMPONENTS, billing_xml.OUTPUT_TYPES.values(), strict=True))
    mono, color = ({"component": name, "unit_cost": float(unit_costs[name][1])} for name in ("mono", "color"))
    lines = [
        *({**model, "component": name, "unit_cost": float(cost)} for name, (_digits, cost) in unit_costs.items()),
        *({**model, "component": name, "measure": "included", "included": billing_xml.INCLUDED} for name in unit_costs),
        {**model, "component": "base_service", "unit_cost": billing_xml.SERVICE_FEE},
        {**model, "component": "base_supply", "unit_cost": billing_xml.SUPPLY_FEE},
        *({**mono, "scope": "agreement", "subscription_id": id_} for id_ in devices.xpps_subscription_id.ids),
        *({**color, "scope": "device", "device_id": device.id} for device in devices[::OWN]),
    ]
    card = env["xpps.rate.card"].create(
        {
            "name": "Bench Card",
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "line_ids": [Command.create(line) for line in lines],
        }
    )
    card.state = "active"
